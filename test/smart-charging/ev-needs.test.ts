import assert from 'node:assert/strict'
import { it } from 'node:test'
import type * as v21 from 'fastify-ocpp/v21'
import { onSharedBackend, operate } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { perform, play } from '../operations/support.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

const VERSIONS = ['ocpp2.0.1', 'ocpp2.1'] as const
const NEEDS = {
  requestedEnergyTransfer: 'AC_three_phase',
  acChargingParameters: { energyAmount: 20_000, evMinCurrent: 6, evMaxCurrent: 20, evMaxVoltage: 400 }
}

type Offer = { evseId: number; chargingProfile: v21.ChargingProfileType }

/** A charger with a running transaction at EVSE 1, and what it is asked. */
async function charging(server: TestServer, identity: string, protocol: (typeof VERSIONS)[number]) {
  const { charger, asked } = await play(server, protocol, () => ({ status: 'Accepted' }), { identity })
  const started = event2('Started', 0, new Date().toISOString(), { register: 0, evse: { id: 1, connectorId: 1 } })
  await book(charger, 'TransactionEvent', started)
  const { transactionId } = (started as v21.TransactionEventRequest).transactionInfo
  const says = async (action: string, payload: object) => {
    const answer = await charger.call(action, payload)
    assert.equal(answer.type, 3, JSON.stringify(answer))
    return answer.payload as { status: string; scheduleUpdate?: object }
  }
  const offers = () =>
    asked.filter(([action]) => action === 'SetChargingProfile').map(([, payload]) => payload as Offer)
  return { says, offers, asked, transactionId }
}

onSharedBackend('an EV that tells what it needs', (start) => {
  for (const protocol of VERSIONS) {
    const name = protocol.slice(4)

    it(`${name}: TC_K_126: is refused where nothing limits it, and no profile follows`, async () => {
      const server = await start()
      const { says, offers } = await charging(server, `FREE-${name}`, protocol)
      const answer = await says('NotifyEVChargingNeeds', { evseId: 1, chargingNeeds: NEEDS })
      assert.equal(answer.status, protocol === 'ocpp2.1' ? 'NoChargingProfile' : 'Rejected')
      assert.deepEqual(offers(), [])
    })

    it(`${name}: TC_K_53, TC_K_57: gets a TxProfile of its transaction, within the limits and its needs, and another one when it asks again`, async () => {
      const server = await start()
      const identity = `NEEDS-${name}`
      const { says, offers, transactionId } = await charging(server, identity, protocol)
      const limit = { limit: 32, unit: 'A', evseId: 1, periods: [{ start: 1800, limit: 10 }] }
      await perform(server, identity, 'operations/charging-limit', limit)
      const departureTime = new Date(Date.now() + 3_600_000).toISOString()
      const chargingNeeds = { ...NEEDS, departureTime }
      const answer = await says('NotifyEVChargingNeeds', { evseId: 1, chargingNeeds, maxScheduleTuples: 3 })
      assert.equal(answer.status, 'Accepted')
      await until('the offer is sent', () => offers().length === 2)
      const { evseId, chargingProfile } = offers()[1] as Offer
      const { chargingProfilePurpose, chargingSchedule } = chargingProfile
      assert.deepEqual([evseId, chargingProfilePurpose, chargingProfile.transactionId], [1, 'TxProfile', transactionId])
      const [schedule] = chargingSchedule
      assert.ok(schedule?.duration !== undefined && schedule.duration > 3590 && schedule.duration <= 3600)
      assert.deepEqual(
        schedule.chargingSchedulePeriod.map(({ limit }) => limit),
        [20, 10]
      )
      const renewed = { ...NEEDS, acChargingParameters: { ...NEEDS.acChargingParameters, evMaxCurrent: 8 } }
      assert.equal(
        (await says('NotifyEVChargingNeeds', { evseId: 1, chargingNeeds: renewed, maxScheduleTuples: 1 })).status,
        'Accepted'
      )
      await until('another offer is sent', () => offers().length === 3)
      const periods = offers()[2]?.chargingProfile.chargingSchedule[0]?.chargingSchedulePeriod
      assert.deepEqual(
        periods?.map(({ limit }) => limit),
        [8],
        'the lowest, in as many tuples as the EV takes'
      )
    })

    it(`${name}: TC_K_55, TC_K_58, TC_K_59: may plan within the offer; a plan above it is refused, offered anew and forgotten`, async () => {
      const server = await start()
      const identity = `PLANS-${name}`
      const { says, offers } = await charging(server, identity, protocol)
      await perform(server, identity, 'operations/charging-limit', { limit: 16, unit: 'A', evseId: 1 })
      const plan = (limit: number) => ({
        timeBase: new Date().toISOString(),
        evseId: 1,
        chargingSchedule: {
          id: 1,
          duration: 600,
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [
            { startPeriod: 0, limit: 10 },
            { startPeriod: 300, limit }
          ]
        }
      })
      assert.equal((await says('NotifyEVChargingSchedule', plan(16))).status, 'Accepted')
      assert.equal(offers().length, 1)
      assert.equal((await says('NotifyEVChargingSchedule', plan(17))).status, 'Rejected')
      await until('the offer is sent anew', () => offers().length === 2)
      assert.equal(offers()[1]?.chargingProfile.chargingSchedule[0]?.chargingSchedulePeriod[0]?.limit, 16)
      const state = await operate(server, 'GET', `/charge-points/${identity}/state`)
      const plans = state
        .json()
        .notifications.filter(({ action }: { action: string }) => action === 'NotifyEVChargingSchedule')
      assert.equal(plans.length, 1, 'what was refused is no plan')
    })
  }

  it('2.1: TC_K_114, TC_K_115, TC_K_117: one that leaves control to us gets its offer in W, and another one when it or we ask for it', async () => {
    const server = await start()
    const { says, offers, transactionId } = await charging(server, 'DYNAMIC', 'ocpp2.1')
    const limit = (amperes: number) => ({ limit: amperes, unit: 'A', evseId: 1 })
    await perform(server, 'DYNAMIC', 'operations/charging-limit', limit(16))
    const needs = (maxChargePower: number) => ({
      evseId: 1,
      chargingNeeds: {
        requestedEnergyTransfer: 'AC_BPT',
        controlMode: 'DynamicControl',
        mobilityNeedsMode: 'EVCC_SECC',
        departureTime: new Date(Date.now() + 3_600_000).toISOString(),
        v2xChargingParameters: { maxChargePower, minChargePower: 1380, evTargetEnergyRequest: 9000 }
      }
    })
    assert.equal((await says('NotifyEVChargingNeeds', needs(7400))).status, 'Accepted')
    await until('the offer is sent', () => offers().length === 2)
    const offered = (index: number) => {
      const { chargingProfile } = offers()[index] as Offer
      const [schedule] = chargingProfile.chargingSchedule
      assert.deepEqual(
        [chargingProfile.transactionId, schedule?.chargingRateUnit, chargingProfile.chargingSchedule.length],
        [transactionId, 'W', 1]
      )
      return schedule?.chargingSchedulePeriod.map(({ limit }) => limit)
    }
    assert.deepEqual(offered(1), [7400])
    assert.equal((await says('NotifyEVChargingNeeds', needs(3700))).status, 'Accepted', 'it asks anew')
    await until('the next offer is sent', () => offers().length === 3)
    assert.deepEqual(offered(2), [3700])
    const lower = await perform(server, 'DYNAMIC', 'operations/charging-limit', limit(6))
    assert.equal(lower.status, 200)
    assert.equal(offers().length, 4)
    assert.equal((await says('NotifyEVChargingNeeds', needs(7400))).status, 'Accepted')
    await until('the last offer is sent', () => offers().length === 5)
    assert.ok((offered(4)?.[0] ?? 0) <= 6 * 690, `${offered(4)}`)
  })

  it('2.1: TC_K_113: an EV takes another limit of ours into its plan', async () => {
    const server = await start()
    const { says, offers } = await charging(server, 'RENEGOTIATE', 'ocpp2.1')
    for (const amperes of [16, 10]) {
      await perform(server, 'RENEGOTIATE', 'operations/charging-limit', { limit: amperes, unit: 'A', evseId: 1 })
      const chargingSchedulePeriod = [{ startPeriod: 0, limit: amperes }]
      const chargingSchedule = { id: 1, duration: 600, chargingRateUnit: 'A', chargingSchedulePeriod }
      const plan = { timeBase: new Date().toISOString(), evseId: 1, chargingSchedule }
      assert.equal((await says('NotifyEVChargingSchedule', plan)).status, 'Accepted')
    }
    assert.equal(offers().length, 2, 'nothing is offered anew')
  })

  it('2.1: TC_K_121: gets the values of its dynamic profile, and none of an unknown one', async () => {
    const server = await start()
    const { says } = await charging(server, 'PULLS', 'ocpp2.1')
    const chargingProfile = {
      id: 44,
      stackLevel: 0,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Dynamic',
      chargingSchedule: [
        {
          id: 1,
          chargingRateUnit: 'W',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 9000, setpoint: 7000, operationMode: 'CentralSetpoint' }]
        }
      ]
    }
    await perform(server, 'PULLS', 'calls/SetChargingProfile', { evseId: 1, chargingProfile })
    const pulled = await says('PullDynamicScheduleUpdate', { chargingProfileId: 44 })
    assert.deepEqual(pulled, { status: 'Accepted', scheduleUpdate: { limit: 9000, setpoint: 7000 } })
    const { items } = (await operate(server, 'GET', '/charge-points/PULLS/charging-profiles')).json()
    assert.ok(Date.parse(items[0].payload.dynUpdateTime) > Date.now() - 60_000, 'the values count from now on')
    assert.equal((await says('PullDynamicScheduleUpdate', { chargingProfileId: 45 })).status, 'Rejected')
    // A limit of load management ends unless load management itself renews it.
    const own = { ...chargingProfile, id: 1_900_000_003, stackLevel: 1 }
    await perform(server, 'PULLS', 'calls/SetChargingProfile', { evseId: 1, chargingProfile: own })
    assert.equal((await says('PullDynamicScheduleUpdate', { chargingProfileId: own.id })).status, 'Rejected')
  })
})
