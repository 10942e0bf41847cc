import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Quantity } from '../../lib/ledger/cost.js'
import { totalsOf } from '../../lib/ledger/totals.js'
import { minorDigits } from '../../lib/money/currency.js'
import { toScaled } from '../../lib/money/exact.js'
import type { Consumption, Cost, Tariff } from '../money/old-formula.js'

const FREE: Tariff = { id: 'T', currency: 'EUR', pricePerKwh: 0, pricePerHour: 0, pricePerSession: 0, tax: 0 }

// [ISO 4217, minor units]
const WHOLE_CURRENCIES = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ')
const THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND'.split(' ')

/** The cost as the ledger writes it down, or why it is unknown. */
function costOf(tariff: Tariff, { energyWh, duration }: Consumption): Cost | string {
  const facts = {
    start_timestamp: 1_700_000_000_000,
    created_at: 1_700_000_000_000,
    tariff: JSON.stringify(tariff),
    missing_seq_nos: null,
    ...{ accepted_seq_no: null, refused_seq_no: null, awaits_unplug: 0 as const, unplugged_after: null },
    energy_wh: null,
    duration: null,
    own_cost: null,
    ...{ cost: null, currency: null, cost_details: null, cost_unknown: null }
  }
  const use = { energy: energyWh, duration: typeof duration === 'string' ? null : duration, isFinal: true }
  const { cost_details, cost_unknown, currency } = totalsOf(facts, use)
  return cost_unknown ?? { currency, ...JSON.parse(cost_details ?? '{}') }
}

/** A cost that is known. */
function known(tariff: Tariff, consumption: Consumption): Cost {
  const cost = costOf(tariff, consumption)
  return typeof cost === 'string' ? assert.fail(cost) : cost
}

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
      components: [
        { component: 'session', quantity: 1, unit: 'session', unitPrice: 0.5, per: 'session', net: 0.5 },
        { component: 'energy', quantity: 12_345, unit: 'Wh', unitPrice: 0.35, per: 'kWh', net: 4.32 },
        { component: 'time', quantity: 5400, unit: 's', unitPrice: 1.2, per: 'h', net: 1.8 }
      ],
      net: 6.62,
      tax: 1.26,
      total: 7.88
    })
  })

  it('is rounded half up, once, to the smallest unit of its currency', () => {
    const priced = (currency: string, pricePerSession: number) =>
      known({ ...FREE, currency, pricePerSession }, { energyWh: 0, duration: 0 })
    for (const [currency, price, expected] of [
      ['EUR', 1.005, 1.01],
      ['EUR', 1.004999, 1],
      ['EUR', 0.005, 0.01],
      ['JPY', 100.5, 101],
      ['KWD', 0.0005, 0.001]
    ] as const) {
      const { net, tax, total } = priced(currency, price)
      assert.deepEqual([net, tax, total], [expected, 0, expected], `${currency} ${price}`)
    }
    assert.deepEqual(['EUR', 'XXX'].map(minorDigits), [2, 2])
    for (const currency of WHOLE_CURRENCIES) assert.equal(minorDigits(currency), 0, currency)
    for (const currency of THREE_DECIMALS) assert.equal(minorDigits(currency), 3, currency)
  })

  it('is 0 for negative energy and a negative duration', () => {
    const tariff = { ...FREE, pricePerKwh: 1, pricePerHour: 1 }
    assert.equal(known(tariff, { energyWh: -5000, duration: -3600 }).total, 0)
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
          const { total } = known(
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
        const cost = (energyWh: number) => known(tariff, { energyWh, duration: energyWh }).total
        assert.ok(cost(less) <= cost(more))
      })
    )
  })

  it('shares what rounding leaves among its components, so that they add up', () => {
    const tariff = { ...FREE, pricePerKwh: 0.25, pricePerSession: 0.125 }
    const { components, net } = known(tariff, { energyWh: 500, duration: 0 })
    assert.deepEqual(
      components.map((one) => [one.component, one.net]),
      [
        ['session', 0.13],
        ['energy', 0.12]
      ]
    )
    assert.equal(net, 0.25)
  })

  it('gives what rounding leaves to the component of which most was cut off', () => {
    // 0.121 + 0.124 = 0.245, which is rounded to 0.25.
    const tariff = { ...FREE, pricePerKwh: 0.124, pricePerSession: 0.121 }
    const { components } = known(tariff, { energyWh: 1000, duration: 0 })
    assert.deepEqual(
      components.map((one) => one.net),
      [0.12, 0.13]
    )
  })

  it('has no component for a price of 0, and is 0 when everything is free', () => {
    assert.deepEqual(known(FREE, { energyWh: 'no-start-register', duration: 'no-duration' }), {
      currency: 'EUR',
      components: [],
      net: 0,
      tax: 0,
      total: 0
    })
  })

  it('is unknown when it has more digits than a number can hold', () => {
    const tariff = { ...FREE, pricePerKwh: 1_000_000 }
    assert.equal(costOf(tariff, { energyWh: Number.MAX_SAFE_INTEGER, duration: 0 }), 'out-of-range')
    const session = (pricePerSession: number) => costOf({ ...FREE, pricePerSession }, { energyWh: 0, duration: 0 })
    assert.equal((session(10 ** 13) as Cost).total, 10 ** 13)
    assert.equal(session(10 ** 13 + 0.01), 'out-of-range')
  })
})

const price = fc.integer({ min: 0, max: 10 ** 9 }).map((micros) => Number(`${micros}e-6`))
const tariffs = fc.record({
  id: fc.constant('T'),
  currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
  pricePerKwh: fc.oneof(fc.constant(0), price),
  pricePerHour: fc.oneof(fc.constant(0), price),
  pricePerSession: fc.oneof(fc.constant(0), price),
  tax: fc.integer({ min: 0, max: 10 ** 8 }).map((micros) => Number(`${micros}e-6`))
})
const amounts = fc.record({
  energyWh: fc.integer({ min: 0, max: 10 ** 12 }).map((thousandths) => Number(`${thousandths}e-3`)),
  duration: fc.integer({ min: 0, max: 10 ** 10 }).map((millis) => Number(`${millis}e-3`))
})

describe('any cost', () => {
  it('adds up to the smallest unit: components to net, net and tax to total', () => {
    fc.assert(
      fc.property(tariffs, amounts, (tariff, consumption) => {
        const { components, net, tax, total } = known(tariff, consumption)
        const digits = minorDigits(tariff.currency)
        const minor = (value: number) => {
          const scaled = toScaled(value, digits)
          assert.equal(Number(`${scaled}e-${digits}`), value, 'it is no whole number of smallest units')
          return scaled
        }
        assert.equal(
          components.reduce((sum, one) => sum + minor(one.net), 0n),
          minor(net)
        )
        assert.equal(minor(net) + minor(tax), minor(total))
        assert.ok(tax >= 0)
        for (const { quantity, unit, unitPrice, net } of components) {
          const inUnits = unit === 'Wh' ? quantity / 1000 : unit === 's' ? quantity / 3600 : quantity
          const one = 10 ** -digits
          assert.ok(Math.abs(inUnits * unitPrice - net) <= one * (1 + 1e-6) + net * 1e-12, 'more than one unit off')
        }
      }),
      { numRuns: 2000 }
    )
  })

  it('is unknown, and not 0, while a quantity that has a price is unknown', () => {
    const quantity = (reason: Quantity, value: fc.Arbitrary<Quantity>) => fc.oneof(fc.constant(reason), value)
    fc.assert(
      fc.property(
        tariffs,
        quantity('no-stop-register', fc.nat()),
        quantity('no-duration', fc.nat()),
        (tariff, energyWh, duration) => {
          const missing = [tariff.pricePerKwh !== 0 ? energyWh : 0, tariff.pricePerHour !== 0 ? duration : 0].find(
            (one) => typeof one === 'string'
          )
          const cost = costOf(tariff, { energyWh, duration })
          if (missing === undefined) assert.equal(typeof cost, 'object')
          else assert.equal(cost, missing)
        }
      ),
      { numRuns: 1000 }
    )
  })
})
