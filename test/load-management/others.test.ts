import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { listen, type TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { Garage } from './garage.js'

const STALLS = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.0.1' }, { protocol: 'ocpp2.1' }] as const
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const MAIN = { id: 'main', limit: { A: 63 }, margin: 1 }
const BODY = { mode: 'control', circuits: [MAIN] }

const openGarage = (server: TestServer, id: string, body: object = BODY) =>
  Garage.open(server, { id, stalls: STALLS, body })

/** Ids of the profiles of each charge point, as simulated. */
const idsOf = (garage: Garage) => garage.chargers.map(({ station }) => station.profiles.map(({ id }) => id).sort())

/** What is left is asked again after a while, where a call has just failed. */
async function leaves(garage: Garage, counts: readonly number[]): Promise<void> {
  await until(`there are ${counts}`, async () => {
    await garage.run()
    return String(idsOf(garage).map(({ length }) => length)) === String(counts)
  })
}

onBothBackends('a site and what others do to its profiles', (start) => {
  it('a fallback and a limit that a raw call deletes are installed again', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'erased')
    for (const index of [0, 1, 2]) await garage.arrive(index, HUNGRY)
    await garage.pass(240)
    const before = idsOf(garage)
    assert.deepEqual(
      before.map(({ length }) => length),
      [2, 2, 2]
    )
    // The site may have installed them again as soon as the answer is there.
    const clear = async (identity: string, criteria: object) => {
      const { body } = await perform(server, identity, 'calls/ClearChargingProfile', criteria)
      assert.equal(body.result?.status, 'Accepted', JSON.stringify(body))
    }
    await clear('erased-0', {})
    for (const purpose of ['TxDefaultProfile', 'TxProfile']) {
      await clear('erased-1', { chargingProfileCriteria: { chargingProfilePurpose: purpose } })
    }
    await garage.run()
    const reserved = (await garage.state()).evses.map((evse: { reserved: number }) => evse.reserved)
    assert.ok(reserved[2] <= 20.7, String(reserved))
    await garage.pass(60)
    assert.deepEqual(idsOf(garage), before)
  })

  it('limits of operators for a controlled EVSE are refused, whatever the operation', async () => {
    const server = await start(SETTINGS, listen)
    await openGarage(server, 'refused')
    const chargingLimit = { limit: 32, unit: 'A' }
    const idToken = { idToken: 'DRIVER' }
    for (const index of [0, 1, 2]) {
      for (const [operation, body] of [
        ['start', { idToken, evseId: 1, chargingLimit }],
        ['start', { idToken, chargingLimit }],
        ['clear-charging-limit', {}],
        ['clear-charging-limit', { evseId: 1 }],
        ['clear-charging-limit', { purpose: 'default' }],
        ['clear-charging-limit', { profileId: 1_900_000_002 }]
      ] as const) {
        const { status, body: problem } = await perform(server, `refused-${index}`, `operations/${operation}`, body)
        assert.deepEqual([status, problem.code], [409, 'LOAD_IS_MANAGED'], `${operation} ${JSON.stringify(body)}`)
      }
      const station = await perform(server, `refused-${index}`, 'operations/clear-charging-limit', {
        purpose: 'station'
      })
      assert.equal(station.status, 200, JSON.stringify(station.body))
    }
  })

  it('cars that charge for an hour already get their share when control begins', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'late', { ...BODY, mode: 'off' })
    for (const index of [0, 1, 2]) await garage.arrive(index, HUNGRY)
    for (let passed = 0; passed < 60; passed++) garage.time.advance(60_000)
    await garage.settled()
    assert.deepEqual(garage.shares(), [32, 32, 32])
    await garage.configure(BODY)
    assert.deepEqual(garage.shares(), [6, 6, 6])
    await garage.reach([20.6, 20.6, 20.6], 900)
    // The leases hold, and are renewed.
    await garage.pass(1200)
    assert.deepEqual(garage.shares(), [20.6, 20.6, 20.6])
  })

  it('an EVSE that is no longer part of the site is limited by it no more', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'smaller')
    await garage.charger(1).goOffline()
    const evses = [{ identity: 'smaller-2', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }]
    await garage.configure({ ...BODY, evses })
    await garage.run()
    assert.deepEqual(
      idsOf(garage).map(({ length }) => length),
      [0, 1, 1]
    )
    await garage.charger(1).goOnline()
    await garage.pass(10)
    assert.deepEqual(
      idsOf(garage).map(({ length }) => length),
      [0, 0, 1]
    )
  })

  const NONE = [[], [], []]

  for (const mode of ['off', 'observe'] as const) {
    it(`the mode ${mode} leaves no profile, whenever it is set and whoever is away`, async () => {
      const server = await start(SETTINGS, listen)
      const garage = await openGarage(server, mode, { ...BODY, mode: 'off' })
      const put = (next: string) => garage.put({ ...BODY, mode: next })
      await put('control')
      // Decided and sent, not answered yet.
      await server.app.loadManagement.run(mode)
      await put(mode)
      await leaves(garage, [0, 0, 0])
      await put('control')
      // A fallback that was not answered is sent again after a while.
      await garage.pass(15)
      assert.deepEqual(
        idsOf(garage).map(({ length }) => length),
        [1, 1, 1]
      )
      await garage.charger(1).goOffline()
      await put(mode)
      await leaves(garage, [0, 1, 0])
      await garage.charger(1).goOnline()
      await leaves(garage, [0, 0, 0])
    })
  }

  it('a configuration that is deleted, and a charge point that leaves the site, leave no profile', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'deleted')
    for (const index of [0, 1]) await garage.charger(index).goOffline()
    await operate(server, 'PUT', '/charge-points/deleted-0', { site: null })
    await garage.put({ ...BODY, evses: [], mode: 'off' })
    assert.equal((await operate(server, 'DELETE', '/sites/deleted/load-management')).statusCode, 204)
    for (const index of [0, 1]) await garage.charger(index).goOnline()
    await garage.pass(10)
    assert.deepEqual(idsOf(garage), NONE)
  })

  it('the limit of a transaction that an operator closes by hand is reserved until its lease ends', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'closed')
    await garage.arrive(0, HUNGRY)
    await garage.reach([32, 0, 0], 900)
    const [open] = await garage.open(0)
    const closed = await operate(server, 'POST', `/transactions/${open?.id}/close`, { note: 'by hand' })
    assert.equal(closed.statusCode, 200, closed.body)
    await garage.run()
    const [first] = (await garage.state()).evses
    assert.equal(first.reserved, 32)
  })
})
