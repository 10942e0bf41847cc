import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mergeRegisters, meterOf, meterSince, registersIn } from '../../lib/ledger/registers.js'
import type { MeterSample } from '../../lib/ledger/samples.js'
import { isLong } from '../support/long.js'
import { NINE, register } from './support.js'

const BEGIN = { context: 'Transaction.Begin' }
const END = { context: 'Transaction.End' }

/** One reading of each phase. */
function phases(values: readonly number[], at: number, more: Partial<MeterSample> = {}): MeterSample[] {
  return values.map((value, index) => register(value, at, { phase: `L${index + 1}`, ...more }))
}

function energyOf(...samples: MeterSample[]) {
  return meterOf(registersIn(samples)).energy
}

describe('the energy of a transaction', () => {
  it('is found by the context of readings, whatever their order and time', () => {
    const begin = register(157_440, NINE, BEGIN)
    const periodic = register(163_630, NINE, { context: 'Sample.Periodic' })
    const clock = register(160_000, NINE - 1, { context: 'Sample.Clock' })
    assert.equal(energyOf(begin, periodic), 6190)
    assert.equal(energyOf(periodic, clock, begin), 6190)
    assert.equal(energyOf(begin, register(170_000, NINE, END), register(180_000, NINE + 9)), 12_560)
  })

  it('is the sum of the phases if no register has the total', () => {
    const begin = phases([1000, 2000, 3000], NINE, BEGIN)
    const end = phases([3000, 4000, 5000], NINE + 1, END)
    assert.deepEqual(meterOf(registersIn([...begin, ...end])), { start: 6000, stop: 12_000, energy: 6000 })
    assert.equal(energyOf(...begin, ...end, register(7, NINE, BEGIN), register(8, NINE + 1, END)), 1)
    for (const names of [
      ['L1-N', 'L2-N', 'L3-N'],
      ['L1-L2', 'L2-L3', 'L3-L1']
    ]) {
      const at = (time: number, value: number, more: object) =>
        names.map((phase) => register(value, time, { phase, ...more }))
      assert.equal(energyOf(...at(NINE, 0.1, BEGIN), ...at(NINE + 1, 0.2, END)), 0.3, names.join())
    }
  })

  it('is that of the readings there are: some phases, or another location; a total counts before phases', () => {
    const pair = (more: Partial<MeterSample>, energy: number) => [
      register(100, NINE, { ...more, ...BEGIN }),
      register(100 + energy, NINE + 1, { ...more, ...END })
    ]
    const from = [
      pair({ location: 'Outlet' }, 1),
      pair({ location: 'Cable' }, 2),
      pair({ location: 'Body' }, 3),
      pair({ location: 'Inlet' }, 4),
      pair({ phase: 'L1' }, 5),
      pair({ phase: 'L1-N' }, 6),
      pair({ phase: 'N' }, 7)
    ]
    for (const [index] of from.entries()) assert.equal(energyOf(...from.slice(index).flat().reverse()), index + 1)
    assert.equal(energyOf(...pair({ phase: 'L1' }, 5), ...pair({ phase: 'L3' }, 9)), 14)
    for (const location of ['EV', 'Upstream']) assert.equal(energyOf(...pair({ location }, 1)), 'no-start-register')
  })

  it('is never the difference of two different registers', () => {
    const total = register(30_000, NINE + 1, END)
    assert.equal(energyOf(register(1000, NINE, { phase: 'L1', ...BEGIN }), total), 'different-registers')
    assert.equal(energyOf(...phases([1, 2, 3], NINE, BEGIN), total), 'different-registers')
    assert.equal(energyOf(register(1, NINE, { location: 'Inlet', ...BEGIN }), total), 'different-registers')
    assert.equal(energyOf(...phases([1, 2, 3], NINE, BEGIN), ...phases([5, 6], NINE + 1, END)), 'no-stop-register')
  })

  it('is the sum of phases only if they were read at the same moment, in the same context', () => {
    const end = phases([3000, 4000, 5000], NINE + 9, END)
    const [l1, l2, l3] = phases([1000, 2000, 3000], NINE, BEGIN)
    const late = register(3000, NINE + 1, { phase: 'L3', ...BEGIN })
    const clock = register(3000, NINE, { phase: 'L3', context: 'Sample.Clock' })
    assert.ok(l1 !== undefined && l2 !== undefined && l3 !== undefined)
    assert.equal(energyOf(l1, l2, l3, ...end), 6000)
    assert.equal(energyOf(l1, l2, late, ...end), 'no-start-register')
    assert.equal(energyOf(l1, l2, clock, ...end), 'no-start-register')
  })

  it('is unknown from one reading, and from measurands that are no counter', () => {
    assert.equal(energyOf(register(100, NINE)), 'no-stop-register')
    assert.equal(energyOf(register(100, NINE, END)), 'no-start-register')
    assert.equal(energyOf(register(100, NINE, BEGIN)), 'no-stop-register')
    assert.equal(energyOf(register(100, NINE), register(90, NINE, { context: 'Sample.Clock' })), 'no-stop-register')
    assert.equal(energyOf(register(100, NINE, BEGIN), register(99, NINE + 1, END)), 'meter-went-backwards')
    for (const value of [-1, 2 ** 53, Number.POSITIVE_INFINITY]) {
      assert.equal(energyOf(register(1, NINE, BEGIN), register(value, NINE + 1, END)), 'no-stop-register', `${value}`)
    }
    assert.equal(energyOf(register(1, NINE, BEGIN), register(9, NINE + 1, { unit: 'varh' })), 'no-stop-register')
  })

  it('begins or ends with a single reading, depending on the event that brought it', () => {
    const meter = (eventType: 'Started' | 'Ended') => meterOf(registersIn([register(5, NINE)], eventType))
    assert.deepEqual(meter('Started'), { start: 5, stop: null, energy: 'no-stop-register' })
    assert.deepEqual(meter('Ended'), { start: null, stop: 5, energy: 'no-start-register' })
  })

  it('survives a clock that was set back between Started and Ended', () => {
    const started = registersIn([register(100, NINE + 1e9)], 'Started')
    const ended = registersIn([register(150, NINE), register(180, NINE + 5)], 'Ended')
    assert.equal(meterOf(mergeRegisters(ended, started)).energy, 80)
  })

  it('keeps thousandths of a Wh of a counter of any size', () => {
    assert.equal(energyOf(register(0.1, NINE, BEGIN), register(0.3, NINE + 1, END)), 0.2)
    const large = Number.MAX_SAFE_INTEGER
    assert.equal(energyOf(register(large - 1, NINE, BEGIN), register(large, NINE + 1, END)), 1)
    assert.equal(energyOf(register(8_000_000_000_000.5, NINE, BEGIN), register(8_000_000_000_001.25, NINE, END)), 0.75)
  })
})

describe('the energy since a StartTransaction', () => {
  const since = (...samples: MeterSample[]) => meterSince(1000, registersIn(samples))

  it('is measured by a register of the total, or by all phases together', () => {
    assert.deepEqual(since(register(1500, NINE)), { start: 1000, stop: 1500, energy: 500 })
    assert.equal(since(...phases([400, 500, 600], NINE)).energy, 500)
    assert.equal(since(register(1200, NINE, { location: 'Inlet' })).energy, 200)
  })

  it('is never measured by some of the phases, which are only compared with themselves', () => {
    assert.equal(since(register(1500, NINE, { phase: 'L1' })).energy, 'no-stop-register')
    const [first, last] = [register(300, NINE, { phase: 'L1' }), register(320, NINE + 1, { phase: 'L1' })]
    assert.deepEqual(since(first, last), { start: 1000, stop: null, energy: 20 })
  })

  it('is unknown when the meter went backwards', () => {
    assert.equal(since(register(999, NINE)).energy, 'meter-went-backwards')
  })
})

const anySample = fc
  .record({
    wh: fc.oneof(fc.integer({ min: -1, max: 10_000 }), fc.integer({ min: 0, max: 2 ** 53 })),
    minute: fc.integer({ min: 0, max: 4 }),
    phase: fc.constantFrom('', 'L1', 'L2', 'L3', 'N'),
    context: fc.constantFrom('', 'Transaction.Begin', 'Transaction.End', 'Sample.Clock'),
    location: fc.constantFrom('', 'Outlet', 'Inlet')
  })
  .map(({ wh, minute, ...more }) => register(wh, NINE + minute * 60_000, more))
const anyMessage = fc.record({
  samples: fc.array(anySample, { maxLength: 4 }),
  eventType: fc.constantFrom('Started', 'Updated', 'Ended')
} as const)

describe('the state of registers', () => {
  it('does not depend on the order of messages, nor on how often each is sent', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyMessage, { minLength: 1, maxLength: 6 })
          .chain((messages) =>
            fc.tuple(
              fc.constant(messages),
              fc.shuffledSubarray([...messages, ...messages], { minLength: messages.length })
            )
          ),
        ([messages, others]) => {
          const all = [...others, ...messages.filter((message) => !others.includes(message))]
          const fold = (list: typeof messages) =>
            list.map(({ samples, eventType }) => registersIn(samples, eventType)).reduce(mergeRegisters, {})
          assert.deepEqual(fold(all), fold(messages))
          const { start, stop, energy } = meterOf(fold(messages))
          if (typeof energy === 'number') assert.ok(energy >= 0 && start !== null && stop !== null)
        }
      ),
      { numRuns: isLong ? 10_000 : 500 }
    )
  })
})
