import assert from 'node:assert/strict'
import { it } from 'node:test'
import { reset } from '../../src/simulator/sessions/transactions.js'
import { onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { inLong } from '../support/long.js'
import { listen } from '../support/server.js'
import { until } from '../support/wait.js'
import { Garage } from './garage.js'
import { HUNGRY, learnedOf, neverAbove, profilesTo, SETTINGS, setLimit, stallsOf } from './quirky.js'

const bodyOf = (A: number, more: object = {}) => {
  return { mode: 'control', circuits: [{ id: 'main', limit: { A }, margin: 0 }], ...more }
}

onBothBackends('charge points with quirks, from one session to the next', (start) => {
  it('that do not go on after a pause twice are not paused in turns any more', inLong, async () => {
    const server = await start(SETTINGS, listen)
    const quirks = ['sleepy-cars'] as const
    const stalls = [
      { protocol: 'ocpp1.6', quirks, fallback: 0 },
      { protocol: 'ocpp1.6', quirks, fallback: 0 }
    ] as const
    const garage = await Garage.open(server, { id: 'sleepy', stalls, body: bodyOf(32, { dwell: 60 }) })
    const isLearned = async () => (await learnedOf(server, 'sleepy-0')).includes('limitZero avoid')
    for (const round of [1, 2]) {
      await garage.arrive(0, HUNGRY)
      await garage.reach([32, 0], 90)
      await garage.pass(20, 10)
      await setLimit(garage, 3)
      await garage.pass(30, 10)
      await setLimit(garage, 32)
      await garage.pass(240, 20)
      assert.equal(await isLearned(), false, `in round ${round}`)
      await garage.pass(60, 20)
      await garage.leave(0)
    }
    assert.equal(await isLearned(), true)
    // A fallback of 0 A stays, and a limit may still leave no room.
    await garage.arrive(0, HUNGRY)
    await garage.reach([32, 0], 90)
    await setLimit(garage, 8)
    await garage.arrive(1, HUNGRY)
    await garage.pass(300, 20)
    assert.deepEqual(garage.shares(), [8, 0])
    await setLimit(garage, 3)
    await garage.pass(30)
    assert.deepEqual(garage.shares(), [0, 0])
  })

  it('that block or unleash later sessions after 0 A never get it: by their trait, or by their fallback', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = [
      { protocol: 'ocpp2.0.1', quirks: ['stored-zero'], fallback: 0 },
      { protocol: 'ocpp2.1', quirks: ['resumes-unlimited'] },
      { protocol: 'ocpp1.6', quirks: ['resumes-unlimited'], fallback: 0 }
    ] as const
    const garage = await Garage.open(server, { id: 'zeros', stalls, body: bodyOf(96) })
    const set = await operate(server, 'PUT', '/charge-points/zeros-0/smart-charging', { limitZero: 'avoid' })
    assert.equal(set.statusCode, 200)
    await garage.run()
    neverAbove(garage, 96)
    for (const index of [0, 1, 2]) await garage.arrive(index, HUNGRY)
    await garage.pass(60)
    // The last one takes what its car can: its maximum is reserved.
    const { evses } = await garage.state()
    assert.deepEqual([evses[2].obedience, evses[2].reserved], ['ignoring', 32])
    await setLimit(garage, 64)
    await garage.pass(20)
    neverAbove(garage, 64)
    await setLimit(garage, 44)
    await garage.pass(40)
    assert.deepEqual(garage.shares().slice(0, 2), [6, 6])
    await garage.leave(0)
    await setLimit(garage, 64)
    await garage.arrive(0, HUNGRY)
    await garage.pass(90)
    const [first = 0, second = 0] = garage.shares()
    assert.ok(first >= 15 && second >= 15, String(garage.shares()))
  })

  it('that lose, keep or bring back profiles get those of the site again', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = stallsOf(['keeps-level', 'resurrects-profiles', 'forgets-profiles', 'resurrects-profiles'])
    const garage = await Garage.open(server, { id: 'boots', stalls, body: bodyOf(64, { mode: 'off' }) })
    for (const { identity, protocol } of garage.chargers) {
      const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }] }
      const base = { stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Relative' }
      const request =
        protocol === 'ocpp1.6'
          ? { connectorId: 1, csChargingProfiles: { chargingProfileId: 7, ...base, chargingSchedule: schedule } }
          : { evseId: 1, chargingProfile: { id: 7, ...base, chargingSchedule: [{ id: 7, ...schedule }] } }
      const { body } = await perform(server, identity, 'calls/SetChargingProfile', request)
      assert.equal(body.result?.status, 'Accepted', JSON.stringify(body))
    }
    await garage.configure(bodyOf(64))
    const ids = () => garage.chargers.map(({ station }) => station.profiles.map(({ id }) => id))
    await until('only ours are left', async () => {
      await garage.run()
      return ids().every(([id = 0, ...others]) => id > 1_000_000 && others.length === 0)
    })
    for (const charger of garage.chargers) charger.background(reset(charger, 'SoftReset'))
    await until('all have booted', () => {
      garage.time.advance(1000)
      return garage.chargers.every(({ isRebooting }) => isRebooting)
    })
    await until('all are back', () => {
      garage.time.advance(1000)
      return garage.chargers.every(({ isRebooting, isOnline }) => !isRebooting && isOnline)
    })
    await until('only ours are left again', async () => {
      await garage.pass(1)
      return ids().every(([id = 0, ...others]) => id > 1_000_000 && others.length === 0)
    })
    neverAbove(garage, 64)
    for (const index of garage.chargers.keys()) await garage.arrive(index, HUNGRY)
    await garage.pass(90)
    assert.ok(
      garage.shares().every((share) => share >= 15 && share <= 16),
      String(garage.shares())
    )
    const sent = await Promise.all(garage.chargers.map(({ identity }) => profilesTo(server, identity)))
    assert.ok(
      sent.every((one) => one.sent <= 14),
      JSON.stringify(sent)
    )
  })
})
