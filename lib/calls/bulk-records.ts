import { Type } from '@sinclair/typebox'
import { type Columns, type Json, toJson } from '../database/json.js'
import type { CallStatus } from '../database/schema-operators.js'
import type { Reader } from '../events/scope.js'
import { CallRecord, StartRecord, withheld } from '../http/records.js'
import { missingForAnswer, missingForOperation, missingScopes } from '../operators/action-scopes.js'
import type { May, OperatorScope } from '../operators/scopes.js'
import { type BulkRow, countItems, type ItemRow, listItems } from './bulk-rows.js'
import { showStart } from './start-rows.js'

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
  outcome: Type.Optional(
    Type.Object(
      {},
      { additionalProperties: true, description: 'Of an operation: its answer, as for a single charge point' }
    )
  ),
  start: Type.Optional(StartRecord),
  problem: Type.Optional(Problem)
})

/** A bulk call. */
export const BulkSummary = Type.Object({
  bulkId: Type.String(),
  kind: Type.Unsafe<BulkRow['kind']>({
    type: 'string',
    enum: ['call', 'operation'],
    description: 'Whether an OCPP call or an operation goes to the charge points'
  }),
  action: Type.String({ description: 'Action of the call, or name of the operation' }),
  withheld,
  request: Type.Optional(
    Type.Unknown({ description: 'Payload of the call, or body of the operation, without secrets' })
  ),
  operator: Type.String(),
  status: Type.Unsafe<BulkRow['status']>({
    type: 'string',
    enum: ['running', 'stopping', 'completed', 'stopped', 'interrupted'],
    description:
      'stopping: an operator has stopped it, and calls that were sent are still waited for; stopped: these have ended, too; interrupted: the process ended before all calls were sent. The calls that were not sent are cancelled'
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
  action: Type.String({ description: 'Action of the call, or name of the operation' }),
  total: Type.Integer(),
  identities: Type.Array(Type.String())
})

const COLUMNS: Columns<BulkRow> = {
  id: 'hidden',
  bulk_id: 'value',
  operator: 'value',
  kind: 'value',
  action: 'value',
  request: 'json',
  status: 'value',
  run_id: 'hidden',
  created_at: 'time',
  ended_at: 'time'
}

/** The scopes that the operator lacks for the answers. */
export function missingForItems({ kind, action }: BulkRow, may: May): OperatorScope[] {
  return (kind === 'call' ? missingForAnswer : missingForOperation)(action, may)
}

/** The bulk call without the members that need a scope which the operator lacks. */
export function showSummary(row: BulkRow, may: May): Json {
  const { request, ...shown } = toJson(row, COLUMNS)
  const missing = (row.kind === 'call' ? missingScopes : missingForOperation)(row.action, may)
  return missing.length === 0 ? { ...shown, request } : { ...shown, withheld: missing }
}

export async function showBulk(db: Reader, row: BulkRow, may: May): Promise<Json> {
  const counts = await countItems(db, row.id)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return { ...showSummary(row, may), total, counts }
}

/** @param missing the scopes that the operator lacks for the answers */
export function showItem(row: ItemRow, may: May, missing: readonly OperatorScope[] = []): Json {
  const { identity, message_id, call_id, status, response, problem, outcome } = row
  const item = { identity, ...(call_id !== null && { messageId: message_id }), status, ...showStart(row, may) }
  if (missing.length > 0) return { ...item, withheld: missing }
  return {
    ...item,
    // The answer to the first call of an operation is in its outcome.
    ...(response !== null && outcome === null && { result: JSON.parse(response) }),
    ...(outcome !== null && { outcome: JSON.parse(outcome) }),
    ...(problem !== null && { problem: JSON.parse(problem) })
  }
}

export interface ItemsPage {
  behind: number
  limit: number
  status?: CallStatus
}

/** All charge points of a bulk call. Results beyond `MAX_RESULTS` are left out. */
export async function showItems(db: Reader, { id }: BulkRow, may: May): Promise<Json[]> {
  const shown: Json[] = []
  let room = MAX_RESULTS
  for (let behind = 0; ; ) {
    const rows = await listItems(db, id, { behind, limit: BATCH })
    for (const row of rows) {
      room -= (row.outcome ?? row.response ?? '').length
      shown.push(showItem(room < 0 ? { ...row, response: null, outcome: null } : row, may))
    }
    behind = rows.at(-1)?.id ?? behind
    if (rows.length < BATCH) return shown
  }
}
