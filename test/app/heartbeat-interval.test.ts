import assert from 'node:assert/strict'
import { it } from 'node:test'
import { heartbeatInterval } from '../../lib/charge-points/heartbeat-interval.js'

it('the interval between Heartbeats differs from charger to charger by 5 % at most, and not from time to time', () => {
  const intervals = Array.from({ length: 200 }, (_, index) => heartbeatInterval(`CP-${index}`, 1000))
  assert.ok(intervals.every((interval) => Number.isInteger(interval) && interval >= 950 && interval <= 1050))
  assert.ok(new Set(intervals).size > 50)
  assert.equal(heartbeatInterval('CP-1', 1000), heartbeatInterval('cp-1', 1000))
  assert.equal(heartbeatInterval('CP-1', 1), 1)
})
