import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends } from '../app/support.js'
import { perform } from '../operations/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const MAIN = { id: 'main', limit: { A: 43 }, margin: 1 }
const BODY = { mode: 'control', circuits: [MAIN] }
const STALLS = [{ protocol: 'ocpp2.1' }, { protocol: 'ocpp2.0.1' }] as const

interface State {
  evses: { limit?: number; reserved: number; target?: number; reason: string; cap?: { amperes: number; by: string } }[]
}

/** A schedule of one period. */
function schedule(limit: number, more: object = {}) {
  const chargingSchedulePeriod = [{ startPeriod: 0, limit }]
  return { chargingSchedule: [{ id: 1, chargingRateUnit: 'A', chargingSchedulePeriod, ...more }] }
}

function tell(garage: Garage, index: number, action: 'NotifyChargingLimit' | 'ClearedChargingLimit', payload: object) {
  return garage.charger(index).client.call(action, payload as never)
}

onBothBackends('limits of others at an EVSE under control', (start) => {
  it('leave to others what the car may not take, and are no reason to reserve less', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'capped', stalls: STALLS, body: BODY })
    await garage.arrive(0, HUNGRY)
    await garage.arrive(1, HUNGRY)
    await garage.reach([21, 21], 600)
    const limits: { reserved: number; limit: number | undefined }[] = []
    const seen = async () => {
      const [first] = ((await garage.state()) as State).evses
      limits.push({ reserved: first?.reserved ?? 0, limit: first?.limit })
    }
    await tell(garage, 0, 'NotifyChargingLimit', {
      evseId: 1,
      chargingLimit: { chargingLimitSource: 'EMS' },
      ...schedule(10)
    })
    await seen()
    await garage.reach([10, 32], 120)
    await seen()
    assert.deepEqual(limits, [
      { reserved: 21, limit: 21 },
      { reserved: 10, limit: 10 }
    ])
    const [first, second] = ((await garage.state()) as State).evses
    assert.deepEqual(first?.cap, { amperes: 10, by: 'ChargingStationExternalConstraints of EMS' })
    assert.match(first?.reason ?? '', /^limited to 10 A by ChargingStationExternalConstraints of EMS$/)
    assert.equal(second?.cap, undefined)
    await tell(garage, 0, 'ClearedChargingLimit', { chargingLimitSource: 'EMS', evseId: 1 })
    await garage.reach([21, 21], 120)
  })

  it('of a maximum of an operator is a cap, too, and one below the least of a car pauses it', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = [{ protocol: 'ocpp1.6', fallback: 0 }, { protocol: 'ocpp2.1' }] as const
    const garage = await Garage.open(server, { id: 'station', stalls, body: BODY })
    await garage.arrive(0, HUNGRY)
    await garage.arrive(1, HUNGRY)
    await garage.reach([21, 21], 600)
    const chargingSchedulePeriod = (limit: number) => [{ startPeriod: 0, limit }]
    const put = (limit: number) =>
      perform(server, 'station-0', 'calls/SetChargingProfile', {
        connectorId: 0,
        csChargingProfiles: {
          ...{ chargingProfileId: 7, stackLevel: 0, chargingProfilePurpose: 'ChargePointMaxProfile' },
          chargingProfileKind: 'Absolute',
          chargingSchedule: {
            chargingRateUnit: 'W',
            startSchedule: '2020-01-01T00:00:00Z',
            chargingSchedulePeriod: chargingSchedulePeriod(limit)
          }
        }
      })
    assert.equal((await put(8 * 690)).body.result?.status, 'Accepted')
    await garage.reach([8, 32], 120)
    assert.match(((await garage.state()) as State).evses[0]?.reason ?? '', /limited to 8 A by ChargePointMaxProfile/)
    await put(1000)
    await garage.pass(15)
    assert.deepEqual(garage.shares(), [0, 32])
    const [first] = ((await garage.state()) as State).evses
    assert.match(first?.reason ?? '', /^waits: limited to 4.3 A by ChargePointMaxProfile, and a car needs 6 A$/)
    assert.equal(first?.limit ?? 0, 0)
  })

  it('of the EV itself is a cap when its plan takes less than it was offered, and not when it takes all', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'plans', stalls: STALLS, body: BODY })
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    await garage.reach([21, 21], 600)
    const plan = (limit: number) => ({
      timeBase: new Date().toISOString(),
      evseId: 1,
      chargingSchedule: {
        ...{ id: 1, chargingRateUnit: 'A', duration: 900 },
        chargingSchedulePeriod: [{ startPeriod: 0, limit }]
      }
    })
    const tells = (index: number, limit: number) =>
      garage.charger(index).client.call('NotifyEVChargingSchedule', plan(limit) as never)
    assert.deepEqual(await tells(0, 12), { status: 'Accepted' })
    await garage.reach([12, 30], 120)
    const [first] = ((await garage.state()) as State).evses
    assert.equal(first?.reason, 'limited to 12 A by the plan of the EV')
    assert.deepEqual(await tells(1, 30), { status: 'Accepted' })
    await garage.pass(1)
    await garage.leave(0)
    await garage.reach([0, 32], 120)
  })

  it('is not refused for what the EV plans after its limit has been renewed', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'hours', stalls: STALLS, body: BODY })
    await garage.arrive(0, HUNGRY)
    await garage.reach([32, 0], 600)
    const plan = (limit: number, later: number) => ({
      timeBase: new Date(garage.time.now()).toISOString(),
      evseId: 1,
      chargingSchedule: {
        ...{ id: 1, chargingRateUnit: 'A', duration: 3 * 3600 },
        chargingSchedulePeriod: [
          { startPeriod: 0, limit },
          { startPeriod: 7200, limit: later }
        ]
      }
    })
    const tells = async (limit: number, later: number) => {
      const answer = await garage.charger(0).client.call('NotifyEVChargingSchedule', plan(limit, later) as never)
      return (answer as { status: string }).status
    }
    assert.deepEqual(await tells(40, 6), 'Rejected', 'above what it has now')
    assert.deepEqual(await tells(32, 20), 'Accepted')
    await garage.pass(30)
    assert.deepEqual(garage.shares(), [32, 0])
  })
})
