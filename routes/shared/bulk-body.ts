import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { OfflineQuery } from '../../lib/calls/offline-query.js'
import { SHOWN_STATES } from '../../lib/charge-points/connector-state.js'
import { type LiveFilter, listLivePositions } from '../../lib/charge-points/live.js'
import { findChargePoints } from '../../lib/charge-points/rows.js'
import { fold } from '../../lib/events/scope.js'
import { IdentityParams, oneOf } from '../../lib/http/records.js'
import { ProblemError } from '../../lib/problem-error.js'

/** Maximum number of charge points in one request. */
const MAX_CHARGE_POINTS = 10_000

const Name = Type.String({ minLength: 1, maxLength: 50 })

const Filter = Type.Object(
  {
    connected: Type.Optional(Type.Boolean()),
    neverConnected: Type.Optional(
      Type.Boolean({ description: 'Never connected, and not connected now, as in `GET /charge-points`' })
    ),
    q: Type.Optional(
      Type.String({ maxLength: 256, description: 'Part of the identity, name, vendor, model, serial number or notes' })
    ),
    site: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'The id of a site' })),
    state: Type.Optional(oneOf(SHOWN_STATES, 'Of some connector, as in `GET /charge-points`')),
    vendor: Type.Optional(Name),
    model: Type.Optional(Name),
    protocol: Type.Optional(Name),
    firmwareVersion: Type.Optional(Name)
  },
  {
    additionalProperties: false,
    description: 'All known charge points that match every member. An empty filter is rejected: use `all`'
  }
)

/** Which charge points, and how many of them at a time. */
const TARGETS = {
  identities: Type.Optional(
    Type.Array(IdentityParams.properties.identity, { minItems: 1, maxItems: MAX_CHARGE_POINTS })
  ),
  filter: Type.Optional(Filter),
  all: Type.Optional(
    Type.Literal(true, { description: 'Every known charge point; in place of `identities` or `filter`' })
  ),
  dryRun: Type.Optional(
    Type.Boolean({ description: 'Makes no call, and answers which charge points would be called. Default: false' })
  ),
  concurrency: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000,
      description: 'Maximum number of charge points at the same time. Default: 100'
    })
  ),
  timeout: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 300_000, description: 'Milliseconds to wait for each answer' })
  ),
  whenOffline: OfflineQuery.properties.whenOffline,
  expiresIn: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 31_536_000,
      description: 'Seconds that a call waits at most, with `whenOffline`: `queue`'
    })
  ),
  expiresAt: OfflineQuery.properties.expiresAt
}
const Targets = Type.Object(TARGETS)
export type Targets = Static<typeof Targets>

/** A call to many charge points, which are named or match a filter. */
export const BulkBody = Type.Object(
  {
    action: Type.String({ minLength: 1, maxLength: 64 }),
    payload: Type.Optional(Type.Unknown({ description: 'The OCPP request. Default: {}' })),
    ...TARGETS
  },
  {
    additionalProperties: false,
    examples: [
      { action: 'TriggerMessage', payload: { requestedMessage: 'Heartbeat' }, identities: ['CP-1', 'CP-2'] },
      { action: 'ClearCache', payload: {}, filter: { connected: true, protocol: 'ocpp2.0.1' }, concurrency: 50 },
      { action: 'ClearCache', payload: {}, identities: ['CP-1'], whenOffline: 'queue', expiresIn: 3600 }
    ]
  }
)
export type BulkBody = Static<typeof BulkBody>

/** An operation for many charge points. */
export const BulkOperationBody = Type.Object(
  {
    body: Type.Optional(
      Type.Unknown({ description: 'The body of the operation, as for a single charge point. Default: {}' })
    ),
    ...TARGETS
  },
  {
    additionalProperties: false,
    examples: [
      { body: { type: 'graceful' }, filter: { connected: true, vendor: 'VendorX' } },
      { body: { type: 'graceful' }, identities: ['CP-1', 'CP-2'], whenOffline: 'queue', expiresIn: 3600 }
    ]
  }
)
export type BulkOperationBody = Static<typeof BulkOperationBody>

export const BULK_PROBLEMS = {
  422: {
    BULK_TARGETS: 'give exactly one of `identities`, a `filter` that is not empty, and `all`',
    BULK_NOBODY: 'no charge point matches the filter',
    BULK_TOO_MANY: 'the filter matches more than 10 000 charge points'
  }
}

/**
 * The charge points to call, each once.
 *
 * @throws ProblemError
 */
export async function targetsOf(
  { database, whereabouts }: FastifyInstance,
  { identities, filter, all }: Targets
): Promise<string[]> {
  const isFiltered = Object.keys(filter ?? {}).length > 0
  const isOneWay = [identities !== undefined, isFiltered, all === true].filter(Boolean).length === 1
  if (!isOneWay || (identities !== undefined && filter !== undefined)) {
    throw new ProblemError(422, 'BULK_TARGETS', 'give exactly one of identities, a filter that is not empty, and all')
  }
  if (identities !== undefined) return [...new Map(identities.map((identity) => [fold(identity), identity])).values()]
  const { q, ...rest } = filter ?? {}
  const wanted: LiveFilter = { ...rest, ...(q !== undefined && { part: q }) }
  const page = { filter: wanted, order: 'identity', limit: MAX_CHARGE_POINTS + 1 } as const
  const found = await listLivePositions(database.heavy, whereabouts, page)
  if (found.length > MAX_CHARGE_POINTS) {
    throw new ProblemError(422, 'BULK_TOO_MANY', 'the filter matches more than 10 000 charge points')
  }
  if (found.length === 0) throw new ProblemError(422, 'BULK_NOBODY', 'no charge point matches the filter')
  const keys = found.map(({ key }) => key)
  const rows = await findChargePoints(database.heavy, keys)
  return keys.map((key) => rows.get(key)?.identity ?? key)
}
