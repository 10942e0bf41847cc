import { minorDigits } from '../../lib/money/currency.js'
import { divideRounded, fromScaled, toScaled } from '../../lib/money/exact.js'
import type { UnknownReason as CostUnknown } from '../../lib/money/input.js'

// The formula of the releases before there were versions of tariffs, to compare the figures.

/** The prices of charging, without tax, in units of the currency such as euros. */
export interface Tariff {
  id: string
  /** ISO 4217. */
  currency: string
  pricePerKwh: number
  pricePerHour: number
  pricePerSession: number
  /** Tax rate in per cent. */
  tax: number
  description?: string
}

/** A quantity that a price may depend on, or the reason why it is unknown. */
export type Quantity = number | CostUnknown

export interface Consumption {
  energyWh: Quantity
  /** Seconds. */
  duration: Quantity
}

/** The part of the cost that one price of a tariff adds: `net` is `quantity` times `unitPrice`, rounded. */
export interface CostComponent {
  component: 'session' | 'energy' | 'time'
  quantity: number
  unit: 'session' | 'Wh' | 's'
  unitPrice: number
  /** The unit that `unitPrice` is for. */
  per: 'session' | 'kWh' | 'h'
  net: number
}

/** Amounts in units of the currency such as euros, rounded to its smallest unit. `total` is the amount to pay. */
export interface Cost {
  currency: string
  /** The `net` of all parts add up to `net`. */
  components: CostComponent[]
  net: number
  /** `net` and `tax` add up to `total`. */
  tax: number
  total: number
}

/** Prices and tax are exact to this many decimals, energy to a thousandth of a Wh, time to a millisecond. */
const PRICE_DIGITS = 6
const ENERGY_DIGITS = 3
const TIME_DIGITS = 3

/** A double can hold every amount of up to 15 digits, but not every longer one. */
const MAX_MINOR = 10n ** 15n

/** Denominator of the sum below: milli-Wh x micro-units / 36 = milliseconds x micro-units / 10 = micro-units / 36e6. */
const NET_DENOMINATOR = 36n * 10n ** 12n
/** Denominator of a percentage with six decimals. */
const WHOLE = 100n * 10n ** 6n

/**
 * The cost of a consumption, or the reason why it is unknown. Calculated in whole numbers throughout. Net and total are
 * each rounded once, half up, to the smallest unit of the currency; the tax is their difference.
 */
export function costOf(tariff: Tariff, consumption: Consumption): Cost | CostUnknown {
  const parts = partsOf(tariff, consumption)
  if (typeof parts === 'string') return parts
  const digits = minorDigits(tariff.currency)
  const minor = 10n ** BigInt(digits)
  const rate = WHOLE + toScaled(tariff.tax, PRICE_DIGITS)
  const sum = parts.reduce((total, { exact }) => total + exact, 0n)
  const total = divideRounded(sum * rate * minor, NET_DENOMINATOR * WHOLE)
  if (total > MAX_MINOR) return 'out-of-range'
  const net = divideRounded(sum * minor, NET_DENOMINATOR)
  const nets = apportion(
    net,
    parts.map(({ exact }) => exact * minor)
  )
  return {
    currency: tariff.currency,
    components: parts.map(({ exact, ...part }, index) => ({ ...part, net: fromScaled(nets[index] ?? 0n, digits) })),
    net: fromScaled(net, digits),
    tax: fromScaled(total - net, digits),
    total: fromScaled(total, digits)
  }
}

type Part = Omit<CostComponent, 'net'> & {
  /** Numerator over `NET_DENOMINATOR`. */
  exact: bigint
}

/** One part for each price that is not 0. If a price is 0, its quantity may be unknown. */
function partsOf(tariff: Tariff, { energyWh, duration }: Consumption): Part[] | CostUnknown {
  const parts: Part[] = []
  const { pricePerSession, pricePerKwh, pricePerHour } = tariff
  if (pricePerSession !== 0) {
    const exact = toScaled(pricePerSession, PRICE_DIGITS) * 36n * 10n ** 6n
    parts.push({
      component: 'session',
      quantity: 1,
      unit: 'session',
      unitPrice: pricePerSession,
      per: 'session',
      exact
    })
  }
  if (pricePerKwh !== 0) {
    if (typeof energyWh === 'string') return energyWh
    const exact = positive(toScaled(energyWh, ENERGY_DIGITS)) * toScaled(pricePerKwh, PRICE_DIGITS) * 36n
    parts.push({ component: 'energy', quantity: energyWh, unit: 'Wh', unitPrice: pricePerKwh, per: 'kWh', exact })
  }
  if (pricePerHour !== 0) {
    if (typeof duration === 'string') return duration
    const exact = positive(toScaled(duration, TIME_DIGITS)) * toScaled(pricePerHour, PRICE_DIGITS) * 10n
    parts.push({ component: 'time', quantity: duration, unit: 's', unitPrice: pricePerHour, per: 'h', exact })
  }
  return parts
}

/**
 * Splits `net`, the rounded sum of `exacts`, among them in smallest units of the currency. Each part is rounded down.
 * The units that are left go to the parts with the largest remainders, one each; among equal remainders the first part
 * wins.
 */
function apportion(net: bigint, exacts: readonly bigint[]): bigint[] {
  const floors = exacts.map((exact) => exact / NET_DENOMINATOR)
  const left = net - floors.reduce((sum, floor) => sum + floor, 0n)
  const byRemainder = exacts
    .map((exact, index) => ({ index, remainder: exact % NET_DENOMINATOR }))
    .sort((a, b) => Number(b.remainder - a.remainder))
    .slice(0, Number(left))
  const raised = new Set(byRemainder.map(({ index }) => index))
  return floors.map((floor, index) => (raised.has(index) ? floor + 1n : floor))
}

function positive(value: bigint): bigint {
  return value < 0n ? 0n : value
}
