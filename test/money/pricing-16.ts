import assert from 'node:assert/strict'
import type { Charger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { at, charging, Inbox, ok, result } from './telling.js'

// Charge points of 1.6 with the pricing messages, for the tests of them.

export const SHOWS = { CustomDisplayCostAndPrice: 'true' }

interface Ready {
  tariff?: object
  keys?: Record<string, string>
}

/** A charge point of 1.6 in Berlin, of which an operator has read the configuration keys. */
export async function pricing(server: TestServer, identity: string, { tariff, keys = SHOWS }: Ready) {
  const charger = await charging(server, identity, { protocol: 'ocpp1.6', ...(tariff !== undefined && { tariff }) })
  await ok(server, 'PUT', '/sites/berlin', { name: 'Berlin', timeZone: 'Europe/Berlin' })
  await ok(server, 'PUT', `/charge-points/${identity}`, { site: 'berlin' })
  const inbox = new Inbox(charger)
  const reading = ok(server, 'POST', `/charge-points/${identity}/calls/GetConfiguration`, {})
  const configurationKey = Object.entries(keys).map(([key, value]) => ({ key, value, readonly: true }))
  await inbox.take('GetConfiguration', { configurationKey })
  await reading
  return { charger, inbox }
}

/** The data of the next pricing message, which gets this answer. */
export async function told(inbox: Inbox, messageId: string, answer: object = { status: 'Accepted' }) {
  const payload = await inbox.take('DataTransfer', answer)
  const { vendorId, messageId: id, data } = payload
  assert.deepEqual([vendorId, id], ['org.openchargealliance.costmsg', messageId], String(data))
  return JSON.parse(String(data))
}

export function begin(charger: Charger, time: string, meterStart = 1000) {
  return result(charger, 'StartTransaction', { connectorId: 1, idTag: 'ANNA', meterStart, timestamp: at(time) })
}

export function status(charger: Charger, state: string, time: string) {
  const request = { connectorId: 1, errorCode: 'NoError', status: state, timestamp: at(time) }
  return result(charger, 'StatusNotification', request)
}

export function measure(charger: Charger, transactionId: unknown, time: string, wh: number) {
  const meterValue = [{ timestamp: at(time), sampledValue: [{ value: String(wh) }] }]
  return result(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue })
}

export function stop(charger: Charger, transactionId: unknown, time: string, meterStop: number) {
  return result(charger, 'StopTransaction', { transactionId, meterStop, timestamp: at(time) })
}

export async function transactionOf(server: TestServer, identity: string) {
  const { items } = await ok(server, 'GET', `/transactions?chargePoint=${identity}`)
  assert.equal(items.length, 1)
  return items[0]
}
