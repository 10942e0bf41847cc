import assert from 'node:assert/strict'
import { it, test } from 'node:test'
import { expectedEnergy } from '../../lib/load-management/forecast.js'
import type { Needs } from '../../lib/load-management/needs.js'
import { keyOf, plantOf } from '../../lib/load-management/plant.js'
import { initialState, withTransaction } from '../../lib/load-management/reserve.js'
import { step } from '../../lib/load-management/step.js'
import type { SiteRow } from '../../lib/sites/rows.js'
import { onBothBackends, operate } from '../app/support.js'
import { listen, type TestServer } from '../support/server.js'
import { Garage } from './garage.js'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 0, 5, 12)
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0', UNKNOWN_ID_TOKENS: 'accept' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }

interface Car {
  mayPause?: boolean
  needs?: Needs
  /** Whether it has charged for an hour; otherwise it has waited for that long. */
  isCharging: boolean
}

/** Cars at one-phase EVSEs without a fallback. */
function shared(cars: readonly Car[], limit: number) {
  const evses = cars.map(({ mayPause }, index) => {
    const own = mayPause === undefined ? {} : { mayPause }
    return {
      identity: `CP-${index}`,
      evseId: 1,
      circuit: 'main',
      wiring: 'L1' as const,
      maximum: 32,
      fallback: 0,
      ...own
    }
  })
  const plant = plantOf({ mode: 'control', circuits: [{ id: 'main', limit: { A: limit }, margin: 0 }], evses }, 'UTC')
  const states = cars.map(({ isCharging }, index) => {
    const began = NOW - HOUR
    const accepted = { ...initialState(), fallback: 0, obedience: 'obeys' as const }
    const { transaction, ...state } = withTransaction(accepted, { key: `${index}`, id: index + 1 }, began)
    const limited = { amperes: 6, until: NOW + HOUR }
    return {
      ...state,
      ...(transaction && { transaction: { ...transaction, poweredAt: began } }),
      ...(isCharging
        ? { servedSince: began, served: 6, possible: [limited], sent: { ...limited, at: began } }
        : { waitingSince: began }),
      servedAt: NOW
    }
  })
  const keyed = <T>(values: readonly T[]) =>
    new Map(values.map((value, index) => [keyOf(evses[index] ?? assert.fail()), value]))
  const facts = keyed(cars.map(({ needs = {} }) => ({ isConnected: true, isMember: true, needs })))
  const result = step({ plant, now: NOW, told: new Map(), facts, states: keyed(states) })
  const site = { time_zone: 'UTC' } as SiteRow
  return { plant, site, mode: 'control' as const, at: NOW, told: new Map(), facts, result }
}

function targetsOf(cars: readonly Car[], limit: number): number[] {
  return [...shared(cars, limit).result.evses.values()].map(({ target = 0 }) => target)
}

test('a car that charges gives way to one that has waited, unless it sleeps after a pause', () => {
  const waiting = { isCharging: false }
  assert.deepEqual(targetsOf([{ isCharging: true }, waiting], 6), [0, 6])
  for (const sleepy of [
    { mayPause: false },
    { needs: { mayPause: false } },
    { mayPause: false, needs: { mayPause: true } }
  ]) {
    assert.deepEqual(targetsOf([{ isCharging: true, ...sleepy }, waiting], 6), [6, 0], JSON.stringify(sleepy))
    assert.deepEqual(
      targetsOf(
        [
          { isCharging: true, ...sleepy },
          { ...waiting, needs: { priority: 9 } }
        ],
        6
      ),
      [6, 0]
    )
    assert.deepEqual(
      targetsOf(
        [
          { isCharging: true, ...sleepy },
          { ...waiting, mayPause: false }
        ],
        6
      ),
      [6, 0]
    )
    assert.deepEqual(targetsOf([{ isCharging: true, ...sleepy }, waiting], 5), [0, 0], 'a limit demands it')
    assert.deepEqual(targetsOf([waiting, { ...waiting, ...sleepy }], 6), [0, 6], 'it is admitted first')
    assert.deepEqual(
      targetsOf(
        [
          { isCharging: true, needs: { priority: 9 } },
          { ...waiting, ...sleepy }
        ],
        6
      ),
      [0, 6]
    )
  }
})

test('of cars that sleep after a pause, the one with the higher priority stays when a limit falls', () => {
  const cars = [
    { isCharging: true, mayPause: false },
    { isCharging: true, mayPause: false, needs: { priority: 1 } }
  ]
  assert.deepEqual(targetsOf(cars, 12), [6, 6])
  assert.deepEqual(targetsOf(cars, 11), [0, 11])
})

test('what a car is expected to get counts with those that are not paused', () => {
  const needs = { departure: NOW + HOUR }
  const expected = (mayPause: boolean) => {
    const snapshot = shared(
      [
        { isCharging: true, mayPause, needs },
        { isCharging: false, needs }
      ],
      6
    )
    return ['cp-0 1', 'cp-1 1'].map((key) => Math.round(expectedEnergy(snapshot, key) ?? Number.NaN))
  }
  // 6 A at 230 V for an hour, besides what it has got.
  assert.deepEqual(expected(false), [2760, 0])
  assert.deepEqual(expected(true), [1380, 1380])
})

test('who sleeps after a pause gets no more than others beyond the minimum', () => {
  assert.deepEqual(targetsOf([{ isCharging: true }, { isCharging: true, mayPause: false }], 40), [20, 20])
  assert.deepEqual(
    targetsOf(
      [
        { isCharging: true, needs: { priority: 1 } },
        { isCharging: true, mayPause: false }
      ],
      40
    ),
    [32, 8]
  )
})

async function give(server: TestServer, idToken: string, body: object) {
  const answer = await operate(server, 'PUT', `/id-tokens/${idToken}`, body)
  assert.ok(answer.statusCode < 300, answer.body)
  return answer.json()
}

onBothBackends('the needs of id tokens', (start) => {
  it('are kept, replaced as a whole and removed, and refused when they cannot be', async () => {
    const server = await start(SETTINGS)
    const needs = { energy: 20_000, minimumEnergy: 5000, duration: 28_800, priority: 0, mayPause: false }
    assert.equal('chargingNeeds' in (await give(server, 'USUAL', {})), false)
    assert.deepEqual((await give(server, 'USUAL', { chargingNeeds: needs })).chargingNeeds, needs)
    assert.deepEqual((await give(server, 'USUAL', { language: 'en' })).chargingNeeds, needs)
    const csv = (await operate(server, 'GET', '/id-tokens?q=USUAL&format=csv')).body.trimEnd()
    assert.ok(csv.endsWith(`"${JSON.stringify(needs).replaceAll('"', '""')}"`), csv)
    for (const [chargingNeeds, status, pointer] of [
      [{}, 400, '/chargingNeeds'],
      [{ energy: -1 }, 400, '/chargingNeeds/energy'],
      [{ duration: 0 }, 400, '/chargingNeeds/duration'],
      [{ duration: 31 * 86_400 + 1 }, 400, '/chargingNeeds/duration'],
      [{ priority: 101 }, 400, '/chargingNeeds/priority'],
      [{ mayPause: 'no' }, 400, '/chargingNeeds/mayPause'],
      [{ departure: '2099-01-01T00:00:00Z' }, 400, '/chargingNeeds'],
      [{ energy: 10, minimumEnergy: 11 }, 422, '/chargingNeeds/minimumEnergy']
    ] as const) {
      const answer = await operate(server, 'PUT', '/id-tokens/USUAL', { chargingNeeds })
      assert.equal(answer.statusCode, status, `${JSON.stringify(chargingNeeds)} ${answer.body}`)
      assert.equal(answer.json().errors[0].pointer, pointer, JSON.stringify(chargingNeeds))
      assert.deepEqual((await operate(server, 'GET', '/id-tokens/USUAL')).json().chargingNeeds, needs)
    }
    assert.deepEqual((await give(server, 'USUAL', { chargingNeeds: { priority: 1 } })).chargingNeeds, { priority: 1 })
    assert.equal('chargingNeeds' in (await give(server, 'USUAL', { chargingNeeds: null })), false)
  })

  it('count where nobody told more of the transaction, and those of the group where the token has none', async () => {
    const server = await start(SETTINGS, listen)
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: 41 }, margin: 1 }] }
    const stalls = [{ protocol: 'ocpp2.0.1' }] as const
    const garage = await Garage.open(server, { id: 'usual', stalls, body })
    await give(server, 'FLEET', { chargingNeeds: { energy: 9000, minimumEnergy: 1000, priority: 3, mayPause: false } })
    await give(server, 'usual-1', { groupId: 'fleet', chargingNeeds: { energy: 7000, duration: 7200 } })
    await garage.arrive(0, HUNGRY, 'USUAL-1')
    const [{ id, startedAt }] = (await garage.open(0)) as [{ id: number; startedAt: string }]
    const path = `/transactions/${id}/needs`
    const shown = async () => {
      const { delivered: _, expectedEnergy: _expected, ...needs } = (await operate(server, 'GET', path)).json()
      return needs
    }
    const usual = { energy: 7000, departure: new Date(Date.parse(startedAt) + 2 * HOUR).toISOString() }
    const ofGroup = { minimumEnergy: 1000, priority: 3, mayPause: false }
    const groups = { minimumEnergy: 'group', priority: 'group', mayPause: 'group' }
    const departs = { energy: 'idToken', departure: 'idToken' }
    assert.deepEqual(await shown(), { ...usual, ...ofGroup, sources: { ...departs, ...groups } })
    const departureTime = new Date(garage.time.now() + HOUR).toISOString()
    const chargingNeeds = { requestedEnergyTransfer: 'AC_three_phase', departureTime } as const
    await garage.charger(0).client.call('NotifyEVChargingNeeds', { evseId: 1, chargingNeeds })
    const sources = { ...departs, departure: 'ev', ...groups }
    assert.deepEqual(await shown(), { ...usual, departure: departureTime, ...ofGroup, sources })
    await operate(server, 'PUT', path, { energy: 4000, mayPause: true })
    assert.deepEqual(await shown(), {
      ...{ energy: 4000, departure: departureTime, minimumEnergy: 1000, priority: 3, mayPause: true },
      sources: { ...sources, energy: 'operator', mayPause: 'operator' }
    })
    await operate(server, 'DELETE', path)
    assert.deepEqual((await shown()).sources, sources)
    await give(server, 'USUAL-1', { groupId: null, chargingNeeds: null })
    assert.deepEqual((await shown()).sources, { departure: 'ev' })
    await give(server, 'USUAL-1', { chargingNeeds: { priority: 2 } })
    assert.deepEqual((await shown()).sources, { departure: 'ev', priority: 'idToken' })
    await give(server, 'USUAL-1', { type: 'eMAID' })
    assert.deepEqual((await shown()).sources, { departure: 'ev' }, 'a token of another type is another one')
    await give(server, 'USUAL-1', { type: '' })
    await garage.leave(0)
    assert.deepEqual((await shown()).sources, { departure: 'ev' }, 'what is told as a rule is for the next transaction')
  })
})

onBothBackends('cars at a site', (start) => {
  it('share by the needs of their id tokens', async () => {
    const server = await start(SETTINGS, listen)
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: 41 }, margin: 1 }] }
    const stalls = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.1' }] as const
    const garage = await Garage.open(server, { id: 'rule', stalls, body })
    await give(server, 'HURRY', { chargingNeeds: { energy: 40_000, duration: 7200 } })
    await garage.arrive(0, HUNGRY, 'ANYBODY')
    await garage.arrive(1, HUNGRY, 'HURRY')
    await garage.reach([8, 32], 900)
    await give(server, 'HURRY', { chargingNeeds: null })
    await garage.reach([20, 20], 120)
    await give(server, 'CREW', { chargingNeeds: { priority: 1 } })
    await give(server, 'ANYBODY', { groupId: 'CREW' })
    await garage.reach([32, 8], 120)
  })

  it('take turns, but for one that sleeps after a pause, until a limit demands it', async () => {
    const server = await start(SETTINGS, listen)
    const body = (A: number) => ({ mode: 'control', dwell: 60, circuits: [{ id: 'main', limit: { A }, margin: 1 }] })
    const stalls = (['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const).map((protocol) => ({ protocol, fallback: 0 }))
    const garage = await Garage.open(server, { id: 'sleepy', stalls, body: body(13) })
    await give(server, 'SLEEPY', { chargingNeeds: { mayPause: false } })
    await garage.arrive(0, HUNGRY, 'SLEEPY')
    await garage.reach([12, 0, 0], 300)
    for (const index of [1, 2]) await garage.arrive(index, HUNGRY)
    const lows = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    const highs = [0, 0, 0]
    await garage.pass(60)
    for (let passed = 0; passed < 600; passed += 5) {
      await garage.pass(5)
      for (const [index, share] of garage.shares().entries()) {
        lows[index] = Math.min(lows[index] ?? 0, share)
        highs[index] = Math.max(highs[index] ?? 0, share)
      }
    }
    assert.deepEqual(lows, [6, 0, 0])
    assert.deepEqual(highs, [6, 6, 6], 'the others take turns')
    await garage.configure(body(7))
    await garage.reach([6, 0, 0], 60)
    await garage.configure(body(6))
    await garage.reach([0, 0, 0], 60)
    assert.ok(garage.peak.L1 <= 13 && garage.peak.L2 <= 13, JSON.stringify(garage.peak))
  })
})
