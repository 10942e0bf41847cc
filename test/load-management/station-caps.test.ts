import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { capOfOthers, type FoundCaps, type StationCap, withPlan } from '../../lib/load-management/caps.js'
import { type LoadManagementBody, plantOf } from '../../lib/load-management/plant.js'
import { type EvseState, initialState } from '../../lib/load-management/reserve.js'
import { share } from '../../lib/load-management/share.js'
import { Site } from '../../lib/load-management/site.js'

const NOW = Date.UTC(2026, 0, 5, 12)
const HOUR = 3_600_000

/** A car that has been charging for an hour. */
function charging(amperes: number, fallback = 0): EvseState {
  return {
    ...initialState(),
    ...{ fallback, obedience: 'obeys' },
    transaction: { key: 't', id: 1, since: NOW - HOUR, poweredAt: NOW - HOUR },
    sent: { amperes, at: NOW - 60_000, until: NOW + HOUR },
    possible: [{ amperes, until: NOW + HOUR }]
  }
}

interface Stall {
  identity: string
  evseId: number
  wiring?: 'L1' | 'L2'
  fallback?: number
  unit?: 'A' | 'W'
  maximum?: number
}

/** What cars get of 63 A, with a limit of the charge point CP. Those of `pending` cannot be steered now. */
function shared(stalls: readonly Stall[], station: StationCap, pending: readonly string[] = []) {
  const body: LoadManagementBody = {
    mode: 'control',
    circuits: [{ id: 'main', limit: { A: 63 }, margin: 0 }],
    evses: stalls.map((stall) => ({ circuit: 'main', maximum: 32, fallback: 0, ...stall }))
  }
  const keys = stalls.map(({ identity, evseId }) => `${identity.toLowerCase()} ${evseId}`)
  const facts = new Map(
    keys.map((key) => {
      const caps: FoundCaps = key.startsWith('cp ') ? { station } : {}
      return [key, { isConnected: true, isMember: true, caps }]
    })
  )
  const states = new Map(keys.map((key, index) => [key, charging(10, stalls[index]?.fallback)]))
  const site = new Site({ plant: plantOf(body, 'UTC'), now: NOW, told: new Map(), facts, states })
  const { targets } = share(
    site,
    keys.filter((key) => !pending.includes(key))
  )
  return Object.fromEntries([...targets].map(([key, amperes]) => [key, Math.round(amperes * 100) / 100]))
}

const ONE = { identity: 'CP', evseId: 1 }
const TWO = { identity: 'CP', evseId: 2 }
const OTHER = { identity: 'OTHER', evseId: 1 }
const by = 'ChargingStationMaxProfile'

describe('a limit of a whole charge point', () => {
  it('is shared by its cars, and what they may not take goes to others', () => {
    assert.deepEqual(shared([ONE, TWO, OTHER], { limit: 20, unit: 'A', by }), { 'cp 1': 10, 'cp 2': 10, 'other 1': 32 })
  })

  it('is that of each phase, so that cars on different phases have all of it', () => {
    const [one, two] = [
      { ...ONE, wiring: 'L1' as const },
      { ...TWO, wiring: 'L2' as const }
    ]
    assert.deepEqual(shared([one, two], { limit: 20, unit: 'A', by }), { 'cp 1': 20, 'cp 2': 20 })
    assert.deepEqual(shared([one, two], { limit: 20 * 230, unit: 'W', by }), { 'cp 1': 10, 'cp 2': 10 })
  })

  it('counts a car that cannot be steered now with its limit', () => {
    assert.deepEqual(shared([ONE, TWO], { limit: 25, unit: 'A', by }, ['cp 2']), { 'cp 1': 15 })
  })

  it('takes no fallback away, and lets cars wait for which too little is left', () => {
    const fallback = 6
    const stalls = [
      { ...ONE, fallback },
      { ...TWO, fallback }
    ]
    assert.deepEqual(shared(stalls, { limit: 8, unit: 'A', by }), { 'cp 1': 6, 'cp 2': 6 })
    assert.deepEqual(shared([ONE, TWO], { limit: 8, unit: 'A', by }), { 'cp 1': 8, 'cp 2': 0 })
  })

  it('counts what is said in W as the power that it is', () => {
    const inWatts = { unit: 'W' as const, maximum: 32 }
    // 18 A on one phase are 6 A on each of three.
    const stalls = [{ ...ONE, ...inWatts }, TWO]
    assert.deepEqual(shared(stalls, { limit: 12 * 690, unit: 'W', by }), { 'cp 1': 18, 'cp 2': 6 })
  })
})

describe('the plan of an EV', () => {
  const plan = { at: '2026-01-05T12:00:00Z', amperes: 12 }

  it('caps the car only if it takes less than it was offered when the plan was told', () => {
    const told = withPlan(charging(20), { plan }, NOW)
    assert.deepEqual(capOfOthers({ plan }, told), { amperes: 12, by: 'the plan of the EV' })
    const all = withPlan(charging(12), { plan }, NOW)
    assert.equal(capOfOthers({ plan }, all), undefined)
    // What is sent later does not change what the plan was an answer to.
    assert.deepEqual(
      withPlan({ ...charging(12), ...(told.plan && { plan: told.plan }) }, { plan }, NOW).plan,
      told.plan
    )
  })

  it('does not hide a lower limit', () => {
    const told = withPlan(charging(20), { plan }, NOW)
    const limit = { amperes: 8, by: 'x' }
    assert.deepEqual(capOfOthers({ plan, limit }, told), limit)
  })
})
