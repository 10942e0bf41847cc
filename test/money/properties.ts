import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Cost, cost } from '../../lib/money/cost.js'
import { minorDigits } from '../../lib/money/currency.js'
import { divideRounded, toScaled } from '../../lib/money/exact.js'
import type { CostInput } from '../../lib/money/input.js'
import { documents, sessions } from './arbitrary.js'
import { netsBySeconds } from './evaluator.js'

const inputs = fc.tuple(documents, sessions).map(([document, session]): CostInput => {
  return { ...session, tariffs: [{ from: session.start, document }] }
})

/** A cost that is known. */
function known(input: CostInput): Cost & Required<Pick<Cost, 'net' | 'tax' | 'total'>> {
  const { net, tax, total, ...rest } = cost(input)
  if (net === undefined || tax === undefined || total === undefined) assert.fail(JSON.stringify(rest.unknown))
  return { ...rest, net, tax, total }
}

/** The function and the walk through the seconds find the same net, to the smallest unit. */
export function agreesWithSeconds(numRuns: number, seed?: number): void {
  fc.assert(
    fc.property(inputs, (input) => {
      const { net, currency, lines } = known(input)
      const digits = minorDigits(currency)
      const nets = netsBySeconds(input)
      const exact = [...nets.values()].reduce((sum, one) => sum + one, 0n) * 10n ** BigInt(digits)
      assert.equal(toScaled(net, digits), divideRounded(exact, 36n * 10n ** 12n))
      for (const { component, net: line } of lines) {
        const own = nets.get(component as 'fixed') ?? 0n
        // Rounded down, or one unit more.
        const down = (own * 10n ** BigInt(digits)) / (36n * 10n ** 12n)
        const difference = toScaled(line, digits) - down
        assert.ok(difference === 0n || difference === 1n, `${component}: ${line}`)
      }
    }),
    { numRuns, ...(seed !== undefined && { seed }) }
  )
}

/** Lines add up to the net, taxes to the tax, and net and tax to the total. */
export function addsUp(numRuns: number): void {
  fc.assert(
    fc.property(inputs, (input) => {
      const { lines, taxes, net, tax, total, currency } = known(input)
      const digits = minorDigits(currency)
      const minor = (value: number) => {
        const scaled = toScaled(value, digits)
        assert.equal(Number(`${scaled}e-${digits}`), value, 'it is no whole number of smallest units')
        return scaled
      }
      const sum = (amounts: readonly number[]) => amounts.reduce((all, one) => all + minor(one), 0n)
      assert.equal(sum(lines.map((line) => line.net)), minor(net))
      assert.equal(sum(lines.map((line) => line.tax)), minor(tax))
      assert.equal(sum(lines.map((line) => line.total)), minor(total))
      assert.equal(sum(taxes.map(({ amount }) => amount)), minor(tax))
      assert.ok([...lines.flatMap((line) => [line.net, line.tax]), tax].every((amount) => amount >= 0))
    }),
    { numRuns }
  )
}

/** Neither the order of messages nor how often they come matters, nor where the time is cut. */
export function isStable(numRuns: number): void {
  fc.assert(
    fc.property(inputs, fc.infiniteStream(fc.nat()), (input, random) => {
      const shuffled = <T>(all: readonly T[]) =>
        [...all]
          .map((one) => ({ one, key: random.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
      const { states, meter } = input
      const other = { ...input, states: shuffled(states), meter: shuffled([...meter, ...meter]) }
      assert.deepEqual(cost(other), cost(input))
      const { end = 0, ...running } = input
      assert.equal(cost({ ...running, asOf: end }).total, cost(input).total)
    }),
    { numRuns }
  )
}

/** A maximum is never passed, and reached where more would be paid. */
export function staysBelowMaximum(numRuns: number): void {
  const limits = fc.record({ exclTax: fc.integer({ min: 1, max: 500 }).map((cents) => cents / 100) })
  fc.assert(
    fc.property(inputs, limits, (input, maxCost) => {
      const free = known(input)
      const [{ document } = assert.fail()] = input.tariffs
      const limited = known({ ...input, tariffs: [{ from: input.start, document: { ...document, maxCost } }] })
      const digits = minorDigits(free.currency)
      const most = toScaled(maxCost.exclTax, digits)
      assert.ok(toScaled(limited.net, digits) <= most)
      if (toScaled(free.net, digits) > most) assert.equal(limited.typeOfCost, 'MaxCost')
      if (limited.typeOfCost === 'MaxCost') assert.equal(toScaled(limited.net, digits), most)
      else assert.deepEqual(limited, free)
    }),
    { numRuns }
  )
}
