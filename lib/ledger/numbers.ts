const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/

/** The number that a text of digits stands for; null when it is anything else. */
export function toNumber(text: string): number | null {
  const trimmed = text.trim()
  const value = DECIMAL.test(trimmed) ? Number(trimmed) : Number.NaN
  return Number.isFinite(value) ? value : null
}

/** `value` times ten to the power of `exponent`, moving the point instead of multiplying: 0.07 and 2 make 7. */
export function shift(value: number, exponent: number): number {
  const [digits = '0', power = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(power) + exponent}`)
}

/**
 * A decimal number as a whole number of `10 ** -digits`; what is finer is rounded half away from zero. Exact for
 * every decimal of at most 15 digits, which is what a double keeps.
 */
export function toScaled(value: number, digits: number): bigint {
  const [mantissa = '0', power = '0'] = String(Math.abs(value)).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const zeros = digits + Number(power) - fraction.length
  const all = BigInt(whole + fraction)
  const scaled = zeros >= 0 ? all * 10n ** BigInt(zeros) : divideRounded(all, 10n ** BigInt(-zeros))
  return value < 0 ? -scaled : scaled
}

/** Half is rounded away from zero. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const half = denominator / 2n
  return numerator < 0n ? -((-numerator + half) / denominator) : (numerator + half) / denominator
}

/** A whole number of `10 ** -digits` as a decimal number. */
export function fromScaled(scaled: bigint, digits: number): number {
  return Number(`${scaled}e-${digits}`)
}
