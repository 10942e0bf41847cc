import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import type { PublishedEvent } from '../../lib/events/event.js'
import type {} from '../../plugins/publisher.js'
import { onBothBackends, operate } from '../app/support.js'
import { connectCharger, ErrorAnswer } from '../support/charger.js'
import { book, event2, onlyTransactionOf } from './wire-support.js'

const TOKEN = { idToken: 'DRIVER-1', type: 'eMAID' }

function started(remoteStartId: number, more: object = {}) {
  return event2('Started', 0, '2026-01-01T09:00:00Z', {
    transactionInfo: { transactionId: '1', remoteStartId },
    ...more
  })
}

onBothBackends('a remote start of 2.x', (start) => {
  for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`gives its transaction the token that was sent with it (${protocol})`, async () => {
      const server = await start()
      const identity = `REMOTE-${protocol.slice(4)}`
      const tariff = { chargePoint: identity, groupId: 'FLEET', currency: 'EUR', pricePerSession: 3 }
      await operate(server, 'PUT', `/tariffs/${identity}`, tariff)
      await operate(server, 'PUT', `/id-tokens/${TOKEN.idToken}`, { groupId: 'FLEET', type: TOKEN.type })
      const told: PublishedEvent[] = []
      after(server.app.publisher.subscribe((event) => told.push(event)))
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      charger.onCall(() => ({ status: 'Accepted' }))
      const body = { idToken: TOKEN, evseId: 1 }
      const answer = await operate(server, 'POST', `/charge-points/${identity}/operations/start`, body)
      assert.equal(answer.statusCode, 200, answer.body)
      const { remoteStartId } = answer.json()
      await book(charger, 'TransactionEvent', started(remoteStartId))
      await book(charger, 'TransactionEvent', event2('Ended', 1, '2026-01-01T09:10:00Z'))
      const shown = await onlyTransactionOf(server, identity)
      assert.deepEqual(
        [shown.idToken, shown.idTokenType, shown.remoteStartId, shown.cost],
        [TOKEN.idToken, TOKEN.type, remoteStartId, 3]
      )
      const events = told.filter(({ type, chargePoint }) => type === 'transaction' && chargePoint === identity)
      assert.deepEqual(
        events.map(({ data }) => (data as { remoteStartId?: number }).remoteStartId),
        [remoteStartId, remoteStartId]
      )
    })
  }

  it('is known before its answer is booked, and after a restart', async () => {
    const before = await start()
    const charger = await connectCharger(before.url, 'EARLY', { protocol: 'ocpp2.0.1', boot: true })
    charger.onCall(async (action) => {
      if (action !== 'RequestStartTransaction') return {}
      await book(charger, 'TransactionEvent', started(5))
      return { status: 'Accepted', transactionId: '1' }
    })
    const request = { remoteStartId: 5, idToken: TOKEN }
    await operate(before, 'POST', '/charge-points/EARLY/calls/RequestStartTransaction', request)
    assert.equal((await onlyTransactionOf(before, 'EARLY')).idToken, TOKEN.idToken)

    const late = await connectCharger(before.url, 'AWAY', { protocol: 'ocpp2.0.1', boot: true })
    late.onCall(() => ({ status: 'Accepted' }))
    await operate(before, 'POST', '/charge-points/AWAY/calls/RequestStartTransaction', request)
    await before.close()
    const server = await start()
    const again = await connectCharger(server.url, 'AWAY', { protocol: 'ocpp2.0.1', boot: true })
    await book(again, 'TransactionEvent', started(5))
    assert.equal((await onlyTransactionOf(server, 'AWAY')).idToken, TOKEN.idToken)
  })

  it('gives no id token to another charge point, to one that rejected the start, nor to a transaction with its own token', async () => {
    const server = await start()
    const request = { remoteStartId: 9, idToken: TOKEN }
    const connect = (identity: string) => connectCharger(server.url, identity, { protocol: 'ocpp2.0.1', boot: true })
    const [asked, other, refusing] = [await connect('ASKED'), await connect('OTHER'), await connect('REFUSING')]
    asked.onCall(() => ({ status: 'Accepted' }))
    refusing.onCall(() => new ErrorAnswer('NotSupported'))
    for (const identity of ['ASKED', 'REFUSING']) {
      await operate(server, 'POST', `/charge-points/${identity}/calls/RequestStartTransaction`, request)
    }
    for (const charger of [other, refusing]) {
      await book(charger, 'TransactionEvent', started(9))
      assert.equal((await onlyTransactionOf(server, charger.identity)).idToken, undefined)
    }
    await book(asked, 'TransactionEvent', started(9, { idToken: { idToken: 'SHOWN', type: 'Central' } }))
    assert.equal((await onlyTransactionOf(server, 'ASKED')).idToken, 'SHOWN')
  })
})
