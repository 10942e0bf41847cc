import assert from 'node:assert/strict'
import { it } from 'node:test'
import { startBackend } from '../app/support.js'
import { book, startTransaction, statusOf } from '../ledger/wire-support.js'
import { connectCharger } from '../support/charger.js'
import { openReceiver } from './receiver.js'
import { addWebhook, LOCAL } from './support.js'

it('a webhook receives, in order, the end of a transaction at a boot and its continuation', async () => {
  const server = await startBackend(LOCAL)
  const receiver = await openReceiver()
  await addWebhook(server, { url: receiver.url, filter: { types: ['transaction'] } })
  const before = await connectCharger(server.url, 'CP-1', { boot: true })
  const timestamp = new Date(Date.now() - 60_000).toISOString()
  const transactionId = await startTransaction(before, { timestamp })
  await before.close()
  const charger = await connectCharger(server.url, 'CP-1', { boot: true })
  assert.equal(await statusOf(server, charger, 'closed'), 'closed')
  await book(charger, 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' })
  assert.equal(await statusOf(server, charger, 'open'), 'open')
  const end = { transactionId, meterStop: 900, timestamp: new Date().toISOString() }
  await book(charger, 'StopTransaction', end)
  const requests = await receiver.received(4)
  const events = requests.map(({ event }) => event)
  assert.deepEqual(
    events.map(({ data }) => data.eventType),
    ['Started', 'Closed', 'Reopened', 'Ended']
  )
  const [started, , reopened] = events
  assert.equal(typeof started?.data.id, 'number')
  assert.deepEqual(
    [reopened?.type, reopened?.chargePoint, reopened?.data.id, reopened?.data.transactionId],
    ['transaction', 'CP-1', started?.data.id, String(transactionId)]
  )
  // Nothing of the end that was taken back.
  assert.deepEqual([reopened?.data.endedAt, reopened?.data.cost], [undefined, undefined])
})
