import assert from 'node:assert/strict'
import { it, mock } from 'node:test'
import { LazyEvent } from '../../lib/events/lazy.js'
import { book } from '../ledger/wire-support.js'
import { connectCharger } from '../support/charger.js'
import { onSharedBackend } from './support.js'

// To make the event of a message, and to hide secrets in it, takes longer than to store the message.

onSharedBackend('the event of a message', (start) => {
  it('is made only when somebody reads it', async (t) => {
    const read = mock.getter(LazyEvent.prototype, 'data')
    t.after(() => read.mock.restore())
    const server = await start()
    const charger = await connectCharger(server.url, 'UNREAD', { boot: true })
    let delivered = 0
    const types = new Set<string>()
    t.after(
      server.app.events.subscribe(({ type, chargePoint }) => {
        if (chargePoint !== charger.identity) return
        delivered++
        types.add(type)
      })
    )
    const timestamp = new Date().toISOString()
    await book(charger, 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available', timestamp })
    await book(charger, 'MeterValues', { connectorId: 1, meterValue: [{ timestamp, sampledValue: [{ value: '1' }] }] })
    assert.ok(delivered >= 2 && types.has('status') && types.has('meter-values'), [...types].join())
    assert.equal(read.mock.callCount(), 0)
    // Somebody reads the next one.
    let status: unknown
    t.after(
      server.app.events.subscribe((event) => {
        if (event.type === 'status' && event.chargePoint === charger.identity) status = event.data
      })
    )
    await book(charger, 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing', timestamp })
    assert.equal((status as { status: string }).status, 'Preparing')
    assert.equal(read.mock.callCount(), 1)
  })
})
