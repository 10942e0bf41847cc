import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import { type LoadManagementBody, plantOf } from '../../lib/load-management/plant.js'
import { type EvseState, initialState } from '../../lib/load-management/reserve.js'
import { callForStation } from '../../lib/load-management/stations.js'
import { step } from '../../lib/load-management/step.js'
import type {} from '../../plugins/load-management.js'
import type { Charger } from '../../src/simulator/charger.js'
import type { Quirk } from '../../src/simulator/model/quirks.js'
import { onBothBackends, operate } from '../app/support.js'
import { createCharger } from '../simulator/support.js'
import { listen, type TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

const NOW = Date.UTC(2026, 0, 5, 16)
const SECOND = 1000
const EVSES = ['CP', 'CP', 'OTHER'].map((identity, index) => {
  return { identity, evseId: 1 + (index % 2), circuit: 'main', maximum: 32, fallback: 6 }
})
const BODY: LoadManagementBody = {
  mode: 'control',
  circuits: [{ id: 'main', limit: { A: 200 }, margin: 0 }],
  evses: EVSES,
  stations: [{ identity: 'cp', maximum: 40 }]
}

function charging(amperes: number, more: Partial<EvseState> = {}): EvseState {
  const until = NOW + 600 * SECOND
  return {
    ...initialState(),
    fallback: 6,
    obedience: 'obeys',
    transaction: { key: 'tx', id: 1, since: NOW - 3_600 * SECOND, poweredAt: NOW - 3_600 * SECOND },
    possible: [{ amperes, until: until + 10 * SECOND }],
    sent: { amperes, at: NOW - 290 * SECOND, until },
    ...more
  }
}

function run(states: Record<string, EvseState>, body = BODY) {
  const facts = new Map(Object.keys(states).map((key) => [key, { isConnected: true, isMember: true }]))
  return step({
    plant: plantOf(body, 'UTC'),
    now: NOW,
    told: new Map(),
    facts,
    states: new Map(Object.entries(states))
  })
}

describe('the maximum of a charge point with several EVSEs', () => {
  it('limits what its EVSEs get together, and nobody else', () => {
    const { evses, loads, commands } = run({ 'cp 1': charging(6), 'cp 2': charging(6), 'other 1': charging(6) })
    assert.deepEqual(
      [...evses.values()].map(({ target }) => target),
      [20, 20, 32]
    )
    assert.equal(evses.get('cp 1')?.reason, 'limited by the maximum of charge point cp')
    assert.deepEqual(
      commands.map(({ key, amperes }) => `${key} ${amperes} A`),
      ['cp 1 20 A', 'cp 2 20 A', 'other 1 32 A']
    )
    assert.deepEqual([...new Set(loads.map(({ circuit }) => circuit))], ['main'], 'it is no circuit')
  })

  it('is kept by lowering first', () => {
    const { commands } = run({ 'cp 1': charging(32), 'cp 2': charging(6) })
    assert.deepEqual(
      commands.map(({ key, amperes }) => `${key} ${amperes} A`),
      ['cp 1 20 A', 'cp 2 8 A']
    )
  })

  it('reserves nothing less, because a charge point may have lost it', () => {
    const refusing = charging(6, { obedience: 'ignoring' })
    const { loads, evses, commands } = run({ 'cp 1': refusing, 'cp 2': charging(32) })
    assert.deepEqual([evses.get('cp 1')?.reserved, evses.get('cp 2')?.reserved], [32, 32])
    assert.deepEqual([...new Set(loads.map(({ reserved }) => reserved))], [96], 'with the maximum of the other one')
    assert.deepEqual(
      commands.filter(({ key }) => key === 'cp 2').map(({ amperes }) => amperes),
      [8]
    )
  })

  it('is an Absolute profile without an end, in W that of all phases', () => {
    const station = { maximum: 40, voltage: 230 }
    const at = new Date(NOW - 86_400_000).toISOString()
    assert.deepEqual(callForStation({ ...station, protocol: 'ocpp1.6' }, { unit: 'A', stackLevel: 0 }, NOW).payload, {
      connectorId: 0,
      csChargingProfiles: {
        chargingProfileId: 1_900_000_001,
        chargingProfilePurpose: 'ChargePointMaxProfile',
        stackLevel: 0,
        chargingProfileKind: 'Absolute',
        chargingSchedule: {
          startSchedule: at,
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 40 }]
        }
      }
    })
    assert.deepEqual(callForStation({ ...station, protocol: 'ocpp2.1' }, { unit: 'W', stackLevel: 3 }, NOW).payload, {
      evseId: 0,
      chargingProfile: {
        id: 1_900_000_001,
        chargingProfilePurpose: 'ChargingStationMaxProfile',
        stackLevel: 3,
        chargingProfileKind: 'Absolute',
        chargingSchedule: [
          {
            id: 1_900_000_001,
            startSchedule: at,
            chargingRateUnit: 'W',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 27_600 }]
          }
        ]
      }
    })
  })
})

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }

onBothBackends('the maximum of a charge point', (start) => {
  async function connect(server: TestServer, identity: string, protocol: Protocol, quirks: readonly Quirk[] = []) {
    const { charger } = createCharger({ url: `${server.url}/ocpp` }, protocol, {
      identity,
      layout: { evses: 2, quirks }
    })
    await charger.connect()
    await until('the charger is accepted', () => charger.registration === 'Accepted')
    await operate(server, 'PUT', `/charge-points/${identity}`, { site: 'multi' })
    return charger
  }

  /** The limits of the maxima that a charger has. */
  const maxima = ({ station }: Charger) => {
    return station.profiles
      .filter(({ purpose }) => /Max/.test(purpose))
      .map(({ id, original }) => {
        const [schedule] = [original.chargingSchedule].flat()
        const [period] = schedule?.chargingSchedulePeriod ?? []
        return `${id}: ${period?.limit} ${schedule?.chargingRateUnit}, level ${original.stackLevel}`
      })
  }

  it('is installed once, follows the configuration, and is taken away with control', async () => {
    const server = await start(SETTINGS, listen)
    const { loadManagement } = server.app
    await operate(server, 'PUT', '/sites/multi', { name: 'Multi' })
    const chargers = [
      await connect(server, 'MULTI-1', 'ocpp1.6'),
      await connect(server, 'MULTI-2', 'ocpp2.0.1', ['watts-only']),
      await connect(server, 'MULTI-3', 'ocpp2.1', ['needs-highest-level']),
      await connect(server, 'MULTI-4', 'ocpp2.1')
    ]
    const [first, ...others] = chargers as [Charger, ...Charger[]]
    const [, , last] = others
    assert.ok(last)
    const own = {
      id: 7,
      stackLevel: 0,
      chargingProfilePurpose: 'ChargingStationMaxProfile',
      chargingProfileKind: 'Absolute'
    }
    const schedule = { id: 7, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 25 }] }
    const chargingProfile = { ...own, chargingSchedule: [{ ...schedule, startSchedule: '2026-01-01T00:00:00Z' }] }
    const set = { evseId: 0, chargingProfile }
    assert.equal(
      (await operate(server, 'POST', '/charge-points/MULTI-4/calls/SetChargingProfile', set)).statusCode,
      200
    )
    const configure = async (maximum: number, more: object = {}) => {
      const evses = chargers.flatMap(({ identity }) => {
        return [1, 2].map((evseId) => ({ identity, evseId, circuit: 'main', maximum: 32, fallback: 6 }))
      })
      const stations = chargers.map(({ identity }) => ({ identity, maximum }))
      const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: 300 } }], evses, stations, ...more }
      const answer = await operate(server, 'PUT', '/sites/multi/load-management?force=true', body)
      assert.ok(answer.statusCode < 300, answer.body)
      for (let round = 0; round < 4; round++) {
        await loadManagement.tick()
        await loadManagement.idle()
      }
    }
    const state = async () => {
      const { stations } = (await operate(server, 'GET', '/sites/multi/load-management/state')).json()
      return (stations as { maximum: number; installed: boolean }[]).map(({ maximum, installed }) => [
        maximum,
        installed
      ])
    }
    const calls = async () => {
      const { items } = (await operate(server, 'GET', '/charge-points/MULTI-1/calls?limit=200')).json()
      return (items as { action: string; request?: { connectorId?: number } }[]).filter(
        ({ action, request }) => action === 'SetChargingProfile' && request?.connectorId === 0
      ).length
    }
    await configure(40)
    const id = 1_900_000_001
    assert.deepEqual(chargers.map(maxima), [
      [`${id}: 40 A, level 0`],
      [`${id}: 27600 W, level 0`],
      [`${id}: 40 A, level 10`],
      ['7: 25 A, level 0']
    ])
    assert.deepEqual(await state(), [
      [40, true],
      [40, true],
      [40, true],
      [40, false]
    ])
    assert.equal(await calls(), 1)
    await configure(30)
    assert.deepEqual(maxima(first), [`${id}: 30 A, level 0`])
    assert.equal(await calls(), 2)
    await configure(30, { stations: [{ identity: 'MULTI-1', maximum: 30 }] })
    assert.deepEqual(chargers.map(maxima), [[`${id}: 30 A, level 0`], [], [], ['7: 25 A, level 0']])
    assert.deepEqual(await state(), [[30, true]])
    await configure(30, { mode: 'off' })
    assert.deepEqual(chargers.map(maxima), [[], [], [], ['7: 25 A, level 0']])
    const { stations } = (await operate(server, 'GET', '/sites/multi/load-management')).json()
    assert.equal(stations.length, 4)
  })
})
