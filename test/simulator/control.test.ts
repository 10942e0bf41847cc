import assert from 'node:assert/strict'
import { test } from 'node:test'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import { ManualScheduler } from '../../src/simulator/scheduler.js'
import { swipe } from '../../src/simulator/sessions/authorization.js'
import { plug, unplug } from '../../src/simulator/sessions/cable.js'
import { evseOf } from '../../src/simulator/sessions/evse.js'
import { until } from '../support/wait.js'
import { started16, started21, statuses } from './support.js'

const CARD = { idToken: 'CARD-1', type: 'ISO14443' }
const SECOND = 1000

test('1.6: a charging profile bounds the power, and the composite schedule says the same', async () => {
  const { charger, v16 } = await started16()
  plug(charger)
  await swipe(charger, CARD)
  await until('energy flows', () => evseOf(charger).power === 11_000)
  const csChargingProfiles: v16.ChargingProfile = {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] }
  }
  assert.deepEqual(await v16.call('SIM-1', 'SetChargingProfile', { connectorId: 1, csChargingProfiles }), {
    status: 'Accepted'
  })
  await until('the limit holds', () => evseOf(charger).power === 8 * 230 * 3)
  const composite = await v16.call('SIM-1', 'GetCompositeSchedule', {
    connectorId: 1,
    duration: 600,
    chargingRateUnit: 'A'
  })
  const periods = composite.chargingSchedule?.chargingSchedulePeriod
  assert.deepEqual(periods, [{ startPeriod: 0, limit: 8, numberPhases: 3 }])
  assert.deepEqual(await v16.call('SIM-1', 'ClearChargingProfile', { id: 1 }), { status: 'Accepted' })
  await until('the limit is gone', () => evseOf(charger).power === 11_000)
  assert.deepEqual(await v16.call('SIM-1', 'ClearChargingProfile', { id: 1 }), { status: 'Unknown' })
})

test('2.1: a TxProfile of another transaction is refused, a limit of nothing suspends charging', async () => {
  const { csms, charger, v21 } = await started21()
  plug(charger)
  await swipe(charger, CARD)
  const chargingProfile: v21.ChargingProfileType = {
    id: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    transactionId: 'another',
    chargingSchedule: [{ id: 1, chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 0 }] }]
  }
  const set = (transactionId: string) =>
    v21.call('SIM-1', 'SetChargingProfile', {
      evseId: 1,
      chargingProfile: { ...chargingProfile, transactionId }
    })
  assert.equal((await set('another')).status, 'Rejected')
  assert.equal((await set(evseOf(charger).transaction?.id ?? '')).status, 'Accepted')
  const states = () =>
    csms
      .of('TransactionEvent')
      .map(({ transactionInfo }) => (transactionInfo as { chargingState: string }).chargingState)
  await until('it is suspended', () => states().at(-1) === 'SuspendedEVSE')
  await v21.call('SIM-1', 'GetChargingProfiles', { requestId: 3, chargingProfile: { chargingProfileId: [1] } })
  await until('the profile is reported', () => csms.of('ReportChargingProfiles').length === 1)
})

test('1.6: availability changes after the transaction', async () => {
  const { csms, charger, v16 } = await started16()
  plug(charger)
  await swipe(charger, CARD)
  await until('it charges', () => statuses(csms).at(-1) === 'Charging')
  const change = await v16.call('SIM-1', 'ChangeAvailability', { connectorId: 0, type: 'Inoperative' })
  assert.deepEqual(change, { status: 'Scheduled' })
  await swipe(charger, CARD)
  await until('it is out of service', () => statuses(csms).at(-1) === 'Unavailable')
  unplug(charger)
  await v16.call('SIM-1', 'ChangeAvailability', { connectorId: 1, type: 'Operative' })
  await until('it is back', () => statuses(csms).at(-1) === 'Available')
})

test('2.1: a reservation is for its token, and ends', async () => {
  const time = new ManualScheduler()
  const { csms, charger, v21 } = await started21({ time })
  const reserve = (id: number, seconds: number) =>
    v21.call('SIM-1', 'ReserveNow', {
      id,
      idToken: CARD,
      expiryDateTime: charger.timestamp(time.now() + seconds * SECOND)
    })
  assert.equal((await reserve(1, 60)).status, 'Accepted')
  await until('it is reserved', () => statuses(csms).at(-1) === 'Reserved')
  await assert.rejects(swipe(charger, { idToken: 'OTHER', type: 'ISO14443' }), /no EVSE is free/)
  time.advance(61 * SECOND)
  await until('the end is told', () => csms.of('ReservationStatusUpdate').length === 1)
  assert.equal((await reserve(2, 60)).status, 'Accepted')
  await until('it is reserved again', () => evseOf(charger).reservation?.id === 2)
  plug(charger)
  assert.equal(await swipe(charger, CARD), 'Accepted')
  await until('the transaction is started', () => csms.of('TransactionEvent').length > 0)
  assert.equal(csms.of('TransactionEvent')[0]?.reservationId, 2)
})

test('1.6: a reset ends the transaction, restarts and boots', async () => {
  const time = new ManualScheduler()
  const { csms, charger, v16 } = await started16({ time })
  plug(charger)
  await swipe(charger, CARD)
  await until('it has its id', () => evseOf(charger).transaction?.csmsId !== undefined)
  await v16.call('SIM-1', 'Reset', { type: 'Hard' })
  await until('the transaction is ended', () => csms.of('StopTransaction')[0]?.reason === 'HardReset')
  await until('it is away', () => charger.isRebooting && !charger.client.connected)
  await until('it booted again', () => {
    time.advance(SECOND)
    return csms.of('BootNotification').length === 2
  })
})

test('2.1: a reset on idle waits, one that resumes takes the transaction along', async () => {
  const time = new ManualScheduler()
  const { csms, charger, v21 } = await started21({ time })
  plug(charger)
  await swipe(charger, CARD)
  const { id } = evseOf(charger).transaction ?? {}
  assert.deepEqual(await v21.call('SIM-1', 'Reset', { type: 'ImmediateAndResume' }), { status: 'Accepted' })
  await until('it is away', () => charger.isRebooting && !charger.client.connected)
  const triggers = () => csms.of('TransactionEvent').map(({ triggerReason }) => triggerReason)
  await until('the transaction goes on', () => {
    time.advance(SECOND)
    return triggers().includes('TxResumed')
  })
  assert.equal(evseOf(charger).transaction?.id, id)
  assert.deepEqual(await v21.call('SIM-1', 'Reset', { type: 'OnIdle' }), { status: 'Scheduled' })
  await swipe(charger, CARD)
  await until('it restarts', () => charger.isRebooting && !charger.client.connected)
  await until('it booted again', () => {
    time.advance(SECOND)
    return csms.of('BootNotification').at(-1)?.reason === 'ScheduledReset'
  })
})

test('2.1: a dynamic profile holds for its duration after the last update, then the default', async () => {
  const { charger, v21 } = await started21()
  plug(charger)
  await swipe(charger, CARD)
  const profile = (id: number, purpose: v21.ChargingProfileType['chargingProfilePurpose'], limit: number) => ({
    id,
    stackLevel: 0,
    chargingProfilePurpose: purpose,
    chargingProfileKind: 'Relative' as const,
    chargingSchedule: [{ id, chargingRateUnit: 'A' as const, chargingSchedulePeriod: [{ startPeriod: 0, limit }] }]
  })
  const dynamic = {
    ...profile(2, 'TxProfile', 12),
    chargingProfileKind: 'Dynamic' as const,
    transactionId: evseOf(charger).transaction?.id ?? '',
    chargingSchedule: [
      { id: 2, duration: 300, chargingRateUnit: 'A' as const, chargingSchedulePeriod: [{ startPeriod: 0, limit: 12 }] }
    ]
  }
  await v21.call('SIM-1', 'SetChargingProfile', { evseId: 0, chargingProfile: profile(1, 'TxDefaultProfile', 6) })
  await v21.call('SIM-1', 'SetChargingProfile', { evseId: 1, chargingProfile: dynamic })
  const update = (chargingProfileId: number) =>
    v21.call('SIM-1', 'UpdateDynamicSchedule', { chargingProfileId, scheduleUpdate: { limit: 10 } })
  assert.equal((await update(1)).status, 'Rejected', 'not a dynamic profile')
  assert.equal((await update(2)).status, 'Accepted')
  const ask = { duration: 600, chargingRateUnit: 'A' as const }
  const { schedule } = await v21.call('SIM-1', 'GetCompositeSchedule', { evseId: 1, ...ask })
  const limits = schedule?.chargingSchedulePeriod.map(({ limit }) => limit)
  assert.deepEqual(limits, [10, 6])
  const unknown = await v21.call('SIM-1', 'GetCompositeSchedule', { evseId: 7, ...ask })
  assert.deepEqual([unknown.status, unknown.statusInfo?.reasonCode], ['Rejected', 'UnknownEvse'])
})
