import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { book, event2, onlyTransactionOf, startTransaction } from '../ledger/wire-support.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import { openReader, type Reader } from './reader.js'

const AT = '2026-01-01T09:00:30Z'
const READING = [{ timestamp: AT, sampledValue: [{ value: '150' }] }]
const READING_2 = [{ timestamp: AT, sampledValue: [{ value: 150 }] }]

interface Told {
  type: string
  chargePoint?: string
  data: Record<string, unknown>
}

async function told(reader: Reader, count: number): Promise<Told[]> {
  return (await reader.events(count)).map(({ data = '{}' }) => JSON.parse(data))
}

function places(events: Told[]) {
  return events.map(({ type, data: { id, evseId, connectorId } }) => [type, id, evseId, connectorId])
}

onSharedBackend('an event about a transaction', (start) => {
  it('has the id that its URL has, in 1.6 and also after a reconnect', async () => {
    const server = await start()
    const reader = await openReader(server.port, { query: '?chargePoint=E-16&type=transaction&type=meter-values' })
    const charger = await connectCharger(server.url, 'E-16', { boot: true })
    const transactionId = await startTransaction(charger)
    await book(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue: READING })
    charger.ws.close()
    await charger.gone
    server.app.ledger.forget('E-16')
    const again = await connectCharger(server.url, 'E-16')
    await book(again, 'MeterValues', { connectorId: 1, transactionId, meterValue: READING })
    await book(again, 'MeterValues', { connectorId: 1, meterValue: READING })
    await book(again, 'MeterValues', { connectorId: 1, transactionId: 12345, meterValue: READING })
    await book(again, 'MeterValues', { connectorId: 0, meterValue: READING })
    await book(again, 'StopTransaction', { transactionId, meterStop: 200, timestamp: '2026-01-01T09:01:00Z' })
    await book(again, 'MeterValues', { connectorId: 1, transactionId, meterValue: READING })
    const { id } = await onlyTransactionOf(server, 'E-16')
    assert.deepEqual(places(await told(reader, 8)), [
      ['transaction', id, undefined, 1],
      ['meter-values', id, undefined, 1],
      ['meter-values', id, undefined, 1],
      ['meter-values', id, undefined, 1],
      ['meter-values', undefined, undefined, 1],
      ['meter-values', undefined, undefined, 0],
      ['transaction', id, undefined, 1],
      ['meter-values', id, undefined, 1]
    ])
  })

  for (const protocol of ['ocpp2.0.1', 'ocpp2.1']) {
    it(`names it and its place in ${protocol}, although only its first event does`, async () => {
      const server = await start()
      const identity = `E-${protocol}`
      const query = `?chargePoint=${identity}&type=transaction&type=meter-values`
      const reader = await openReader(server.port, { query })
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      await book(
        charger,
        'TransactionEvent',
        event2('Started', 0, '2026-01-01T09:00:00Z', { evse: { id: 2, connectorId: 1 } })
      )
      await book(charger, 'TransactionEvent', event2('Updated', 1, AT, { register: 150 }))
      await book(charger, 'MeterValues', { evseId: 2, meterValue: READING_2 })
      await book(charger, 'MeterValues', { evseId: 3, meterValue: READING_2 })
      const { id } = await onlyTransactionOf(server, identity)
      assert.deepEqual(places(await told(reader, 5)), [
        ['transaction', id, 2, 1],
        ['transaction', id, 2, 1],
        ['meter-values', id, 2, 1],
        ['meter-values', id, 2, undefined],
        ['meter-values', undefined, 3, undefined]
      ])
    })
  }

  it('names no EVSE or connector that no message had', async () => {
    const server = await start()
    const reader = await openReader(server.port, { query: '?chargePoint=E-0&type=transaction&type=meter-values' })
    const charger = await connectCharger(server.url, 'E-0', { protocol: 'ocpp2.0.1', boot: true })
    await book(charger, 'TransactionEvent', event2('Updated', 1, AT, { register: 150 }))
    const { id } = await onlyTransactionOf(server, 'E-0')
    assert.deepEqual(places(await told(reader, 2)), [
      ['transaction', id, undefined, undefined],
      ['meter-values', id, undefined, undefined]
    ])
  })
})

onSharedBackend('an event about a change', (start) => {
  it('names the resource and the operator, once it is in the audit log', async () => {
    const server = await start()
    const reader = await openReader(server.port, { query: '?type=change' })
    await operate(server, 'PUT', '/charge-points/CHANGED', { notes: 'x' })
    await operate(server, 'PUT', '/tariffs/day', { currency: 'Euro' })
    const { id } = (await operate(server, 'POST', '/webhooks', { url: 'https://hooks.example.com/' })).json()
    await operate(server, 'DELETE', `/webhooks/${id}`)
    const events = await told(reader, 3)
    assert.deepEqual(
      events.map(({ chargePoint, data }) => [chargePoint, data.method, data.resource]),
      [
        ['CHANGED', 'PUT', '/charge-points/CHANGED'],
        [undefined, 'POST', `/webhooks/${id}`],
        [undefined, 'DELETE', `/webhooks/${id}`]
      ]
    )
    const [{ operator } = { operator: '' }] = (await operate(server, 'GET', '/audit?limit=1')).json().items
    assert.deepEqual([...new Set(events.map(({ data }) => data.operator))], [operator])
  })

  it('is for administrators only', async () => {
    const server = await start()
    const headers = await tokenOf(server, 'looker', 'charge-points:read', 'transactions:read', 'id-tokens:read')
    assert.equal((await openReader(server.port, { query: '?type=change', headers })).status, 403)
    const all = await openReader(server.port, { headers })
    await operate(server, 'PUT', '/charge-points/CHANGED-2', {})
    await connectCharger(server.url, 'CHANGED-2', { boot: true })
    assert.deepEqual(
      (await told(all, 2)).map(({ type }) => type),
      ['connect', 'boot']
    )
  })
})
