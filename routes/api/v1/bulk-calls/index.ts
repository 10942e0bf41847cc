import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import {
  BulkItemRecord,
  BulkRecord,
  BulkSummary,
  showBulk,
  showItem,
  showSummary
} from '../../../../lib/calls/bulk-records.js'
import { type BulkRow, findBulk, listBulks, listItems } from '../../../../lib/calls/bulk-rows.js'
import type { Reader } from '../../../../lib/events/scope.js'
import { pageOf, readIdCursor, readLimit } from '../../../../lib/http/paging.js'
import { CallRecord, PageParams, pageSchema } from '../../../../lib/http/records.js'
import { missingForAnswer } from '../../../../lib/operators/action-scopes.js'

const ROUTE = { config: { scope: 'charge-points:read' } } as const
const ONE = {
  config: { scope: 'charge-points:read', problems: { 404: { UNKNOWN_BULK_CALL: 'no such bulk call' } } }
} as const
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

/** Answered as a 404 problem. */
class UnknownBulkCallError extends Error {
  readonly statusCode = 404
  readonly code = 'UNKNOWN_BULK_CALL'
}

/** The progress of bulk calls. */
export default async function bulkCalls(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addItems(app)
}

function addList(app: FastifyInstance): void {
  const { db } = app.store
  const { operators } = app
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
      return pageOf(rows, limit, { show: (row) => showSummary(row, operators.mayOf(request)), keyOf: ({ id }) => id })
    }
  )
}

function addRead(app: FastifyInstance): void {
  const { db } = app.store
  const { operators } = app
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
    async (request) => showBulk(db, await find(db, request.params), operators.mayOf(request))
  )
}

function addItems(app: FastifyInstance): void {
  const { db } = app.store
  const { operators } = app
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
      const { id, action } = await find(db, params)
      const missing = missingForAnswer(action, operators.mayOf(request))
      const limit = readLimit(query)
      const { status } = query
      const filter = { behind: readIdCursor(query) ?? 0, limit: limit + 1, ...(status !== undefined && { status }) }
      return pageOf(await listItems(db, id, filter), limit, {
        show: (row) => showItem(row, missing),
        keyOf: (row) => row.id
      })
    }
  )
}

/** @throws UnknownBulkCallError */
async function find(db: Reader, { bulkId }: Params): Promise<BulkRow> {
  const row = await findBulk(db, bulkId)
  if (row === undefined) throw new UnknownBulkCallError(`no bulk call ${bulkId}`)
  return row
}
