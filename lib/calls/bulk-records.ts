import { Type } from '@sinclair/typebox'
import { type Columns, type Json, toJson } from '../database/json.js'
import type { CallStatus } from '../database/schema-operators.js'
import type { Reader } from '../events/scope.js'
import { CallRecord, withheld } from '../http/records.js'
import { missingScopes } from '../operators/action-scopes.js'
import type { May, OperatorScope } from '../operators/scopes.js'
import { type BulkRow, countItems, type ItemRow, listItems } from './bulk-rows.js'

/** Items in one read from the database. */
const BATCH = 500
/** Maximum length of all results in one answer, in characters. Further results are left out; `/calls` shows them. */
const MAX_RESULTS = 8_000_000

const Problem = Type.Object({}, { additionalProperties: true, description: 'Problem details, RFC 9457' })

/** The outcome of a bulk call for one charge point. */
export const BulkItemRecord = Type.Object({
  identity: Type.String(),
  messageId: Type.Optional(Type.String({ description: 'Message id of the call, when one was made' })),
  status: CallRecord.properties.status,
  withheld,
  result: Type.Optional(Type.Unknown({ description: "The charge point's answer, without secrets" })),
  problem: Type.Optional(Problem)
})

/** A bulk call. */
export const BulkSummary = Type.Object({
  bulkId: Type.String(),
  action: Type.String(),
  withheld,
  request: Type.Optional(Type.Unknown({ description: 'Payload of the call, without secrets' })),
  operator: Type.String(),
  status: Type.Unsafe<BulkRow['status']>({
    type: 'string',
    enum: ['running', 'completed', 'interrupted'],
    description: 'interrupted: the process ended before all calls were sent; the others are cancelled'
  }),
  createdAt: Type.String({ format: 'date-time' }),
  endedAt: Type.Optional(Type.String({ format: 'date-time' }))
})

/** The progress of a bulk call. */
export const BulkRecord = Type.Object({
  ...BulkSummary.properties,
  total: Type.Integer({ description: 'Number of charge points' }),
  counts: Type.Object(
    {},
    { additionalProperties: Type.Integer(), description: 'Number of charge points by status of their call' }
  )
})

export const AcceptedBulk = Type.Object(
  { bulkId: Type.String(), total: Type.Integer(), status: Type.Literal('running') },
  { description: '`Location` is the address of the bulk call, which shows its progress' }
)

export const BulkResultRecord = Type.Object({ ...BulkRecord.properties, items: Type.Array(BulkItemRecord) })

/** The charge points that would be called. */
export const DryRunRecord = Type.Object({
  dryRun: Type.Literal(true),
  action: Type.String(),
  total: Type.Integer(),
  identities: Type.Array(Type.String())
})

const COLUMNS: Columns<BulkRow> = {
  id: 'hidden',
  bulk_id: 'value',
  operator: 'value',
  action: 'value',
  request: 'json',
  status: 'value',
  run_id: 'hidden',
  created_at: 'time',
  ended_at: 'time'
}

/** Without the members that need a scope which the operator lacks. */
export function showSummary(row: BulkRow, may: May): Json {
  const { request, ...shown } = toJson(row, COLUMNS)
  const missing = missingScopes(row.action, may)
  return missing.length === 0 ? { ...shown, request } : { ...shown, withheld: missing }
}

export async function showBulk(db: Reader, row: BulkRow, may: May): Promise<Json> {
  const counts = await countItems(db, row.id)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return { ...showSummary(row, may), total, counts }
}

/** @param missing the scopes that the operator lacks for the answers */
export function showItem(row: ItemRow, missing: readonly OperatorScope[] = []): Json {
  const { identity, message_id, call_id, status, response, problem } = row
  const item = { identity, ...(call_id !== null && { messageId: message_id }), status }
  if (missing.length > 0) return { ...item, withheld: missing }
  return {
    ...item,
    ...(response !== null && { result: JSON.parse(response) }),
    ...(problem !== null && { problem: JSON.parse(problem) })
  }
}

export interface ItemsPage {
  behind: number
  limit: number
  status?: CallStatus
}

/** All charge points of a bulk call. Results beyond `MAX_RESULTS` are left out. */
export async function showItems(db: Reader, { id }: BulkRow): Promise<Json[]> {
  const shown: Json[] = []
  let room = MAX_RESULTS
  for (let behind = 0; ; ) {
    const rows = await listItems(db, id, { behind, limit: BATCH })
    for (const row of rows) {
      room -= row.response?.length ?? 0
      shown.push(showItem(room < 0 ? { ...row, response: null } : row))
    }
    behind = rows.at(-1)?.id ?? behind
    if (rows.length < BATCH) return shown
  }
}
