import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bounds, limitNow } from '../../lib/load-management/limits.js'
import { keyOf, plantOf } from '../../lib/load-management/plant.js'
import { Model } from './model.js'
import { below } from './plants.js'

const MINUTE = 60_000
const KEYS = ['L1', 'L2', 'L3', 'W'] as const

/** Three levels; what the children may is more than their parent may; one is limited in W; less is allowed at night. */
function treeIn(timeZone: string, night: { from: string; to: string }) {
  const evses = Array.from({ length: 12 }, (_, index) => ({
    identity: `CP-${index}`,
    evseId: 1,
    circuit: `row-${index % 4}`,
    maximum: 32,
    fallback: 0
  }))
  const rows = [0, 1, 2, 3].map((index) => ({ id: `row-${index}`, parent: `hall-${index % 2}`, limit: { A: 40 } }))
  const circuits = [
    { id: 'main', limit: { A: 100 }, windows: [{ ...night, limit: { A: 50 } }] },
    { id: 'hall-0', parent: 'main', limit: { A: 70 } },
    { id: 'hall-1', parent: 'main', limit: { A: 63, W: 30_000 } },
    ...rows
  ]
  return plantOf({ mode: 'control', lease: 120, raiseDelay: 0, circuits, evses }, timeZone)
}

interface Edge {
  timeZone: string
  night: { from: string; to: string }
  /** Before less is allowed. */
  before: number
  /** Minutes from then to the end of the night, by the clock of the world. */
  minutes: number
}

/** A of the main circuit that cars take shortly before the edge, in the night, and after it. */
function through({ timeZone, night, before, minutes }: Edge): number[] {
  const plant = treeIn(timeZone, night)
  const model = new Model({ plant, seed: 5, trouble: 0, start: before - 15 * MINUTE })
  // Cars come once all have their fallback.
  for (let second = 0; second < 60; second++) model.tick()
  model.calm()
  const seen: number[] = []
  const circuits = plant.circuits.map(({ id }) => below(plant, id))
  const pass = (until: number) => {
    let limits: Bounds[] = []
    while (model.now < until) {
      model.tick()
      // Limits change with the minute.
      if (model.now % MINUTE === 0 || limits.length === 0) {
        limits = plant.circuits.map((circuit) => limitNow(circuit, {}, { now: model.now, timeZone }).bounds)
      }
      for (const [index, { id }] of plant.circuits.entries()) {
        for (const key of KEYS) {
          const load = model.load(circuits[index] ?? new Set(), key)
          const most = limits[index]?.[key] ?? 0
          assert.ok(load <= most + 1e-6, `${id} ${key}: ${load} A, ${most} at ${new Date(model.now).toISOString()}`)
        }
      }
    }
    seen.push(Math.round(model.load(below(plant, 'main'), 'L1')))
  }
  pass(before - 3 * MINUTE)
  pass(before + 20 * MINUTE)
  pass(before + (minutes + 20) * MINUTE)
  return seen
}

test('T8: three levels, a limit in W, and less at night: none is exceeded at any second, and all is used', () => {
  const night = { from: '17:00', to: '18:00' }
  const [evening, atNight, later] = through({
    ...{ timeZone: 'Europe/Berlin', night, minutes: 60 },
    before: Date.parse('2026-10-20T17:00:00+02:00')
  })
  // hall-0 has 70 A, hall-1 43 A because of its W, and the main circuit has 100 A for both, each less 1 A.
  assert.ok(evening !== undefined && evening > 90 && evening <= 99, `${evening} A`)
  assert.ok(atNight !== undefined && atNight > 42 && atNight <= 49, `${atNight} A`)
  assert.ok(later !== undefined && later > 90 && later <= 99, `${later} A`)
})

test('T8: a window over the night of the change of clocks ends by the clock of the site', () => {
  const night = { from: '01:30', to: '03:30' }
  const before = Date.parse('2026-10-25T01:30:00+02:00')
  // The hour from two to three comes twice.
  const [, atNight, later] = through({ timeZone: 'Europe/Berlin', night, before, minutes: 180 })
  assert.ok(atNight !== undefined && atNight <= 49, `${atNight} A`)
  assert.ok(later !== undefined && later > 90, `${later} A`)
  const spring = Date.parse('2026-03-29T01:30:00+01:00')
  const [, shortNight, after] = through({ timeZone: 'Europe/Berlin', night, before: spring, minutes: 60 })
  assert.ok(shortNight !== undefined && shortNight <= 49, `${shortNight} A`)
  assert.ok(after !== undefined && after > 90, `${after} A`)
})

test('T8: each row, hall and phase gets what the others leave', () => {
  const plant = treeIn('UTC', { from: '03:00', to: '04:00' })
  const model = new Model({ plant, seed: 7, trouble: 0, start: Date.UTC(2026, 0, 5, 12) })
  model.calm()
  for (let second = 0; second < 900; second++) model.tick()
  const shares = plant.evses.map((evse) => Math.round(model.current(keyOf(evse))))
  // hall-1 is full at 42 A: 7 A for each of its six cars. The other six share what is left of the main circuit.
  assert.deepEqual(
    shares.filter((_, index) => index % 2 === 1),
    [7, 7, 7, 7, 7, 7]
  )
  const others = shares.filter((_, index) => index % 2 === 0)
  assert.ok(
    others.every((share) => share >= 8 && share <= 11),
    String(others)
  )
})
