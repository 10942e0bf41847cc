import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dynamicLease } from '../../lib/load-management/dynamic-leases.js'
import { limitNow } from '../../lib/load-management/limits.js'
import { type Plant, plantOf } from '../../lib/load-management/plant.js'
import { answered, type EvseState, initialState, type Pending, sending } from '../../lib/load-management/reserve.js'
import { isLong } from '../support/long.js'
import { Model } from './model.js'
import { below, plantFor } from './plants.js'

const START = Date.UTC(2026, 0, 5, 16, 0)
const KEYS = ['L1', 'L2', 'L3', 'W'] as const
const SECOND = 1000
const LEASE = 900
const NEVER = Number.POSITIVE_INFINITY

function dynamic(plant: Plant): Plant {
  return {
    ...plant,
    evses: plant.evses.map((evse) => ({ ...evse, form: { ...evse.form, profile: 'dynamic' as const } }))
  }
}

const [EVSE] = dynamic(
  plantOf(
    {
      mode: 'control',
      circuits: [{ id: 'main', limit: { A: 63 } }],
      evses: [{ identity: 'CP', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }]
    },
    'UTC'
  )
).evses

function ask(state: EvseState, ends: { now: number; lease?: number; edge?: number; writesPerDay?: number }) {
  assert.ok(EVSE)
  const { now, lease = LEASE, edge = NEVER, writesPerDay } = ends
  const evse = { ...EVSE, ...(writesPerDay !== undefined && { writesPerDay }) }
  return dynamicLease(evse, state, { now, lease, whole: LEASE, edge })
}

/** A limit of 16 A goes out, and its answer comes. */
function sent(before: EvseState, { now, answer = 'accepted', after = 0 }: Sending): EvseState {
  assert.ok(EVSE)
  const lease = ask(before, { now })
  assert.ok(lease)
  const pending: Pending = {
    ...{ kind: 'limit', amperes: 16, at: now, until: now + LEASE * SECOND, transaction: 't' },
    ...{ form: EVSE.form, dynamic: lease }
  }
  return answered(sending(before, pending, 10_000), answer, { now: now + after * SECOND, settle: 10_000 })
}

interface Sending {
  now: number
  answer?: 'accepted' | 'unknown' | 'rejected'
  /** Seconds. */
  after?: number
}

const OPEN: EvseState = {
  ...initialState(),
  fallback: 6,
  transaction: { key: 't', id: 1, since: START, poweredAt: START }
}
const untilOf = ({ possible }: EvseState) => possible.map(({ until }) => (until - START) / SECOND)

test('a Dynamic profile is updated as long as it lasts for two more leases, and then replaced', () => {
  const first = ask(OPEN, { now: START })
  assert.deepEqual(first, { duration: LEASE, validTo: START + 4 * LEASE * SECOND })
  const state = sent(OPEN, { now: START })
  assert.deepEqual(ask(state, { now: START + 450 * SECOND }), { ...first, isUpdate: true })
  const late = { ...state, sent: { ...state.sent, at: START, amperes: 16, until: START + 1e8 } } as EvseState
  assert.equal(ask(late, { now: START + 2 * LEASE * SECOND })?.isUpdate, true)
  assert.equal(ask(late, { now: START + (2 * LEASE + 1) * SECOND })?.isUpdate, undefined)
  // One that has ended, or of which nobody knows the value, is sent anew.
  assert.equal(ask(state, { now: START + LEASE * SECOND })?.isUpdate, undefined)
  assert.equal(ask({ ...state, isDoubtful: true }, { now: START + SECOND })?.isUpdate, undefined)
  // Where writes are counted, it lasts for as long as a limit would.
  assert.equal(ask(OPEN, { now: START, writesPerDay: 25 })?.validTo, START + 14_400 * SECOND)
})

test('before less is allowed, a limit is said by a profile that ends at an exact time', () => {
  const edge = START + 2 * LEASE * SECOND
  assert.deepEqual(ask(OPEN, { now: START, edge }), { duration: LEASE, validTo: edge })
  assert.equal(ask(OPEN, { now: START, edge: edge - 1 }), undefined)
  assert.equal(ask(OPEN, { now: START, lease: LEASE - 1 }), undefined)
  // An edge that was not known when the profile was sent.
  assert.equal(ask(sent(OPEN, { now: START }), { now: START + SECOND, edge }), undefined)
  assert.equal(ask({ ...OPEN, isUnleased: true }, { now: START }), undefined)
})

test('a limit counts for a lease from its answer, and until the end of the profile while nobody knows when it arrived', () => {
  const state = sent(OPEN, { now: START, after: 20 })
  assert.deepEqual(untilOf(state), [20 + LEASE + 10])
  // Of which it is certain that it holds: from when it was sent.
  assert.equal(state.sent?.until, START + LEASE * SECOND)
  assert.equal(state.sent?.latest, START + (20 + LEASE) * SECOND)
  const doubtful = sent(state, { now: START + 450 * SECOND, answer: 'unknown', after: 30 })
  assert.deepEqual(untilOf(doubtful), [20 + LEASE + 10, 4 * LEASE + 10])
  const refused = sent(state, { now: START + 450 * SECOND, answer: 'rejected' })
  assert.deepEqual(untilOf(refused), [20 + LEASE + 10])
  const renewed = sent(state, { now: START + 450 * SECOND, after: 1 })
  assert.deepEqual(untilOf(renewed), [461, 451 + LEASE + 10])
  assert.equal(renewed.sent?.since, START + 20 * SECOND)
})

function violations(model: Model): string[] {
  return model.plant.circuits.flatMap((circuit) => {
    const { bounds } = limitNow(circuit, {}, { now: model.now, timeZone: 'UTC' })
    const circuits = below(model.plant, circuit.id)
    return KEYS.flatMap((key) => {
      const load = model.load(circuits, key)
      return load > bounds[key] + 1e-6 ? [`${circuit.id} ${key}: ${load} > ${bounds[key]}`] : []
    })
  })
}

test('with Dynamic profiles, too, no phase carries more than its limit, whenever calls arrive and whoever is gone', () => {
  const counts = { updates: 0, strays: 0, restarts: 0 }
  const run = (seed: number) => {
    const model = new Model({ plant: dynamic(plantFor(seed)), seed, trouble: 1, traffic: 0.3, start: START })
    let readyFor = 0
    for (let second = 0; second < 3600; second++) {
      // For good, before less is allowed.
      if (second === 2400) model.end()
      model.tick()
      const isReady = [...model.chargers.values()].every(({ fallback }) => fallback !== undefined)
      readyFor = isReady ? readyFor + 1 : 0
      if (readyFor > 6) assert.deepEqual(violations(model), [], `second ${second}`)
    }
    counts.updates += model.updates
    counts.strays += model.strays
    counts.restarts += model.restarts
  }
  fc.assert(fc.property(fc.nat(1_000_000), run), { numRuns: isLong ? 30 : 12, ...(isLong ? {} : { seed: 3 }) })
  assert.ok(counts.updates > 50 && counts.strays > 10 && counts.restarts > 40, JSON.stringify(counts))
})
