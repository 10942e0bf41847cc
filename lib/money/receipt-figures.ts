import type { Cost, Line } from './cost.js'
import { minorDigits } from './currency.js'
import { divideRounded, fromScaled, shown, times, toScaled, whole } from './exact.js'
import type { PeriodCharge } from './explain.js'
import { apportion } from './rounding.js'
import { taxesOn, taxFactor } from './sums.js'
import type { TaxRate } from './tariff.js'

// The figures of a receipt: whole numbers of the smallest unit of the currency, such as cents.

/** A price, and what was charged by it. */
export interface PriceOfLine {
  /** For one `per`, in units of the currency. */
  price: number
  /** With tax, to six decimals. */
  priceInclTax: number
  per: PeriodCharge['per']
  /** In `unit`. */
  quantity: number
  unit: PeriodCharge['unit']
}

export interface ReceiptLine {
  component: string
  netMinor: number
  taxMinor: number
  totalMinor: number
  /** Empty if the line is no product of prices and quantities. */
  prices: PriceOfLine[]
}

export interface ReceiptTax extends TaxRate {
  /** The amount that the tax is calculated on. Absent if lines have several taxes on top of each other. */
  netMinor?: number
  taxMinor: number
}

/** Nets, taxes and totals of the lines add up to those of the receipt; the taxes add up to its tax. */
export interface ReceiptFigures {
  currency: string
  /** Decimals of the smallest unit of the currency. */
  minorDigits: number
  /** [2.1 TariffCostEnumType] */
  typeOfCost: Cost['typeOfCost']
  lines: ReceiptLine[]
  taxes: ReceiptTax[]
  netMinor: number
  taxMinor: number
  totalMinor: number
}

/** The figures of a cost that is known; `undefined` while a part is unknown. */
export function figuresOfCost(cost: Cost): ReceiptFigures | undefined {
  const { currency, net, tax, total, typeOfCost } = cost
  if (net === undefined || tax === undefined || total === undefined) return undefined
  const digits = minorDigits(currency)
  const minor = (amount: number) => Number(toScaled(amount, digits))
  const charges = cost.periods.flatMap((period) => period.charges)
  const lines = cost.lines.map((line): ReceiptLine => {
    const own = typeOfCost === 'MinCost' ? [] : charges.filter(({ component }) => component === line.component)
    return {
      component: line.component,
      netMinor: minor(line.net),
      taxMinor: minor(line.tax),
      totalMinor: minor(line.total),
      prices: pricesOf(own)
    }
  })
  return {
    currency,
    minorDigits: digits,
    typeOfCost,
    lines,
    taxes: taxesOf(cost, charges, digits),
    netMinor: minor(net),
    taxMinor: minor(tax),
    totalMinor: minor(total)
  }
}

/** The amounts that were charged by each price. */
function pricesOf(charges: readonly PeriodCharge[]): PriceOfLine[] {
  const prices = new Map<string, PriceOfLine>()
  for (const { price, per, quantity, unit, taxes } of charges) {
    const key = JSON.stringify([price, per, taxes])
    const known = prices.get(key)
    const sum = toScaled(known?.quantity ?? 0, 3) + toScaled(quantity, 3)
    prices.set(key, {
      price,
      priceInclTax: withTax(price, taxes),
      per,
      quantity: unit === 'once' ? 1 : fromScaled(sum, 3),
      unit
    })
  }
  return [...prices.values()]
}

function withTax(price: number, taxes: readonly TaxRate[]): number {
  return shown(times({ n: toScaled(price, 6), d: 10n ** 6n }, taxFactor(taxes)), 6)
}

const keyOf = ({ type, tax, stack = 0 }: TaxRate) => JSON.stringify([type, tax, stack])

function taxesOf(cost: Cost, charges: readonly PeriodCharge[], digits: number): ReceiptTax[] {
  const rates = cost.lines.map((line) => ratesOf(cost, line, charges))
  return cost.taxes.map(({ type, tax, stack, amount }): ReceiptTax => {
    const key = keyOf({ type, tax, ...(stack !== undefined && { stack }) })
    const bases = cost.lines.map(({ net }, index) => {
      const own = rates[index]
      if (own === undefined) return undefined
      return own.some((rate) => keyOf(rate) === key) ? toScaled(net, digits) : 0n
    })
    const isKnown = (stack ?? 0) === 0 && bases.every((base) => base !== undefined)
    const net = bases.reduce<bigint>((sum, base) => sum + (base ?? 0n), 0n)
    return {
      type,
      tax,
      ...(stack !== undefined && { stack }),
      ...(isKnown && { netMinor: Number(net) }),
      taxMinor: Number(toScaled(amount, digits))
    }
  })
}

/** The tax rates of a line; `undefined` if tariffs of the transaction have different ones for it. */
function ratesOf(cost: Cost, { component }: Line, charges: readonly PeriodCharge[]): readonly TaxRate[] | undefined {
  if (cost.typeOfCost === 'MinCost') return cost.taxes
  const all = charges.filter((charge) => charge.component === component).map(({ taxes }) => taxes)
  const [first, ...others] = all
  if (first === undefined) return []
  return others.every((one) => JSON.stringify(one) === JSON.stringify(first)) ? first : undefined
}

/**
 * The figures of an amount with tax that somebody set.
 *
 * @param totalMinor in the smallest unit of the currency
 * @param rates the taxes on all of it
 */
export function figuresOfAmount(totalMinor: number, currency: string, rates: readonly TaxRate[]): ReceiptFigures {
  const total = BigInt(totalMinor)
  const { n, d } = taxFactor(rates)
  const net = divideRounded(total * d, n)
  const exact = taxesOn(whole(net), rates)
  const shares = apportion(
    total - net,
    exact.map(({ amount }) => amount)
  )
  const sums = { netMinor: Number(net), taxMinor: Number(total - net), totalMinor }
  return {
    currency,
    minorDigits: minorDigits(currency),
    typeOfCost: 'NormalCost',
    lines: [{ component: 'amount', ...sums, prices: [] }],
    taxes: exact.map(({ rate: { type, tax, stack } }, index) => ({
      type,
      tax,
      ...(stack !== undefined && { stack }),
      ...((stack ?? 0) === 0 && { netMinor: sums.netMinor }),
      taxMinor: Number(shares[index] ?? 0n)
    })),
    ...sums
  }
}

interface Sums {
  netMinor: number
  taxMinor: number
  totalMinor: number
}

/** The figures of a document that cancels another: the same lines, negative. */
export function negated<
  L extends Sums,
  T extends { netMinor?: number; taxMinor: number },
  F extends Sums & { lines: L[]; taxes: T[] }
>(figures: F & { lines: L[]; taxes: T[] }): F {
  const minus = (minor: number) => (minor === 0 ? 0 : -minor)
  const all = <S extends Sums>(one: S): S => ({
    ...one,
    netMinor: minus(one.netMinor),
    taxMinor: minus(one.taxMinor),
    totalMinor: minus(one.totalMinor)
  })
  return {
    ...all(figures),
    lines: figures.lines.map((line) => all(line)),
    taxes: figures.taxes.map(({ netMinor, ...rest }) => ({
      ...rest,
      ...(netMinor !== undefined && { netMinor: minus(netMinor) }),
      taxMinor: minus(rest.taxMinor)
    }))
  }
}
