import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackendsAlways } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { isSigned, openReceiver } from './receiver.js'
import { addWebhook, ask, deliveriesOf, LOCAL, listenTo, publish, untilDeliveries } from './support.js'

const AT = '2026-03-04T05:06:07.000Z'

onBothBackendsAlways('a webhook', (start) => {
  it('receives the same events as listeners, signed', async () => {
    const server = await start(LOCAL)
    const receiver = await openReceiver()
    const told = listenTo(server)
    const { secret } = await addWebhook(server, { url: receiver.url })
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    const started = await charger.call('StartTransaction', {
      connectorId: 1,
      idTag: 'ANNA',
      meterStart: 5,
      timestamp: AT
    })
    assert.equal(started.type, 3)
    const { transactionId } = started.payload
    await charger.call('StatusNotification', {
      connectorId: 1,
      status: 'Charging',
      errorCode: 'NoError',
      timestamp: AT
    })
    const meterValue = [{ timestamp: AT, sampledValue: [{ value: '7' }] }]
    await charger.call('MeterValues', { connectorId: 1, transactionId, meterValue })
    await charger.call('StopTransaction', { transactionId, meterStop: 9, timestamp: AT })
    const requests = await receiver.received(6)
    assert.deepEqual(
      requests.map(({ event }) => event.type),
      ['connect', 'boot', 'transaction', 'status', 'meter-values', 'transaction']
    )
    assert.deepEqual(
      requests.map(({ event }) => event),
      // A webhook without a list of types does not get answers about id tokens.
      told.filter(({ type }) => type !== 'authorization').map((event) => JSON.parse(JSON.stringify(event)))
    )
    for (const request of requests) {
      assert.equal(request.method, 'POST')
      assert.equal(request.path, '/hook')
      assert.equal(request.headers['content-type'], 'application/json')
      assert.equal(request.headers['webhook-id'], request.event.id)
      assert.ok(Math.abs(Number(request.headers['webhook-timestamp']) * 1000 - Date.now()) < 120_000)
      assert.ok(isSigned(request, secret))
    }
    // The events of the charge point end here, so that the webhooks of other tests hear nothing of it.
    await charger.close()
    const { event } = (await receiver.received(7))[6] ?? {}
    assert.equal(event?.type, 'disconnect')
  })

  it('receives the event types and charge points that it requested, and others after a change', async () => {
    const server = await start(LOCAL)
    const receiver = await openReceiver()
    const filter = { types: ['disconnect'], chargePoints: ['one'] }
    const { id } = await addWebhook(server, { url: receiver.url, filter })
    publish(server, 'TWO')
    const [first] = [publish(server, 'ONE')]
    await receiver.received(1)
    const changed = await ask(server, 'PATCH', `/${id}`, { filter: { chargePoints: ['TWO'] } })
    assert.deepEqual(changed.json().filter, { chargePoints: ['TWO'] })
    publish(server, 'ONE')
    const second = publish(server, 'TWO')
    await receiver.received(2)
    await ask(server, 'PATCH', `/${id}`, { enabled: false })
    publish(server, 'TWO')
    await ask(server, 'PATCH', `/${id}`, { enabled: true })
    const third = publish(server, 'TWO')
    const requests = await receiver.received(3)
    assert.deepEqual(
      requests.map(({ event }) => event.id),
      [first, second, third]
    )
    const kept = await untilDeliveries(server, id, (items) => items.every(({ status }) => status === 'delivered'))
    assert.equal(kept.length, 3)
  })

  it('shows its deliveries, and repeats one on request', async () => {
    const server = await start(LOCAL)
    const receiver = await openReceiver()
    const { id } = await addWebhook(server, { url: receiver.url })
    const eventId = publish(server, 'CP-1')
    publish(server, 'CP-2')
    const kept = await untilDeliveries(
      server,
      id,
      (items) => items.length === 2 && items.every(({ status }) => status === 'delivered')
    )
    const [delivery] = kept.filter((item) => item.eventId === eventId)
    assert.equal(delivery?.attempts, 1)
    assert.equal(delivery?.responseStatus, 204)
    const one = await ask(server, 'GET', `/${id}/deliveries/${delivery?.id}`)
    assert.equal(one.json().event.id, eventId)
    const again = await ask(server, 'POST', `/${id}/deliveries/${delivery?.id}/resend`)
    assert.equal(again.statusCode, 202)
    assert.equal(again.headers.location, `/api/v1/webhooks/${id}/deliveries/${again.json().id}`)
    const requests = await receiver.received(3)
    assert.equal(requests[2]?.body, requests.find(({ event }) => event.id === eventId)?.body)
    assert.equal(requests[2]?.headers['webhook-id'], eventId)
    assert.equal((await deliveriesOf(server, id, '?chargePoint=cp-1')).length, 2)
    assert.equal((await deliveriesOf(server, id, '?status=failed')).length, 0)
    const future = new Date(Date.now() + 60_000).toISOString()
    assert.equal((await deliveriesOf(server, id, `?from=${future}`)).length, 0)
    assert.equal((await deliveriesOf(server, id, `?to=${future}&type=disconnect`)).length, 3)
    const page = (await ask(server, 'GET', `/${id}/deliveries?limit=2`)).json()
    const next = (await ask(server, 'GET', `/${id}/deliveries?limit=2&cursor=${page.nextCursor}`)).json()
    const ids = [...page.items, ...next.items].map((item: { id: number }) => item.id)
    assert.deepEqual(
      ids,
      [...ids].sort((a, b) => b - a)
    )
    assert.equal(ids.length, 3)
    assert.equal(next.nextCursor, undefined)
  })
})
