import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend } from '../app/support.js'
import type { Charger } from '../support/charger.js'
import { begin, measure, pricing, SHOWS, status, stop, told, transactionOf } from './pricing-16.js'
import { at, ok, result } from './telling.js'

// Idle time after the end of a transaction of 1.6. [OCA "OCPP & California Pricing Requirements" 3.4]

const KEYS = { ...SHOWS, customidlefeeafterstop: 'true' }
const IDLE = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.4 }] },
  idleTime: { prices: [{ priceMinute: 0.1, conditions: { minIdleTime: 600 } }] }
}
const vendorId = 'org.openchargealliance.costmsg'

function unplugs(charger: Charger, transactionId: unknown, timestamp: string) {
  const data = JSON.stringify({ transactionId, timestamp })
  return result(charger, 'DataTransfer', { vendorId, messageId: 'ConnectorUnplugged', data })
}

onSharedBackend('the idle fee after the end of a transaction', (start) => {
  it('goes on until the charge point tells that the car is unplugged', async () => {
    const server = await start()
    const { charger, inbox } = await pricing(server, 'PLUGGED', { tariff: IDLE, keys: KEYS })
    await status(charger, 'Charging', '08:00:00')
    const { transactionId } = await begin(charger, '08:00:00')
    await told(inbox, 'RunningCost')
    await measure(charger, transactionId, '09:00:00', 11_000)
    await told(inbox, 'RunningCost')
    await stop(charger, transactionId, '09:00:00', 11_000)
    await inbox.isEmpty()
    const before = await transactionOf(server, 'PLUGGED')
    assert.deepEqual([before.cost, before.costUnknown], [undefined, 'not-unplugged'])
    const { cost } = await ok(server, 'GET', `/transactions/${before.id}/cost`)
    assert.deepEqual(cost.unknown, [{ component: 'idleTime', reason: 'not-unplugged' }])
    assert.equal(cost.atLeast, 4)

    assert.deepEqual(await unplugs(charger, transactionId, at('09:40:00')), { status: 'Accepted' })
    // 30 minutes after ten minutes of grace.
    assert.equal((await told(inbox, 'FinalCost')).cost, 7)
    const after = await transactionOf(server, 'PLUGGED')
    assert.deepEqual([after.cost, after.duration, after.endedAt], [7, 3600, at('09:00:00')])
    const explained = (await ok(server, 'GET', `/transactions/${before.id}/cost`)).cost
    assert.deepEqual([explained.usage.idleTime, explained.total], [2400, 7])
    assert.deepEqual(await unplugs(charger, transactionId, 'soon'), { status: 'Rejected' })
    // A retry, later ones, and unknown transactions change nothing.
    await unplugs(charger, transactionId, at('10:40:00'))
    assert.deepEqual(await unplugs(charger, 4711, at('10:40:00')), { status: 'Accepted' })
    assert.equal((await transactionOf(server, 'PLUGGED')).cost, 7)
  })

  it('ends with the next transaction of the connector at the latest, and is unknown after a day', async () => {
    const server = await start()
    for (const [identity, next, unplugged, expected] of [
      ['PLUGGED-NEXT', '09:20:00', '2026-03-02T12:00:00.000Z', 5],
      ['PLUGGED-LONG', undefined, '2026-03-03T09:00:01.000Z', undefined]
    ] as const) {
      const { charger } = await pricing(server, identity, { tariff: IDLE, keys: { CustomIdleFeeAfterStop: 'true' } })
      await status(charger, 'Charging', '08:00:00')
      const { transactionId } = await begin(charger, '08:00:00')
      await stop(charger, transactionId, '09:00:00', 11_000)
      if (next !== undefined) await begin(charger, next, 11_000)
      await unplugs(charger, transactionId, unplugged)
      const { items } = await ok(server, 'GET', `/transactions?chargePoint=${identity}&sort=receivedAt`)
      assert.equal(items[0].cost, expected, identity)
    }
  })

  it('is none when the car was unplugged to stop, when the key is off, or when idling is free', async () => {
    const server = await start()
    const free = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.4 }] } }
    for (const [identity, tariff, key, reason] of [
      ['UNPLUGGED-1', IDLE, 'true', 'EVDisconnected'],
      ['UNPLUGGED-2', IDLE, 'false', 'Local'],
      ['UNPLUGGED-3', free, 'true', 'Local']
    ] as const) {
      const { charger } = await pricing(server, identity, { tariff, keys: { CustomIdleFeeAfterStop: key } })
      await status(charger, 'Charging', '08:00:00')
      const { transactionId } = await begin(charger, '08:00:00')
      const request = { transactionId, meterStop: 11_000, timestamp: at('09:00:00'), reason }
      await result(charger, 'StopTransaction', request)
      if (reason === 'Local') await unplugs(charger, transactionId, at('09:40:00'))
      assert.equal((await transactionOf(server, identity)).cost, 4, identity)
    }
  })
})
