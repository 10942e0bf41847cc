import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import {
  BulkItemRecord,
  BulkRecord,
  BulkSummary,
  missingForItems,
  showBulk,
  showItem,
  showSummary
} from '../../../../lib/calls/bulk-records.js'
import { type BulkRow, findBulk, listBulks, listItems } from '../../../../lib/calls/bulk-rows.js'
import { unknownBulkCall } from '../../../../lib/calls/errors.js'
import type { Reader } from '../../../../lib/events/scope.js'
import { pageOf, readIdCursor, readLimit } from '../../../../lib/http/paging.js'
import { CallRecord, PageParams, pageSchema } from '../../../../lib/http/records.js'
import { together } from '../../../../lib/openapi/problems.js'

const ROUTE = { config: { scope: 'charge-points:read' } } as const
const UNKNOWN_BULK_CALL = { 404: { UNKNOWN_BULK_CALL: 'no such bulk call' } }
const ONE = { config: { scope: 'charge-points:read', problems: UNKNOWN_BULK_CALL } } as const
const TAG = { tags: ['Calls'] }
/** Higher than any id. */
const NEWEST = Number.MAX_SAFE_INTEGER

const Params = Type.Object({ bulkId: Type.String({ minLength: 1, maxLength: 36 }) })
type Params = Static<typeof Params>
const ListQuery = Type.Object(PageParams, { additionalProperties: false })
const ItemsQuery = Type.Object(
  { ...PageParams, status: Type.Optional(CallRecord.properties.status) },
  { additionalProperties: false }
)

/** The progress of bulk calls. */
export default async function bulkCalls(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addItems(app)
  addStop(app)
}

function addList(app: FastifyInstance): void {
  const { db } = app.store
  const { scopes } = app
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/',
    {
      ...ROUTE,
      schema: {
        ...TAG,
        operationId: 'listBulkCalls',
        querystring: ListQuery,
        response: { 200: pageSchema(BulkSummary) },
        summary: 'List the bulk calls, newest first'
      }
    },
    async (request) => {
      const { query } = request
      const limit = readLimit(query)
      const rows = await listBulks(db, { before: readIdCursor(query) ?? NEWEST, limit: limit + 1 })
      return pageOf(rows, limit, { show: (row) => showSummary(row, scopes.mayOf(request)), keyOf: ({ id }) => id })
    }
  )
}

function addRead(app: FastifyInstance): void {
  const { db } = app.store
  const { scopes } = app
  app.get<{ Params: Params }>(
    '/:bulkId',
    {
      ...ONE,
      schema: {
        ...TAG,
        operationId: 'getBulkCall',
        params: Params,
        response: { 200: BulkRecord },
        summary: 'Show the progress of a bulk call'
      }
    },
    async (request) => showBulk(db, await find(db, request.params), scopes.mayOf(request))
  )
}

function addItems(app: FastifyInstance): void {
  const { db } = app.store
  const { scopes } = app
  app.get<{ Params: Params; Querystring: Static<typeof ItemsQuery> }>(
    '/:bulkId/items',
    {
      ...ONE,
      schema: {
        ...TAG,
        operationId: 'listBulkCallItems',
        params: Params,
        querystring: ItemsQuery,
        response: { 200: pageSchema(BulkItemRecord) },
        summary: 'List the outcome of a bulk call for each charge point'
      }
    },
    async (request) => {
      const { params, query } = request
      const bulk = await find(db, params)
      const may = scopes.mayOf(request)
      const missing = missingForItems(bulk, may)
      const limit = readLimit(query)
      const { status } = query
      const filter = { behind: readIdCursor(query) ?? 0, limit: limit + 1, ...(status !== undefined && { status }) }
      return pageOf(await listItems(db, bulk.id, filter), limit, {
        show: (row) => showItem(row, may, missing),
        keyOf: (row) => row.id
      })
    }
  )
}

function addStop(app: FastifyInstance): void {
  const { db } = app.store
  const { scopes, bulkCalls } = app
  app.delete<{ Params: Params }>(
    '/:bulkId',
    {
      config: {
        scope: 'calls:write',
        problems: together(UNKNOWN_BULK_CALL, {
          409: { BULK_CALL_OVER: 'all calls were sent or have ended, and none waits for its charge point' }
        })
      },
      schema: {
        ...TAG,
        operationId: 'stopBulkCall',
        params: Params,
        response: { 200: BulkRecord },
        summary: 'Stop a bulk call',
        description:
          'Cancels the calls that were not sent, also those that wait for their charge point. Calls that were sent go on: ' +
          'the bulk call is `stopping` until they have ended, then `stopped`.'
      }
    },
    async (request) => {
      await bulkCalls.cancel(request.params.bulkId)
      return showBulk(db, await find(db, request.params), scopes.mayOf(request))
    }
  )
}

/** @throws `UNKNOWN_BULK_CALL` */
async function find(db: Reader, { bulkId }: Params): Promise<BulkRow> {
  const row = await findBulk(db, bulkId)
  if (row === undefined) throw unknownBulkCall(bulkId)
  return row
}
