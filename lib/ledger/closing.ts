import type { Transaction } from 'kysely'
import type { Schema } from '../database/schema.js'
import { ProblemError } from '../problem-error.js'
import { type BookingScope, noteOver } from './booking.js'
import { type ByHand, byHandOf, meterByHand } from './by-hand.js'
import { isAfter, type Moment, timeOf, untimedEvidence } from './clock.js'
import { REOPENED } from './event.js'
import { closedData, reopenedData } from './event-data.js'
import { meterAtEnd, toldStop } from './meter.js'
import { bootsOf } from './namesakes.js'
import { observedOf } from './observed.js'
import { forgetReceipt } from './pending-receipts.js'
import type { TransactionRow } from './queries.js'
import * as queries from './queries.js'
import { doubtProfiles, dropDisplayMessages } from './sequels.js'
import { durationUntil, totalsOf } from './totals.js'
import { recordCost } from './transaction-costs.js'
import type { ClosedReason } from './types.js'

// The back-end closes transactions that their charge points never end.

/** The transactions to close, and the reason. */
export interface Closing {
  isOver: (row: TransactionRow) => boolean
  reason: ClosedReason
  /** Time of the reason, by the clock of the charge point. Absent if the evidence has no timestamp. */
  timestamp?: number
  /** When the evidence arrived, in epoch milliseconds by our clock. Default: the time of the commit. */
  receivedAt?: number | ((row: TransactionRow) => number)
}

/** Closes those of the rows that have ended. */
export async function closeWhere(
  scope: BookingScope,
  { rows, isOver, reason, timestamp, receivedAt = scope.now }: Closing & { rows: readonly TransactionRow[] }
): Promise<TransactionRow[]> {
  const { known, tell } = scope
  const over: TransactionRow[] = []
  for (const row of rows.filter(isOver)) {
    const at = typeof receivedAt === 'number' ? receivedAt : receivedAt(row)
    const closed = await close(scope, row, { reason, timestamp, receivedAt: at })
    if (closed === undefined) continue
    noteOver(known, row)
    over.push(row)
    tell('transaction', closedData(closed))
  }
  return over
}

interface CloseOptions {
  reason: ClosedReason
  timestamp: number | undefined
  receivedAt: number
}

async function close(
  scope: BookingScope,
  row: TransactionRow,
  { reason, timestamp, receivedAt }: CloseOptions
): Promise<TransactionRow | undefined> {
  const { trx, now } = scope
  const sign = await queries.lastSignOf(trx, row)
  // The transaction has ended, and no message waits to be sent: later messages are new ones.
  const untimed = reason === 'NotOngoing' && sign !== undefined ? sign : untimedEvidence(sign, receivedAt)
  // Readings that came with the boot are later than the boot: the transaction goes on.
  if (reason === 'Rebooted' && sign !== undefined && isAfter(sign, untimed)) return undefined
  const closed = await queries.updateTransaction(trx, row, {
    ...(await totalsAt(trx, row, { end: sign ?? { timestamp: row.start_timestamp ?? now, receivedAt: now } })),
    status: 'closed',
    closed_reason: reason,
    closed_timestamp: timestamp ?? untimed.timestamp,
    ended_at: now,
    updated_at: now
  })
  // What a boot leaves of the profiles is asked afterwards.
  if (reason !== 'Rebooted') await doubtProfiles(trx, row)
  await dropDisplayMessages(trx, row)
  await recordCost(scope, closed)
  return closed
}

/**
 * Closes an open transaction as an operator says. What the charge point says later counts more.
 *
 * @throws `IMPOSSIBLE_END`
 */
export async function closeByHand(scope: BookingScope, row: TransactionRow, by: ByHand): Promise<TransactionRow> {
  const { trx, known, now, tell } = scope
  const sign = await queries.lastSignOf(trx, row)
  const told = { ...row, closed_by: JSON.stringify(by) }
  const end = sign ?? { timestamp: row.start_timestamp ?? now, receivedAt: now }
  checkEnd(row, by, now)
  const totals = await totalsAt(trx, told, { end, closedAt: now })
  if (totals.meter_start !== null && by.meterStop !== undefined && by.meterStop < totals.meter_start) {
    throw impossibleEnd(
      '/meterStop',
      `meterStop must not be below the meter at the start, which was ${totals.meter_start} Wh`
    )
  }
  const closed = await queries.updateTransaction(trx, row, {
    ...totals,
    status: 'closed',
    closed_reason: 'Operator',
    closed_by: told.closed_by,
    closed_timestamp: untimedEvidence(sign, now).timestamp,
    ended_at: now,
    updated_at: now
  })
  await doubtProfiles(trx, row)
  await dropDisplayMessages(trx, row)
  noteOver(known, row)
  await recordCost(scope, closed)
  tell('transaction', closedData(closed))
  return closed
}

function checkEnd({ start_timestamp, created_at }: TransactionRow, { endedAt }: ByHand, now: number): void {
  if (endedAt === undefined) return
  const start = timeOf({ timestamp: start_timestamp ?? created_at, receivedAt: created_at })
  if (endedAt < start) throw impossibleEnd('/endedAt', 'endedAt must not be before the start of the transaction')
  if (endedAt > now) throw impossibleEnd('/endedAt', 'endedAt must not be in the future')
}

function impossibleEnd(pointer: string, message: string): ProblemError {
  return new ProblemError(422, 'IMPOSSIBLE_END', message, { pointer })
}

/** Reopens a closed transaction, because it continues. */
export async function reopen(scope: BookingScope, row: TransactionRow): Promise<TransactionRow> {
  const { trx, known, now, tell } = scope
  const { count: boots } = await bootsOf(trx, row.charge_point_id)
  const open = await queries.updateTransaction(trx, row, { ...REOPENED, boots, updated_at: now })
  await forgetReceipt(scope, row.id)
  known.mayHaveOpen = true
  known.over?.delete(row.transaction_id)
  tell('transaction', reopenedData(open))
  return open
}

/** A transaction that the back-end closed stays closed, with the values that arrived since then. */
export async function settle(scope: BookingScope, row: TransactionRow): Promise<TransactionRow> {
  const { trx, now } = scope
  const sign = await queries.lastSignOf(trx, row)
  if (sign === undefined) return row
  const totals = await totalsAt(trx, row, { end: sign, closedAt: row.ended_at ?? now })
  const settled = await queries.updateTransaction(trx, row, { ...totals, updated_at: now })
  await recordCost(scope, settled)
  return settled
}

/** An end by a StopTransaction without a meter reading, with the values that were measured since then. */
export async function settleEnded(scope: BookingScope, row: TransactionRow): Promise<TransactionRow> {
  const { trx, now } = scope
  const told = await toldStop(trx, row)
  if (told === undefined) return row
  const { start, stop, energy } = await meterAtEnd(trx, row, told ?? undefined)
  const observed = await observedOf(trx, row)
  const totals = totalsOf(row, { energy, duration: row.duration, meterStart: start, isFinal: true, observed })
  if (totals.energy_wh === row.energy_wh) return row
  const change = { ...totals, meter_start: start, meter_stop: stop, updated_at: now }
  const settled = await queries.updateTransaction(trx, row, change)
  await recordCost(scope, settled)
  return settled
}

/**
 * The totals at the latest reading; the end is the time of the latest message about the transaction. What an operator
 * knows of the end takes precedence.
 */
async function totalsAt(
  trx: Transaction<Schema>,
  row: TransactionRow,
  { end: last, closedAt = 0 }: { end: Moment; closedAt?: number }
) {
  const { endedAt } = byHandOf(row) ?? {}
  const end = endedAt === undefined ? last : { timestamp: endedAt, receivedAt: closedAt }
  const { start, stop, energy } = meterByHand(row, await meterAtEnd(trx, row))
  const observed = await observedOf(trx, row)
  const use = { energy, duration: durationUntil(row, end), meterStart: start, isFinal: true, observed }
  const totals = totalsOf(row, use)
  return { ...totals, meter_start: start, meter_stop: stop, end_timestamp: end.timestamp }
}
