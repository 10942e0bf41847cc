import type { Selectable } from 'kysely'
import { attributeKey, placeIn, type ReportItem } from '../charge-points/device-model.js'
import type { ReportRequestsTable } from '../database/schema-reports.js'
import { type Change, chunks, held, type Reader, type Scope } from '../events/scope.js'

export type ReportAction =
  | 'NotifyReport'
  | 'NotifyMonitoringReport'
  | 'NotifyCustomerInformation'
  | 'LogStatusNotification'

/** The reports that operators can request. */
export const REPORT_TYPES = [
  'full-inventory',
  'configuration-inventory',
  'summary-inventory',
  'custom',
  'monitoring',
  'customer-information',
  'log'
] as const
export type ReportType = (typeof REPORT_TYPES)[number]

/** The key of a report. Each action has its own request ids. */
export interface ReportKey {
  action: ReportAction
  requestId: number
}

/** One part of a report. */
export interface ReportPart extends ReportKey {
  seqNo: number
  isLast: boolean
  /** The items of the part, without secrets. */
  items?: readonly object[]
  /** Text of customer information. */
  text?: string
}

/** Maximum number of requested reports that are kept per charge point: the latest ones. */
const MAX_KEPT = 5

function where({ chargePointId }: Pick<Scope, 'chargePointId'>, { action, requestId }: ReportKey) {
  return { charge_point_id: chargePointId, action, request_id: requestId }
}

/**
 * Prepares a report that is going to be requested: its items will be kept. An earlier report with this id is deleted.
 */
export function openReport({ type, ...key }: ReportKey & { type: ReportType }): Change {
  return held(async (scope) => {
    const { trx, now } = scope
    await forget(scope, key)
    await forgetOld(scope)
    await trx
      .insertInto('report_requests')
      .values({ ...where(scope, key), type, parts: '[]', created_at: now, updated_at: now })
      .execute()
  })
}

/** Deletes a report whose request failed. */
export function closeReport(key: ReportKey): Change {
  return (scope) => forget(scope, key)
}

async function forget(scope: Scope, key: ReportKey): Promise<void> {
  for (const table of ['report_parts', 'report_requests'] as const) {
    await scope.trx
      .deleteFrom(table)
      .where(({ and }) => and(where(scope, key)))
      .execute()
  }
}

async function forgetOld(scope: Scope): Promise<void> {
  const old = await scope.trx
    .selectFrom('report_requests')
    .select(['action', 'request_id'])
    .where('charge_point_id', '=', scope.chargePointId)
    .where('type', 'is not', null)
    .orderBy('id', 'desc')
    .limit(MAX_KEPT)
    .offset(MAX_KEPT - 1)
    .execute()
  for (const row of old) await forget(scope, { action: row.action as ReportAction, requestId: row.request_id })
}

/** Returns which parts of a report have arrived, and whether it is complete. [2.x B07, B08, N02, N09] */
export function saveReportPart(part: ReportPart): Change {
  return held(async (scope) => {
    const { trx, now } = scope
    const { seqNo, isLast, text } = part
    const known = await find(scope, part)
    const before = known === undefined || isAgain(known, seqNo) ? undefined : known
    const earlier: number[] = before === undefined ? [] : (JSON.parse(before.parts) as number[])
    const isRetry = earlier.includes(seqNo)
    const parts = isRetry ? earlier : [...earlier, seqNo].sort((a, b) => a - b)
    const lastSeqNo = isLast ? seqNo : (before?.last_seq_no ?? null)
    const isComplete = lastSeqNo !== null && parts.length === lastSeqNo + 1
    const values = {
      parts: JSON.stringify(parts),
      last_seq_no: lastSeqNo,
      complete: isComplete ? (1 as const) : (0 as const),
      payload: text === undefined ? null : `${before?.payload ?? ''}${isRetry ? '' : text}`,
      updated_at: now
    }
    await trx
      .insertInto('report_requests')
      .values({ ...where(scope, part), ...values, created_at: now })
      .onConflict((conflict) => conflict.columns(['charge_point_id', 'action', 'request_id']).doUpdateSet(values))
      .execute()
    if (before?.type == null || isRetry) return
    await keep(scope, part)
    if (isComplete) await joined(scope, part, before.type)
  })
}

/** The state of a report, without its items. */
export type ReportHeader = Selectable<ReportRequestsTable>

/**
 * A request id that is used again means another report, unless we chose the id. A part that arrives again is a retry.
 */
function isAgain({ complete, last_seq_no, type }: ReportHeader, seqNo: number): boolean {
  return type === null && complete === 1 && seqNo === 0 && last_seq_no !== 0
}

function find({ trx, chargePointId }: Pick<Scope, 'trx' | 'chargePointId'>, key: ReportKey) {
  return findReport(trx, chargePointId, key)
}

async function keep(scope: Scope, part: ReportPart): Promise<void> {
  await scope.trx
    .insertInto('report_parts')
    .values({ ...where(scope, part), seq_no: part.seqNo, payload: part.text ?? JSON.stringify(part.items ?? []) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Marks a report as complete. */
async function joined(scope: Scope, key: ReportKey, type: string): Promise<void> {
  if (key.action === 'NotifyCustomerInformation') {
    const texts = await partsOf(scope.trx, scope.chargePointId, key)
    await scope.trx
      .updateTable('report_requests')
      .set({ payload: texts.join('') })
      .where(({ and }) => and(where(scope, key)))
      .execute()
  }
  if (type === 'full-inventory' || type === 'configuration-inventory') await forgetVariables(scope, key, type)
}

/**
 * A full inventory lists everything that the charge point has. A configuration inventory lists the variables that can
 * be set.
 */
async function forgetVariables(scope: Scope, key: ReportKey, type: string): Promise<void> {
  const { trx, chargePointId } = scope
  const parts = await partsOf(trx, chargePointId, key)
  const items = parts.flatMap((part) => JSON.parse(part) as (ReportItem | { key: string })[])
  const named = new Set(items.flatMap((item) => ('component' in item ? [attributeKey(item)] : [])))
  // Configuration keys of 1.6, or a charge point that reports nothing.
  if (named.size === 0) return
  const rows = await trx.selectFrom('variables').selectAll().where('charge_point_id', '=', chargePointId).execute()
  const gone = rows.filter(
    (row) =>
      (type === 'full-inventory' || row.mutability !== 'ReadOnly') &&
      !named.has(attributeKey({ ...placeIn(row), attribute: row.attribute }))
  )
  for (const part of chunks(gone)) {
    await trx
      .deleteFrom('variables')
      .where(
        'id',
        'in',
        part.map(({ id }) => id)
      )
      .execute()
  }
}

// --- reading -----------------------------------------------------------------------------------------------------

export function findReport(db: Reader, chargePointId: number, key: ReportKey): Promise<ReportHeader | undefined> {
  return db
    .selectFrom('report_requests')
    .selectAll()
    .where(({ and }) => and(where({ chargePointId }, key)))
    .executeTakeFirst()
}

/** A requested report, or `undefined`. */
export function findAsked(db: Reader, chargePointId: number, requestId: number): Promise<ReportHeader | undefined> {
  return db
    .selectFrom('report_requests')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('request_id', '=', requestId)
    .where('type', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The items of the parts that have arrived, in the order of the report. */
export async function partsOf(db: Reader, chargePointId: number, key: ReportKey): Promise<string[]> {
  const rows = await db
    .selectFrom('report_parts')
    .select('payload')
    .where(({ and }) => and(where({ chargePointId }, key)))
    .orderBy('seq_no')
    .execute()
  return rows.map(({ payload }) => payload)
}

/** The messages of a charge point about an upload: with its request id, or in 1.6 since the request. */
export function uploadProgress(db: Reader, chargePointId: number, { request_id, created_at }: ReportHeader) {
  return db
    .selectFrom('status_reports')
    .select(['status', 'received_at'])
    .where('charge_point_id', '=', chargePointId)
    .where(({ or, and, eb }) =>
      or([
        and([eb('kind', '=', 'log'), eb('request_id', '=', request_id)]),
        and([eb('kind', '=', 'diagnostics'), eb('received_at', '>=', created_at)])
      ])
    )
    .orderBy('id')
    .limit(MAX_PROGRESS)
    .execute()
}

const MAX_PROGRESS = 1_000
