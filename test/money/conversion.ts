import assert from 'node:assert/strict'
import fc from 'fast-check'
import { cost } from '../../lib/money/cost.js'
import { documentOfFlat } from '../../lib/money/flat.js'
import { costOf } from './old-formula.js'

const price = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 10 ** 9 }).map((micros) => Number(`${micros}e-6`)),
  fc.integer({ min: 0, max: 200 }).map((cents) => cents / 100)
)
const tariffs = fc.record({
  id: fc.constant('T'),
  currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
  pricePerKwh: price,
  pricePerHour: price,
  pricePerSession: price,
  tax: fc.constantFrom(0, 7, 7.7, 19, 21, 33.333333)
})
const uses = fc.record({
  energyWh: fc.integer({ min: 0, max: 10 ** 9 }).map((thousandths) => Number(`${thousandths}e-3`)),
  duration: fc.integer({ min: 0, max: 10 ** 9 }).map((millis) => Number(`${millis}e-3`))
})

/** The function and the formula of earlier releases find the same figures for flat tariffs, to the cent. */
export function isConvertedExactly(numRuns: number): void {
  fc.assert(
    fc.property(tariffs, uses, (tariff, use) => {
      const old = costOf(tariff, use)
      assert.ok(typeof old !== 'string')
      const start = 1_700_000_000_000
      const end = start + Math.round(use.duration * 1000)
      const { net, tax, total, lines } = cost({
        tariffs: [{ from: start, document: documentOfFlat(tariff) }],
        start,
        end,
        meter: [
          { at: start, wh: 0 },
          { at: end, wh: use.energyWh }
        ],
        states: []
      })
      assert.deepEqual([net, tax, total], [old.net, old.tax, old.total])
      const names: Record<string, string> = { fixed: 'session', energy: 'energy', time: 'time' }
      const nets = Object.fromEntries(lines.map((line) => [names[line.component], line.net]))
      for (const { component, net: part } of old.components) assert.equal(nets[component] ?? 0, part, component)
    }),
    { numRuns }
  )
}
