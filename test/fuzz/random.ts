import { type Random, seeded } from '../../src/simulator/random.js'

export { type Random, seeded }

/** A whole number from 0 to `limit`, both included. */
export function upTo(random: Random, limit: number): number {
  return Math.floor(random() * (limit + 1))
}

export function pick<T>(random: Random, values: readonly T[]): T {
  if (values.length === 0) throw new RangeError('there is nothing to pick from')
  return values[upTo(random, values.length - 1)] as T
}
