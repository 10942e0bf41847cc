import { type Static, Type } from '@sinclair/typebox'
import { type Columns, type Json, toJson } from '../database/json.js'
import { inSeconds } from '../date-time.js'
import type { Reader } from '../events/scope.js'
import { invalidCursor, type Page, pageOf, readCursor, readLimit, readTime } from '../http/paging.js'
import { CallRecord, momentParam, PageParams } from '../http/records.js'
import { missingForAnswer, missingScopes } from '../operators/action-scopes.js'
import type { May } from '../operators/scopes.js'
import { type CallFilter, type CallPosition, type CallRow, listCalls } from './rows.js'
import { showStart } from './start-rows.js'

/** The filters of every list of calls. */
export const CallsQuery = Type.Object(
  {
    ...PageParams,
    action: Type.Optional(Type.String({ maxLength: 64 })),
    status: Type.Optional(CallRecord.properties.status),
    operator: Type.Optional(Type.String({ maxLength: 255, description: 'Name of the token that made the call' })),
    from: momentParam('Only calls that were requested at this time or later'),
    to: momentParam('Only calls that were requested before this time')
  },
  { additionalProperties: false }
)
export type CallsQuery = Static<typeof CallsQuery>

/**
 * A page of calls, newest first.
 *
 * @throws `INVALID_QUERY`
 */
export async function pageOfCalls(
  db: Reader,
  query: CallsQuery,
  { may, chargePointId }: { may: May; chargePointId?: number }
): Promise<Page<Json>> {
  const limit = readLimit(query)
  const behind = readPosition(query)
  const { action, status, operator, from, to } = query
  const filter: CallFilter = {
    limit: limit + 1,
    ...(behind && { behind }),
    ...(chargePointId !== undefined && { chargePointId }),
    ...(action !== undefined && { action }),
    ...(status !== undefined && { status }),
    ...(operator !== undefined && { operator }),
    ...(from !== undefined && { from: readTime('from', from) }),
    ...(to !== undefined && { to: readTime('to', to) })
  }
  return pageOf(await listCalls(db, filter), limit, {
    show: (row) => showCall(row, may),
    keyOf: ({ created_at, id }) => `${created_at}.${id}`
  })
}

const COLUMNS: Columns<CallRow> = {
  id: 'hidden',
  charge_point_id: 'hidden',
  message_id: 'value',
  protocol: 'value',
  action: 'value',
  status: 'value',
  request: 'json',
  response: 'json',
  error_code: 'value',
  error_description: 'value',
  error_details: 'json',
  operator: 'value',
  idempotency_key: 'value',
  created_at: 'time',
  expires_at: 'time',
  sent_at: 'time',
  answered_at: 'time',
  // Shown in seconds.
  duration: 'hidden',
  identity: 'value',
  start_outcome: 'hidden',
  start_id: 'hidden',
  start_transaction_id: 'hidden',
  start_id_token: 'hidden'
}

/** A call as an operator may see it: members that need a scope which the operator lacks are left out. */
export function showCall(row: CallRow, may: May): Json {
  const call: Json = {
    ...toJson(row, COLUMNS),
    ...(row.duration !== null && { duration: inSeconds(row.duration) }),
    ...showStart(row, may)
  }
  const missing = missingScopes(row.action, may)
  if (missing.length === 0) return call
  const { request: _, response, errorDescription, errorDetails, ...rest } = call
  const isAnswerOpen = missingForAnswer(row.action, may).length === 0
  const answer = { response, errorDescription, errorDetails }
  return { ...rest, ...(isAnswerOpen && answer), withheld: missing }
}

function readPosition(query: CallsQuery): CallPosition | undefined {
  const key = readCursor(query)
  if (key === undefined) return undefined
  const [, createdAt, id] = /^(\d{1,15})\.(\d{1,15})$/.exec(key) ?? []
  if (createdAt === undefined) throw invalidCursor()
  return { createdAt: Number(createdAt), id: Number(id) }
}
