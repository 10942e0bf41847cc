import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { bootRequest, type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

// Evidence that a transaction is over counts only when it was accepted and answered.

const AVAILABLE = { connectorId: 1, errorCode: 'NoError', status: 'Available' }

/** A transaction on this connector. */
async function begin(charger: Charger, connectorId: number): Promise<void> {
  const start = { connectorId, idTag: 'TAG', meterStart: 0, timestamp: '2026-01-01T00:00:00Z' }
  assert.equal((await charger.call('StartTransaction', start)).type, 3)
}

/** Why the transactions of a charge point were closed, by connector. */
async function closedReasons(server: TestServer, identity: string): Promise<Record<number, string | undefined>> {
  const { items } = (await operate(server, 'GET', `/transactions?chargePoint=${identity}`)).json()
  const reasons = await Promise.all(
    items.map(async ({ id }: { id: number }) => {
      const { connectorId, closedReason } = (await operate(server, 'GET', `/transactions/${id}`)).json()
      return [connectorId, closedReason]
    })
  )
  return Object.fromEntries(reasons)
}

/** Waits until the transaction of connector 2 is closed: all that came before is dealt with then. */
async function untilSecondIsClosed(server: TestServer, charger: Charger): Promise<void> {
  while ((await closedReasons(server, charger.identity))[2] === undefined) await charger.roundTrip()
}

onSharedBackend('the evidence that closes an open transaction', (start) => {
  it('is not a StatusNotification that was rejected or cut short', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'REFUSED', { boot: true })
    for (const connectorId of [1, 2]) await begin(charger, connectorId)
    const refused = await charger.call('StatusNotification', { ...AVAILABLE, madeUp: true })
    assert.equal(refused.type, 4)
    charger.sendText(`[2,"cut","StatusNotification",${JSON.stringify(AVAILABLE).slice(0, -1)}`)
    charger.sendText(`[2,"long","StatusNotification",${JSON.stringify(AVAILABLE)},1]`)
    assert.equal((await charger.call('StatusNotification', { ...AVAILABLE, connectorId: 2 })).type, 3)
    await untilSecondIsClosed(server, charger)
    assert.deepEqual(await closedReasons(server, 'REFUSED'), { 1: undefined, 2: 'ConnectorAvailable' })
  })

  it('is not a BootNotification that was rejected, but the accepted one after it', async () => {
    const server = await start()
    const before = await connectCharger(server.url, 'BOOTS', { boot: true })
    await begin(before, 1)
    await before.close()
    const charger = await connectCharger(server.url, 'BOOTS')
    assert.equal((await charger.call('BootNotification', {})).type, 4)
    await begin(charger, 2)
    assert.equal((await charger.call('StatusNotification', { ...AVAILABLE, connectorId: 2 })).type, 3)
    await untilSecondIsClosed(server, charger)
    assert.deepEqual(await closedReasons(server, 'BOOTS'), { 1: undefined, 2: 'ConnectorAvailable' })
    await charger.close()
    const again = await connectCharger(server.url, 'BOOTS')
    assert.equal((await again.call('BootNotification', {})).type, 4)
    await again.boot()
    while ((await closedReasons(server, 'BOOTS'))[1] === undefined) await again.roundTrip()
    assert.equal((await closedReasons(server, 'BOOTS'))[1], 'Rebooted')
  })

  it('is no message of a charge point that is Pending, but its first accepted boot', async () => {
    const server = await start()
    const before = await connectCharger(server.url, 'PENDING', { boot: true })
    await begin(before, 1)
    await before.close()
    await operate(server, 'PUT', '/charge-points/PENDING', { registration: 'Pending' })
    const charger = await connectCharger(server.url, 'PENDING')
    const boot = await charger.call('BootNotification', bootRequest('ocpp1.6'))
    assert.equal(boot.type === 3 && boot.payload.status, 'Pending')
    charger.onCall(() => ({ status: 'Accepted' }))
    const trigger = { requestedMessage: 'StatusNotification' }
    await operate(server, 'POST', '/charge-points/PENDING/calls/TriggerMessage', trigger)
    assert.equal((await charger.call('StatusNotification', AVAILABLE)).type, 3)
    await operate(server, 'PUT', '/charge-points/PENDING', { registration: 'Accepted' })
    await charger.boot()
    while ((await closedReasons(server, 'PENDING'))[1] === undefined) await charger.roundTrip()
    assert.deepEqual(await closedReasons(server, 'PENDING'), { 1: 'Rebooted' })
  })
})
