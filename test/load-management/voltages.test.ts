import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkPlant } from '../../lib/load-management/check.js'
import type { Told } from '../../lib/load-management/limits.js'
import { keyOf, type LoadManagementBody, type Plant, type PlantEvse, plantOf } from '../../lib/load-management/plant.js'
import { type EvseState, initialState } from '../../lib/load-management/reserve.js'
import { ownLoad, Site } from '../../lib/load-management/site.js'
import { sumsOf } from '../../lib/load-management/sums.js'
import { Model } from './model.js'

const NOW = Date.UTC(2026, 0, 5, 12)
/** A transformer of 480 V to 208 V, as they are in North America. V, between line and neutral. */
const HIGH = 277
const LOW = 120

const evse = (index: number, more: object = {}) => {
  return { identity: `CP-${index}`, evseId: 1, circuit: 'row', maximum: 32, fallback: 6, ...more }
}

function bodyOf({ main = { A: 100 }, row = { A: 400 }, evses = [evse(0)], ...more }: Record<string, unknown> = {}) {
  return {
    mode: 'control',
    voltage: HIGH,
    circuits: [
      { id: 'main', limit: main, margin: 0, ...(more.unbalance !== undefined && { unbalance: more.unbalance }) },
      { id: 'row', parent: 'main', limit: row, margin: 0, voltage: LOW }
    ],
    evses
  } as LoadManagementBody
}

function siteOf(body: LoadManagementBody, states: ReadonlyMap<string, EvseState> = new Map()) {
  return new Site({ plant: plantOf(body, 'UTC'), now: NOW, told: new Map<string, Told>(), facts: new Map(), states })
}

const rounded = (amperes: number) => Math.round(amperes * 1000) / 1000
const reservedOf = (site: Site) =>
  Object.fromEntries(site.loads.map((load) => [`${load.circuit} ${load.phase}`, rounded(load.reserved)]))

test('a circuit has its own voltage, that of its parent, or that of the site', () => {
  const circuits = [
    { id: 'grid', limit: { A: 1 }, voltage: 11_547 },
    { id: 'hall', parent: 'grid', limit: { A: 1 }, voltage: 230 },
    { id: 'row', parent: 'hall', limit: { A: 1 } },
    { id: 'again', parent: 'row', limit: { A: 1 }, voltage: 230 },
    { id: 'up', parent: 'row', limit: { A: 1 }, voltage: 400 },
    { id: 'back', parent: 'up', limit: { A: 1 }, voltage: 230 },
    { id: 'other', limit: { A: 1 } }
  ]
  const plant = plantOf({ mode: 'off', voltage: 120, circuits, evses: [] }, 'UTC')
  assert.deepEqual(
    plant.circuits.map(({ id, voltage, area }) => [id, voltage, area]),
    [
      ['grid', 11_547, 'grid'],
      ['hall', 230, 'hall'],
      ['row', 230, 'hall'],
      ['again', 230, 'hall'],
      ['up', 400, 'up'],
      // Two transformers lie between it and the hall.
      ['back', 230, 'back'],
      ['other', 120, 'other']
    ]
  )
})

test('a current below a transformer counts above it on every phase, by the voltages, and its power as it is', () => {
  const reservedBy = (more: object) =>
    reservedOf(siteOf(bodyOf({ main: { A: 100, W: 1e5 }, row: { L1: 400, W: 1e5 }, evses: [evse(0, more)] })))
  // Its maximum, because it has accepted nothing yet.
  const on = (amperes: number) => ({
    'main L1': rounded(amperes),
    'main L2': rounded(amperes),
    'main L3': rounded(amperes)
  })
  assert.deepEqual(reservedBy({}), {
    ...on((32 * LOW) / HIGH),
    'main W': 3 * 32 * LOW,
    'row L1': 32,
    'row W': 3 * 32 * LOW
  })
  assert.deepEqual(reservedBy({ wiring: 'L2' }), {
    ...on((32 * LOW) / HIGH),
    'main W': 32 * LOW,
    'row L1': 0,
    'row W': 32 * LOW
  })
  const between = ((32 * LOW) / HIGH) * (2 / Math.sqrt(3))
  assert.deepEqual(reservedBy({ wiring: 'L1L2' }), {
    ...on(between),
    'main W': 2 * 32 * LOW,
    'row L1': 32,
    'row W': 2 * 32 * LOW
  })
})

test('fallbacks have to fit above a transformer, too, and the refusal says what fits', () => {
  const evses = [0, 1, 2].map((index) => evse(index))
  const members = new Map(evses.map(({ identity }) => [identity.toLowerCase(), {}]))
  const fits = (3 * 6 * LOW) / HIGH
  checkPlant(bodyOf({ main: { A: fits + 0.01 }, evses }), members)
  const place = (expected: string) => (error: { code: string; message: string }) =>
    error.code === 'INVALID_LOAD_MANAGEMENT' && error.message.startsWith(expected)
  assert.throws(() => checkPlant(bodyOf({ main: { A: fits - 0.01 }, evses }), members), place('/circuits/0 '))
  assert.throws(
    () => checkPlant(bodyOf({ main: { A: 100 }, unbalance: fits - 0.01, evses }), members),
    place('/circuits/0 unbalance-L1')
  )
  const { circuits, ...body } = bodyOf({ evses })
  const high = circuits.map((circuit) => ({ ...circuit, voltage: 11_547 }))
  assert.throws(() => checkPlant({ ...body, circuits: high }, members), place('/evses/0/circuit '))
})

test('of a meter above a transformer, only currents that load all phases alike are ours', () => {
  const plant = plantOf(bodyOf({ evses: [evse(0), evse(1, { wiring: 'L2' }), evse(2)] }), 'UTC')
  const taken = (lines: readonly [number, number, number] | undefined, amperes: number): EvseState => ({
    ...initialState(),
    fallback: 6,
    sent: { amperes: 32, at: NOW, until: NOW + 1e6 },
    transaction: { key: 't', id: 1, since: NOW },
    measured: { at: NOW, amperes, ...(lines && { lines }) }
  })
  const states = new Map([
    ['cp-0 1', taken([20, 22, 24], 24)],
    ['cp-1 1', taken(undefined, 16)],
    ['cp-2 1', taken([10, 0, 0], 10)]
  ])
  const { W, ...own } = ownLoad(plant, states, { circuit: 'main', at: NOW, now: NOW })
  const least = (20 * LOW) / HIGH
  assert.deepEqual(own, { L1: least, L2: least, L3: least })
  assert.equal(rounded(W), rounded(0.85 * LOW * (66 + 16 + 10)))
  const facts = new Map(plant.evses.map((one) => [keyOf(one), { isConnected: true, isMember: true }]))
  const measuredWith = (some: ReadonlyMap<string, EvseState>) => {
    const result = {
      states: new Map(plant.evses.map((one) => [keyOf(one), some.get(keyOf(one)) ?? initialState()])),
      evses: new Map()
    }
    const sums = sumsOf({ plant, told: new Map(), facts, result, at: NOW })
    return [sums.get('row L2')?.measured, sums.get('main L2')?.measured]
  }
  assert.deepEqual(measuredWith(states), [22 + 16, undefined])
  const even = new Map([['cp-0 1', taken([20, 20, 20], 20)]])
  assert.deepEqual(measuredWith(even), [20, least])
})

// --- the true currents ---------------------------------------------------------------------------------------------

type Phasor = readonly [number, number]
const at = (amperes: number, degrees: number): Phasor => {
  return [amperes * Math.cos((degrees * Math.PI) / 180), amperes * Math.sin((degrees * Math.PI) / 180)]
}
const plus = (one: Phasor, other: Phasor): Phasor => [one[0] + other[0], one[1] + other[1]]
const minus = (one: Phasor, other: Phasor): Phasor => [one[0] - other[0], one[1] - other[1]]
const size = ([re, im]: Phasor) => Math.hypot(re, im)
const ANGLES = { L1: 0, L2: -120, L3: 120 }
const LINES = ['L1', 'L2', 'L3'] as const

/** The currents of the low side, by the lines that each car loads. */
function lowCurrents(plant: Plant, currentsOf: (evse: PlantEvse) => Record<'L1' | 'L2' | 'L3', number>): Phasor[] {
  const sums: Record<'L1' | 'L2' | 'L3', Phasor> = { L1: [0, 0], L2: [0, 0], L3: [0, 0] }
  for (const one of plant.evses) {
    const currents = currentsOf(one)
    if (one.wiring.length === 4) {
      const [from, to] = [one.wiring.slice(0, 2) as 'L1', one.wiring.slice(2) as 'L1']
      const voltage = minus(at(1, ANGLES[from]), at(1, ANGLES[to]))
      const current = voltage.map((part) => (part / Math.sqrt(3)) * currents[from]) as unknown as Phasor
      sums[from] = plus(sums[from], current)
      sums[to] = minus(sums[to], current)
    } else for (const line of LINES) sums[line] = plus(sums[line], at(currents[line], ANGLES[line]))
  }
  return LINES.map((line) => sums[line])
}

/** The currents of L1 of the high side: of a star with its neutral, and of deltas. A. */
function highCurrents(low: readonly Phasor[]): number[] {
  const [a, b, c] = low as [Phasor, Phasor, Phasor]
  const deltas = [minus(a, c), minus(a, b), minus(c, b)].map((current) => size(current) / Math.sqrt(3))
  return [size(a), ...deltas].map((current) => (current * LOW) / HIGH)
}

test('the true currents on the high side of a transformer stay below the limit, however its windings are connected', () => {
  const wirings = ['L1L2L3', 'L3L1L2', 'L1', 'L2', 'L3', 'L1L2', 'L2L3', 'L3L1'] as const
  let most = 0
  const check = (seed: number, picks: number[], limit: number, isVaried: boolean) => {
    const evses = picks.map((pick, index) => evse(index, { wiring: wirings[pick], fallback: 0 }))
    const plant = plantOf(
      { ...bodyOf({ main: { L1: limit, L2: 90, L3: 90 }, evses }), lease: 60, raiseDelay: 0 },
      'UTC'
    )
    const model = new Model({ plant, seed, trouble: 0.5, traffic: 0.5, start: NOW, isVaried })
    for (let second = 0; second < 240; second++) {
      if (second === 120) model.calm()
      model.tick()
      const high = highCurrents(lowCurrents(plant, (one) => model.currents(one)))
      const isSettled =
        model.last !== undefined && model.plant.evses.every((one) => model.states.get(keyOf(one))?.fallback === 0)
      if (!isSettled) continue
      for (const current of high) {
        assert.ok(current <= limit + 1e-6, `${current} A of ${limit} A after ${second} s`)
        most = Math.max(most, current / limit)
      }
    }
  }
  const picks = fc.array(fc.integer({ min: 0, max: wirings.length - 1 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), picks, fc.integer({ min: 8, max: 60 }), fc.constant(true), check),
    {
      numRuns: 25,
      seed: 7
    }
  )
  // All on one phase, or between two of them, and each takes all that it may.
  for (const pick of wirings.keys()) check(pick + 1, [pick, pick, pick], 20, false)
  // What is allowed is used, too.
  assert.ok(most > 0.8, `${most}`)
})
