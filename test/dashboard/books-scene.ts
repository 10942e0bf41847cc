import { operate } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

const MINUTE = 60_000

/** A charge point of 2.0.1 that has charged for 41 minutes, and goes on. */
export async function chargingCar(server: TestServer, identity: string): Promise<Charger> {
  const charger = await connectCharger(server.url, identity, { protocol: 'ocpp2.0.1', boot: true })
  const evse = { id: 1, connectorId: 1 }
  const start = Date.now() - 41 * MINUTE
  const at = (minutes: number) => new Date(start + minutes * MINUTE).toISOString()
  await charger.call('StatusNotification', {
    timestamp: at(0),
    connectorStatus: 'Occupied',
    evseId: 1,
    connectorId: 1
  })
  const idToken = { idToken: 'CARD-1', type: 'ISO14443' }
  await book(charger, 'TransactionEvent', { ...event2('Started', 0, at(0), { register: 1_000, evse }), idToken })
  const meterValue = Array.from({ length: 41 }, (_, minute) => sampleAt(at(minute), minute))
  const event = event2('Updated', 1, at(40))
  const updated = { ...event, transactionInfo: { ...event.transactionInfo, chargingState: 'Charging' } }
  await book(charger, 'TransactionEvent', { ...updated, evse, meterValue })
  return charger
}

function sampleAt(timestamp: string, minute: number) {
  const power = minute < 4 ? minute * 3_000 : minute > 18 && minute < 23 ? 0 : 11_000 - minute * 40
  return {
    timestamp,
    sampledValue: [
      { value: power, measurand: 'Power.Active.Import', unitOfMeasure: { unit: 'W' } },
      { value: minute < 30 ? 11_000 : 9_600, measurand: 'Power.Offered', unitOfMeasure: { unit: 'W' } },
      { value: 34 + minute * 0.6, measurand: 'SoC', unitOfMeasure: { unit: 'Percent' }, location: 'EV' },
      { value: 1_000 + minute * 170, measurand: 'Energy.Active.Import.Register', unitOfMeasure: { unit: 'Wh' } }
    ]
  }
}

/** What the pages of the books show: a tariff, id tokens, an ended and an open transaction, tokens and a webhook. */
export async function furnish(server: TestServer): Promise<Charger> {
  await operate(server, 'PUT', '/tariffs/default', {
    currency: 'EUR',
    pricePerKwh: 0.39,
    tax: 19,
    description: 'Standard'
  })
  await operate(server, 'PUT', '/id-tokens/CARD-1', { type: 'ISO14443', status: 'Accepted', groupId: 'FLEET-7' })
  await operate(server, 'PUT', '/id-tokens/CARD-2', { status: 'Blocked', notes: 'Lost in October' })
  await operate(server, 'POST', '/operator-tokens', { name: 'billing', scopes: ['transactions:read'] })
  await operate(server, 'POST', '/webhooks', { url: 'https://hooks.example.com/ocpp', description: 'Billing' })
  const charger = await chargingCar(server, 'DEPOT-3')
  return charger
}
