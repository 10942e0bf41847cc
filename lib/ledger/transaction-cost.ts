import { toDateTime } from '../date-time.js'
import { minorDigits } from '../money/currency.js'
import { fromScaled } from '../money/exact.js'
import { ProblemError } from '../problem-error.js'
import type { TransactionCostRecord } from './cost-records.js'
import { timeByItsClock } from './its-clock.js'
import { knownOwnCost } from './own-cost.js'
import type { Db, TransactionRow } from './queries.js'
import * as queries from './queries.js'
import { billedBy, currencyOf, parseSnapshot, type TariffVersion } from './snapshot.js'
import { changedTariff } from './tariff-change.js'
import { durationUntil } from './totals.js'
import { costOfTransaction, MAX_REVISIONS } from './transaction-costs.js'
import { versionAt } from './which-tariff.js'

/** How the cost of a transaction came about. Of one that is over: as it was written down. */
export async function explainCost(db: Db, row: TransactionRow, now: number): Promise<TransactionCostRecord> {
  const isOpen = row.status === 'open'
  const revisions = await db
    .selectFrom('transaction_costs')
    .selectAll()
    .where('transaction_ref', '=', row.id)
    .orderBy('id', 'desc')
    .limit(MAX_REVISIONS)
    .execute()
  const ours = isOpen ? undefined : revisions.find(({ calculated_by }) => calculated_by === 'us')
  const cost = ours === undefined ? await unwrittenCost(db, row, now) : JSON.parse(ours.details)
  const station = stationOf(row, revisions)
  return {
    transaction: row.id,
    status: isOpen ? 'running' : 'final',
    billedBy: row.tariff === null ? 'station' : billedBy(parseSnapshot(row.tariff)),
    tariffs: tariffsOf(row),
    ...(row.other_tariff_id !== null && { otherTariff: row.other_tariff_id }),
    ...(cost !== undefined && { cost }),
    ...(station !== undefined && { station }),
    revisions: revisions.map((one) => ({
      revision: one.revision,
      calculatedBy: one.calculated_by,
      ...(one.total_minor !== null && { total: inUnits(Number(one.total_minor), one.currency) }),
      ...(one.currency !== null && { currency: one.currency }),
      ...(one.unknown !== null && { unknown: one.unknown }),
      at: toDateTime(one.created_at)
    }))
  }
}

async function unwrittenCost(db: Db, row: TransactionRow, now: number) {
  if (row.status !== 'open') return costOfTransaction(db, row)
  const moment = { timestamp: await timeByItsClock(db, row, now), receivedAt: now }
  return costOfTransaction(db, row, durationUntil(row, moment))
}

function inUnits(minor: number, currency: string | null): number {
  return fromScaled(BigInt(minor), minorDigits(currency ?? ''))
}

function stationOf(
  row: TransactionRow,
  revisions: readonly { calculated_by: string; difference_minor: number | null }[]
) {
  const own = knownOwnCost(row.own_cost)
  if (own === undefined) return undefined
  const { total, currency, details } = own
  const difference = revisions.find(({ calculated_by }) => calculated_by === 'station')?.difference_minor ?? null
  return { total, currency, ...(difference !== null && { difference: inUnits(Number(difference), currency) }), details }
}

function tariffsOf({ tariff }: TransactionRow): TransactionCostRecord['tariffs'] {
  if (tariff === null) return []
  const snapshot = parseSnapshot(tariff)
  if (!('document' in snapshot)) return [{ id: snapshot.id }]
  const shown = ({ id, version, ocppTariffId }: TariffVersion) => ({ id, version, ocppTariffId })
  return [shown(snapshot), ...(snapshot.later ?? []).map((one) => ({ ...shown(one), from: toDateTime(one.from) }))]
}

/**
 * The version that a tariff of an open transaction may change to.
 *
 * @throws `TRANSACTION_ENDED`, `CURRENCY_CHANGE`, `NO_TARIFF_VERSION`, `UNKNOWN_TARIFF`
 */
export async function versionToChangeTo(
  db: Db,
  row: TransactionRow,
  tariffId: string,
  now: number
): Promise<TariffVersion> {
  if (row.status !== 'open') throw ended(row)
  const version = await versionAt(db, tariffId, now)
  const isThere = await db.selectFrom('tariffs').select('id').where('tariff_id', '=', tariffId).executeTakeFirst()
  if (version === undefined || isThere === undefined) {
    throw new ProblemError(422, 'UNKNOWN_TARIFF', `no tariff ${tariffId} is valid now`)
  }
  checkChange(row, version)
  return version
}

/** @throws `TRANSACTION_ENDED`, `CURRENCY_CHANGE`, `NO_TARIFF_VERSION` */
function checkChange(row: TransactionRow, version: TariffVersion): void {
  if (row.status !== 'open') throw ended(row)
  const snapshot = row.tariff === null ? undefined : parseSnapshot(row.tariff)
  if (snapshot !== undefined && currencyOf(snapshot) !== version.document.currency) {
    const was = currencyOf(snapshot)
    // A new currency applies from the next transaction on. [2.1 I11.FR.05]
    throw new ProblemError(
      409,
      'CURRENCY_CHANGE',
      `the transaction is in ${was}, and the tariff in ${version.document.currency}`
    )
  }
  if (snapshot === undefined || !('document' in snapshot)) {
    throw new ProblemError(
      409,
      'NO_TARIFF_VERSION',
      'the transaction began without a tariff, or with one of an earlier release'
    )
  }
}

function ended({ id }: TransactionRow): ProblemError {
  return new ProblemError(409, 'TRANSACTION_ENDED', `transaction ${id} is over: its tariff cannot change`)
}

/**
 * Prices the rest of an open transaction by another tariff: nothing backwards, and the fixed fee not again.
 *
 * @throws `TRANSACTION_ENDED`, and `CURRENCY_CHANGE` or `NO_TARIFF_VERSION` if the id token came in the meantime
 */
export async function changeTariff(db: Db, row: TransactionRow, version: TariffVersion, now: number): Promise<void> {
  checkChange(row, version)
  const from = await timeByItsClock(db, row, now)
  const change = await changedTariff(db, row, { version, now, from, at: now })
  if (change !== undefined) await queries.updateTransaction(db, row, change)
}
