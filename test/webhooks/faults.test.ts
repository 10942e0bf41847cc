import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { onBothBackends, startBackend } from '../app/support.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { byChargePoint, openReceiver, type ReceivedEvent } from './receiver.js'
import {
  addWebhook,
  ask,
  deliveriesOf,
  LOCAL,
  publish,
  publishStatus,
  tellTransactions,
  untilDeliveries,
  untilWebhook
} from './support.js'

const PATIENCE_MS = 60_000

function idsOf(events: readonly ReceivedEvent[] = []): string[] {
  return events.map(({ id }) => id)
}

/** Without those that came again. */
function once(ids: readonly string[]): string[] {
  return [...new Set(ids)]
}

function publishAll(server: TestServer, chargePoint: string, count: number): string[] {
  return Array.from({ length: count }, () => publish(server, chargePoint))
}

/** Lets what is pending be tried for no longer. */
async function giveUpSoon({ app }: TestServer): Promise<void> {
  await app.database.writer.write((trx) =>
    trx.updateTable('webhook_deliveries').set({ retry_until: 0 }).where('status', '=', 'pending').execute()
  )
}

onBothBackends('a receiver', (start) => {
  it('gets events of one charge point that it rejected again later, in order; other charge points do not wait', async () => {
    const server = await start(LOCAL)
    const receiver = await openReceiver()
    let isRefusing = true
    receiver.answer(({ event }) => (isRefusing && event.chargePoint === 'CP-1' ? 500 : 204))
    const { id } = await addWebhook(server, { url: receiver.url })
    const first = publishAll(server, 'CP-1', 20)
    const second = publishAll(server, 'CP-2', 20)
    const third = publishAll(server, 'CP-3', 20)
    await until(
      'the others have everything',
      () => receiver.requests.filter(({ event }) => event.chargePoint !== 'CP-1').length === 40,
      PATIENCE_MS
    )
    const [waiting] = await untilDeliveries(server, id, (items) => items.some(({ error }) => error === 'HTTP_500'))
    assert.equal(waiting?.status !== undefined, true)
    assert.deepEqual(once(idsOf(byChargePoint(receiver.requests).get('CP-1'))), first.slice(0, 1))
    isRefusing = false
    await until(
      'everything has come',
      () => once(receiver.requests.map(({ event }) => event.id)).length === 60,
      PATIENCE_MS
    )
    const came = byChargePoint(receiver.requests)
    assert.deepEqual(once(idsOf(came.get('CP-1'))), first)
    assert.deepEqual(idsOf(came.get('CP-2')), second)
    assert.deepEqual(idsOf(came.get('CP-3')), third)
    const kept = await untilDeliveries(server, id, (items) => items.every(({ status }) => status === 'delivered'))
    assert.ok(kept.some(({ attempts }) => attempts > 1))
  })

  it('delays no other receiver when it never answers', async () => {
    const server = await start(LOCAL)
    const [dead, alive] = [await openReceiver(), await openReceiver()]
    dead.answer(() => undefined)
    await addWebhook(server, { url: dead.url })
    await addWebhook(server, { url: alive.url })
    const ids = Array.from({ length: 50 }, (_, index) => publishAll(server, `CP-${index}`, 5)).flat()
    await alive.received(ids.length)
    assert.deepEqual(new Set(alive.requests.map(({ event }) => event.id)), new Set(ids))
    assert.ok(dead.requests.length <= 32)
  })

  it('gets every event after an outage', async () => {
    const server = await start(LOCAL)
    const gone = await openReceiver()
    const { url } = gone
    await gone.close()
    const { id } = await addWebhook(server, { url })
    const ids = Array.from({ length: 20 }, (_, index) => publishAll(server, `CP-${index}`, 2)).flat()
    await untilDeliveries(server, id, (items) => items.filter(({ error }) => error === 'ECONNREFUSED').length >= 5)
    const back = await openReceiver({ port: Number(new URL(url).port) })
    await back.received(ids.length)
    assert.deepEqual(new Set(back.requests.map(({ event }) => event.id)), new Set(ids))
    for (const [chargePoint, events] of byChargePoint(back.requests)) {
      assert.deepEqual(
        once(idsOf(events)),
        ids.filter((known) => events.some((event) => event.id === known)),
        chargePoint
      )
    }
  })

  it('gets no events after a 410 until an operator enables it again', async () => {
    const server = await start(LOCAL)
    const receiver = await openReceiver()
    receiver.answer(() => 410)
    const { id } = await addWebhook(server, { url: receiver.url })
    publishAll(server, 'CP-1', 3)
    const [third, second, first] = await untilDeliveries(server, id, (items) =>
      items.some(({ status }) => status === 'failed')
    )
    assert.deepEqual([first?.status, first?.responseStatus, first?.error], ['failed', 410, 'HTTP_410'])
    assert.deepEqual([second?.status, third?.status], ['pending', 'pending'])
    await untilWebhook(server, id, ({ disabledReason }) => disabledReason === 'gone')
    publish(server, 'CP-1')
    const refused = await ask(server, 'POST', `/${id}/deliveries/${first?.id}/resend`)
    assert.deepEqual([refused.statusCode, refused.json().code], [409, 'WEBHOOK_DISABLED'])
    receiver.answer(() => 204)
    const enabled = await ask(server, 'PATCH', `/${id}`, { enabled: true })
    assert.equal(enabled.json().disabledReason, undefined)
    await untilDeliveries(
      server,
      id,
      (items) => items.length === 3 && items.filter(({ status }) => status === 'delivered').length === 2
    )
    assert.equal(receiver.requests.length, 3)
  })

  it('misses an event when it fails for too long; the event can be sent again, and the next one arrives', async () => {
    const server = await start(LOCAL)
    const receiver = await openReceiver()
    let refused: string | undefined
    receiver.answer(({ event }) => (event.id === refused ? 500 : 204))
    const { id } = await addWebhook(server, { url: receiver.url })
    refused = publish(server, 'CP-1')
    const next = publish(server, 'CP-1')
    await untilDeliveries(server, id, (items) => items.some(({ attempts }) => attempts > 0))
    await giveUpSoon(server)
    const [, failed] = await untilDeliveries(
      server,
      id,
      ([last, first]) => last?.status === 'delivered' && first?.status === 'failed'
    )
    assert.equal(failed?.eventId, refused)
    assert.equal(failed?.nextAttemptAt, undefined)
    assert.equal(receiver.requests.at(-1)?.event.id, next)
    // Sent again, it has as much time as at first.
    await ask(server, 'POST', `/${id}/deliveries/${failed?.id}/resend`)
    const [waiting] = await untilDeliveries(server, id, ([last]) => last?.attempts === 1)
    assert.deepEqual([waiting?.eventId, waiting?.status], [failed?.eventId, 'pending'])
    refused = undefined
    const [again] = await untilDeliveries(server, id, ([last]) => last?.status === 'delivered')
    assert.equal(again?.eventId, failed?.eventId)
  })
})

// With a database of its own, where no other webhook has a backlog.
onBothBackends('a receiver that is too slow for all events', (start) => {
  it('misses events of statuses first, then others, and transactions never', async () => {
    const server = await start({ ...LOCAL, WEBHOOK_MAX_BACKLOG: '100' })
    const receiver = await openReceiver()
    receiver.answer(() => 500)
    const { id } = await addWebhook(server, { url: receiver.url })
    publishAll(server, 'CP-1', 50)
    await tellTransactions(server, Array<string>(40).fill('CP-2'))
    for (let count = 0; count < 60; count++) publishStatus(server, 'CP-3')
    await untilDropped(server, 50)
    const first = await countsOf(server, id)
    assert.deepEqual([first.disconnect, first.transaction], [50, 40])
    await tellTransactions(server, Array<string>(90).fill('CP-2'))
    await untilDropped(server, 110)
    assert.deepEqual(await countsOf(server, id), { status: 0, disconnect: 0, transaction: 130 })
    receiver.answer(() => 204)
    await until(
      'all transactions have come',
      () =>
        once(idsOf(receiver.requests.map(({ event }) => event).filter(({ type }) => type === 'transaction'))).length ===
        130,
      PATIENCE_MS
    )
  })
})

/** Waits until so many events have been dropped. */
async function untilDropped({ app }: TestServer, count: number): Promise<void> {
  const dropped = async () => Number(/^webhook_dropped_total (\d+)$/m.exec(await app.metrics.metrics())?.[1])
  while ((await dropped()) < count) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function countsOf(server: TestServer, id: number) {
  const counts = { status: 0, disconnect: 0, transaction: 0 }
  for (const { type } of await deliveriesOf(server, id, '?limit=1000')) counts[type as keyof typeof counts]++
  return counts
}

describe('a webhook whose receiver answers slowly', () => {
  it('receives events of many charge points at a time', async () => {
    const server = await startBackend(LOCAL)
    const receiver = await openReceiver()
    let open = 0
    let most = 0
    receiver.answer((_request, response) => {
      most = Math.max(most, ++open)
      setTimeout(() => {
        open--
        response.writeHead(204).end()
      }, 20)
    })
    await addWebhook(server, { url: receiver.url })
    for (let index = 0; index < 100; index++) publish(server, `CP-${index}`)
    await receiver.received(100)
    assert.ok(most > 4 && most <= 32, String(most))
  })
})
