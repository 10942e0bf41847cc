import type { Transaction } from 'kysely'
import type { Schema } from '../database/schema.js'
import { type BookingScope, noteOver } from './booking.js'
import { isAfter, type Moment, untimedEvidence } from './clock.js'
import { REOPENED } from './event.js'
import { closedData, reopenedData } from './event-data.js'
import { meterAtEnd, toldStop } from './meter.js'
import type { TransactionRow } from './queries.js'
import * as queries from './queries.js'
import { dropDisplayMessages, dropProfiles } from './sequels.js'
import { durationUntil, totalsOf } from './totals.js'
import type { ClosedReason } from './types.js'

// Transactions that we close, because the charge point never ends them.

/** Which transactions are over, and why. */
export interface Closing {
  isOver: (row: TransactionRow) => boolean
  reason: ClosedReason
  /** When that happened, by the clock of the charge point. Absent: the evidence has no timestamp. */
  timestamp?: number
  /** When the evidence arrived, in epoch milliseconds by our clock. Default: the time of the commit. */
  receivedAt?: number
}

/** Closes those of the rows that are over. */
export async function closeWhere(
  { trx, known, now, tell }: BookingScope,
  { rows, isOver, reason, timestamp, receivedAt = now }: Closing & { rows: readonly TransactionRow[] }
): Promise<TransactionRow[]> {
  const over: TransactionRow[] = []
  for (const row of rows.filter(isOver)) {
    const closed = await close(trx, row, { reason, timestamp, receivedAt, now })
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
  now: number
}

async function close(
  trx: Transaction<Schema>,
  row: TransactionRow,
  { reason, timestamp, receivedAt, now }: CloseOptions
): Promise<TransactionRow | undefined> {
  const sign = await queries.lastSignOf(trx, row)
  // It is over, and nothing waits to be sent: what comes later tells something new.
  const untimed = reason === 'NotOngoing' && sign !== undefined ? sign : untimedEvidence(sign, receivedAt)
  // Readings that came with the boot are later than the boot: the transaction goes on.
  if (reason === 'Rebooted' && sign !== undefined && isAfter(sign, untimed)) return undefined
  const closed = await queries.updateTransaction(trx, row, {
    ...(await totalsAt(trx, row, sign ?? { timestamp: row.start_timestamp ?? now, receivedAt: now })),
    status: 'closed',
    closed_reason: reason,
    closed_timestamp: timestamp ?? untimed.timestamp,
    ended_at: now,
    updated_at: now
  })
  await dropProfiles(trx, row)
  await dropDisplayMessages(trx, row)
  return closed
}

/** Opens what we closed, because it goes on. */
export async function reopen({ trx, known, now, tell }: BookingScope, row: TransactionRow): Promise<TransactionRow> {
  const open = await queries.updateTransaction(trx, row, { ...REOPENED, updated_at: now })
  known.mayHaveOpen = true
  known.over?.delete(row.transaction_id)
  tell('transaction', reopenedData(open))
  return open
}

/** What we closed stays so, with what has come of it meanwhile. */
export async function settle(trx: Transaction<Schema>, row: TransactionRow, now: number): Promise<TransactionRow> {
  const sign = await queries.lastSignOf(trx, row)
  if (sign === undefined) return row
  return queries.updateTransaction(trx, row, { ...(await totalsAt(trx, row, sign)), updated_at: now })
}

/** An end of which StopTransaction did not tell the meter, with what has been measured meanwhile. */
export async function settleEnded(trx: Transaction<Schema>, row: TransactionRow, now: number): Promise<TransactionRow> {
  const told = await toldStop(trx, row)
  if (told === undefined) return row
  const { start, stop, energy } = await meterAtEnd(trx, row, told ?? undefined)
  const totals = totalsOf(row, { energy, duration: row.duration })
  if (totals.energy_wh === row.energy_wh) return row
  return queries.updateTransaction(trx, row, { ...totals, meter_start: start, meter_stop: stop, updated_at: now })
}

/** With what was measured last; it ended when the charge point last told of it. */
async function totalsAt(trx: Transaction<Schema>, row: TransactionRow, end: Moment) {
  const { start, stop, energy } = await meterAtEnd(trx, row)
  const totals = totalsOf(row, { energy, duration: durationUntil(row, end) })
  return { ...totals, meter_start: start, meter_stop: stop, end_timestamp: end.timestamp }
}
