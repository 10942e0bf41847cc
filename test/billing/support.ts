import assert from 'node:assert/strict'
import { operate } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

export const SELLER = {
  SELLER_NAME: 'Strom & Söhne GmbH',
  SELLER_ADDRESS: 'Ladeweg 1, 10115 Berlin',
  SELLER_TAX_ID: 'DE123456789',
  SELLER_TIME_ZONE: 'Europe/Berlin',
  FINAL_AFTER: '600000'
}

export const VAT = [{ type: 'VAT', tax: 19 }]
export const TARIFF = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.39 }], taxRates: VAT },
  fixedFee: { prices: [{ priceFixed: 0.99 }], taxRates: [{ type: 'VAT', tax: 7 }] }
}

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'

export async function ok(server: TestServer, method: Method, path: string, body?: object) {
  const answer = await operate(server, method, path, body)
  assert.ok(answer.statusCode < 300, `${path}: ${answer.statusCode} ${answer.body}`)
  return answer.json()
}

/** Status, code and pointers of a request that is rejected. */
export async function refused(server: TestServer, method: Method, path: string, body?: object) {
  const answer = await operate(server, method, path, body)
  const { code, errors = [] } = answer.json()
  return [answer.statusCode, code, ...errors.map(({ pointer }: { pointer: string }) => pointer)]
}

export async function result(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

/** A charge point with a tariff of its own. */
export async function priced(
  server: TestServer,
  identity: string,
  { tariff = TARIFF, protocol = 'ocpp1.6' }: { tariff?: object; protocol?: string } = {}
): Promise<Charger> {
  await ok(server, 'PUT', `/tariffs/${identity}`, { ...tariff, appliesTo: { chargePoints: [identity] } })
  return connectCharger(server.url, identity, { protocol, boot: true })
}

export const at = (time: string) => `2026-03-02T${time}.000Z`

/** A transaction of 1.6 that took an hour. Returns our id of it. */
export async function charge(
  server: TestServer,
  charger: Charger,
  identity: string,
  { wh = 7333, hour = 8, idTag = 'ANNA-1234' }: { wh?: number; hour?: number; idTag?: string } = {}
): Promise<number> {
  const time = (offset: number) => at(`${String(hour + offset).padStart(2, '0')}:00:00`)
  const begin = { connectorId: 1, idTag, meterStart: 1000, timestamp: time(0) }
  const { transactionId } = await result(charger, 'StartTransaction', begin)
  await result(charger, 'StopTransaction', { transactionId, meterStop: 1000 + wh, timestamp: time(1) })
  return transactionOf(server, identity)
}

/** Our id of the latest transaction of a charge point. */
export async function transactionOf(server: TestServer, identity: string): Promise<number> {
  const { items } = await ok(server, 'GET', `/transactions?chargePoint=${identity}&sort=-receivedAt`)
  return items[0].id
}

/** Issues what is due, without waiting for late messages. */
export async function issue(server: TestServer): Promise<void> {
  await server.app.issuing?.run(0)
}

export async function receiptsOf(server: TestServer, transaction: number) {
  const { items } = await ok(server, 'GET', `/receipts?transaction=${transaction}`)
  return items
}
