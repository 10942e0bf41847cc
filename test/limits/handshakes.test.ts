import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { upgradeRequest } from '../support/raw.js'
import { startServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

test('an authenticate that ignores its signal counts against maxHandshakes until it has decided', async () => {
  const decision = deferred<boolean>()
  const rules: string[] = []
  const server = await startServer({
    maxHandshakes: 2,
    authenticateTimeout: 30,
    authenticate: ({ identity }) => (identity === 'FAST' ? true : decision.promise)
  })
  server.app.ocpp.events.on('refused', ({ rule }) => rules.push(rule))
  for (const identity of ['SLOW-1', 'SLOW-2']) assert.equal((await refusedCharger(server.url, identity)).status, 503)
  assert.equal((await refusedCharger(server.url, 'FAST')).status, 503)
  assert.deepEqual(rules, ['authenticate-failed', 'authenticate-failed', 'handshakes'])
  decision.resolve(true)
  await decision.promise
  await connectCharger(server.url, 'FAST')
})

test('the signal of a handshake is aborted when the charger disconnects, and a later decision is ignored', async () => {
  const asked = deferred()
  const aborted = deferred()
  const decision = deferred<boolean>()
  const server = await startServer({
    authenticate: ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve())
      asked.resolve()
      return decision.promise
    }
  })
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(upgradeRequest({ target: '/ocpp/CP-1' }))
  await within('authenticate to be asked', asked.promise)
  socket.resetAndDestroy()
  await within('the signal', aborted.promise)
  decision.resolve(true)
  await decision.promise
  await until('nobody is connected', () => server.app.ocpp.chargePoints.size === 0)
})

test('a guess counts as a failed login even if its client does not wait for the answer', async () => {
  const rules: string[] = []
  let decided = 0
  const server = await startServer({
    maxLoginFailures: 3,
    authenticate: async ({ signal }) => {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      decided++
      return false
    }
  })
  server.app.ocpp.events.on('refused', ({ rule }) => rules.push(rule))
  for (let times = 1; times <= 3; times++) {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.write(upgradeRequest({ target: '/ocpp/CP-1' }), resolve))
    await new Promise((resolve) => setTimeout(resolve, 20))
    socket.resetAndDestroy()
    await until('it is decided', () => decided === times)
  }
  assert.equal((await refusedCharger(server.url, 'CP-1')).status, 429)
  assert.equal(rules.at(-1), 'login-failures')
})
