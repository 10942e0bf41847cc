import { type Static, Type } from '@sinclair/typebox'
import { type Kysely, type RawBuilder, type Selectable, sql, type Updateable } from 'kysely'
import type { Schema } from '../database/schema.js'
import type { TransactionNeedsTable } from '../database/schema-transactions.js'
import type { Writer } from '../database/writer.js'
import { fromDateTime, toDateTime } from '../date-time.js'
import { chunks, type Reader } from '../events/scope.js'
import {
  type ChargingNeeds,
  checkNeeds,
  defaultNeedsOf,
  impossible,
  LONGEST_S,
  NEEDS,
  type Presented
} from '../id-tokens/charging-needs.js'
import { metersNow } from '../ledger/meter.js'
import type { EvseState } from './reserve.js'

// What the car of a transaction needs until when: by an operator, by the car itself, or as a rule for its driver.

const DEPARTURE = { departure: Type.Optional(Type.String({ format: 'date-time', description: 'When it leaves' })) }

export const NeedsBody = Type.Object(
  { ...NEEDS, ...DEPARTURE },
  {
    additionalProperties: false,
    minProperties: 1,
    examples: [{ energy: 22_000, departure: '2026-12-01T17:30:00Z', minimumEnergy: 5000, priority: 10 }]
  }
)
export type NeedsBody = Static<typeof NeedsBody>

/** What the first one has told of a member counts. */
const SOURCES = ['operator', 'ev', 'idToken', 'group'] as const
export type NeedsSource = (typeof SOURCES)[number]

const source = Type.Unsafe<NeedsSource>({ type: 'string', enum: [...SOURCES] })
export const NeedsRecord = Type.Object({
  ...NEEDS,
  ...DEPARTURE,
  sources: Type.Object(
    {
      energy: Type.Optional(source),
      departure: Type.Optional(source),
      minimumEnergy: Type.Optional(source),
      priority: Type.Optional(source),
      mayPause: Type.Optional(source)
    },
    {
      description:
        'Where each member comes from. What an operator told counts more than what the car told, then the needs of the id token, then those of its group'
    }
  ),
  delivered: Type.Optional(Type.Number({ description: 'Wh so far. Absent: not known' })),
  expectedEnergy: Type.Optional(
    Type.Number({
      description:
        'Wh of the whole transaction at the departure, if the cars that charge now stay as long as they told, and no other comes. Absent: no departure is known, or the load of the EVSE is not managed'
    })
  )
})
export type NeedsRecord = Static<typeof NeedsRecord>

/** As the control knows them. */
export interface Needs {
  /** Wh of the whole transaction. */
  energy?: number
  /** Epoch milliseconds. */
  departure?: number
  /** Wh of the whole transaction. */
  minimumEnergy?: number
  priority?: number
  /** false: it is not paused in favour of others. */
  mayPause?: boolean
  /** Wh so far. */
  delivered?: number
}

export type ToldNeeds = Omit<Needs, 'delivered'>

/** That an EV has asked for a profile. [2.x K15-K17] */
export interface Asked {
  /** How often so far. */
  asks: number
  /** The most that it takes on a phase. A. */
  maximum?: number
}

const MEMBERS = [
  'energy',
  'departure',
  'minimumEnergy',
  'priority',
  'mayPause'
] as const satisfies readonly (keyof ToldNeeds)[]

/**
 * The needs that a body tells.
 *
 * @throws `IMPOSSIBLE_NEEDS`
 */
export function needsIn({ departure, ...rest }: NeedsBody, now: number): ToldNeeds {
  checkNeeds(rest)
  if (departure === undefined) return rest
  const at = fromDateTime(departure)
  if (at <= now) throw impossible('/departure', 'is not in the future')
  if (at > now + LONGEST_MS) throw impossible('/departure', 'is more than 31 days from now')
  return { ...rest, departure: at }
}

const LONGEST_MS = LONGEST_S * 1000

type NeedsRow = Selectable<TransactionNeedsTable>
type NeedsWriter = Pick<Writer, 'write'>

/** Replaces what a source has told of a transaction. */
export async function putNeeds(
  writer: NeedsWriter,
  { id, source }: { id: number; source: 'operator' | 'ev' },
  { energy, departure, minimumEnergy, priority, mayPause }: ToldNeeds
): Promise<void> {
  await upsert(
    writer,
    { id, source },
    {
      energy_wh: energy ?? null,
      minimum_wh: minimumEnergy ?? null,
      departure: departure ?? null,
      priority: priority ?? null,
      may_pause: mayPause === undefined ? null : mayPause ? 1 : 0
    }
  )
}

/** Whichever process controls the load of the site sends the EV a profile. [2.x K15-K17] */
export async function askForProfile(
  writer: NeedsWriter,
  id: number,
  { maximum }: { maximum?: number | undefined } = {}
): Promise<void> {
  const asks = sql<number>`coalesce(transaction_needs.asks, 0) + 1`
  await upsert(writer, { id, source: 'ev' }, maximum === undefined ? {} : { max_current: maximum }, { asks })
}

async function upsert(
  writer: NeedsWriter,
  { id, source }: { id: number; source: 'operator' | 'ev' },
  columns: Updateable<TransactionNeedsTable>,
  counted: { asks?: RawBuilder<number> } = {}
): Promise<void> {
  const values = { ...columns, updated_at: Date.now() }
  const first = counted.asks === undefined ? {} : { asks: 1 }
  await writer.write((trx) =>
    trx
      .insertInto('transaction_needs')
      .values({ transaction_row: id, source, ...values, ...first })
      .onConflict((conflict) => conflict.columns(['transaction_row', 'source']).doUpdateSet({ ...values, ...counted }))
      .execute()
  )
}

/** Returns whether an operator had told any. */
export async function deleteNeeds(writer: NeedsWriter, id: number): Promise<boolean> {
  const { numDeletedRows } = await writer.write((trx) =>
    trx
      .deleteFrom('transaction_needs')
      .where('transaction_row', '=', id)
      .where('source', '=', 'operator')
      .executeTakeFirst()
  )
  return numDeletedRows > 0n
}

/** What is known of the needs of one transaction, and who told it. */
interface Known {
  needs: ToldNeeds
  sources: { [Name in keyof ToldNeeds]?: NeedsSource }
  /** Absent: the EV has not asked. */
  asked?: Asked
}

/** An open transaction, whose driver may have told needs as a rule. */
export interface Begun extends Presented {
  id: number
  /** Epoch milliseconds. */
  startedAt: number | null
}

/** What an operator, and the car, have told of transactions themselves, by our id. */
export async function ownNeedsOf(db: Reader | Kysely<Schema>, ids: readonly number[]): Promise<Map<number, Known>> {
  const found = new Map<number, Known>()
  for (const part of chunks([...ids])) {
    const rows = await db.selectFrom('transaction_needs').selectAll().where('transaction_row', 'in', part).execute()
    for (const row of rows.sort(({ source }) => (source === 'operator' ? -1 : 1))) {
      const id = Number(row.transaction_row)
      found.set(id, { ...withMore(found.get(id), row.source, toldIn(row)), ...askedIn(row) })
    }
  }
  return found
}

/** The needs of open transactions, by our id. What is told of one itself counts more than what its driver told as a rule. */
export async function needsOf(db: Reader, begun: readonly Begun[]): Promise<Map<number, Known>> {
  const found = await ownNeedsOf(
    db,
    begun.map(({ id }) => id)
  )
  const defaults = await defaultNeedsOf(db, begun)
  for (const one of begun) {
    const usual = defaults(one)
    for (const source of ['idToken', 'group'] as const) {
      const told = asTold(usual[source] ?? {}, one)
      if (Object.keys(told).length > 0) found.set(one.id, withMore(found.get(one.id), source, told))
    }
  }
  return found
}

/** Of a transaction whose start nobody knows, the end of the stay is not known either. */
function asTold({ duration, ...needs }: ChargingNeeds, { startedAt }: Begun): ToldNeeds {
  if (duration === undefined || startedAt === null) return needs
  return { ...needs, departure: startedAt + duration * 1000 }
}

/** The energy of open transactions so far, in Wh, where it is known. */
export async function deliveredTo(db: Reader, ids: readonly number[]): Promise<Map<number, number | undefined>> {
  const found = new Map<number, number | undefined>()
  for (const part of chunks([...ids])) {
    const rows = await db.selectFrom('transactions').selectAll().where('id', 'in', part).execute()
    const meters = await metersNow(db, rows)
    for (const [index, { id }] of rows.entries()) {
      const { energy } = meters[index] ?? {}
      found.set(Number(id), typeof energy === 'number' ? energy : undefined)
    }
  }
  return found
}

function toldIn(row: NeedsRow): ToldNeeds {
  return {
    ...(row.energy_wh !== null && { energy: row.energy_wh }),
    ...(row.departure !== null && { departure: Number(row.departure) }),
    ...(row.minimum_wh !== null && { minimumEnergy: row.minimum_wh }),
    ...(row.priority !== null && { priority: Number(row.priority) }),
    ...(row.may_pause !== null && { mayPause: row.may_pause === 1 })
  }
}

function askedIn({ asks, max_current }: NeedsRow): Pick<Known, 'asked'> {
  if (asks === null) return {}
  return { asked: { asks: Number(asks), ...(max_current !== null && { maximum: max_current }) } }
}

/** Adds the members that are not known yet. */
function withMore(known: Known | undefined, source: NeedsSource, told: ToldNeeds): Known {
  const { needs, sources } = known ?? { needs: {}, sources: {} }
  const fresh = MEMBERS.filter((name) => told[name] !== undefined && needs[name] === undefined)
  return {
    ...known,
    needs: { ...needs, ...Object.fromEntries(fresh.map((name) => [name, told[name]])) },
    sources: { ...sources, ...Object.fromEntries(fresh.map((name) => [name, source])) }
  }
}

/** The needs as the operator API shows them. */
export function toNeedsRecord(
  { needs: { departure, ...needs }, sources }: Known,
  known: Pick<NeedsRecord, 'delivered' | 'expectedEnergy'>
): NeedsRecord {
  return { ...needs, ...(departure !== undefined && { departure: toDateTime(departure) }), sources, ...known }
}

/** The EV may have asked for a profile since: then it waits for one, also if nothing has changed. [2.x K15-K17] */
export function withAsks(state: EvseState, { asks, maximum }: Asked): EvseState {
  const { transaction } = state
  if (transaction === undefined || transaction.asks === asks) return state
  const told = maximum === undefined ? {} : { demand: maximum }
  return { ...state, transaction: { ...transaction, asks }, isOwed: true, ...told }
}
