import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nextDrop, type Told } from '../../lib/load-management/limits.js'
import { type LoadManagementBody, plantOf } from '../../lib/load-management/plant.js'
import { type EvseState, initialState } from '../../lib/load-management/reserve.js'
import { step } from '../../lib/load-management/step.js'
import { measureCpu } from '../support/wait.js'

const NOW = Date.UTC(2026, 0, 5, 16)
const SECOND = 1000
const KEY = 'cp 1'

/** A charging car that has been given 32 A for ten minutes more. */
const CHARGING: EvseState = {
  ...initialState(),
  fallback: 6,
  obedience: 'obeys',
  possible: [{ amperes: 32, until: NOW + 610 * SECOND }],
  sent: { amperes: 32, at: NOW - 290 * SECOND, until: NOW + 600 * SECOND },
  transaction: { key: 'tx', id: 1, since: NOW - 3_600_000, poweredAt: NOW - 3_600_000 }
}

const BODY: LoadManagementBody = {
  mode: 'control',
  circuits: [{ id: 'main', limit: { A: 63 }, fallbackLimit: { A: 10 } }],
  evses: [{ identity: 'CP', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }]
}

function stepWith(told: Told, body = BODY) {
  return step({
    plant: plantOf(body, 'UTC'),
    now: NOW,
    told: new Map([['main', told]]),
    facts: new Map([[KEY, { isConnected: true, isMember: true }]]),
    states: new Map([[KEY, CHARGING]])
  })
}

describe('a limit that is about to become lower still', () => {
  it('lowers at once what is above it, however soon it expires', () => {
    for (const seconds of [1, 5, 10, 11, 30]) {
      const dynamic = { limit: { A: 20 }, source: 'EMS', expiresAt: NOW + seconds * SECOND }
      const { commands } = stepWith({ dynamic })
      assert.equal(commands.length, 1, `${seconds} s`)
      assert.ok((commands[0]?.amperes ?? 32) <= 19)
      assert.ok((commands[0]?.lease ?? 0) >= 1)
    }
  })

  it('raises nothing', () => {
    const dynamic = { limit: { A: 60 }, source: 'EMS', expiresAt: NOW + 10 * SECOND }
    assert.deepEqual(
      stepWith({ dynamic }).commands.filter(({ amperes }) => amperes > 32),
      []
    )
  })
})

describe('the next time at which less is allowed', () => {
  /** 2026-03-29 02:00 becomes 03:00, and 2026-10-25 03:00 becomes 02:00. */
  const CASES = [
    { from: '03:00', now: '2026-03-29T00:52:00Z', drop: '2026-03-29T01:00:00Z' },
    { from: '03:05', now: '2026-03-29T00:52:00Z', drop: '2026-03-29T01:05:00Z' },
    { from: '02:30', now: '2026-03-29T00:52:00Z', drop: '2026-03-29T01:00:00Z' },
    { from: '02:00', now: '2026-10-25T00:57:00Z', to: '02:30', drop: '2026-10-25T01:00:00Z' },
    { from: '17:00', now: '2026-03-02T15:59:30Z', drop: '2026-03-02T16:00:00Z' }
  ] as const
  for (const { from, now, drop, ...more } of CASES) {
    it(`is found for a window from ${from}, at ${now} in Berlin`, () => {
      const window = { from, to: '23:00', limit: { A: 20 }, ...more }
      const plant = plantOf({ ...BODY, circuits: [{ id: 'main', limit: { A: 63 }, windows: [window] }] }, 'UTC')
      const [circuit] = plant.circuits
      assert.ok(circuit !== undefined)
      const found = nextDrop(circuit, {}, { now: Date.parse(now), timeZone: 'Europe/Berlin' })
      assert.equal(new Date(found ?? 0).toISOString(), new Date(drop).toISOString())
    })
  }

  it('takes little time to find, however many windows there are', () => {
    const windows = Array.from({ length: 50 }, (_, index) => ({
      from: `${String(index % 24).padStart(2, '0')}:0${index % 10}`,
      to: `${String((index * 7) % 24).padStart(2, '0')}:3${index % 10}`,
      limit: { A: 60 - (index % 5) },
      days: ['Thu' as const]
    }))
    const plant = plantOf({ ...BODY, circuits: [{ id: 'main', limit: { A: 63 }, windows }] }, 'UTC')
    const [circuit] = plant.circuits
    assert.ok(circuit !== undefined)
    const look = () => nextDrop(circuit, {}, { now: NOW, timeZone: 'Europe/Berlin' })
    for (let times = 0; times < 20; times++) look()
    const spent = measureCpu()
    for (let times = 0; times < 100; times++) look()
    assert.ok(spent() < 500, `${spent()} ms`)
  })
})
