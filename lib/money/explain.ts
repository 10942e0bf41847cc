import { compare, minus, shown } from './exact.js'
import type { CostInput } from './input.js'
import type { Charge, LineName, Piece } from './pieces.js'
import { netOf, taxRatesOf } from './sums.js'
import { CONDITION_NAMES, type Conditions, type TaxRate } from './tariff.js'

/** One price in one period. */
export interface PeriodCharge {
  readonly component: LineName
  /** For one `per`, without tax. */
  readonly price: number
  readonly per: 'kWh' | 'minute' | 'hour' | 'once'
  /** In `unit`. */
  readonly quantity: number
  readonly unit: 'Wh' | 's' | 'once'
  /** Before rounding, to six decimals. */
  readonly net: number
  readonly taxes: readonly TaxRate[]
  /** Which price of the component it is, from 0. */
  readonly condition: number
  /** The conditions that hold, or `always`. */
  readonly because: string
}

/** A time in which no price changes. */
export interface Period {
  /** RFC 3339. */
  readonly start: string
  readonly end: string
  /** Which of the tariffs of the transaction, from 0. */
  readonly tariff: number
  readonly state?: string
  readonly charges: readonly PeriodCharge[]
}

/** The periods of a transaction: a new one begins when a used price changes. [2.1 I12.FR.30-37] */
export function explain(
  input: CostInput,
  { first, pieces }: { first: readonly Charge[]; pieces: readonly Piece[] }
): Period[] {
  const show = periodOf(input)
  const atStart = first.length === 0 ? [] : [show({ ...AT_START, charges: first, ...momentOf(input.start) })]
  const shownPieces = joined(pieces).filter(({ charges }) => charges.length > 0)
  return [...atStart, ...shownPieces.map(show)]
}

const AT_START = { tariff: 0, state: undefined, unknown: [] }

function momentOf(start: number) {
  const at = { n: BigInt(start), d: 1n }
  return { from: at, to: at }
}

/** Neighbouring pieces with the same prices are one period. */
function joined(pieces: readonly Piece[]): Piece[] {
  const periods: Piece[] = []
  for (const piece of pieces) {
    const last = periods.at(-1)
    if (last === undefined || !isAlike(last, piece)) periods.push(piece)
    else periods[periods.length - 1] = { ...last, to: piece.to, charges: last.charges.map(extended(piece)) }
  }
  return periods
}

function isAlike(a: Piece, b: Piece): boolean {
  return (
    a.tariff === b.tariff &&
    a.state === b.state &&
    compare(a.to, b.from) === 0 &&
    a.charges.length === b.charges.length &&
    a.charges.every(({ component, picked }, index) => {
      const other = b.charges[index]
      return other !== undefined && other.component === component && other.picked.index === picked.index
    })
  )
}

function extended(by: Piece) {
  return (charge: Charge, index: number): Charge => ({ ...charge, to: by.charges[index]?.to ?? charge.to })
}

function periodOf({ tariffs }: CostInput) {
  return ({ from, to, tariff, state, charges }: Piece): Period => ({
    start: timeOf(from.n / from.d),
    end: timeOf(to.n / to.d),
    tariff,
    ...(state !== undefined && { state }),
    charges: charges.map((charge) => chargeOf(charge, taxRatesOf(tariffs[tariff]?.document, charge.component)))
  })
}

function timeOf(milliseconds: bigint): string {
  return new Date(Number(milliseconds)).toISOString()
}

function chargeOf(charge: Charge, taxes: readonly TaxRate[]): PeriodCharge {
  const { component, picked } = charge
  const { priceKwh, priceMinute, priceHour, priceFixed, conditions } = picked.price ?? {}
  const used = minus(charge.to, charge.from)
  const isOnce = component === 'fixed' || component === 'reservationFixed'
  return {
    component,
    price: priceKwh ?? priceMinute ?? priceHour ?? priceFixed ?? 0,
    per: perOf(charge),
    quantity: isOnce ? 1 : shown({ n: used.n, d: used.d * 1000n }, 3),
    unit: isOnce ? 'once' : component === 'energy' ? 'Wh' : 's',
    net: shown(netOf(charge), 6),
    taxes,
    condition: picked.index ?? 0,
    because: wordsOf(conditions)
  }
}

function perOf({ picked }: Charge): PeriodCharge['per'] {
  const { priceKwh, priceMinute, priceHour } = picked.price ?? {}
  if (priceKwh !== undefined) return 'kWh'
  if (priceMinute !== undefined) return 'minute'
  return priceHour === undefined ? 'once' : 'hour'
}

function wordsOf(conditions: Conditions | undefined): string {
  const words = CONDITION_NAMES.flatMap((name) => {
    const value = conditions?.[name]
    return value === undefined ? [] : [`${name} ${Array.isArray(value) ? value.join(' ') : value}`]
  })
  return words.length === 0 ? 'always' : words.join(', ')
}
