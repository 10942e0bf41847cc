import { divideRounded, fromScaled, toScaled } from './numbers.js'

/** What charging costs. Prices are in whole units of the currency, without tax. */
export interface Tariff {
  id: string
  /** ISO 4217. */
  currency: string
  pricePerKwh: number
  pricePerHour: number
  pricePerSession: number
  /** Per cent. */
  tax: number
}

export interface Consumption {
  energyWh: number
  /** Seconds. */
  duration: number
}

/** In whole units of the currency, rounded to its smallest one. `total` is what is to be paid. */
export interface Cost {
  currency: string
  net: number
  tax: number
  total: number
}

/** Prices and tax are exact to this many decimals, energy to a thousandth of a Wh, time to a millisecond. */
const PRICE_DIGITS = 6
const ENERGY_DIGITS = 3
const TIME_DIGITS = 3

/** Of the sum below: milli-Wh x micro-units / 36 = milliseconds x micro-units / 10 = micro-units / 36e6. */
const NET_DENOMINATOR = 36n * 10n ** 12n
/** Per cent to six decimals. */
const WHOLE = 100n * 10n ** 6n

/** Currencies whose smallest unit is not a hundredth. [ISO 4217] */
const MINOR_DIGITS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    BHD: 3,
    BIF: 0,
    CLP: 0,
    DJF: 0,
    GNF: 0,
    IQD: 3,
    ISK: 0,
    JOD: 3,
    JPY: 0,
    KMF: 0,
    KRW: 0,
    KWD: 3,
    LYD: 3,
    OMR: 3,
    PYG: 0,
    RWF: 0,
    TND: 3,
    UGX: 0,
    UYI: 0,
    VND: 0,
    VUV: 0,
    XAF: 0,
    XOF: 0,
    XPF: 0
  })
)

/** Decimals of a currency's smallest unit. */
export function minorDigits(currency: string): number {
  return MINOR_DIGITS.get(currency) ?? 2
}

/**
 * What a consumption costs. Calculated in whole numbers throughout and rounded once, half up, to the smallest unit of
 * the currency, so that nothing drifts. Less than nothing costs nothing.
 */
export function costOf(tariff: Tariff, { energyWh, duration }: Consumption): Cost {
  const energy = positive(toScaled(energyWh, ENERGY_DIGITS)) * toScaled(tariff.pricePerKwh, PRICE_DIGITS) * 36n
  const time = positive(toScaled(duration, TIME_DIGITS)) * toScaled(tariff.pricePerHour, PRICE_DIGITS) * 10n
  const session = toScaled(tariff.pricePerSession, PRICE_DIGITS) * 36n * 10n ** 6n
  const sum = energy + time + session
  const digits = minorDigits(tariff.currency)
  const minor = 10n ** BigInt(digits)
  const rate = WHOLE + toScaled(tariff.tax, PRICE_DIGITS)
  const total = divideRounded(sum * rate * minor, NET_DENOMINATOR * WHOLE)
  const net = divideRounded(sum * minor, NET_DENOMINATOR)
  const { currency } = tariff
  return {
    currency,
    net: fromScaled(net, digits),
    tax: fromScaled(total - net, digits),
    total: fromScaled(total, digits)
  }
}

function positive(value: bigint): bigint {
  return value < 0n ? 0n : value
}
