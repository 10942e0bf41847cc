import { MORE, type Newest, newestOf } from './newest.js'
import type { Db, TransactionRow } from './queries.js'
import { type Registers, registersIn, TOTAL } from './registers.js'
import { REGISTER } from './samples.js'

// The total of an open transaction of 1.6 from its newest readings, where these are as good as all of them.

/**
 * The newest total of each transaction, which is all that its meter needs beside `meterStart`. Transactions of which more
 * must be read are absent: the total is not among the newest readings, or one is marked as that of the end.
 *
 * @param few what is known of some of the transactions already
 */
export async function newestTotals(
  db: Db,
  rows: readonly TransactionRow[],
  { few = new Map(), atOnce }: { few?: ReadonlyMap<number, Newest>; atOnce?: number | undefined } = {}
): Promise<Map<number, Registers>> {
  const simple = rows.filter(
    ({ ocpp16_id, meter_start, inferred_readings }) =>
      ocpp16_id !== null && meter_start !== null && inferred_readings === 0
  )
  const others = await newestOf(
    db,
    simple.filter(({ id }) => !few.has(id)),
    { measurands: [REGISTER], atOnce }
  )
  const newest = new Map([...others, ...simple.flatMap(({ id }) => entryOf(id, few.get(id)))])
  const unsure = simple.filter(({ id }) => mayTellMore(newest.get(id)))
  for (const [id, more] of await newestOf(db, unsure, { limit: MORE, measurands: [REGISTER], atOnce }))
    newest.set(id, more)
  return new Map([...newest].flatMap(([id, found]) => entryOf(id, totalIn(found))))
}

function entryOf<T>(id: number, value: T | undefined): (readonly [number, T])[] {
  return value === undefined ? [] : [[id, value]]
}

/** Whether older meter values may tell the total, and no end is marked. */
function mayTellMore(newest: Newest | undefined): boolean {
  return newest !== undefined && !newest.hasEnd && newest.oldest !== null && totalIn(newest) === undefined
}

function totalIn({ values, oldest, hasEnd }: Newest): Registers | undefined {
  if (hasEnd) return undefined
  const samples = values.filter(({ phase, location, value }) => phase === '' && isAtOutlet(location) && value >= 0)
  const { end } = registersIn(samples)[TOTAL] ?? {}
  // Of the same time as the oldest there may be a higher one that was not read.
  return end !== undefined && (oldest === null || end.at > oldest) ? { [TOTAL]: { end } } : undefined
}

function isAtOutlet(location: string): boolean {
  return location === '' || location === 'Outlet'
}
