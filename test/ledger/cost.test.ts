import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { costOf, minorDigits, type Tariff } from '../../plugins/domain/ledger/cost.js'

const FREE: Tariff = { id: 'T', currency: 'EUR', pricePerKwh: 0, pricePerHour: 0, pricePerSession: 0, tax: 0 }

/** Prices, energies and times as people write them: decimals of a few digits. */
const decimal = (max: number, digits: number) =>
  fc
    .integer({ min: 0, max: max * 10 ** digits })
    .map((value) => ({ value: value / 10 ** digits, scaled: BigInt(value) }))

describe('the cost of a transaction', () => {
  it('is the sum of energy, time and session, with tax', () => {
    const tariff = { ...FREE, pricePerKwh: 0.35, pricePerHour: 1.2, pricePerSession: 0.5, tax: 19 }
    // 12.345 kWh x 0.35 + 1.5 h x 1.20 + 0.50 = 6.62075; with 19 % 7.8786925
    assert.deepEqual(costOf(tariff, { energyWh: 12_345, duration: 5400 }), {
      currency: 'EUR',
      net: 6.62,
      tax: 1.26,
      total: 7.88
    })
  })

  it('is rounded half up, once, to the smallest unit of its currency', () => {
    const priced = (currency: string, pricePerSession: number) =>
      costOf({ ...FREE, currency, pricePerSession }, { energyWh: 0, duration: 0 }).total
    assert.equal(priced('EUR', 1.005), 1.01)
    assert.equal(priced('EUR', 1.004999), 1)
    assert.equal(priced('JPY', 100.5), 101)
    assert.equal(priced('KWD', 0.0005), 0.001)
    assert.deepEqual(['EUR', 'JPY', 'KWD', 'XXX'].map(minorDigits), [2, 0, 3, 2])
  })

  it('is nothing for less than nothing', () => {
    const tariff = { ...FREE, pricePerKwh: 1, pricePerHour: 1 }
    assert.equal(costOf(tariff, { energyWh: -5000, duration: -3600 }).total, 0)
  })

  it('is exact: it equals the fraction calculated in whole numbers, for any decimals', () => {
    fc.assert(
      fc.property(
        decimal(10, 4),
        decimal(100, 2),
        decimal(5, 2),
        decimal(50, 1),
        decimal(200_000, 3),
        fc.integer({ min: 0, max: 1_000_000 }),
        (kwh, hour, session, tax, energy, seconds) => {
          const { total } = costOf(
            {
              ...FREE,
              pricePerKwh: kwh.value,
              pricePerHour: hour.value,
              pricePerSession: session.value,
              tax: tax.value
            },
            { energyWh: energy.value, duration: seconds }
          )
          // Everything over 3600 x 10^10, the tax over 1000, in cents.
          const net =
            energy.scaled * kwh.scaled * 3600n +
            BigInt(seconds) * hour.scaled * 10n ** 8n +
            session.scaled * 3600n * 10n ** 8n
          const whole = 3600n * 10n ** 11n
          const cents = (net * (1000n + tax.scaled) * 2n + whole) / (2n * whole)
          assert.equal(Math.round(total * 100), Number(cents))
          assert.equal(total, Number((Number(cents) / 100).toFixed(2)))
        }
      ),
      { numRuns: 500 }
    )
  })

  it('never falls when more is charged', () => {
    const amount = fc.double({ min: 0, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const tariff = { ...FREE, pricePerKwh: 0.333333, pricePerHour: 0.1, tax: 7.7 }
        const [less, more] = [Math.min(a, b), Math.max(a, b)]
        const cost = (energyWh: number) => costOf(tariff, { energyWh, duration: energyWh }).total
        assert.ok(cost(less) <= cost(more))
      })
    )
  })
})
