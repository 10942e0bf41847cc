import { compiled, compiledForColumns } from '../database/compiled.js'
import { type Cost, ENGINE, type UnknownReason } from '../money/cost.js'
import { minorDigits } from '../money/currency.js'
import { toScaled } from '../money/exact.js'
import type { BookingScope } from './booking.js'
import { meterByHand } from './by-hand.js'
import { costData } from './event-data.js'
import { noteExceeded } from './limits.js'
import { meterAtEnd, meterNow } from './meter.js'
import { observedOf } from './observed.js'
import { knownOwnCost } from './own-cost.js'
import { noteReceipt } from './pending-receipts.js'
import { costOfRow, type Observed } from './pricing.js'
import type { Db, TransactionRow } from './queries.js'
import type { TariffVersion } from './snapshot.js'

// The figures of a transaction and the versions of tariffs that made them.

/** Writes down which version prices a transaction. */
export async function noteTariff(
  db: Db,
  row: TransactionRow,
  { tariff, now, from }: { tariff: TariffVersion | undefined; now: number; from?: number }
): Promise<void> {
  if (tariff === undefined) return
  await insertTariff(db, {
    transaction_ref: row.id,
    from_at: from ?? row.start_timestamp ?? row.created_at,
    version_ref: tariff.versionId,
    created_at: now
  })
}

type NewTariff = { transaction_ref: number; from_at: number; version_ref: number; created_at: number }
const insertTariff = compiledForColumns((db: Db, row: NewTariff) => db.insertInto('transaction_tariffs').values(row))

/** The figures that an operator knows better. */
export interface Given {
  /** Wh. */
  energy?: number
  states?: Observed['states']
}

/**
 * The cost of a transaction by its tariff; `undefined` without one. Of an open transaction: until now.
 *
 * @param given takes precedence over what was measured and told
 */
export async function costOfTransaction(
  db: Db,
  row: TransactionRow,
  duration = row.duration,
  given: Given = {}
): Promise<Cost | undefined> {
  const { tariff } = row
  if (tariff === null) return undefined
  const isFinal = row.status !== 'open'
  const meter = isFinal ? await endOf(db, row) : await meterNow(db, row)
  const told = await observedOf(db, row)
  const observed = told === undefined ? undefined : withGiven(told, given)
  const energy = given.energy ?? meter.energy
  // An operator who tells the idle time knows when it ended.
  const awaits_unplug = given.states === undefined ? row.awaits_unplug : 0
  return costOfRow({ ...row, tariff, awaits_unplug }, { energy, duration, meterStart: meter.start, isFinal, observed })
}

/** What an operator states needs none of the rows that may have been deleted. */
function withGiven(told: Observed, { energy, states }: Given): Observed {
  const { energy: energyDoubt, states: statesDoubt, ...doubts } = told.doubts ?? {}
  return {
    ...told,
    ...(states !== undefined && { states }),
    doubts: {
      ...doubts,
      ...(energyDoubt !== undefined && (energy === undefined || !isDeleted(energyDoubt)) && { energy: energyDoubt }),
      ...(statesDoubt !== undefined && (states === undefined || !isDeleted(statesDoubt)) && { states: statesDoubt })
    }
  }
}

function isDeleted(reason: UnknownReason | undefined): boolean {
  return reason === 'records-deleted'
}

/** The energy as the books have it, or else why it is unknown. */
async function endOf(db: Db, row: TransactionRow) {
  if (row.energy_wh !== null) return { start: row.meter_start, energy: row.energy_wh }
  const read = meterByHand(row, await meterAtEnd(db, row))
  return typeof read.energy === 'string' ? read : { ...read, energy: 'no-stop-register' as const }
}

/** The last revision of each. */
const latestCosts = compiled((db: Db, { id }: { id: number }) =>
  db
    .selectFrom('transaction_costs')
    .select(['calculated_by', 'revision', 'total_minor', 'currency', 'unknown'])
    .where('transaction_ref', '=', id)
    .where('revision', '=', (eb) =>
      eb
        .selectFrom('transaction_costs as other')
        .select(({ fn }) => fn.max('other.revision').as('last'))
        .where('other.transaction_ref', '=', id)
        .whereRef('other.calculated_by', '=', 'transaction_costs.calculated_by')
    )
)

type Figure = { total_minor: number | null; currency: string | null; unknown: string | null }

/**
 * Adds a revision of the figures of a transaction that is over, if they are not those of the last one, and notes that a
 * receipt is due, or that the one it has is no longer right.
 */
export async function recordCost(scope: CostScope, row: TransactionRow): Promise<void> {
  await noteExceeded(scope, row)
  const own = stationFigure(row)
  if (row.tariff === null && own === undefined) return
  const known = await latestCosts(scope.trx, { id: row.id })
  const added = await addFigures(scope, row, own, known)
  if (scope.hasReceipts || known.length > 0) await noteReceipt(scope, row, { isFirst: known.length === 0 })
  for (const revision of added) scope.tell('cost', costData(row, revision))
}

type CostScope = Pick<BookingScope, 'trx' | 'now' | 'tell' | 'hasReceipts'>
type Known = Awaited<ReturnType<typeof latestCosts>>

async function addFigures(
  { trx: db, now }: CostScope,
  row: TransactionRow,
  own: ReturnType<typeof stationFigure>,
  known: Known
): Promise<NewCost[]> {
  const priced = await costOfTransaction(db, row)
  const ours = priced === undefined || isSettled(row, priced) ? undefined : figureOf(priced)
  const added =
    priced === undefined || ours === undefined
      ? []
      : await addRevision(db, row, { by: 'us', figure: ours, details: priced, engine: ENGINE, known, now })
  if (own === undefined) return added
  const difference = differenceOf(own.figure, ours)
  return [...added, ...(await addRevision(db, row, { by: 'station', ...own, engine: null, known, now, difference }))]
}

/** Whether a cost stays as it is written down, because rows that it depends on have been deleted since then. */
export function isSettled({ cost, cost_unknown }: TransactionRow, { unknown }: Cost): boolean {
  return cost !== null && cost_unknown === null && unknown.some(({ reason }) => isDeleted(reason))
}

/** Our cost of a transaction as it was written down last. */
export async function writtenCost(db: Db, { id }: TransactionRow): Promise<Cost | undefined> {
  const found = await db
    .selectFrom('transaction_costs')
    .select('details')
    .where('transaction_ref', '=', id)
    .where('calculated_by', '=', 'us')
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst()
  return found === undefined ? undefined : (JSON.parse(found.details) as Cost)
}

function figureOf({ currency, total, unknown }: Cost): Figure {
  const [first] = unknown
  const total_minor = total === undefined ? null : Number(toScaled(total, minorDigits(currency)))
  return { total_minor, currency, unknown: first?.reason ?? null }
}

function stationFigure({ own_cost }: TransactionRow): { figure: Figure; details: object } | undefined {
  const own = knownOwnCost(own_cost)
  if (own === undefined) return undefined
  const { total, currency, details } = own
  const total_minor = Number(toScaled(total, minorDigits(currency)))
  return { figure: { total_minor, currency, unknown: null }, details }
}

/** By how much the charge point's figure is above ours, if by more than one smallest unit. */
export function differenceOf(station: Figure, ours: Figure | undefined): number | null {
  if (ours === undefined || ours.total_minor === null || station.total_minor === null) return null
  if (ours.currency !== station.currency) return null
  const difference = station.total_minor - ours.total_minor
  return Math.abs(difference) > 1 ? difference : null
}

interface Revision {
  by: 'us' | 'station'
  figure: Figure
  details: object
  engine: number | null
  known: Known
  now: number
  difference?: number | null
}

/** The revision that was added; none, if the figures are those of the last one. */
async function addRevision(db: Db, row: TransactionRow, revision: Revision): Promise<NewCost[]> {
  const { by, figure, details, engine, known, now, difference = null } = revision
  const last = known.find(({ calculated_by }) => calculated_by === by)
  const names = ['total_minor', 'currency', 'unknown'] as const
  if (last !== undefined && names.every((name) => last[name] === figure[name])) return []
  const added: NewCost = {
    transaction_ref: row.id,
    revision: (last?.revision ?? 0) + 1,
    calculated_by: by,
    ...figure,
    details: JSON.stringify(details),
    engine,
    difference_minor: difference,
    created_at: now
  }
  await insertCost(db, added)
  if (added.revision > MAX_REVISIONS) await dropRevisions(db, added)
  return [added]
}

/** As many as the API shows. */
export const MAX_REVISIONS = 100

/** A charge point may send late messages for ever: of old figures the first one stays, and those that were billed. */
async function dropRevisions(db: Db, { transaction_ref, calculated_by, revision }: NewCost): Promise<void> {
  await db
    .deleteFrom('transaction_costs')
    .where('transaction_ref', '=', transaction_ref)
    .where('calculated_by', '=', calculated_by)
    .where('revision', '>', 1)
    .where('revision', '<=', revision - MAX_REVISIONS)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('receipts')
            .select('receipts.id')
            .whereRef('receipts.transaction_ref', '=', 'transaction_costs.transaction_ref')
            .whereRef('receipts.measured_minor', '=', 'transaction_costs.total_minor')
        )
      )
    )
    .execute()
}

export interface NewCost extends Figure {
  transaction_ref: number
  revision: number
  calculated_by: 'us' | 'station'
  details: string
  engine: number | null
  difference_minor: number | null
  created_at: number
}
const insertCost = compiledForColumns((db: Db, row: NewCost) => db.insertInto('transaction_costs').values(row))
