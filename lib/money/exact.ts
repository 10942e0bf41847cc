// Whole numbers and fractions of them. Nothing in this folder calculates with decimals of a double: 0.1 + 0.2 is not 0.3.

/** A fraction; `d` is positive. It is not reduced. */
export interface Fraction {
  readonly n: bigint
  readonly d: bigint
}

export const ZERO: Fraction = { n: 0n, d: 1n }

export function whole(value: bigint | number): Fraction {
  return { n: BigInt(value), d: 1n }
}

/** Negative if `a` is less than `b`, 0 if they are equal. */
export function compare(a: Fraction, b: Fraction): number {
  const difference = a.d === b.d ? a.n - b.n : a.n * b.d - b.n * a.d
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export function plus(a: Fraction, b: Fraction): Fraction {
  return a.d === b.d ? { n: a.n + b.n, d: a.d } : { n: a.n * b.d + b.n * a.d, d: a.d * b.d }
}

export function minus(a: Fraction, b: Fraction): Fraction {
  return a.d === b.d ? { n: a.n - b.n, d: a.d } : { n: a.n * b.d - b.n * a.d, d: a.d * b.d }
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { n: a.n * b.n, d: a.d * b.d }
}

/**
 * A decimal number as a whole number of `10 ** -digits`; finer digits are rounded half away from zero. Exact for every
 * decimal of at most 15 digits, which is what a double keeps.
 */
export function toScaled(value: number, digits: number): bigint {
  const [mantissa = '0', power = '0'] = String(value < 0 ? -value : value).split('e')
  const [integer = '0', fraction = ''] = mantissa.split('.')
  const zeros = digits + Number(power) - fraction.length
  const all = BigInt(integer + fraction)
  const scaled = zeros >= 0 ? all * 10n ** BigInt(zeros) : divideRounded(all, 10n ** BigInt(-zeros))
  return value < 0 ? -scaled : scaled
}

/** Whether a number has at most so many decimals, as it is written in JSON. */
export function hasDecimals(value: number, digits: number): boolean {
  const [mantissa = '0', power = '0'] = String(value).split('e')
  return (mantissa.split('.')[1] ?? '').length - Number(power) <= digits
}

/** Half is rounded away from zero. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const half = denominator / 2n
  return numerator < 0n ? -((-numerator + half) / denominator) : (numerator + half) / denominator
}

/** The largest whole number that is not above a fraction. */
export function floor({ n, d }: Fraction): bigint {
  return n >= 0n ? n / d : -((-n + d - 1n) / d)
}

/** A whole number of `10 ** -digits` as a decimal number. */
export function fromScaled(scaled: bigint, digits: number): number {
  return Number(`${scaled}e-${digits}`)
}

/** A fraction as a decimal number with so many decimals, for people: nothing is calculated with it. */
export function shown(fraction: Fraction, digits: number): number {
  return fromScaled(divideRounded(fraction.n * 10n ** BigInt(digits), fraction.d), digits)
}

/** How often `by` fits into a whole number, and what is left: never negative. */
export function split(value: number, by: number): { count: number; rest: number } {
  const rest = ((value % by) + by) % by
  return { count: (value - rest) / by, rest }
}

/**
 * A sum of many fractions. Those of one denominator are added at once, so that prices which change at a few moments of
 * a long session make a sum of few denominators.
 */
export class Sum {
  readonly #parts = new Map<bigint, bigint>()

  add(n: bigint, d: bigint): void {
    const sum = (this.#parts.get(d) ?? 0n) + n
    if (sum === 0n) this.#parts.delete(d)
    else this.#parts.set(d, sum)
  }

  /** The sum over `by`. Halves are added first, so that the denominators stay short as long as possible. */
  value(by: bigint): Fraction {
    let parts: Fraction[] = Array.from(this.#parts, ([d, n]) => ({ n, d }))
    while (parts.length > 1) {
      const pairs: Fraction[] = []
      for (let index = 0; index < parts.length; index += 2) {
        pairs.push(plus(parts[index] ?? ZERO, parts[index + 1] ?? ZERO))
      }
      parts = pairs
    }
    const { n, d } = parts[0] ?? ZERO
    return { n, d: d * by }
  }
}

/** The index of the first element from which on `holds`, or the length: elements before it must not hold. */
export function firstIndex(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
