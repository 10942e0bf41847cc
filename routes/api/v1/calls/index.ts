import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { AcceptedBulk, BulkResultRecord, DryRunRecord } from '../../../../lib/calls/bulk-records.js'
import { unknownCall } from '../../../../lib/calls/errors.js'
import { CallsQuery, pageOfCalls, showCall } from '../../../../lib/calls/list.js'
import { findCall } from '../../../../lib/calls/rows.js'
import { CallRecord, IdentityParams, pageSchema } from '../../../../lib/http/records.js'
import { BULK_PROBLEMS, BulkBody } from '../../../shared/bulk-body.js'
import { callMany } from '../../../shared/call-many.js'
import { CallHeaders } from '../../../shared/carry-out.js'

const TAG = { tags: ['Calls'] }
const UNKNOWN_CALL = { 404: { UNKNOWN_CALL: 'no such call' } }

const Params = Type.Object({ messageId: Type.String({ minLength: 1, maxLength: 36 }) })
type Params = Static<typeof Params>

const AllCallsQuery = Type.Object(
  { ...CallsQuery.properties, chargePoint: Type.Optional(IdentityParams.properties.identity) },
  { additionalProperties: false }
)

/** Calls to charge points, and bulk calls. */
export default async function calls(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addCancel(app)
  addCreate(app)
}

function addList(app: FastifyInstance): void {
  const { database, store, scopes } = app
  app.get<{ Querystring: Static<typeof AllCallsQuery> }>(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        ...TAG,
        operationId: 'listCalls',
        querystring: AllCallsQuery,
        response: { 200: pageSchema(CallRecord) },
        summary: 'List the calls to all charge points, newest first'
      }
    },
    async (request) => {
      const { chargePoint, ...query } = request.query
      const may = scopes.mayOf(request)
      if (chargePoint === undefined) return pageOfCalls(database.heavy, query, { may })
      const row = await store.find(chargePoint)
      return row === undefined ? { items: [] } : pageOfCalls(database.heavy, query, { may, chargePointId: row.id })
    }
  )
}

function addRead(app: FastifyInstance): void {
  const { store, scopes } = app
  app.get<{ Params: Params }>(
    '/:messageId',
    {
      config: { scope: 'charge-points:read', problems: UNKNOWN_CALL },
      schema: {
        ...TAG,
        operationId: 'getCall',
        params: Params,
        response: { 200: CallRecord },
        summary: 'Show a call',
        description: 'By its message id, which the answer or the problem of the call contains.'
      }
    },
    async (request) => {
      const { messageId } = request.params
      const row = await findCall(store.db, messageId)
      if (row === undefined) throw unknownCall(messageId)
      return showCall(row, scopes.mayOf(request))
    }
  )
}

function addCancel(app: FastifyInstance): void {
  const { store, scopes } = app
  app.delete<{ Params: Params }>(
    '/:messageId',
    {
      config: {
        scope: 'calls:write',
        problems: { ...UNKNOWN_CALL, 409: { NOT_CANCELLABLE: 'the call does not wait for its charge point any more' } }
      },
      schema: {
        ...TAG,
        operationId: 'cancelCall',
        params: Params,
        response: { 200: CallRecord },
        summary: 'Cancel a call that waits until its charge point connects',
        description: 'A call that was sent cannot be cancelled: 409.'
      }
    },
    async (request) => {
      const { messageId } = request.params
      await app.offlineCalls.cancel(messageId)
      const row = await findCall(store.db, messageId)
      if (row === undefined) throw unknownCall(messageId)
      return showCall(row, scopes.mayOf(request))
    }
  )
}

function addCreate(app: FastifyInstance): void {
  app.post<{ Body: BulkBody }>(
    '/',
    {
      config: { scope: 'calls:write', audit: false, idempotent: true, problems: BULK_PROBLEMS },
      schema: {
        ...TAG,
        operationId: 'callMany',
        headers: CallHeaders,
        body: BulkBody,
        response: { 200: Type.Union([BulkResultRecord, DryRunRecord]), 202: AcceptedBulk },
        summary: 'Send one call to many charge points',
        description:
          'Calls at most 10 000 charge points that are named or that a filter matches, each in its own version of OCPP. ' +
          'Answers when all calls have ended, or at once with `Prefer: respond-async`.'
      }
    },
    (request, reply) => callMany(app, request, reply)
  )
}
