import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { connectCharger } from '../support/charger.js'
import { startServer } from '../support/server.js'

// A fleet that comes back makes thousands of handshakes at once.

const CHARGERS = 20

test('a handshake makes no abort controller unless somebody looks at its signal', async (t) => {
  const { AbortController: Original } = globalThis
  let made = 0
  class Counted extends Original {
    constructor() {
      super()
      made++
    }
  }
  t.after(() => {
    globalThis.AbortController = Original
  })
  const signals: AbortSignal[] = []
  const server = await startServer({
    authenticate: (handshake) => {
      if (handshake.identity === 'CURIOUS') signals.push(handshake.signal)
      return true
    }
  })
  globalThis.AbortController = Counted
  for (let index = 0; index < CHARGERS; index++) await connectCharger(server.url, `CP-${index}`)
  assert.equal(made, 0)
  await connectCharger(server.url, 'CURIOUS')
  assert.equal(made, 1)
  assert.equal(signals[0]?.aborted, true)
})

test('a socket that is upgraded gets no timer of its own', async (t) => {
  const server = await startServer()
  const { setTimeout } = Socket.prototype
  let timers = 0
  t.mock.method(Socket.prototype, 'setTimeout', function (this: Socket, milliseconds: number, ...more: []) {
    if (milliseconds > 0 && this.localPort === server.port) timers++
    return Reflect.apply(setTimeout, this, [milliseconds, ...more])
  })
  for (let index = 0; index < CHARGERS; index++) await connectCharger(server.url, `CP-${index}`)
  assert.equal(timers, 0)
})
