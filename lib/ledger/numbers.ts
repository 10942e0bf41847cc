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
