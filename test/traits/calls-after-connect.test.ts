import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ChargePoint } from 'fastify-ocpp'
import { Settling } from '../../lib/traits/settling.js'
import type { Traits } from '../../lib/traits/traits.js'
import { operate, startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { putTraits } from './support.js'

const server = await startBackend({ OCPP_CALLS_AFTER_CONNECT: '600' })

/** Puts a call into the queue of a charge point that is away. */
async function queue(identity: string) {
  const url = `/charge-points/${identity}/calls/ClearCache?whenOffline=queue`
  const response = await operate(server, 'POST', url, {})
  assert.equal(response.statusCode, 202, response.body)
}

/** A charge point that was accepted by an earlier boot, and is away. */
async function accepted(identity: string, traits: object) {
  await putTraits(server, identity, traits)
  const charger = await connectCharger(server.url, identity, { boot: true })
  await charger.close()
}

describe('queued calls of a charge point that reconnects', () => {
  for (const callsAfterConnect of ['boot', 300] as const) {
    it(`wait until its BootNotification is answered (${callsAfterConnect}), whatever else it sends`, async () => {
      const identity = `waits-${callsAfterConnect}`
      await accepted(identity, { callsAfterConnect })
      await queue(identity)
      const charger = await connectCharger(server.url, identity)
      for (let round = 0; round < 3; round++) await charger.roundTrip()
      assert.equal(charger.unread.length, 0)
      await charger.boot()
      const [, id, action] = await charger.nextFrame()
      assert.equal(action, 'ClearCache')
      const booted = charger.received.findIndex((text) => text.includes('"Accepted"'))
      assert.ok(booted !== -1 && booted < charger.received.findIndex((text) => text.includes('ClearCache')))
      charger.send(3, id, { status: 'Accepted' })
    })
  }

  it('do not wait with 0 seconds, and are sent when the trait is changed to that', async () => {
    await accepted('changed', {})
    await queue('changed')
    const charger = await connectCharger(server.url, 'changed')
    await charger.roundTrip()
    assert.equal(charger.unread.length, 0)
    await putTraits(server, 'changed', { callsAfterConnect: 0 })
    await charger.roundTrip()
    assert.equal((await charger.nextFrame())[2], 'ClearCache')
  })

  it('do not delay the calls of an operator', async () => {
    await accepted('asked', { callsAfterConnect: 'boot' })
    const charger = await connectCharger(server.url, 'asked')
    charger.onCall(() => ({ status: 'Accepted' }))
    const response = await operate(server, 'POST', '/charge-points/asked/calls/ClearCache', {})
    assert.deepEqual([response.statusCode, response.json().result], [200, { status: 'Accepted' }], response.body)
  })
})

describe('automatic calls', () => {
  it('wait: a charge point that was not accepted is not asked to boot while it may boot by itself', async () => {
    const charger = await connectCharger(server.url, 'boots')
    await charger.call('Heartbeat')
    await charger.boot()
    await charger.roundTrip()
    assert.deepEqual(charger.unread, [])
  })
})

describe('a connection is settled', () => {
  const live = { connected: true, connectedAt: new Date(1_000_000) } as ChargePoint
  const settling = (traits: Traits) => new Settling(() => traits)

  it('when the seconds of its trait have passed, or 600 seconds with boot', (context) => {
    context.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
    const [ten, boot] = [settling({ callsAfterConnect: 10 }), settling({ callsAfterConnect: 'boot' })]
    for (const [now, expected] of [
      [1_009_999, [false, false]],
      [1_010_000, [true, false]],
      [1_599_999, [true, false]],
      [1_600_000, [true, true]]
    ] as const) {
      context.mock.timers.setTime(now)
      assert.deepEqual([ten.isSettled(live), boot.isSettled(live)], expected, String(now))
    }
  })

  it('for waiting code: after the time, after the boot, and never if it ends before', async (context) => {
    context.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_000_000 })
    const watch = settling({ callsAfterConnect: 10 })
    const [first, second] = [watch.settled(live), watch.settled(live)]
    context.mock.timers.tick(10_000)
    assert.deepEqual(await Promise.all([first, second]), [true, true])
    const other = { ...live, connectedAt: new Date(Date.now()) } as ChargePoint
    const waiting = watch.settled(other)
    watch.left(other)
    assert.equal(await waiting, false)
    const booting = watch.settled(other)
    watch.booted(other)
    assert.equal(await booting, true)
    assert.equal(await watch.settled({ ...other, connected: false } as ChargePoint), false)
  })
})
