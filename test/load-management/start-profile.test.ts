import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CallError, TimeoutError } from 'fastify-ocpp'
import { start as startOperation } from '../../lib/operations/start-stop.js'
import type { Charger } from '../../src/simulator/charger.js'
import { onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const BODY = { mode: 'control', lease: 600, circuits: [{ id: 'main', limit: { A: 120 } }] }
const LIMIT_ID = 1_900_000_003
const GUARD = `TxProfile ${LIMIT_ID}: 6 for 120 s`

interface Call {
  messageId: string
  action: string
  status: string
  request: { remoteStartId?: number; chargingProfile?: Profile }
}

interface Profile {
  id?: number
  chargingProfileId?: number
  transactionId?: unknown
  chargingProfilePurpose: string
  chargingSchedule: Schedule | Schedule[]
}

interface Schedule {
  duration?: number
  chargingSchedulePeriod: { limit: number }[]
}

/** What the starts of a charge point asked for, the first one first. */
async function startsAt(garage: Garage, index: number) {
  const { identity } = garage.charger(index)
  const answer = await operate(garage.server, 'GET', `/charge-points/${identity}/calls?limit=200`)
  const { items } = answer.json() as { items: Call[] }
  return items
    .filter(({ action }) => /^(?:RemoteStart|RequestStart)Transaction$/.test(action))
    .reverse()
    .map(({ request: { chargingProfile: profile } }) => {
      if (profile === undefined) return 'none'
      const [schedule] = [profile.chargingSchedule].flat()
      const { id = profile.chargingProfileId, transactionId, chargingProfilePurpose } = profile
      assert.equal(transactionId, undefined)
      return `${chargingProfilePurpose} ${id}: ${schedule?.chargingSchedulePeriod[0]?.limit} for ${schedule?.duration} s`
    })
}

/** Without the TxDefaultProfile that it has accepted. */
function loseDefaults({ station }: Charger): void {
  station.profiles = station.profiles.filter(({ purpose }) => purpose !== 'TxDefaultProfile')
}

onBothBackends('a remote start at an EVSE that a site controls', (start) => {
  const open = async (id: string, traits: readonly object[] = [], fallback = 6) => {
    const server = await start(SETTINGS, listen)
    const stalls = (['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const).map((protocol) => ({ protocol, fallback }))
    const garage = await Garage.open(server, { id, stalls, body: { ...BODY, mode: 'off' } })
    const put = async (index: number, traits: object) => {
      const answer = await operate(server, 'PUT', `/charge-points/${id}-${index}/smart-charging`, traits)
      assert.equal(answer.statusCode, 200, answer.body)
    }
    // Otherwise those of 2.x show that they have their fallbacks before anybody comes.
    for (const index of [0, 1, 2]) await put(index, { limitFallback: 'unproven', ...traits[index] })
    await garage.configure(BODY)
    return garage
  }

  it('carries the fallback until the EVSE obeys, and the control goes on from there', async () => {
    const garage = await open('guarded')
    for (const index of [0, 1, 2]) {
      loseDefaults(garage.charger(index))
      await garage.arrive(index, HUNGRY)
      assert.deepEqual(await startsAt(garage, index), [GUARD])
      assert.equal(garage.shares()[index], 6)
    }
    await garage.reach([32, 32, 32], 300)
    await garage.pass(60)
    const profiles = garage.chargers.map(({ station }) => station.profiles.filter(({ id }) => id === LIMIT_ID).length)
    assert.deepEqual(profiles, [1, 1, 1])
    for (const index of [0, 1, 2]) await garage.leave(index)
    for (const index of [0, 1, 2]) {
      await garage.arrive(index, HUNGRY)
      assert.deepEqual((await startsAt(garage, index)).slice(1), ['none'])
    }
  })

  it('carries nothing without control, without an EVSE, and where the charge point takes no TxProfile', async () => {
    const garage = await open('plain', [{}, { limitProfile: 'default' }, { limitFallback: 'kept' }])
    const { server } = garage
    const idToken = { idToken: 'DRIVER' }
    await perform(server, 'plain-0', 'operations/start', { idToken })
    for (const index of [1, 2]) await perform(server, `plain-${index}`, 'operations/start', { idToken, evseId: 1 })
    await garage.configure({ ...BODY, mode: 'observe' })
    await perform(server, 'plain-0', 'operations/start', { idToken, evseId: 1 })
    assert.deepEqual(await startsAt(garage, 0), ['none', 'none'])
    for (const index of [1, 2]) assert.deepEqual(await startsAt(garage, index), ['none'])
  })

  it('never carries 0 A, with which some transactions never begin to charge', async () => {
    const garage = await open('zero', [], 0)
    await garage.arrive(0, HUNGRY)
    assert.deepEqual(await startsAt(garage, 0), ['none'])
  })

  it('is repeated once without it where the charge point refuses it, and only then', async () => {
    const garage = await open('refusing')
    const { server } = garage
    const begun = async (index: number, idToken = 'DRIVER') => {
      const body = { idToken: { idToken }, evseId: 1 }
      const { body: answer } = await perform(server, `refusing-${index}`, 'operations/start', body)
      return answer as unknown as { status: string; remoteStartId?: number; calls: Call[] }
    }
    // A charger that has a transaction already refuses any start.
    for (const index of [0, 1, 2]) {
      await garage.arrive(index, HUNGRY)
      const { status, calls } = await begun(index)
      assert.deepEqual([status, calls.length], ['rejected', 2])
      assert.deepEqual(await startsAt(garage, index), [GUARD, GUARD, 'none'])
    }
  })
})

describe('the calls of a remote start with a profile of load management', () => {
  const request = { idToken: { idToken: 'DRIVER' }, evseId: 1 }
  const profile = { id: LIMIT_ID }
  const facts = { known: undefined, remoteStartId: 1, otherStartId: 2, profileId: 3 }
  const exchanges = () => [
    startOperation.rows['ocpp1.6'](request, { ...facts, guard: { v16: profile } }),
    startOperation.rows['ocpp2.1'](request, { ...facts, guard: { v2: profile } })
  ]

  for (const [how, answer] of [
    ['refuses', () => ({ status: 'Rejected' })],
    ['answers an error to', () => new CallError('FormationViolation', 'what is that', {})]
  ] as const) {
    it(`are two where the charge point ${how} the first, and the second decides`, () => {
      for (const exchange of exchanges()) {
        const first = exchange.next().value as { payload: { chargingProfile?: object; remoteStartId?: number } }
        assert.equal(first.payload.chargingProfile, profile)
        const result = answer()
        const second = (result instanceof Error ? exchange.throw(result) : exchange.next(result)).value
        const { payload } = second as typeof first
        assert.equal('chargingProfile' in payload, false)
        if (first.payload.remoteStartId !== undefined) assert.equal(payload.remoteStartId, 2)
        const { done, value } = exchange.next({ status: 'Accepted' })
        assert.deepEqual([done, (value as { status: string }).status], [true, 'accepted'])
      }
    })
  }

  it('are one where it takes the first, or does not answer: it may have begun', () => {
    for (const exchange of exchanges()) {
      exchange.next()
      assert.equal(exchange.next({ status: 'Accepted' }).done, true)
    }
    for (const exchange of exchanges()) {
      exchange.next()
      const late = new TimeoutError('RemoteStartTransaction', 1000, { sent: true })
      assert.throws(
        () => exchange.throw(late),
        (error) => error === late
      )
    }
  })
})
