import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { ALL_PROTOCOLS } from 'fastify-ocpp'
import { CONNECTOR_STATUSES } from '../../../../lib/charge-points/connectors.js'
import { generatePassword } from '../../../../lib/charge-points/credential.js'
import { type LiveFilter, listLive, liveSummary, readPosition } from '../../../../lib/charge-points/live.js'
import { listMessages, showMessage } from '../../../../lib/charge-points/messages.js'
import { CHARGE_POINT_ORDERS, type ChargePointOrder, type Provision } from '../../../../lib/charge-points/rows.js'
import { readState, summary } from '../../../../lib/charge-points/state.js'
import { pageOf, readIdCursor, readLimit } from '../../../../lib/http/paging.js'
import {
  ChargePointBody,
  ChargePointRecord,
  IdentityParams,
  LiveChargePointRecord,
  MessageRecord,
  oneOf,
  PageParams,
  ProvisionedRecord,
  pageSchema,
  StateRecord
} from '../../../../lib/http/records.js'
import { UNKNOWN_CHARGE_POINT } from '../../../../lib/openapi/problems.js'
import { scopesOfAction, visibleActions } from '../../../../lib/operators/action-scopes.js'
import { knownOf } from '../../../../lib/traits/book.js'
import { checkTraits, ownTraits } from '../../../../lib/traits/traits.js'

const TAG = { tags: ['ChargePoints'] }
const READ_ONE = { scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT } as const

const YES_OR_NO = ['true', 'false'] as const

const ListQuery = Type.Object(
  {
    ...PageParams,
    connected: Type.Optional(oneOf(YES_OR_NO, 'Whether it is connected now')),
    status: Type.Optional(oneOf(CONNECTOR_STATUSES, 'Of some connector, in the words of its version')),
    q: Type.Optional(
      Type.String({ maxLength: 256, description: 'Part of the identity, vendor, model, serial number or notes' })
    ),
    protocol: Type.Optional(oneOf(ALL_PROTOCOLS, 'With which it connected last')),
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
        description: 'Default identity; the other way round with -. What never was comes first'
      })
    )
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

const MessagesQuery = Type.Object(
  { ...PageParams, action: Type.Optional(Type.String({ maxLength: 64 })) },
  { additionalProperties: false }
)

/** Close code of a connection that is not welcome any more. [RFC 6455 §7.4.1] */
const POLICY_VIOLATION = 1008
/** Ids are below. */
const NEWEST = Number.MAX_SAFE_INTEGER

/** Answered as a 422 problem. */
class TwoPasswordsError extends Error {
  readonly statusCode = 422
  readonly code = 'TWO_PASSWORDS'
}

/** What is wanted, with a password if one is to be made. */
function withPassword({ generatePassword: isWanted, ...wanted }: ChargePointBody) {
  if (isWanted !== true) return { wanted: wanted as Provision }
  if (wanted.password !== undefined) throw new TwoPasswordsError('give password or generatePassword')
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
  listOwnMessages(app)
}

function list(app: FastifyInstance): void {
  const { store, ocpp } = app
  app.get<{ Querystring: ListQuery }>(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        ...TAG,
        operationId: 'listChargePoints',
        querystring: ListQuery,
        response: { 200: pageSchema(LiveChargePointRecord) },
        summary: 'List the known charge points, connected or not'
      }
    },
    async ({ query }) => {
      const order = query.sort ?? 'identity'
      const behind = readPosition(query, order)
      return listLive(store.db, ocpp.chargePoints, {
        filter: filterOf(query),
        order,
        limit: readLimit(query),
        ...(behind !== undefined && { behind })
      })
    }
  )
}

function show(app: FastifyInstance): void {
  const { store, ocpp, traits } = app
  app.get<OneChargePoint>(
    '/:identity',
    {
      config: READ_ONE,
      schema: {
        ...TAG,
        operationId: 'getChargePoint',
        params: IdentityParams,
        response: { 200: LiveChargePointRecord },
        summary: 'Look at a charge point'
      }
    },
    async ({ params }) => {
      const live = ocpp.chargePoints.get(params.identity)
      const [row] = await Promise.all([store.require(params.identity), traits.models.refresh()])
      // A boot that was refused is not stored, and its connection knows the charger model all the same.
      const appliedTraits = live === undefined ? traits.book.applied(knownOf(row)) : traits.book.appliedTo(live)
      return {
        ...liveSummary(row, live),
        ...(live && { violations: [...live.violations] }),
        appliedTraits
      }
    }
  )
}

function showState(app: FastifyInstance): void {
  const { store, ocpp, operators } = app
  app.get<OneChargePoint>(
    '/:identity/state',
    {
      config: READ_ONE,
      schema: {
        ...TAG,
        params: IdentityParams,
        response: { 200: StateRecord },
        operationId: 'getChargePointState',
        summary: 'All that is stored of a charge point, by block',
        description:
          'Of histories the latest 50. What its scope is missing for is left out: `transactions` and `readings` without ' +
          '`transactions:read`, `reservations` and `localList` without `id-tokens:read`, and `notifications` and ' +
          '`reports` of actions that need one of them.'
      }
    },
    async (request) => {
      const row = await store.require(request.params.identity)
      const state = await readState(store.db, row, operators.mayOf(request))
      return { ...state, connected: ocpp.chargePoints.has(row.identity) }
    }
  )
}

function put(app: FastifyInstance): void {
  const { store, ocpp, traits } = app
  app.put<OneChargePoint & { Body: ChargePointBody }>(
    '/:identity',
    {
      config: {
        scope: 'charge-points:write',
        problems: {
          422: {
            TWO_PASSWORDS: 'both password and generatePassword are given',
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
          'What is left out stays as it is. It holds from the next connection on, `registration` from the next boot, `traits` at once.'
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
      config: { scope: 'charge-points:write', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        ...TAG,
        params: IdentityParams,
        response: { 204: Type.Null({ description: 'Gone' }) },
        operationId: 'deleteChargePoint',
        summary: 'Remove a charge point and close its connection',
        description: 'Its transactions stay. It comes back, without password, when it is created again.'
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

function listOwnMessages(app: FastifyInstance): void {
  const { store, operators } = app
  app.get<OneChargePoint & { Querystring: Static<typeof MessagesQuery> }>(
    '/:identity/messages',
    {
      config: READ_ONE,
      schema: {
        ...TAG,
        params: IdentityParams,
        querystring: MessagesQuery,
        response: { 200: pageSchema(MessageRecord) },
        operationId: 'listMessages',
        summary: 'List the OCPP messages of a charge point, newest first',
        description:
          'Without secrets; id tokens are shortened. Empty when the setting MESSAGE_LOG is off. Messages of actions that ' +
          'tell of transactions or id tokens need `transactions:read` or `id-tokens:read` as well: without it they are ' +
          'left out, and 403 when asked for by `action`.'
      }
    },
    async (request, reply) => {
      const { params, query } = request
      const { id: chargePointId } = await store.require(params.identity)
      const limit = readLimit(query)
      const { action } = query
      for (const scope of action === undefined ? [] : scopesOfAction(action)) operators.demand(request, reply, scope)
      const before = readIdCursor(query) ?? NEWEST
      const visible = action === undefined ? visibleActions(operators.mayOf(request)) : undefined
      const filter = { chargePointId, before, limit: limit + 1, visible, ...(action !== undefined && { action }) }
      return pageOf(await listMessages(store.db, filter), limit, { show: showMessage, keyOf: ({ id }) => id })
    }
  )
}

function filterOf(query: ListQuery): LiveFilter {
  const { limit, cursor, sort, q, connected, enabled, provisioned, ...exact } = query
  return {
    ...exact,
    ...(q !== undefined && { part: q }),
    ...(connected !== undefined && { connected: connected === 'true' }),
    ...(enabled !== undefined && { enabled: enabled === 'true' }),
    ...(provisioned !== undefined && { provisioned: provisioned === 'true' })
  }
}
