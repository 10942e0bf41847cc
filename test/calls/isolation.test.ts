import assert from 'node:assert/strict'
import { it } from 'node:test'
import type {} from '../../plugins/call-queues.js'
import { itemsOf, operate, startBackend } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { until } from '../support/wait.js'

// The calls that wait for one charge point, and the calls of one bulk, are nobody else's.

const server = await startBackend({ OFFLINE_CALLS_LIMIT: '1' })

async function provisioned(...identities: readonly string[]): Promise<void> {
  for (const identity of identities) await operate(server, 'PUT', `/charge-points/${identity}`, {})
}

function queue(identity: string, action = 'ClearCache') {
  return operate(server, 'POST', `/charge-points/${identity}/calls/${action}?whenOffline=queue`, {})
}

async function statusOf(messageId: string): Promise<string> {
  return (await operate(server, 'GET', `/calls/${messageId}`)).json().status
}

function actionsSent({ received }: Charger): string[] {
  return received
    .map((text) => JSON.parse(text) as unknown[])
    .flatMap(([type, , action]) => (type === 2 ? [action as string] : []))
}

it('a full queue of one charge point leaves room in that of another', async () => {
  await provisioned('FULL', 'ROOM')
  assert.equal((await queue('FULL')).statusCode, 202)
  assert.equal((await queue('FULL')).statusCode, 429)
  assert.equal((await queue('ROOM')).statusCode, 202)
})

it('a charge point that connects gets its own waiting calls, not the older ones of another', async () => {
  await provisioned('AWAY', 'COMES')
  const { messageId } = (await queue('AWAY', 'GetLocalListVersion')).json()
  await queue('COMES')
  const charger = await connectCharger(server.url, 'COMES', { boot: true })
  charger.onCall((action) => (action === 'ClearCache' ? { status: 'Accepted' } : { listVersion: 1 }))
  await itemsOf(server, '/calls?status=answered&chargePoint=COMES', 1)
  assert.deepEqual(actionsSent(charger), ['ClearCache'])
  assert.equal(await statusOf(messageId), 'queued')
})

it('a charge point that is removed takes its own waiting calls with it, and no others', async () => {
  await provisioned('REMOVED', 'STAYS')
  const before = await connectCharger(server.url, 'REMOVED', { boot: true })
  before.onCall(() => ({ status: 'Accepted' }))
  const answered = (await operate(server, 'POST', '/charge-points/REMOVED/calls/ClearCache', {})).json().messageId
  await before.close()
  await until('it is gone', () => !server.app.ocpp.chargePoints.has('REMOVED'))
  const removed = (await queue('REMOVED')).json().messageId
  const stays = (await queue('STAYS')).json().messageId
  await operate(server, 'DELETE', '/charge-points/REMOVED')
  assert.deepEqual([await statusOf(removed), await statusOf(stays)], ['cancelled', 'queued'])
  assert.equal(await statusOf(answered), 'answered')
  const charger = await connectCharger(server.url, 'STAYS', { boot: true })
  charger.onCall(() => ({ status: 'Accepted' }))
  assert.equal((await itemsOf(server, '/calls?status=answered&chargePoint=STAYS', 1)).length, 1)
})

it('a bulk lists its own calls, and counts them', async () => {
  await provisioned('BULK-1', 'BULK-2')
  const bulks: { bulkId: string; items: { identity: string }[]; total: number }[] = []
  for (const identity of ['BULK-1', 'BULK-2']) {
    const body = { action: 'ClearCache', identities: [identity] }
    bulks.push((await operate(server, 'POST', '/calls', body)).json())
  }
  for (const [index, { bulkId, items, total }] of bulks.entries()) {
    const expected = [`BULK-${index + 1}`]
    const listed = (await operate(server, 'GET', `/bulk-calls/${bulkId}/items`)).json().items
    for (const some of [items, listed])
      assert.deepEqual(
        some.map(({ identity }: { identity: string }) => identity),
        expected
      )
    assert.equal(total, 1)
    assert.equal((await operate(server, 'GET', `/bulk-calls/${bulkId}`)).json().total, 1)
  }
})
