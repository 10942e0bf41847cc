import assert from 'node:assert/strict'
import { test } from 'node:test'
import { phasesOf } from '../../dashboard/pages/charge-point/phases.js'
import { byServerClock, clockOffset, timesIn } from '../../dashboard/store/charger-clock.js'

const HOUR = 3_600_000
const at = (offset: number) => new Date(Date.UTC(2026, 10, 30, 12) + offset).toISOString()

test('a clock is wrong by the smallest difference of the latest times', () => {
  assert.equal(clockOffset([]), undefined)
  assert.equal(clockOffset([{ told: at(0), at: at(1_000) }]), undefined)
  assert.equal(clockOffset([{ told: at(3 * HOUR), at: at(0) }]), 3 * HOUR)
  // One message was late, another one was not: the clock is right.
  const late = { told: at(-3 * HOUR), at: at(0) }
  assert.equal(clockOffset([late, { told: at(0), at: at(0) }]), undefined)
  assert.equal(clockOffset([late, { told: at(-2 * HOUR), at: at(HOUR) }]), -3 * HOUR)
})

test('a clock that was set is right, whatever it told before', () => {
  const wrong = [1, 2, 3].map((minute) => ({ told: at(3 * HOUR), at: at(minute * 60_000) }))
  assert.equal(clockOffset([...wrong, { told: at(240_000), at: at(240_000) }]), undefined)
})

test('events tell times, but not those that happened while the charge point was offline', () => {
  const event = (type: string, data: object) => ({ id: '1', type, at: at(0), chargePoint: 'CP-1', data })
  assert.deepEqual(timesIn(event('status', { timestamp: at(5) })), [{ told: at(5), at: at(0) }])
  assert.deepEqual(timesIn(event('transaction', { timestamp: at(5), offline: true })), [])
  const readings = [{ timestamp: at(1) }, { timestamp: at(9) }, { timestamp: at(5) }]
  assert.deepEqual(timesIn(event('meter-values', { readings })), [{ told: at(9), at: at(0) }])
  assert.deepEqual(timesIn(event('boot', {})), [])
})

test('a time of a wrong clock is compared with now after the difference is taken off', () => {
  assert.equal(byServerClock(at(3 * HOUR), 3 * HOUR), Date.parse(at(0)))
  assert.equal(byServerClock(at(0), undefined), Date.parse(at(0)))
  assert.equal(byServerClock(undefined, 1), undefined)
})

test('phases are measured against what is offered in each of them', () => {
  const sample = (measurand: string, value: number, phase?: string) => ({
    measurand,
    value,
    unit: 'A',
    ...(phase !== undefined && { phase })
  })
  assert.deepEqual(
    phasesOf([
      sample('Current.Import', 15, 'L1'),
      sample('Current.Import', 14, 'L2-N'),
      sample('Current.Import', 99, 'L1-L2'),
      sample('Current.Offered', 16)
    ]),
    [
      { phase: 'L1', value: 15, offered: 16, unit: 'A' },
      { phase: 'L2', value: 14, offered: 16, unit: 'A' }
    ]
  )
  // The offer of all phases together is none of a single phase.
  const power = [sample('Power.Active.Import', 3_000, 'L1'), sample('Power.Offered', 11_000)]
  assert.deepEqual(phasesOf(power), [{ phase: 'L1', value: 3_000, unit: 'A' }])
  assert.deepEqual(phasesOf([sample('Current.Import', 15)]), [])
})
