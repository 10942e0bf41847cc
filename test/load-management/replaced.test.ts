import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { createCharger } from '../simulator/support.js'
import { listen, type TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { Garage } from './garage.js'

const STALLS = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.0.1' }, { protocol: 'ocpp2.1' }] as const
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const BODY = { mode: 'control', circuits: [{ id: 'main', limit: { A: 63 }, margin: 1 }] }
const OFF = { ...BODY, mode: 'off' }

interface Wanted {
  id: number
  limit: number
  level?: number
  purpose?: string
  more?: object
}

/** Sends the profile of an operator to an EVSE. */
async function install(garage: Garage, index: number, { id, limit, level = 0, purpose, more = {} }: Wanted) {
  const { identity, protocol } = garage.charger(index)
  const is16 = protocol === 'ocpp1.6'
  const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] }
  const profile = {
    ...(is16 ? { chargingProfileId: id, chargingSchedule: schedule } : { id, chargingSchedule: [{ id, ...schedule }] }),
    ...{ stackLevel: level, chargingProfilePurpose: purpose ?? 'TxDefaultProfile', chargingProfileKind: 'Relative' },
    ...more
  }
  const payload = is16 ? { connectorId: 1, csChargingProfiles: profile } : { evseId: 1, chargingProfile: profile }
  const { body } = await perform(garage.server, identity, 'calls/SetChargingProfile', payload)
  assert.equal(body.result?.status, 'Accepted', JSON.stringify(body))
}

async function clear(garage: Garage, index: number, id: number): Promise<void> {
  const { identity, protocol } = garage.charger(index)
  const payload = protocol === 'ocpp1.6' ? { id } : { chargingProfileId: id }
  const { body } = await perform(garage.server, identity, 'calls/ClearChargingProfile', payload)
  assert.ok(body.result !== undefined, JSON.stringify(body))
}

/** Ids of the profiles of each charge point that are not of load management, as simulated. */
const othersOf = ({ chargers }: Garage) =>
  chargers.map(({ station }) => station.profiles.map(({ id }) => id).filter((id) => id < 1_900_000_000))
const ownOf = ({ chargers }: Garage) =>
  chargers.map(({ station }) => station.profiles.filter(({ id }) => id >= 1_900_000_000).length)

async function reach(garage: Garage, expected: readonly (readonly number[])[]): Promise<void> {
  const isReached = () => JSON.stringify(othersOf(garage).map((ids) => ids.sort())) === JSON.stringify(expected)
  await until(`the profiles are ${JSON.stringify(expected)}`, async () => {
    await garage.run()
    return isReached() && ownOf(garage).every((count) => count === 0)
  }).catch(() => assert.deepEqual([othersOf(garage), ownOf(garage)], [expected, [0, 0, 0]]))
}

async function kept(server: TestServer): Promise<number> {
  const { database } = server.app
  return (await database.db.selectFrom('replaced_profiles').select('id').execute()).length
}

onBothBackends('profiles of operators that control replaces', (start) => {
  it('are there again when control has ended, except those whose time is over', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'former', stalls: STALLS, body: OFF })
    const end = Date.now() + 1500
    for (const index of [0, 1, 2]) {
      // Of the level of the fallback, which replaces it; of a higher one, which is deleted; and one that ends soon.
      await install(garage, index, { id: 10, limit: 16 })
      await install(garage, index, { id: 11, limit: 20, level: 3 })
      const validTo = new Date(end).toISOString()
      await install(garage, index, { id: 12, limit: 20, level: 4, more: { validTo } })
    }
    await garage.configure(BODY)
    await garage.run()
    assert.deepEqual(
      [othersOf(garage), ownOf(garage)],
      [
        [[], [], []],
        [1, 1, 1]
      ]
    )
    await until('the time of one is over', () => Date.now() > end)
    await garage.configure(OFF)
    await reach(garage, [
      [10, 11],
      [10, 11],
      [10, 11]
    ])
    assert.equal(await kept(server), 0)
  })

  it('are not, if an operator has deleted them or installed others meanwhile', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'changed', stalls: STALLS, body: OFF })
    for (const index of [0, 1, 2]) {
      await install(garage, index, { id: 10, limit: 16, level: 2 })
      await install(garage, index, { id: 11, limit: 20, level: 3 })
    }
    await garage.configure(BODY)
    await garage.run()
    assert.deepEqual(othersOf(garage), [[], [], []])
    for (const index of [0, 1, 2]) {
      await install(garage, index, { id: 21, limit: 13, level: 3 })
      await clear(garage, index, 10)
    }
    await garage.run()
    assert.deepEqual(othersOf(garage), [[], [], []], 'it is deleted, too')
    await garage.configure(OFF)
    await reach(garage, [[21], [21], [21]])
  })

  it('are there again after a restart, once the charge point is', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'later', stalls: STALLS.slice(0, 1), body: OFF })
    await install(garage, 0, { id: 10, limit: 16 })
    await garage.configure(BODY)
    await garage.run()
    const { identity, protocol, station } = garage.charger(0)
    const { profiles } = station
    await garage.charger(0).client.close()
    await server.close()
    const again = await start(SETTINGS, listen)
    again.app.loadManagement.clock = () => garage.time.now()
    Object.assign(garage, { server: again })
    await garage.put({ ...OFF, evses: [] })
    await garage.run()
    assert.equal(await kept(again), 1)
    const { charger } = createCharger({ url: `${again.url}/ocpp` }, protocol, { identity, time: garage.time })
    charger.station.profiles.push(...profiles)
    garage.chargers[0] = charger
    await charger.connect()
    await until('it is there again', async () => {
      await garage.run()
      return String(othersOf(garage)) === '10' && String(ownOf(garage)) === '0'
    })
    assert.equal((await operate(again, 'GET', '/sites/later/load-management')).json().mode, 'off')
  })

  it('of a transaction are there again while it goes on', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'running', stalls: STALLS, body: OFF })
    for (const index of [0, 1]) await garage.arrive(index)
    for (const index of [0, 1]) {
      const [open] = (await operate(server, 'GET', `/transactions?status=open&chargePoint=running-${index}`)).json()
        .items as { transactionId: string }[]
      const transactionId = index === 0 ? Number(open?.transactionId) : open?.transactionId
      await install(garage, index, { id: 30, limit: 10, level: 1, purpose: 'TxProfile', more: { transactionId } })
    }
    await garage.configure(BODY)
    await garage.pass(30)
    assert.deepEqual(othersOf(garage), [[], [], []])
    await garage.leave(1)
    await garage.configure(OFF)
    await reach(garage, [[30], [], []])
    assert.equal(await kept(server), 0)
  })
})
