import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { startServer } from '../support/server.js'
import { until } from '../support/wait.js'

/** A charger in a thread of its own, so that it goes on while the event loop here is blocked; it answers pings. */
const CHARGER = `
  const { WebSocket } = require('ws')
  const { parentPort, workerData } = require('node:worker_threads')
  const ws = new WebSocket(workerData, 'ocpp1.6')
  ws.on('open', () => parentPort.postMessage('open'))
  ws.on('ping', () => parentPort.postMessage('ping'))
  ws.on('close', (code) => parentPort.postMessage(code))
  parentPort.on('message', () => ws.terminate())
`

test('an event loop that is repeatedly blocked for many ping intervals cuts no connection', async () => {
  const pingInterval = 100
  const server = await startServer({ pingInterval })
  const reasons: string[] = []
  server.app.ocpp.events.on('disconnect', ({ reason }) => reasons.push(reason))
  const charger = new Worker(CHARGER, { eval: true, workerData: `${server.url}/ocpp/CP-1` })
  const told: unknown[] = []
  charger.on('message', (message) => told.push(message))
  await until('it is connected', () => told.includes('open'))
  for (let times = 0; times < 4; times++) {
    const pings = told.length
    await until('it is pinged', () => told.length > pings)
    block(5 * pingInterval)
  }
  const pings = told.length
  await until('it is pinged and answers', () => told.length > pings + 1)
  assert.deepEqual(reasons, [])
  await charger.terminate()
})

function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
