import { parseTime } from 'fastify-ocpp'
import type { Reader } from '../events/scope.js'
import { startOf } from '../ledger/inference.js'
import type { TransactionRow } from '../ledger/queries.js'
import { currencyOf, parseSnapshot, tariffsIn } from '../ledger/snapshot.js'
import { costOfTransaction, type Given } from '../ledger/transaction-costs.js'
import { versionAt } from '../ledger/which-tariff.js'
import { minorDigits } from '../money/currency.js'
import { hasDecimals, toScaled } from '../money/exact.js'
import { figuresOfAmount, figuresOfCost } from '../money/receipt-figures.js'
import { PRICED, type TaxRate } from '../money/tariff.js'
import { ProblemError } from '../problem-error.js'
import type { Billed, Correction } from './figures.js'
import type { ReceiptDocument } from './records.js'

// The bill after a correction. The transaction itself does not change.

/** The row as it would be if the charge point had told the corrected facts, and what is billed then. */
export interface Corrected {
  row: TransactionRow
  billed: Billed
}

export interface CorrectOptions {
  row: TransactionRow
  correction: Correction
  /** The receipt that is corrected. */
  receipt: ReceiptDocument | undefined
  /** Epoch milliseconds. */
  now: number
}

/**
 * The figures that are billed after a correction; `undefined` if nothing is billed.
 *
 * @throws `INVALID_CORRECTION`, `UNKNOWN_TARIFF`, `CURRENCY_CHANGE`, `NO_TARIFF`, `SEVERAL_TAXES`, `STILL_UNKNOWN`
 */
export async function correct(db: Reader, options: CorrectOptions): Promise<Corrected | undefined> {
  const { correction, row } = options
  checkMembers(correction)
  if (correction.waive === true) return undefined
  if (correction.amount !== undefined) return { row, billed: billedAmount(options, correction.amount) }
  const changed = await rowOf(db, options)
  const billed = await priced(db, changed, correction)
  return { row: withReadings(changed, correction), billed }
}

const ALONE = ['waive', 'amount'] as const

function checkMembers(correction: Correction): void {
  const members = Object.keys(correction)
  if (members.length === 0) throw invalid('', 'the correction says nothing to correct')
  for (const name of ALONE) {
    if (correction[name] !== undefined && members.length > 1) {
      throw invalid(`/${name}`, `${name} replaces all other members`)
    }
  }
}

function invalid(pointer: string, message: string): ProblemError {
  return new ProblemError(422, 'INVALID_CORRECTION', message, { pointer })
}

/** The row with the corrected tariff, end and duration. */
async function rowOf(db: Reader, { row, correction, now }: CorrectOptions): Promise<TransactionRow> {
  const { tariffId, endedAt, idleSeconds } = correction
  let changed = row
  if (tariffId !== undefined) changed = await withTariff(db, changed, tariffId)
  if (endedAt !== undefined) changed = withEnd(changed, endedAt, now)
  if (idleSeconds === undefined) return changed
  if (idleSeconds > (changed.duration ?? 0)) throw invalid('/idleSeconds', 'idleSeconds must not exceed the duration')
  // The operator states how long the car was idle, so missing events do not matter.
  return { ...changed, missing_seq_nos: null }
}

async function withTariff(db: Reader, row: TransactionRow, tariffId: string): Promise<TransactionRow> {
  const version = await versionAt(db, tariffId, startOf(row))
  const message = `no tariff ${tariffId} was valid at the start`
  if (version === undefined) throw new ProblemError(422, 'UNKNOWN_TARIFF', message, { pointer: '/tariffId' })
  const { currency } = version.document
  const was = row.tariff === null ? row.currency : currencyOf(parseSnapshot(row.tariff))
  if (was !== null && was !== currency) {
    const refusal = `the transaction is in ${was}, and the tariff in ${currency}`
    throw new ProblemError(409, 'CURRENCY_CHANGE', refusal, { pointer: '/tariffId' })
  }
  return { ...row, tariff_id: tariffId, tariff: JSON.stringify(version) }
}

function withEnd(row: TransactionRow, endedAt: string, now: number): TransactionRow {
  const end = parseTime(endedAt)
  if (end === undefined) throw invalid('/endedAt', 'endedAt must be a date-time')
  if (row.start_timestamp === null) throw invalid('/endedAt', 'the start of the transaction is unknown')
  const start = startOf(row)
  if (end < start) throw invalid('/endedAt', 'endedAt must not be before the start of the transaction')
  if (end > now) throw invalid('/endedAt', 'endedAt must not be in the future')
  return { ...row, end_timestamp: end, ended_at: end, duration: (end - start) / 1000 }
}

/** Readings that do not make the corrected energy are not shown. */
function withReadings(row: TransactionRow, { energyWh }: Correction): TransactionRow {
  return energyWh === undefined ? row : { ...row, energy_wh: energyWh, meter_start: null, meter_stop: null }
}

async function priced(db: Reader, row: TransactionRow, correction: Correction): Promise<Billed> {
  const { energyWh, idleSeconds } = correction
  const given: Given = {
    ...(energyWh !== undefined && { energy: energyWh }),
    ...(idleSeconds !== undefined && { states: statesOf(row, idleSeconds) })
  }
  const cost = await costOfTransaction(db, row, row.duration, given)
  if (cost === undefined) {
    throw new ProblemError(422, 'NO_TARIFF', 'the transaction has no tariff: give tariffId', { pointer: '/tariffId' })
  }
  const figures = figuresOfCost(cost)
  if (figures === undefined) {
    const reasons = cost.unknown.map(({ component, reason }) => `${component} (${reason})`).join(', ')
    throw new ProblemError(422, 'STILL_UNKNOWN', `the cost is still unknown: ${reasons}; correct more, or the amount`)
  }
  return { figures, calculatedBy: 'us', cost, correction }
}

/** The car is idle at the end, after it has charged. */
function statesOf(row: TransactionRow, idleSeconds: number): NonNullable<Given['states']> {
  const start = startOf(row)
  const idleFrom = start + Math.round((row.duration ?? 0) * 1000) - idleSeconds * 1000
  return [
    { at: start, state: 'charging' },
    { at: Math.max(start, idleFrom), state: 'pausedByEv' }
  ]
}

function billedAmount({ row, receipt, correction }: CorrectOptions, amount: number): Billed {
  const currency = receipt?.currency ?? (row.tariff === null ? row.currency : currencyOf(parseSnapshot(row.tariff)))
  if (currency === null) {
    throw new ProblemError(422, 'NO_TARIFF', 'the transaction has no currency: give tariffId', { pointer: '/tariffId' })
  }
  const digits = minorDigits(currency)
  if (!hasDecimals(amount, digits)) throw invalid('/amount', `amount must have at most ${digits} decimals`)
  const [rates = [], ...others] = ratesOf(row, receipt)
  if (others.length > 0) {
    const message = 'the amount cannot be split among several tax rates: correct energy or times instead'
    throw new ProblemError(422, 'SEVERAL_TAXES', message, { pointer: '/amount' })
  }
  const figures = figuresOfAmount(Number(toScaled(amount, digits)), currency, rates)
  return { figures, calculatedBy: 'operator', correction }
}

/** The different taxes of the components of the tariffs or, without a tariff, of the receipt. */
function ratesOf({ tariff }: TransactionRow, receipt: ReceiptDocument | undefined): TaxRate[][] {
  if (tariff === null) return (receipt?.taxes ?? []).map(({ type, tax }) => [{ type, tax }])
  const documents = tariffsIn(parseSnapshot(tariff), 0).map(({ document }) => document)
  const all = documents.flatMap((document) =>
    PRICED.flatMap((component) => (document[component] === undefined ? [] : [document[component].taxRates ?? []]))
  )
  return [...new Map(all.map((rates) => [JSON.stringify(rates), rates])).values()]
}
