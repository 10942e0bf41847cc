import { compiled } from '../database/compiled.js'
import { isPossible, timeOf, timeOfRow } from './clock.js'
import { sequenceOf, type TransactionEvent } from './event.js'
import { type Db, DISPLAYED_ID, findResponse, type TransactionRow } from './queries.js'
import { belongsTo, type Namesake } from './reuse.js'

// Transactions of one charge point with the same id, because the charge point used the id again. Each has a key of its
// own in the tables: the key of the second one is the id with the suffix #2.

/**
 * Maximum number of transactions with one id that are considered, newest first: charge points send nothing about older
 * ones.
 */
const MAX_NAMESAKES = 20

/** The transactions with this id, in the order in which they were made. */
export async function findNamesakes(db: Db, chargePointId: number, displayedId: string): Promise<TransactionRow[]> {
  const rows = await db
    .selectFrom('transactions')
    .selectAll()
    .where(DISPLAYED_ID, '=', displayedId)
    .where('charge_point_id', '=', chargePointId)
    .orderBy('id', 'desc')
    .limit(MAX_NAMESAKES)
    .execute()
  return rows.reverse()
}

/** The latest transaction with this id: a message that tells nothing but the id means this one. */
export async function findNewest(db: Db, chargePointId: number, displayedId: string) {
  return (await findNamesakes(db, chargePointId, displayedId)).at(-1)
}

/** The charge point's transaction ids by the keys in the tables, where the two differ. */
export async function displayedIds(db: Db, chargePointId: number): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('transactions')
    .select(['transaction_id', 'displayed_id'])
    .where('charge_point_id', '=', chargePointId)
    .where('displayed_id', 'is not', null)
    .execute()
  return new Map(rows.map(({ transaction_id, displayed_id }) => [transaction_id, displayed_id ?? transaction_id]))
}

/**
 * The key of another transaction with this id.
 *
 * @param attempt number of keys that were found taken, because another id looks like such a key
 */
export function nextKey(rows: readonly TransactionRow[], displayedId: string, attempt: number): string {
  const newest = rows.at(-1)
  const number = newest === undefined ? 1 : numberOf(newest) + 1
  return number + attempt === 1 ? displayedId : `${displayedId}#${number + attempt}`
}

function numberOf({ displayed_id, transaction_id }: TransactionRow): number {
  return displayed_id === null ? 1 : Number(transaction_id.slice(displayed_id.length + 1))
}

/** The answer that was sent to the same event before; `undefined` if the event is new. */
export async function findAnswer(
  db: Db,
  rows: readonly TransactionRow[],
  event: TransactionEvent,
  { boots, now }: { boots: Boots; now: number }
) {
  const { eventType, seqNo, timestamp } = event
  const isDated = isPossible({ timestamp, receivedAt: now })
  for (const row of rows.toReversed()) {
    // After a boot, a clock that starts again at the same time repeats timestamps.
    if (!isDated && row.status === 'ended' && isBeforeBoot(row, boots)) continue
    const key = { chargePointId: row.charge_point_id, transactionId: row.transaction_id, eventType, seqNo, timestamp }
    const known = await findResponse(db, key)
    if (known !== undefined) return known
  }
  return undefined
}

/** The transaction that an event belongs to; `undefined` if the event is the first one of a transaction. */
export async function findOwner(
  db: Db,
  rows: readonly TransactionRow[],
  event: TransactionEvent,
  { boots, now }: { boots: Boots; now: number }
): Promise<TransactionRow | undefined> {
  const [only] = rows
  if (only === undefined) return undefined
  if (rows.length === 1 && only.status === 'open' && event.eventType !== 'Started') return only
  const spans = await spansOf(db, rows)
  const namesakes = rows.map((row) => namesakeOf(row, { span: spans.get(row.transaction_id), boots }))
  const { eventType, seqNo, timestamp, idToken, remoteStartId } = event
  const index = belongsTo(namesakes, {
    eventType,
    seqNo,
    time: timeOf({ timestamp, receivedAt: now }),
    ...(idToken !== undefined && { idToken }),
    ...(remoteStartId !== undefined && { remoteStartId })
  })
  return index === undefined ? undefined : rows[index]
}

interface Span {
  earliest: number
  latest: number
}

function namesakeOf(row: TransactionRow, { span, boots }: { span: Span | undefined; boots: Boots }): Namesake {
  const { id_token, remote_start_id, created_at } = row
  return {
    sequence: sequenceOf(row),
    status: row.status,
    isBeforeBoot: isBeforeBoot(row, boots),
    ...(span ?? { earliest: created_at, latest: created_at }),
    ...(id_token !== null && { idToken: id_token }),
    ...(remote_start_id !== null && { remoteStartId: remote_start_id })
  }
}

/** The times of the first and the last event of each transaction, by transaction key. */
async function spansOf(db: Db, rows: readonly TransactionRow[]): Promise<Map<string, Span>> {
  const [first] = rows
  if (first === undefined) return new Map()
  const time = timeOfRow()
  const found = await db
    .selectFrom('transaction_events')
    .select('transaction_id')
    .select((eb) => [eb.fn.min(time).as('earliest'), eb.fn.max(time).as('latest')])
    .where('charge_point_id', '=', first.charge_point_id)
    .where(
      'transaction_id',
      'in',
      rows.map(({ transaction_id }) => transaction_id)
    )
    .groupBy('transaction_id')
    .execute()
  return new Map(
    found.map(({ transaction_id, earliest, latest }) => [
      transaction_id,
      { earliest: Number(earliest), latest: Number(latest) }
    ])
  )
}

/** The known boots of a charge point. */
export interface Boots {
  count: number
  /** The last one, by the clock of the node that heard of it. Epoch milliseconds. */
  lastAt: number
}

/** The boots of a charge point until now. */
export async function bootsOf(db: Db, chargePointId: number): Promise<Boots> {
  const [row] = await bootsQuery(db, { chargePointId })
  const { boots = 0, last_boot_at = null, boot_reason = null } = row ?? {}
  // An operator triggered the BootNotification: the charge point did not boot. [2.x F06]
  return { count: Number(boots), lastAt: boot_reason === 'Triggered' ? 0 : (last_boot_at ?? 0) }
}

const bootsQuery = compiled((db: Db, { chargePointId }: { chargePointId: number }) =>
  db.selectFrom('charge_points').select(['boots', 'last_boot_at', 'boot_reason']).where('id', '=', chargePointId)
)

/**
 * Whether the charge point has booted since its last message about a transaction. Earlier releases did not count boots;
 * the clocks decide about their messages.
 */
function isBeforeBoot({ boots, updated_at }: TransactionRow, { count, lastAt }: Boots): boolean {
  return boots === null ? count > 0 || updated_at < lastAt : boots < count
}
