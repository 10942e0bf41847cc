import { type Static, Type } from '@sinclair/typebox'
import type { Kysely, Selectable } from 'kysely'
import type { Schema } from '../database/schema.js'
import type { TransactionNeedsTable } from '../database/schema-transactions.js'
import type { Writer } from '../database/writer.js'
import { fromDateTime, toDateTime } from '../date-time.js'
import { chunks, type Reader } from '../events/scope.js'
import { metersNow } from '../ledger/meter.js'
import { ProblemError } from '../problem-error.js'

// What the car of a transaction needs until when: by an operator, or by the car itself.

const energy = (description: string) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 1e7, description: `Wh. ${description}` }))

const NEEDS = {
  energy: energy('That the car is to get in the whole transaction'),
  departure: Type.Optional(Type.String({ format: 'date-time', description: 'When it leaves' })),
  minimumEnergy: energy('Without it the driver cannot leave: the car is charged first until it has got it'),
  priority: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100, description: 'The highest first. Default: that of the EVSE' })
  )
}

export const NeedsBody = Type.Object(NEEDS, {
  additionalProperties: false,
  minProperties: 1,
  examples: [{ energy: 22_000, departure: '2026-12-01T17:30:00Z', minimumEnergy: 5000, priority: 10 }]
})
export type NeedsBody = Static<typeof NeedsBody>

const SOURCES = ['operator', 'ev'] as const
export type NeedsSource = (typeof SOURCES)[number]

const source = Type.Unsafe<NeedsSource>({ type: 'string', enum: [...SOURCES] })
export const NeedsRecord = Type.Object({
  ...NEEDS,
  sources: Type.Object(
    {
      energy: Type.Optional(source),
      departure: Type.Optional(source),
      minimumEnergy: Type.Optional(source),
      priority: Type.Optional(source)
    },
    { description: 'Who told each member. What an operator told counts more than what the car told' }
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
  /** Wh so far. */
  delivered?: number
}

export type ToldNeeds = Omit<Needs, 'delivered'>
const MEMBERS = ['energy', 'departure', 'minimumEnergy', 'priority'] as const satisfies readonly (keyof ToldNeeds)[]

/**
 * The needs that a body tells.
 *
 * @throws `IMPOSSIBLE_NEEDS`
 */
export function needsIn({ departure, ...rest }: NeedsBody, now: number): ToldNeeds {
  const { energy = Number.POSITIVE_INFINITY, minimumEnergy = 0 } = rest
  if (minimumEnergy > energy) throw impossible('/minimumEnergy', `is more than the energy of ${energy} Wh`)
  if (departure === undefined) return rest
  const at = fromDateTime(departure)
  if (at <= now) throw impossible('/departure', 'is not in the future')
  if (at > now + LONGEST_MS) throw impossible('/departure', 'is more than 31 days from now')
  return { ...rest, departure: at }
}

const LONGEST_MS = 31 * 86_400_000

function impossible(pointer: string, detail: string): ProblemError {
  return new ProblemError(422, 'IMPOSSIBLE_NEEDS', `${pointer} ${detail}`, { pointer, detail })
}

type NeedsRow = Selectable<TransactionNeedsTable>
type NeedsWriter = Pick<Writer, 'write'>

/** Replaces what a source has told of a transaction. */
export async function putNeeds(
  writer: NeedsWriter,
  { id, source }: { id: number; source: NeedsSource },
  { energy, departure, minimumEnergy, priority }: ToldNeeds
): Promise<void> {
  const values = {
    energy_wh: energy ?? null,
    minimum_wh: minimumEnergy ?? null,
    departure: departure ?? null,
    priority: priority ?? null,
    updated_at: Date.now()
  }
  await writer.write((trx) =>
    trx
      .insertInto('transaction_needs')
      .values({ transaction_row: id, source, ...values })
      .onConflict((conflict) => conflict.columns(['transaction_row', 'source']).doUpdateSet(values))
      .execute()
  )
}

/** Returns whether there were any of this source. */
export async function deleteNeeds(
  writer: NeedsWriter,
  { id, source }: { id: number; source: NeedsSource }
): Promise<boolean> {
  const { numDeletedRows } = await writer.write((trx) =>
    trx
      .deleteFrom('transaction_needs')
      .where('transaction_row', '=', id)
      .where('source', '=', source)
      .executeTakeFirst()
  )
  return numDeletedRows > 0n
}

/** What is known of the needs of one transaction, and who told it. */
interface Known {
  needs: ToldNeeds
  sources: { [Name in keyof ToldNeeds]?: NeedsSource }
}

/** The needs of transactions, by our id. What an operator told counts more than what the car told. */
export async function needsOf(db: Reader | Kysely<Schema>, ids: readonly number[]): Promise<Map<number, Known>> {
  const found = new Map<number, Known>()
  for (const part of chunks([...ids])) {
    const rows = await db.selectFrom('transaction_needs').selectAll().where('transaction_row', 'in', part).execute()
    for (const row of rows.sort(({ source }) => (source === 'operator' ? -1 : 1))) {
      const id = Number(row.transaction_row)
      found.set(id, withRow(found.get(id) ?? { needs: {}, sources: {} }, row))
    }
  }
  return found
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

function withRow({ needs, sources }: Known, row: NeedsRow): Known {
  const told = {
    energy: row.energy_wh,
    departure: row.departure === null ? null : Number(row.departure),
    minimumEnergy: row.minimum_wh,
    priority: row.priority === null ? null : Number(row.priority)
  }
  const fresh = MEMBERS.filter((name) => told[name] !== null && needs[name] === undefined)
  return {
    needs: { ...needs, ...Object.fromEntries(fresh.map((name) => [name, told[name]])) },
    sources: { ...sources, ...Object.fromEntries(fresh.map((name) => [name, row.source])) }
  }
}

/** The needs as the operator API shows them. */
export function toNeedsRecord(
  { needs: { departure, ...needs }, sources }: Known,
  known: Pick<NeedsRecord, 'delivered' | 'expectedEnergy'>
): NeedsRecord {
  return { ...needs, ...(departure !== undefined && { departure: toDateTime(departure) }), sources, ...known }
}
