import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Cost, cost } from '../../lib/money/cost.js'
import { minorDigits } from '../../lib/money/currency.js'
import type { CostInput } from '../../lib/money/input.js'
import { CASES, type Case, inputOf } from './cases.js'

/** A cost in the words of the cases. */
function told({ lines, net, tax, total, typeOfCost, isWaived, unknown, atLeast, currency }: Cost, { expect }: Case) {
  const show = (amount: number) => amount.toFixed(minorDigits(currency))
  // A line of 0 may be left out.
  const wanted = lines.filter(({ component, net }) => net !== 0 || expect.lines[component] !== undefined)
  return {
    lines: { ...zeros(expect.lines, show), ...Object.fromEntries(wanted.map((one) => [one.component, show(one.net)])) },
    ...(net !== undefined && { net: show(net) }),
    ...(tax !== undefined && { tax: show(tax) }),
    ...(total !== undefined && { total: show(total) }),
    ...(expect.typeOfCost !== undefined && { typeOfCost }),
    ...(expect.isWaived !== undefined && { isWaived }),
    ...(unknown.length > 0 && { unknown: unknown.map(({ component }) => component) }),
    ...(expect.atLeast !== undefined && { atLeast: show(atLeast) })
  }
}

function zeros(lines: Record<string, string>, show: (amount: number) => string) {
  return Object.fromEntries(Object.entries(lines).filter(([, amount]) => amount === show(0)))
}

describe('the cost', () => {
  for (const one of CASES) {
    it(`${one.id}: ${one.title}`, () => {
      assert.deepEqual(told(cost(inputOf(one)), one), one.expect)
    })
  }

  it('does not depend on the order of messages, nor on how often they come', () => {
    for (const one of CASES) {
      const input = inputOf(one)
      const { meter, states } = input
      const shuffled: CostInput = {
        ...input,
        meter: [...meter, ...meter].reverse(),
        states: [...states.slice(1), ...states].sort((a, b) => b.at - a.at)
      }
      assert.deepEqual(cost(shuffled), cost(input), one.id)
    }
  })

  it('is the same with twice as many readings on the way', () => {
    for (const one of CASES) {
      const input = inputOf(one)
      const isPriceByPower = JSON.stringify(one.tariffs).includes('Power')
      const hasPauses = new Set(one.states.map(({ state }) => state)).size > 1
      if (isPriceByPower || hasPauses || one.expect.unknown !== undefined) continue
      const meter = input.meter.flatMap((reading, index) => {
        const next = input.meter[index + 1]
        if (next === undefined) return [reading]
        return [reading, { at: (reading.at + next.at) / 2, wh: (reading.wh + next.wh) / 2 }]
      })
      assert.deepEqual(told(cost({ ...input, meter }), one), one.expect, one.id)
    }
  })

  it('runs up to the final cost, but for a minimum', () => {
    for (const one of CASES) {
      const { end, ...input } = inputOf(one)
      if (end === undefined || one.expect.typeOfCost === 'MinCost' || one.expect.unknown !== undefined) continue
      assert.deepEqual(told(cost({ ...input, asOf: end }), one), one.expect, one.id)
      assert.deepEqual(cost({ ...input, end, asOf: end }), cost({ ...input, end }))
    }
  })

  it('never falls while a transaction runs', () => {
    for (const one of CASES.filter(({ expect }) => expect.isWaived === undefined)) {
      const { end = 0, ...input } = inputOf(one)
      let last = 0
      for (let part = 1; part <= 20; part++) {
        const { total, atLeast } = cost({ ...input, asOf: input.start + ((end - input.start) / 20) * part })
        if (one.expect.unknown === undefined) assert.ok((total ?? Number.NaN) >= last, `${one.id} ${total} < ${last}`)
        last = total ?? atLeast
      }
    }
  })

  it('waits for the next reading: energy that is not measured yet is not estimated', () => {
    const [first] = CASES
    assert.ok(first)
    const { end: _, ...input } = inputOf(first)
    const running = cost({
      ...input,
      meter: [
        { at: input.start, wh: 0 },
        { at: input.start + 600_000, wh: 1000 }
      ],
      asOf: input.start + 3_600_000
    })
    assert.deepEqual([running.net, running.usage.energy], [0.39, 1000])
  })

  it('tells for each price why it applied', () => {
    const night = CASES.find(({ id }) => id === 'C04')
    assert.ok(night)
    const { periods } = cost(inputOf(night))
    const shared = { component: 'energy', per: 'kWh', unit: 'Wh', quantity: 5000, taxes: [] }
    assert.deepEqual(
      periods.map(({ start, charges }) => [start, charges]),
      [
        [
          '2026-03-02T16:30:00.000Z',
          [{ ...shared, price: 0.4, net: 2, condition: 0, because: 'startTimeOfDay 08:00, endTimeOfDay 18:00' }]
        ],
        ['2026-03-02T17:00:00.000Z', [{ ...shared, price: 0.25, net: 1.25, condition: 1, because: 'always' }]]
      ]
    )
  })

  it('tells the reason of what is unknown', () => {
    const reasons = Object.fromEntries(
      CASES.filter(({ expect }) => expect.unknown !== undefined).map((one) => [
        one.id,
        cost(inputOf(one)).unknown.map(({ reason }) => reason)
      ])
    )
    assert.deepEqual(reasons, {
      C29: ['no-states'],
      C30: ['no-stop-register'],
      O08: ['meter-went-backwards'],
      O10: ['no-fact'],
      O11: ['no-stop-register'],
      O15: ['no-time-zone']
    })
  })

  it('shares each tax in the smallest unit, so that the taxes add up', () => {
    const both = CASES.find(({ id }) => id === 'C17')
    assert.ok(both)
    assert.deepEqual(cost(inputOf(both)).taxes, [
      { type: 'VAT', tax: 7, amount: 0.07 },
      { type: 'VAT', tax: 19, amount: 0.54 }
    ])
  })

  it('is unknown when it has more digits than a number can hold', () => {
    const [first] = CASES
    assert.ok(first)
    const input = inputOf(first)
    const wh = Number.MAX_SAFE_INTEGER
    const [{ document } = { document: { currency: 'EUR' } }] = input.tariffs
    const dear = { ...document, energy: { prices: [{ priceKwh: 1_000_000 }] } }
    const found = cost({
      ...input,
      tariffs: [{ from: input.start, document: dear }],
      meter: [
        { at: input.start, wh: 0 },
        { at: input.end ?? 0, wh }
      ]
    })
    assert.deepEqual([found.total, found.unknown[0]?.reason], [undefined, 'out-of-range'])
  })

  it('is known in the moment of the start, whatever the car does', () => {
    const start = Date.UTC(2026, 2, 2, 8)
    const document = {
      currency: 'EUR',
      fixedFee: { prices: [{ priceFixed: 1 }] },
      idleTime: { prices: [{ priceMinute: 0.1 }] }
    }
    const input = { tariffs: [{ from: start, document }], start, meter: [], states: [] }
    assert.equal(cost({ ...input, asOf: start }).total, 1)
    assert.equal(cost({ ...input, asOf: start + 1000 }).unknown[0]?.reason, 'no-states')
    assert.equal(cost({ ...input, asOf: start, doubts: { time: 'no-duration' } }).total, undefined)
  })

  it('with a doubtful clock is known where the time of day does not matter', () => {
    const night = CASES.find(({ id }) => id === 'C04')
    const flat = CASES.find(({ id }) => id === 'C01')
    assert.ok(night && flat)
    const doubts = { clock: 'no-clock', states: 'no-clock' } as const
    assert.deepEqual(cost({ ...inputOf(night), doubts }).unknown, [{ component: 'energy', reason: 'no-clock' }])
    assert.equal(cost({ ...inputOf(flat), doubts }).total, 4.64)
  })
})
