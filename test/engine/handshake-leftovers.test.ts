import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { startServer } from '../support/server.js'
import { until } from '../support/wait.js'

/** Timers that keep the process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length
}

test('a handshake leaves no timer behind after its decision', async () => {
  const server = await startServer({
    authenticateTimeout: 600_000,
    authenticate: ({ identity }) => identity !== 'STRANGER'
  })
  await connectCharger(server.url, 'CP-1')
  const before = timers()
  for (let index = 0; index < 20; index++) {
    await connectCharger(server.url, `CP-${index}`)
    await refusedCharger(server.url, 'STRANGER')
  }
  await until('the timers of the tests are over', () => timers() < before + 10)
})

test('a handshake leaves no listener on the socket of the charge point after its decision', async () => {
  const before = new Map<Socket, unknown[]>()
  const added = new Map<Socket, unknown[]>()
  const server = await startServer(
    {
      authenticate: ({ request: { raw } }) => {
        const known = before.get(raw.socket) ?? []
        added.set(
          raw.socket,
          raw.socket.listeners('close').filter((listener) => !known.includes(listener))
        )
        return true
      }
    },
    (app) => {
      app.addHook('onRequest', async ({ raw: { socket } }) => void before.set(socket, socket.listeners('close')))
    }
  )
  await connectCharger(server.url, 'CP-1')
  const [[socket, listeners] = []] = added
  assert.ok(socket !== undefined && listeners !== undefined && listeners.length > 0)
  const left = listeners.filter((listener) => socket.listeners('close').includes(listener as () => void))
  assert.deepEqual(left, [])
})
