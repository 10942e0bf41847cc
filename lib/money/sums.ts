import { type Fraction, minus, plus, Sum, times, toScaled, whole, ZERO } from './exact.js'
import type { Charge, LineName, Piece } from './pieces.js'
import type { TariffDocument, TaxRate } from './tariff.js'

/** Millionths of the currency x thousandths of a Wh x 36, or x milliseconds x 10: one denominator for all of them. */
const DENOMINATOR = 36n * 10n ** 12n

/** In the order of ties. [largest remainder] */
export const LINES: readonly LineName[] = [
  'fixed',
  'energy',
  'chargingTime',
  'time',
  'idleTime',
  'reservationTime',
  'reservationFixed'
]

/** The exact amounts of one line under one tariff. */
export interface Amount {
  readonly line: LineName
  readonly tariff: number
  readonly net: Fraction
  readonly total: Fraction
}

function factorOf({ component }: Charge): bigint {
  if (component === 'energy') return 36n
  return component === 'fixed' || component === 'reservationFixed' ? 36n * 10n ** 6n : 10n
}

/** The exact net of one charge. */
export function netOf(charge: Charge): Fraction {
  const used = minus(charge.to, charge.from)
  return { n: used.n * charge.picked.rate * factorOf(charge), d: used.d * DENOMINATOR }
}

type Charged = Pick<Piece, 'charges' | 'tariff'>

/** The sums of all charges, by line and tariff. */
export function amountsOf(pieces: readonly Charged[], documents: readonly TariffDocument[]): Amount[] {
  const sums = new Map<string, { line: LineName; tariff: number; sum: Sum }>()
  for (const { charges, tariff } of pieces) {
    for (const charge of charges) {
      const key = `${charge.component} ${tariff}`
      const known = sums.get(key) ?? { line: charge.component, tariff, sum: new Sum() }
      sums.set(key, known)
      // As two sums: where the next piece has the same price, what is between the two pieces cancels.
      const rate = charge.picked.rate * factorOf(charge)
      known.sum.add(charge.to.n * rate, charge.to.d)
      known.sum.add(-charge.from.n * rate, charge.from.d)
    }
  }
  return Array.from(sums.values(), ({ line, tariff, sum }) => {
    const net = sum.value(DENOMINATOR)
    return { line, tariff, net, total: times(net, taxFactor(taxRatesOf(documents[tariff], line))) }
  })
}

export function taxRatesOf(document: TariffDocument | undefined, line: LineName): readonly TaxRate[] {
  if (line === 'fixed') return document?.fixedFee?.taxRates ?? []
  if (line === 'time') return document?.chargingTime?.taxRates ?? []
  return document?.[line]?.taxRates ?? []
}

/** Decimals of a tax rate. A rate of 100 per cent is 10^8. */
const TAX_DIGITS = 6
const WHOLE_RATE = 10n ** 8n

function rateOf({ tax }: TaxRate): bigint {
  return toScaled(tax, TAX_DIGITS)
}

/** The levels of taxes, from the lowest. Those of one level have the same base. [2.1 I12.FR.13] */
function levelsOf(rates: readonly TaxRate[]): TaxRate[][] {
  const levels = [...new Set(rates.map(({ stack = 0 }) => stack))].sort((a, b) => a - b)
  return levels.map((level) => rates.filter(({ stack = 0 }) => stack === level))
}

/** The factor that turns an amount without taxes into one with taxes. */
export function taxFactor(rates: readonly TaxRate[]): Fraction {
  return levelsOf(rates).reduce<Fraction>((factor, level) => {
    const sum = level.reduce((all, rate) => all + rateOf(rate), WHOLE_RATE)
    return times(factor, { n: sum, d: WHOLE_RATE })
  }, whole(1))
}

/** The exact amount of each tax on a net. */
export function taxesOn(net: Fraction, rates: readonly TaxRate[]): { rate: TaxRate; amount: Fraction }[] {
  let base = net
  return levelsOf(rates).flatMap((level) => {
    const taxes = level.map((rate) => ({ rate, amount: times(base, { n: rateOf(rate), d: WHOLE_RATE }) }))
    base = taxes.reduce((sum, { amount }) => plus(sum, amount), base)
    return taxes
  })
}

export function sumOf(amounts: readonly Amount[], member: 'net' | 'total'): Fraction {
  return amounts.reduce((sum, amount) => plus(sum, amount[member]), ZERO)
}

/** Amounts between two states of the sums, at a part of the way from one to the other. */
export function between(before: readonly Amount[], after: readonly Amount[], part: Fraction): Amount[] {
  return after.map((amount) => {
    const known = before.find(({ line, tariff }) => line === amount.line && tariff === amount.tariff)
    const mix = (member: 'net' | 'total') => {
      const from = known?.[member] ?? ZERO
      return plus(from, times(part, minus(amount[member], from)))
    }
    return { ...amount, net: mix('net'), total: mix('total') }
  })
}
