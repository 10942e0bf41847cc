import { isPossible, type Moment } from './clock.js'
import { type Db, lastSignOf, type TransactionRow } from './queries.js'

/** A clock counts as correct if it is behind by less than this. Milliseconds. */
const TOLERANCE_MS = 60_000
/** Messages that are less apart show nothing about a clock. Milliseconds. */
const APART_MS = 10_000

/**
 * The present time by the clock of the charge point, by which an open transaction is priced. The clock is behind ours if two
 * messages were late by about the same time: the start and the latest one or, until there is a later one, the last one of the
 * transaction before. Messages that waited in a queue were late by different times. A clock that is ahead does not matter:
 * times in the future count as the time of receipt.
 */
export async function timeByItsClock(db: Db, row: TransactionRow, now: number): Promise<number> {
  if (row.start_timestamp === null) return now
  const first = { timestamp: row.start_timestamp, receivedAt: row.created_at }
  // Nearly all starts come in time, by a clock that is right.
  if (first.receivedAt - first.timestamp <= TOLERANCE_MS) return now
  const last = await lastSignOf(db, row)
  if (last === undefined) return now
  const behind = steadyDelay(first, last) ?? steadyDelay(await signBefore(db, row), last)
  return behind === undefined ? now : now - behind
}

/** By how much the clock is behind, if both messages show it. */
function steadyDelay(first: Moment | undefined, last: Moment): number | undefined {
  if (first === undefined || !isPossible(first) || !isPossible(last)) return undefined
  const [byIts, byOurs] = [last.timestamp - first.timestamp, last.receivedAt - first.receivedAt]
  const isSteady = byIts >= APART_MS && Math.abs(byOurs - byIts) <= Math.min(byIts / 2, TOLERANCE_MS)
  const behind = last.receivedAt - last.timestamp
  return isSteady && behind > TOLERANCE_MS ? behind : undefined
}

/** The last message of the transaction before this one. */
async function signBefore(db: Db, { id, charge_point_id }: TransactionRow): Promise<Moment | undefined> {
  const before = await db
    .selectFrom('transactions')
    .selectAll()
    .where('charge_point_id', '=', charge_point_id)
    .where('id', '<', id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return before === undefined ? undefined : lastSignOf(db, before)
}
