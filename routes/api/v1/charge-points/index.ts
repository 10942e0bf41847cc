import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { ALL_PROTOCOLS } from 'fastify-ocpp'
import { SHOWN_STATES } from '../../../../lib/charge-points/connector-state.js'
import { CONNECTOR_STATUSES } from '../../../../lib/charge-points/connectors.js'
import { generatePassword } from '../../../../lib/charge-points/credential.js'
import { CHARGE_POINT_COLUMNS, chargePointLines } from '../../../../lib/charge-points/csv.js'
import { CHARGE_POINT_ORDERS, type ChargePointOrder } from '../../../../lib/charge-points/listing.js'
import { countLive, type LiveFilter, listLive, readPosition, showLive } from '../../../../lib/charge-points/live.js'
import { PresentConnector } from '../../../../lib/charge-points/present.js'
import type { Provision } from '../../../../lib/charge-points/rows.js'
import {
  readState,
  STATE_BLOCK_NAMES,
  type StateBlock,
  scopeOfBlock,
  summary
} from '../../../../lib/charge-points/state.js'
import { invalidQuery, readLimit } from '../../../../lib/http/paging.js'
import {
  ChargePointBody,
  ChargePointRecord,
  countedPage,
  IdentityParams,
  LiveChargePointRecord,
  oneOf,
  PageParams,
  ProvisionedRecord,
  StateRecord,
  withheld
} from '../../../../lib/http/records.js'
import { UNKNOWN_CHARGE_POINT } from '../../../../lib/openapi/problems.js'
import { ProblemError } from '../../../../lib/problem-error.js'
import { knownOf } from '../../../../lib/traits/book.js'
import { checkTraits, ownTraits } from '../../../../lib/traits/traits.js'
import { CSV_FORMAT, streamCsv } from '../../../shared/csv.js'

const TAG = { tags: ['ChargePoints'] }
const READ_ONE = { holder: 'preferred', scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT } as const

const YES_OR_NO = ['true', 'false'] as const

const include = Type.Optional(
  Type.Unsafe<'connectors'>({
    type: 'string',
    enum: ['connectors'],
    description: 'connectors: what each connector is busy with now'
  })
)
const count = Type.Optional(oneOf(YES_OR_NO, 'Whether `total` is told'))

const ShowQuery = Type.Object({ include }, { additionalProperties: false })

const StateQuery = Type.Object(
  {
    blocks: Type.Optional(
      Type.String({
        maxLength: 500,
        description: `Only these blocks, separated by commas: ${STATE_BLOCK_NAMES.join(', ')}`,
        examples: ['connectors,configuration']
      })
    )
  },
  { additionalProperties: false }
)

const ListedRecord = Type.Object(
  {
    ...LiveChargePointRecord.properties,
    connectors: Type.Optional(Type.Array(PresentConnector, { description: 'With `include=connectors`' })),
    withheld
  },
  { additionalProperties: true }
)

const ListQuery = Type.Object(
  {
    ...PageParams,
    connected: Type.Optional(oneOf(YES_OR_NO, 'Whether it is connected now')),
    neverConnected: Type.Optional(oneOf(YES_OR_NO, 'Whether it has never been connected, and is not connected now')),
    status: Type.Optional(
      oneOf(CONNECTOR_STATUSES, 'Only charge points with a connector of this status, as OCPP names it')
    ),
    state: Type.Optional(
      oneOf(
        SHOWN_STATES,
        'Only charge points with a connector in this state, in the words for all versions; the last one, if the charge point is offline'
      )
    ),
    site: Type.Optional(Type.String({ maxLength: 64, description: 'The id of a site' })),
    include,
    count,
    format: Type.Optional(oneOf(['csv'], CSV_FORMAT)),
    q: Type.Optional(
      Type.String({ maxLength: 256, description: 'Part of the identity, name, vendor, model, serial number or notes' })
    ),
    protocol: Type.Optional(oneOf(ALL_PROTOCOLS, 'Version of its latest connection')),
    vendor: Type.Optional(Type.String({ maxLength: 255 })),
    model: Type.Optional(Type.String({ maxLength: 255 })),
    firmwareVersion: Type.Optional(Type.String({ maxLength: 255 })),
    registration: Type.Optional(ChargePointRecord.properties.registration),
    enabled: Type.Optional(oneOf(YES_OR_NO, 'Whether it may connect')),
    provisioned: Type.Optional(oneOf(YES_OR_NO, 'Whether an operator made it known')),
    sort: Type.Optional(
      Type.Unsafe<ChargePointOrder>({
        type: 'string',
        enum: [...CHARGE_POINT_ORDERS],
        description:
          'Default: identity. A leading - reverses the order. Charge points without the time come first, with - last; those without a name are sorted by their identity'
      })
    )
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

/** Close code of a connection that is not welcome any more. [RFC 6455 §7.4.1] */
const POLICY_VIOLATION = 1008

/** The wanted charge point, with a password if one is to be made. */
function withPassword({ generatePassword: isWanted, ...wanted }: ChargePointBody) {
  if (isWanted !== true) return { wanted: wanted as Provision }
  if (wanted.password !== undefined) throw new ProblemError(422, 'TWO_PASSWORDS', 'give password or generatePassword')
  const generated = { password: generatePassword() }
  return { wanted: { ...wanted, ...generated } as Provision, generated }
}

interface OneChargePoint {
  Params: IdentityParams
}

/** Which charge points there are, and what is known of them. */
export default async function chargePoints(app: FastifyInstance): Promise<void> {
  list(app)
  show(app)
  showState(app)
  put(app)
  remove(app)
}

const pageOrFile = {
  description: 'A page',
  content: {
    'application/json': { schema: countedPage(ListedRecord) },
    'text/csv': { schema: Type.String({ examples: [`${CHARGE_POINT_COLUMNS.join()}\r\n`] }) }
  }
}

function list(app: FastifyInstance): void {
  const { database, whereabouts, scopes } = app
  app.get<{ Querystring: ListQuery }>(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        ...TAG,
        operationId: 'listChargePoints',
        querystring: ListQuery,
        response: { 200: pageOrFile },
        summary: 'List the known charge points, connected or not'
      }
    },
    async (request, reply) => {
      const { query } = request
      const order = query.sort ?? 'identity'
      const behind = readPosition(query, order)
      const filter = filterOf(query)
      if (query.format === 'csv') {
        const may = scopes.mayOf(request)
        const pages = chargePointLines(database.heavy, whereabouts, { filter, order }, { may })
        return streamCsv(reply, { name: 'charge-points', columns: CHARGE_POINT_COLUMNS, pages })
      }
      const included = { connectors: query.include === 'connectors', may: scopes.mayOf(request) }
      // An index finds a page of all charge points.
      const isQuick = Object.keys(filter).length === 0 && !included.connectors && query.count !== 'true'
      const db = isQuick ? database.db : database.heavy
      const page = { filter, order, limit: readLimit(query), ...(behind !== undefined && { behind }) }
      const listed = await listLive(db, whereabouts, page, included)
      return query.count === 'true' ? { ...listed, total: await countLive(db, whereabouts, filter) } : listed
    }
  )
}

function show(app: FastifyInstance): void {
  const { store, ocpp, whereabouts, traits, scopes } = app
  app.get<OneChargePoint & { Querystring: Static<typeof ShowQuery> }>(
    '/:identity',
    {
      config: READ_ONE,
      schema: {
        ...TAG,
        operationId: 'getChargePoint',
        params: IdentityParams,
        querystring: ShowQuery,
        response: { 200: ListedRecord },
        summary: 'Show a charge point'
      }
    },
    async (request) => {
      const { params, query } = request
      const live = ocpp.chargePoints.get(params.identity)
      const [row] = await Promise.all([store.require(params.identity), traits.models.refresh()])
      // A boot that was refused is not stored, and its connection knows the charger model all the same.
      const appliedTraits = live === undefined ? traits.book.applied(knownOf(row)) : traits.book.appliedTo(live)
      const [shown] = await showLive(store.db, whereabouts, [row], {
        connectors: query.include === 'connectors',
        may: scopes.mayOf(request)
      })
      return {
        ...shown,
        ...(live && { violations: [...live.violations] }),
        appliedTraits
      }
    }
  )
}

function showState(app: FastifyInstance): void {
  const { store, whereabouts, scopes } = app
  app.get<OneChargePoint & { Querystring: Static<typeof StateQuery> }>(
    '/:identity/state',
    {
      config: { scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        ...TAG,
        params: IdentityParams,
        querystring: StateQuery,
        response: { 200: StateRecord },
        operationId: 'getChargePointState',
        summary: 'Show everything that is stored about a charge point',
        description:
          'Histories have their latest 50 entries. Left out are `transactions` and `readings` without ' +
          '`transactions:read`, `reservations` and `localList` without `id-tokens:read`, and `notifications` and ' +
          '`reports` of actions that need one of them. Asking for a block by `blocks` without its scope is answered 403.'
      }
    },
    async (request, reply) => {
      const row = await store.require(request.params.identity)
      const wanted = blocksOf(request.query)
      for (const name of wanted ?? []) {
        const scope = scopeOfBlock(name)
        if (scope !== undefined) scopes.demand(request, reply, scope)
      }
      const state = await readState(store.db, row, scopes.mayOf(request), wanted)
      const located = await whereabouts.of(store.db, [row.identity])
      return { ...state, connected: located.has(row.identity) }
    }
  )
}

/** @throws `INVALID_QUERY` */
function blocksOf({ blocks }: Static<typeof StateQuery>): Set<StateBlock> | undefined {
  if (blocks === undefined) return undefined
  const names = blocks.split(',')
  const unknown = names.find((name) => !(STATE_BLOCK_NAMES as string[]).includes(name))
  if (unknown === undefined) return new Set(names as StateBlock[])
  throw invalidQuery(`there is no block ${JSON.stringify(unknown)}; there are ${STATE_BLOCK_NAMES.join(', ')}`)
}

function put(app: FastifyInstance): void {
  const { store, ocpp, traits } = app
  app.put<OneChargePoint & { Body: ChargePointBody }>(
    '/:identity',
    {
      config: {
        holder: 'preferred',
        scope: 'charge-points:write',
        problems: {
          422: {
            TWO_PASSWORDS: 'both password and generatePassword are given',
            UNKNOWN_SITE: 'no such site',
            UNKNOWN_TIME_ZONE: 'traits.timeZone is no IANA time zone'
          }
        }
      },
      schema: {
        ...TAG,
        params: IdentityParams,
        body: ChargePointBody,
        response: { 200: ProvisionedRecord, 201: ProvisionedRecord },
        operationId: 'putChargePoint',
        summary: 'Create or change a charge point',
        description:
          'Members that are left out stay as they are. Changes apply from the next connection on, `registration` from the next boot, `traits` at once.'
      }
    },
    async ({ params, body }, reply) => {
      if (body.traits !== undefined && body.traits !== null) checkTraits(body.traits)
      const { wanted, generated } = withPassword(body)
      const { row, isNew } = await store.provision(params.identity, wanted)
      if (wanted.traits !== undefined) {
        traits.book.changed(ownTraits(row.traits), ocpp.chargePoints.get(row.identity))
      }
      return reply.code(isNew ? 201 : 200).send({ ...summary(row), ...generated })
    }
  )
}

function remove(app: FastifyInstance): void {
  const { store, ocpp } = app
  app.delete<OneChargePoint>(
    '/:identity',
    {
      config: { holder: 'needed', scope: 'charge-points:write', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        ...TAG,
        params: IdentityParams,
        response: { 204: Type.Null({ description: 'Gone' }) },
        operationId: 'deleteChargePoint',
        summary: 'Remove a charge point and close its connection',
        description:
          'Its transactions stay. A charge point that is created again with this identity has them, but no password.'
      }
    },
    async ({ params }, reply) => {
      const isKnown = await store.remove(params.identity)
      const connection = ocpp.chargePoints.get(params.identity)
      connection?.disconnect(POLICY_VIOLATION, 'removed by an operator')
      if (!isKnown && connection === undefined) await store.require(params.identity)
      return reply.code(204).send()
    }
  )
}

function filterOf(query: ListQuery): LiveFilter {
  const {
    limit,
    cursor,
    sort,
    include: _include,
    count: _count,
    format: _format,
    q,
    connected,
    neverConnected,
    enabled,
    provisioned,
    ...exact
  } = query
  return {
    ...exact,
    ...(q !== undefined && { part: q }),
    ...(connected !== undefined && { connected: connected === 'true' }),
    ...(neverConnected !== undefined && { neverConnected: neverConnected === 'true' }),
    ...(enabled !== undefined && { enabled: enabled === 'true' }),
    ...(provisioned !== undefined && { provisioned: provisioned === 'true' })
  }
}
