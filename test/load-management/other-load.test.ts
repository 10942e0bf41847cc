import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Told } from '../../lib/load-management/limits.js'
import { highestOf, type Peak, withPeak } from '../../lib/load-management/other-load.js'
import { plantOf } from '../../lib/load-management/plant.js'

const START = Date.UTC(2026, 0, 5, 12)

/** The other load of L1 that is kept after measurements: seconds, A of L1, and A of our EVSEs on it. */
function keptAfter(measurements: readonly (readonly [number, number, number])[], seconds: number, more: object = {}) {
  const { includesChargers = true, limit = { A: 50 } } = more as { includesChargers?: boolean; limit?: object }
  const plant = plantOf({ mode: 'control', circuits: [{ id: 'main', limit }], evses: [] }, 'UTC')
  const [circuit] = plant.circuits
  assert.ok(circuit)
  let peaks: Peak[] = []
  const see = (told: Told, now: number) => {
    peaks = withPeak(peaks, { circuit, told }, { now, timeZone: 'UTC' })
  }
  let told: Told = {}
  for (const [second, L1, own] of measurements) {
    const at = START + second * 1000
    told = {
      measurement: { currents: { L1, L2: 10, L3: 0 }, includesChargers, at },
      own: { L1: own, L2: 0, L3: 0, W: 0 }
    }
    see(told, at)
  }
  see(told, START + seconds * 1000)
  return [highestOf(peaks).L1, highestOf(peaks).L2]
}

test('other load that puts a circuit above its limit counts for five minutes, the highest one', () => {
  assert.deepEqual(keptAfter([[0, 50, 10]], 1), [0, 0], 'it is not above its limit')
  assert.deepEqual(keptAfter([[0, 51, 10]], 299), [41, 0])
  assert.deepEqual(keptAfter([[0, 51, 10]], 300), [0, 0])
  assert.deepEqual(
    keptAfter(
      [
        [0, 60, 10],
        [100, 51, 10]
      ],
      299
    ),
    [50, 0]
  )
  assert.deepEqual(
    keptAfter(
      [
        [0, 60, 10],
        [100, 51, 10]
      ],
      300
    ),
    [41, 0]
  )
  assert.deepEqual(
    keptAfter(
      [
        [0, 60, 10],
        [100, 5, 5]
      ],
      399
    ),
    [0, 0]
  )
})

test('our own current is added to that of a meter without it, and all phases count for a limit of power', () => {
  const without = { includesChargers: false }
  assert.deepEqual(
    [keptAfter([[0, 30, 20]], 1, without), keptAfter([[0, 31, 20]], 1, without)],
    [
      [0, 0],
      [31, 0]
    ]
  )
  const limit = { W: 230 * 40 }
  assert.deepEqual(
    [keptAfter([[0, 30, 5]], 1, { limit }), keptAfter([[0, 31, 5]], 1, { limit })],
    [
      [0, 0],
      [26, 10]
    ]
  )
})
