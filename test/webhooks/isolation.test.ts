import assert from 'node:assert/strict'
import { it } from 'node:test'
import { dropPending, listPending, saveAttempts } from '../../lib/webhooks/deliveries.js'
import { itemsOf, startBackend } from '../app/support.js'
import { migrated, writerOf } from '../database/support.js'
import { isSigned, openReceiver } from './receiver.js'
import { addWebhook, ask, LOCAL, publish, untilWebhook } from './support.js'

// The deliveries of one webhook are not those of another, which may have other scopes and another receiver.

it('a delivery is shown, listed and sent again only at its own webhook', async () => {
  const server = await startBackend(LOCAL)
  const [mine, other] = [await openReceiver(), await openReceiver()]
  const first = await addWebhook(server, { url: mine.url, filter: { chargePoints: ['A'] } })
  const second = await addWebhook(server, { url: other.url, filter: { chargePoints: ['B'] } })
  publish(server, 'A')
  publish(server, 'B')
  await Promise.all([mine.received(1), other.received(1)])

  const idsOf = async ({ id }: { id: number }) => {
    const { items } = (await ask(server, 'GET', `/${id}/deliveries`)).json()
    return items.map(({ id, chargePoint }: { id: number; chargePoint: string }) => [id, chargePoint])
  }
  const [[a]] = await idsOf(first)
  const [[b]] = await idsOf(second)
  assert.deepEqual(await idsOf(first), [[a, 'A']])
  assert.deepEqual(await idsOf(second), [[b, 'B']])

  for (const [method, path] of [
    ['GET', `/${first.id}/deliveries/${b}`],
    ['POST', `/${first.id}/deliveries/${b}/resend`]
  ] as const) {
    const { statusCode, body } = await ask(server, method, path)
    assert.deepEqual([statusCode, JSON.parse(body).code], [404, 'UNKNOWN_DELIVERY'])
  }
  assert.equal((await ask(server, 'GET', `/${first.id}/deliveries/${a}`)).statusCode, 200)
  assert.equal((await ask(server, 'POST', `/${first.id}/deliveries/${a}/resend`)).statusCode, 202)
  await mine.received(2)
  assert.equal(other.requests.length, 1)
})

it('events are dropped from the backlog of one webhook, and none of another', async () => {
  const server = await startBackend(LOCAL)
  const receiver = await openReceiver()
  receiver.answer(() => 503)
  const webhooks = [await addWebhook(server, { url: receiver.url }), await addWebhook(server, { url: receiver.url })]
  for (const reason of ['1', '22', '333']) publish(server, 'A', reason)
  const [full, other] = webhooks.map(({ id }) => id)
  assert.ok(full !== undefined && other !== undefined)
  const { db, writer } = server.app.database
  const pending = async (webhookId: number) => (await listPending(db, { webhookId, behind: 0 })).length
  for (const id of [full, other]) await itemsOf(server, `/webhooks/${id}/deliveries?status=pending`, 3)
  const dropped = await writer.write((trx) => dropPending(trx, { webhookId: full, count: 5 }))
  assert.equal(dropped.length, 3)
  assert.deepEqual([await pending(full), await pending(other)], [0, 3])
})

it('a new secret, and an answer 410, concern one webhook, and no other', async () => {
  const server = await startBackend(LOCAL)
  const [mine, other] = [await openReceiver(), await openReceiver()]
  const first = await addWebhook(server, { url: mine.url })
  const second = await addWebhook(server, { url: other.url })
  assert.equal((await ask(server, 'POST', `/${first.id}/secret`)).statusCode, 200)
  publish(server, 'A')
  const [request] = await other.received(1)
  assert.ok(request !== undefined && isSigned(request, second.secret))
  assert.equal(String(request.headers['webhook-signature']).split(' ').length, 1)

  mine.answer(() => 410)
  publish(server, 'A')
  await untilWebhook(server, first.id, ({ disabledReason }) => disabledReason === 'gone')
  const { enabled, disabledReason } = (await ask(server, 'GET', `/${second.id}`)).json()
  assert.deepEqual([enabled, disabledReason], [true, undefined])
  publish(server, 'A')
  await other.received(3)
})

it('each delivery has the outcome of its own attempt, also when many are saved together', async () => {
  const database = await migrated('sqlite')
  const writer = writerOf(database)
  const delivery = { webhook_id: 1, event_id: 'e', type: 'status', charge_point: 'CP', charge_point_key: 'cp' }
  const ids = [1, 2, 3, 4]
  await writer.append(
    'webhook_deliveries',
    ids.map((id) => ({ id, ...delivery, payload: '{}', created_at: 0, retry_until: 0 }))
  )
  const failed = { status: 'pending', attempts: 2, at: 5, responseStatus: null } as const
  const delivered = { status: 'delivered', at: 5, responseStatus: 204, error: null, nextAttemptAt: null } as const
  await writer.write((trx) =>
    saveAttempts(trx, [
      { id: 1, ...failed, error: 'TIMEOUT', nextAttemptAt: 1_000 },
      { id: 2, ...failed, error: 'ECONNRESET', nextAttemptAt: 2_000 },
      { id: 3, ...delivered, attempts: 1 },
      { id: 4, ...delivered, attempts: 2 }
    ])
  )
  const rows = await database.db.selectFrom('webhook_deliveries').selectAll().orderBy('id').execute()
  assert.deepEqual(
    rows.map(({ status, attempts, error, next_attempt_at }) => [status, attempts, error, next_attempt_at]),
    [
      ['pending', 2, 'TIMEOUT', 1_000],
      ['pending', 2, 'ECONNRESET', 2_000],
      ['delivered', 1, null, null],
      ['delivered', 2, null, null]
    ]
  )
})
