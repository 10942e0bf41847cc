import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate, stateOf } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { book, event2, onlyTransactionOf, readingsOf } from './wire-support.js'

const RESERVATION = 5
const MESSAGE = { id: 3, priority: 'NormalCycle', transactionId: '1', message: { format: 'UTF8', content: 'Hi' } }
const PROFILE = {
  id: 7,
  stackLevel: 0,
  chargingProfilePurpose: 'TxProfile',
  chargingProfileKind: 'Relative',
  transactionId: '1',
  chargingSchedule: [{ id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] }]
}
const CALLS = [
  [
    'ReserveNow',
    { id: RESERVATION, idToken: { idToken: 'TAG', type: 'Central' }, expiryDateTime: '2090-01-01T00:00:00Z' }
  ],
  ['SetChargingProfile', { evseId: 1, chargingProfile: PROFILE }],
  ['SetDisplayMessage', { message: MESSAGE }]
] as const

/** A charge point with everything that may hang on its transaction 1. */
async function equip(server: TestServer, identity: string) {
  const charger = await connectCharger(server.url, identity, { protocol: 'ocpp2.0.1', boot: true })
  charger.onCall(() => ({ status: 'Accepted' }))
  for (const [action, payload] of CALLS) {
    const made = await operate(server, 'POST', `/charge-points/${identity}/calls/${action}`, payload)
    assert.equal(made.statusCode, 200, made.body)
  }
  return charger
}

async function hangsOn(server: TestServer, identity: string) {
  const { reservations, chargingProfiles, displayMessages } = await stateOf(server, identity)
  const statuses = reservations.map(({ status }: { status: string }) => status)
  return { reservation: statuses, profiles: chargingProfiles.length, messages: displayMessages.length }
}

const UNTOUCHED = { reservation: ['Accepted'], profiles: 1, messages: 1 }

onBothBackends('two charge points whose transactions have the same id', (start) => {
  it('share no events, meter values, reservations, charging profiles or messages', async () => {
    const server = await start()
    const mine = await equip(server, 'MINE')
    const yours = await equip(server, 'YOURS')
    const started = (register: number, more: object = {}) =>
      event2('Started', 0, '2026-01-01T09:00:00Z', { idTag: 'TAG', register, ...more })
    await book(mine, 'TransactionEvent', started(100, { reservationId: RESERVATION }))
    assert.deepEqual(await hangsOn(server, 'MINE'), { ...UNTOUCHED, reservation: ['Used'] })
    assert.deepEqual(await hangsOn(server, 'YOURS'), UNTOUCHED)

    await book(yours, 'TransactionEvent', started(5000))
    await book(mine, 'TransactionEvent', event2('Ended', 1, '2026-01-01T10:00:00Z', { register: 1100 }))
    assert.deepEqual(await hangsOn(server, 'MINE'), { reservation: ['Used'], profiles: 0, messages: 0 })
    assert.deepEqual(await hangsOn(server, 'YOURS'), UNTOUCHED)

    const [one, other] = [await onlyTransactionOf(server, 'MINE'), await onlyTransactionOf(server, 'YOURS')]
    assert.deepEqual([one.status, one.energyWh, one.events.length], ['ended', 1000, 2])
    assert.deepEqual([other.status, other.energyWh, other.events.length], ['open', undefined, 1])
    const valuesOf = async (id: number) => (await readingsOf(server, id)).map(({ value }) => value)
    assert.deepEqual([await valuesOf(one.id), await valuesOf(other.id)], [[100, 1100], [5000]])

    // Nor does an operation at one find the transaction of the other.
    const stop = (identity: string, body: object) =>
      operate(server, 'POST', `/charge-points/${identity}/operations/stop`, body)
    assert.equal((await stop('MINE', { id: other.id })).statusCode, 404)
    assert.equal((await stop('YOURS', { id: other.id })).statusCode, 200)
  })
})
