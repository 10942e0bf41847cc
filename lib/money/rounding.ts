import { compare, divideRounded, type Fraction, floor, minus, times, whole } from './exact.js'

/** A fraction in whole units, half away from zero. */
export function rounded(value: Fraction): bigint {
  return divideRounded(value.n, value.d)
}

/** An amount of the currency in its smallest units. */
export function inMinor(value: Fraction, digits: number): Fraction {
  return times(value, whole(10n ** BigInt(digits)))
}

/**
 * Splits `sum`, the rounded sum of `exact`, among them: each is rounded down, and the units that are left go to the
 * largest remainders, one each; among equal remainders the first wins. So the parts add up.
 */
export function apportion(sum: bigint, exact: readonly Fraction[]): bigint[] {
  const floors = exact.map(floor)
  const left = sum - floors.reduce((all, one) => all + one, 0n)
  const byRemainder = exact
    .map((one, index) => ({ index, remainder: minus(one, whole(floors[index] ?? 0n)) }))
    .sort((a, b) => compare(b.remainder, a.remainder))
    .slice(0, Number(left))
  const raised = new Set(byRemainder.map(({ index }) => index))
  return floors.map((one, index) => (raised.has(index) ? one + 1n : one))
}
