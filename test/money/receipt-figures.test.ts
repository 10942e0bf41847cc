import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cost } from '../../lib/money/cost.js'
import type { CostInput } from '../../lib/money/input.js'
import { figuresOfAmount, figuresOfCost, negated } from '../../lib/money/receipt-figures.js'
import type { TariffDocument } from '../../lib/money/tariff.js'

const VAT = { type: 'VAT', tax: 19 }
/** On top of the other tax. */
const CITY = { type: 'City', tax: 10, stack: 1 }
const HOUR_MS = 3_600_000

/** An hour with 10 kWh, in whose middle the car paused. */
function figuresOf(document: TariffDocument) {
  const input: CostInput = {
    tariffs: [{ from: 0, document }],
    start: 0,
    end: HOUR_MS,
    meter: [
      { at: 0, wh: 0 },
      { at: HOUR_MS, wh: 10_000 }
    ],
    states: [
      { at: 0, state: 'charging' },
      { at: HOUR_MS / 4, state: 'pausedByEv' },
      { at: HOUR_MS / 2, state: 'charging' }
    ]
  }
  const figures = figuresOfCost(cost(input))
  assert.ok(figures !== undefined)
  return figures
}

describe('the figures of a receipt', () => {
  it('have one quantity for each price, over all times in which it applied', () => {
    const { lines } = figuresOf({
      currency: 'EUR',
      energy: { prices: [{ priceKwh: 0.4 }], taxRates: [VAT] },
      chargingTime: { prices: [{ priceMinute: 0.1 }], taxRates: [VAT] }
    })
    assert.deepEqual(
      lines.map(({ component, netMinor, prices }) => [component, netMinor, prices]),
      [
        ['energy', 400, [{ price: 0.4, priceInclTax: 0.476, per: 'kWh', quantity: 10_000, unit: 'Wh' }]],
        ['chargingTime', 450, [{ price: 0.1, priceInclTax: 0.119, per: 'minute', quantity: 2_700, unit: 's' }]]
      ]
    )
  })

  it('have no base for a tax on top of another one', () => {
    const { taxes, netMinor, taxMinor } = figuresOf({
      currency: 'EUR',
      energy: { prices: [{ priceKwh: 1 }], taxRates: [VAT, CITY] }
    })
    // 10 % of 11.90.
    assert.deepEqual(taxes, [
      { ...VAT, netMinor: 1_000, taxMinor: 190 },
      { ...CITY, taxMinor: 119 }
    ])
    assert.deepEqual([netMinor, taxMinor], [1_000, 309])
    const amount = figuresOfAmount(1_309, 'EUR', [VAT, CITY])
    assert.deepEqual([amount.netMinor, amount.taxes], [1_000, taxes])
  })

  it('of a document that cancels another are negative, and zero stays zero', () => {
    const figures = figuresOf({
      currency: 'EUR',
      energy: { prices: [{ priceKwh: 1 }], taxRates: [VAT] },
      fixedFee: { prices: [{ priceFixed: 0 }] }
    })
    const { lines, taxes, netMinor, taxMinor, totalMinor } = negated(figures)
    assert.deepEqual(
      lines.map((line) => [line.component, line.netMinor, line.taxMinor, line.totalMinor]),
      [
        ['fixed', 0, 0, 0],
        ['energy', -1_000, -190, -1_190]
      ]
    )
    assert.deepEqual(taxes, [{ ...VAT, netMinor: -1_000, taxMinor: -190 }])
    assert.deepEqual([netMinor, taxMinor, totalMinor], [-1_000, -190, -1_190])
  })
})
