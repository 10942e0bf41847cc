import type { Reader } from '../events/scope.js'
import { knownOwnCost, type OwnCostDetails } from '../ledger/own-cost.js'
import type { TransactionRow } from '../ledger/queries.js'
import { billedBy, currencyOf, parseSnapshot } from '../ledger/snapshot.js'
import { costOfTransaction, isSettled, writtenCost } from '../ledger/transaction-costs.js'
import type { Cost } from '../money/cost.js'
import { isCurrency, minorDigits } from '../money/currency.js'
import { divideRounded, hasDecimals, toScaled } from '../money/exact.js'
import { figuresOfCost, type ReceiptFigures, type ReceiptLine } from '../money/receipt-figures.js'
import { COMPONENTS, type TaxRate } from '../money/tariff.js'
import type { ReceiptDocument } from './records.js'

export type Correction = NonNullable<ReceiptDocument['correction']>

/** The figures that are billed, and how they were calculated. */
export interface Billed {
  figures: ReceiptFigures
  calculatedBy: 'us' | 'station' | 'operator'
  /** Ours. Absent for figures of the charge point, and for an amount that an operator set. */
  cost?: Cost
  /** The values that an operator set. */
  correction?: Correction
}

/** Why a transaction gets no receipt by itself. */
export interface Blocked {
  reason: string
}

/** Why clock and meter are not final yet. They are after the end by the charge point, or by an operator. */
export function notFinal(row: TransactionRow): string | undefined {
  if (row.status === 'closed' && row.closed_reason !== 'Operator') return 'not-ended'
  return row.missing_seq_nos === null ? undefined : 'missing-events'
}

/** The figures of a transaction that is over, or why they are unknown. */
export async function billedOf(db: Reader, row: TransactionRow): Promise<Billed | Blocked> {
  const tariff = row.tariff === null ? undefined : parseSnapshot(row.tariff)
  const isOwn = tariff === undefined || billedBy(tariff) === 'station'
  const own = isOwn ? knownOwnCost(row.own_cost) : undefined
  if (own !== undefined) {
    const isRight = isCurrency(own.currency) && (tariff === undefined || currencyOf(tariff) === own.currency)
    return isRight ? billedByStation(own.details) : { reason: 'other-currency' }
  }
  const priced = await costOfTransaction(db, row)
  const cost = priced !== undefined && isSettled(row, priced) ? await writtenCost(db, row) : priced
  if (cost === undefined) return { reason: 'charge-point-failed' }
  const figures = figuresOfCost(cost)
  if (figures === undefined) return { reason: cost.unknown[0]?.reason ?? 'out-of-range' }
  return { figures, calculatedBy: 'us', cost }
}

/** A price of CostDetailsType. [2.1 PriceType, TotalPriceType] */
interface Price {
  exclTax?: number
  inclTax?: number
  taxRates?: readonly TaxRate[]
}

/** The figures of a 2.1 charge point. What a receipt has to show must be told: net, total, and the tax between them. */
function billedByStation({ totalCost }: OwnCostDetails): Billed | Blocked {
  const { currency, typeOfCost, total, ...rest } = totalCost as OwnCostDetails['totalCost'] & {
    typeOfCost?: ReceiptFigures['typeOfCost']
  }
  const digits = minorDigits(currency)
  const sums = sumsOf(total, digits)
  if (sums === undefined) return { reason: 'no-net' }
  const components = rest as Record<string, Price>
  const [rate, ...others] = ratesOf(components)
  const isTaxed = sums.taxMinor !== 0
  if (isTaxed && (rate === undefined || others.length > 0)) return { reason: 'no-tax-rates' }
  // A tax that is shown is owed, even if it is wrong. Each component may be rounded.
  const count = COMPONENTS.filter((component) => components[component] !== undefined).length
  if (rate !== undefined && Math.abs(sums.taxMinor - taxOf(sums, rate)) > count) return { reason: 'no-tax-rates' }
  const taxes = rate === undefined || !isTaxed ? [] : [{ ...rate, netMinor: sums.netMinor, taxMinor: sums.taxMinor }]
  return {
    calculatedBy: 'station',
    figures: {
      currency,
      minorDigits: digits,
      typeOfCost: typeOfCost ?? 'NormalCost',
      lines: linesOf(components, sums, digits),
      taxes,
      ...sums
    }
  }
}

type Sums = Pick<ReceiptFigures, 'netMinor' | 'taxMinor' | 'totalMinor'>

/** The tax on a net, in the smallest unit of the currency. */
function taxOf({ netMinor }: Sums, { tax }: TaxRate): number {
  return Number(divideRounded(BigInt(netMinor) * toScaled(tax, 6), 100n * 10n ** 6n))
}

/** The different tax rates of the components. */
function ratesOf(told: Record<string, Price>): TaxRate[] {
  const all = COMPONENTS.flatMap((component) => told[component]?.taxRates ?? [])
  return [
    ...new Map(all.map(({ type, tax, stack }) => [JSON.stringify([type, tax, stack ?? 0]), { type, tax }])).values()
  ]
}

/** `undefined` if a half is missing, or finer than what can be paid. */
function sumsOf({ exclTax, inclTax }: Price, digits: number): Sums | undefined {
  if (exclTax === undefined || inclTax === undefined) return undefined
  if (!hasDecimals(exclTax, digits) || !hasDecimals(inclTax, digits)) return undefined
  const [net, total] = [Number(toScaled(exclTax, digits)), Number(toScaled(inclTax, digits))]
  return { netMinor: net, taxMinor: total - net, totalMinor: total }
}

/** The lines of the charge point if they add up, or else one line. */
function linesOf(told: Record<string, Price>, sums: Sums, digits: number): ReceiptLine[] {
  const lines = COMPONENTS.flatMap((component) => {
    const price = told[component]
    if (price === undefined) return []
    const own = sumsOf(price, digits)
    return [own === undefined ? undefined : { component, ...own, prices: [] }]
  })
  const known = lines.filter((line) => line !== undefined)
  const add = (name: keyof Sums) => known.reduce((sum, line) => sum + line[name], 0)
  const isWhole = known.length === lines.length && known.length > 0
  if (isWhole && add('netMinor') === sums.netMinor && add('totalMinor') === sums.totalMinor) return known
  return [{ component: 'amount', ...sums, prices: [] }]
}
