import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Selectable } from 'kysely'
import type { MeterValuesTable } from '../database/schema-transactions.js'
import { type Db, displayedIdOf, type TransactionRow } from './queries.js'
import { type Position, toMeterValueRecord } from './read.js'
import type { ReadingRecord, StateReadings } from './records.js'

// The meter values of a charge point, in transactions and outside of them.

type MeterValueRow = Selectable<MeterValuesTable>

export const READING_ORDERS = ['-timestamp', 'timestamp'] as const
export type ReadingOrder = (typeof READING_ORDERS)[number]

/** An absent member does not filter. */
export interface ReadingFilter {
  chargePointId: number
  measurand?: string
  /** EVSE id; the connector id in 1.6. */
  evseId?: number
  /** Epoch milliseconds, by the clock of the charge point. */
  from?: number
  /** Epoch milliseconds, exclusive. */
  to?: number
  order: ReadingOrder
  limit: number
  behind?: Position
}

export interface ReadingPage {
  items: ReadingRecord[]
  /** Position at which the next page starts; absent on the last page. */
  next?: Position
}

/** Rows in one read from the database. */
const CHUNK = 1_000
/**
 * Maximum number of rows that one page examines. The index covers charge point and time only, so the rows of a rare
 * measurand have to be found among all others. A page that reaches this maximum is shorter than its limit; the next
 * page continues after it.
 */
const MAX_READ = 20_000

/** A page of the readings of a charge point. It reads in small chunks, because SQLite blocks the event loop. */
export async function listReadings(db: Db, filter: ReadingFilter): Promise<ReadingPage> {
  const { limit } = filter
  const matches = matcherOf(filter)
  const places = new Places(db, filter.chargePointId)
  const found: PlacedRow[] = []
  let { behind } = filter
  for (let read = 0; read < MAX_READ; read += CHUNK) {
    const rows = await readingsQuery(db, { ...filter, limit: CHUNK, ...(behind && { behind }) }).execute()
    for (const row of await places.of(rows)) {
      if (!matches(row)) continue
      // The page is full and another match follows: the page ends with the previous row.
      if (found.length === limit) return pageOf(found, found.at(-1))
      found.push(row)
    }
    if (rows.length < CHUNK) return pageOf(found, undefined)
    behind = rows.at(-1)
    await nextTurn()
  }
  return pageOf(found, behind)
}

function pageOf(rows: readonly PlacedRow[], next: Position | undefined): ReadingPage {
  return { items: rows.map(toReadingRecord), ...(next && { next: { timestamp: next.timestamp, id: next.id } }) }
}

function matcherOf({ measurand, evseId }: ReadingFilter): (row: PlacedRow) => boolean {
  return (row) =>
    (measurand === undefined || row.measurand === measurand) && (evseId === undefined || row.place.evseId === evseId)
}

/** The query of one chunk. It uses an index of charge point and time. */
export function readingsQuery(db: Db, { chargePointId, from, to, order, limit, behind }: ReadingFilter) {
  const direction = order.startsWith('-') ? 'desc' : 'asc'
  const beyond = direction === 'desc' ? '<' : '>'
  let query = db
    .selectFrom('meter_values')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .orderBy('timestamp', direction)
    .orderBy('id', direction)
    .limit(limit)
  if (from !== undefined) query = query.where('timestamp', '>=', from)
  if (to !== undefined) query = query.where('timestamp', '<', to)
  if (behind === undefined) return query
  const { timestamp, id } = behind
  // The first condition lets the database start in the index.
  return query
    .where('timestamp', direction === 'desc' ? '<=' : '>=', timestamp)
    .where((eb) => eb.or([eb('timestamp', beyond, timestamp), eb('id', beyond, id)]))
}

/** Where a value was measured. Members that no message told are absent. In 1.6 the EVSE id is the connector id. */
interface Place {
  evseId?: number
  connectorId?: number
}

type Owner = Pick<TransactionRow, 'id' | 'transaction_id' | 'displayed_id' | 'evse_id' | 'connector_id'>

type PlacedRow = MeterValueRow & { place: Place; owner: Owner | undefined }

/** Finds the place and the transaction of meter values. A charging station need not name the place in every message. */
class Places {
  readonly #db: Db
  readonly #chargePointId: number
  /** Transactions by their key or, where the transaction was inferred, by their row id. */
  readonly #owners = new Map<string | number, Owner | undefined>()

  constructor(db: Db, chargePointId: number) {
    this.#db = db
    this.#chargePointId = chargePointId
  }

  async of(rows: readonly MeterValueRow[]): Promise<PlacedRow[]> {
    const keys = new Set(rows.map(ownerKeyOf).filter((key) => key !== '' && !this.#owners.has(key)))
    if (keys.size > 0) await this.#look([...keys])
    return rows.map((row) => {
      const owner = this.#owners.get(ownerKeyOf(row))
      return { ...row, owner, place: placeOf(row, owner) }
    })
  }

  async #look(keys: readonly (string | number)[]): Promise<void> {
    const named = keys.filter((key) => typeof key === 'string')
    const inferred = keys.filter((key) => typeof key === 'number')
    for (const key of keys) this.#owners.set(key, undefined)
    for (const owner of await this.#ownersBy('transaction_id', named)) this.#owners.set(owner.transaction_id, owner)
    for (const owner of await this.#ownersBy('id', inferred)) this.#owners.set(owner.id, owner)
  }

  async #ownersBy(column: 'transaction_id' | 'id', keys: readonly (string | number)[]): Promise<Owner[]> {
    if (keys.length === 0) return []
    return this.#db
      .selectFrom('transactions')
      .select(['id', 'transaction_id', 'displayed_id', 'evse_id', 'connector_id'])
      .where('charge_point_id', '=', this.#chargePointId)
      .where(column, 'in', keys)
      .execute()
  }
}

function ownerKeyOf({ transaction_id, inferred_id }: MeterValueRow): string | number {
  return inferred_id ?? transaction_id
}

/** Outside of transactions a charge point always names the place. The place 0 is the main meter. [1.6 §4.7; 2.x J01] */
function placeOf(row: MeterValueRow, owner: Owner | undefined): Place {
  const evse = row.evse_id || owner?.evse_id || 0
  const connector = row.connector_id || owner?.connector_id || 0
  if (evse === 0 && connector === 0) return row.transaction_id === '' ? { evseId: 0 } : {}
  return { evseId: evse || connector, ...(connector > 0 && { connectorId: connector }) }
}

function toReadingRecord(row: PlacedRow): ReadingRecord {
  const { evseId: _, connectorId: __, ...record } = toMeterValueRecord(row)
  const { owner, place, transaction_id } = row
  const transactionId = owner === undefined ? transaction_id : displayedIdOf(owner)
  return {
    ...record,
    ...place,
    ...(transactionId !== '' && { transactionId }),
    ...(owner && { transaction: owner.id })
  }
}

/** Number of newest rows in which the latest reading of each place is searched. */
const MAX_LATEST = 1_000

/** The latest numeric readings of each place: one value for each register. */
export async function latestReadings(db: Db, chargePointId: number): Promise<StateReadings[]> {
  const filter = { chargePointId, order: '-timestamp', limit: MAX_LATEST } as const
  const rows = await readingsQuery(db, filter).where('value', 'is not', null).execute()
  const places = new Map<number | undefined, PlacedRow[]>()
  for (const row of await new Places(db, chargePointId).of(rows)) {
    const known = places.get(row.place.evseId) ?? []
    if (known.length === 0 || known[0]?.timestamp === row.timestamp) known.push(row)
    places.set(row.place.evseId, known)
  }
  return [...places.values()].map(toStateReadings)
}

function toStateReadings(rows: readonly PlacedRow[]): StateReadings {
  const registers = new Map<string, PlacedRow>()
  for (const row of rows) {
    const key = JSON.stringify([row.measurand, row.phase, row.location || DEFAULT_LOCATION])
    const known = registers.get(key)
    if (known === undefined || isNewer(row, known)) registers.set(key, row)
  }
  const samples = [...registers.values()].sort((a, b) => a.id - b.id).map(toReadingRecord)
  return {
    ...shownPlace(rows),
    timestamp: samples[0]?.timestamp ?? '',
    samples: samples.map(({ measurand, value, unit, phase, location, context }) => ({
      measurand,
      ...(value !== undefined && { value }),
      ...(unit !== undefined && { unit }),
      ...(phase !== undefined && { phase }),
      ...(location !== undefined && { location }),
      ...(context !== undefined && { context })
    }))
  }
}

/** The place as an operator sees it: 1.6 has no EVSE, and the main meter has no place. */
function shownPlace(rows: readonly PlacedRow[]): Place {
  const evseId = rows.find(({ evse_id, owner }) => (owner?.evse_id || evse_id) > 0)?.place.evseId
  const connectorId = rows.find(({ place }) => place.connectorId !== undefined)?.place.connectorId
  return { ...(evseId !== undefined && { evseId }), ...(connectorId !== undefined && { connectorId }) }
}

/** [1.6, 2.x "Location"] */
const DEFAULT_LOCATION = 'Outlet'
/** Readings in these contexts repeat an earlier measurement. [1.6, 2.x "ReadingContext"] */
const EARLIER: ReadonlySet<string> = new Set(['Transaction.Begin', 'Interruption.Begin'])

/**
 * Compares two values that one register had at the same time. A value that repeats an earlier measurement is the older
 * one; otherwise the value that came first is.
 */
function isNewer(row: MeterValueRow, than: MeterValueRow): boolean {
  const [isEarlier, isOtherEarlier] = [EARLIER.has(row.context), EARLIER.has(than.context)]
  return isEarlier === isOtherEarlier ? row.id > than.id : isOtherEarlier
}
