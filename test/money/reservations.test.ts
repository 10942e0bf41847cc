import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

const START = '2026-03-02T08:00:00.000Z'
const END = '2026-03-02T09:00:00.000Z'
const TARIFF = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.4 }] },
  reservationTime: { prices: [{ priceMinute: 0.02 }] },
  reservationFixed: { prices: [{ priceFixed: 1 }] }
}

async function ok(server: TestServer, method: 'GET' | 'PUT' | 'POST', path: string, body?: object) {
  const answer = await operate(server, method, path, body)
  assert.ok(answer.statusCode < 300, `${path}: ${answer.statusCode} ${answer.body}`)
  return answer.json()
}

/** A charge point with the tariff that has accepted reservation 7, 25 minutes before the start. */
async function reserved(server: TestServer, identity: string, protocol: 'ocpp1.6' | 'ocpp2.1'): Promise<Charger> {
  await ok(server, 'PUT', `/charge-points/${identity}`, {})
  await ok(server, 'PUT', `/tariffs/${identity}`, { ...TARIFF, appliesTo: { chargePoints: [identity] } })
  const charger = await connectCharger(server.url, identity, { protocol, boot: true })
  charger.onCall(() => ({ status: 'Accepted' }))
  const expiry = '2099-01-01T00:00:00Z'
  const request =
    protocol === 'ocpp1.6'
      ? { reservationId: 7, connectorId: 1, idTag: 'ANNA', expiryDate: expiry }
      : { id: 7, evseId: 1, idToken: { idToken: 'ANNA', type: 'Central' }, expiryDateTime: expiry }
  await ok(server, 'POST', `/charge-points/${identity}/calls/ReserveNow`, request)
  await server.app.calls.idle()
  const { id } = await server.app.database.db
    .selectFrom('charge_points')
    .select('id')
    .where('identity', '=', identity)
    .executeTakeFirstOrThrow()
  const change = { accepted_at: Date.parse(START) - 25 * 60_000 }
  await server.app.store.write(async (trx) => {
    await trx.updateTable('reservations').set(change).where('charge_point_id', '=', id).execute()
  })
  return charger
}

async function charge(charger: Charger, reservationId: number, protocol: 'ocpp1.6' | 'ocpp2.1'): Promise<void> {
  if (protocol === 'ocpp1.6') {
    const start = { connectorId: 1, idTag: 'ANNA', meterStart: 0, timestamp: START, reservationId }
    const answer = await charger.call('StartTransaction', start)
    assert.equal(answer.type, 3)
    const { transactionId } = answer.payload
    await charger.call('StopTransaction', { transactionId, meterStop: 4000, timestamp: END })
    return
  }
  for (const [seqNo, [eventType, timestamp, value]] of (
    [
      ['Started', START, 0],
      ['Ended', END, 4000]
    ] as const
  ).entries()) {
    const sampledValue = [{ value, measurand: 'Energy.Active.Import.Register' }]
    await charger.call('TransactionEvent', {
      ...{ eventType, seqNo, timestamp, triggerReason: 'Trigger', evse: { id: 1, connectorId: 1 } },
      transactionInfo: { transactionId: 'tx', chargingState: 'Charging' },
      meterValue: [{ timestamp, sampledValue }],
      ...(seqNo === 0 && { reservationId, idToken: { idToken: 'ANNA', type: 'Central' } })
    })
  }
}

async function costOf(server: TestServer, identity: string) {
  const { items } = await ok(server, 'GET', `/transactions?chargePoint=${identity}`)
  assert.equal(items.length, 1)
  const { cost } = await ok(server, 'GET', `/transactions/${items[0].id}/cost`)
  return cost
}

onBothBackends('a tariff with prices of reservations', (start) => {
  for (const protocol of ['ocpp1.6', 'ocpp2.1'] as const) {
    const name = protocol.slice(4).replace('.', '')

    it(`charges the reservation until the start, and once, in ${protocol}`, async () => {
      const server = await start()
      const charger = await reserved(server, `RES-${name}`, protocol)
      await charge(charger, 7, protocol)
      const cost = await costOf(server, `RES-${name}`)
      const lines = cost.lines.map(({ component, net }: { component: string; net: number }) => [component, net])
      assert.deepEqual(lines, [
        ['energy', 1.6],
        ['reservationTime', 0.5],
        ['reservationFixed', 1]
      ])
      assert.equal(cost.total, 3.1)
    })

    it(`leaves the time of a reservation unknown that nobody knows, in ${protocol}`, async () => {
      const server = await start()
      const charger = await reserved(server, `LOST-${name}`, protocol)
      await charge(charger, 99, protocol)
      const cost = await costOf(server, `LOST-${name}`)
      assert.deepEqual(cost.unknown, [{ component: 'reservationTime', reason: 'no-fact' }])
      assert.equal(cost.total, undefined)
    })
  }
})
