import assert from 'node:assert/strict'
import { getEventListeners, once } from 'node:events'
import { test } from 'node:test'
import type { WebSocket } from 'ws'
import { type OpenOptions, open } from '../../src/charge-point/open.js'
import { within } from '../support/wait.js'
import { answerHttp, startCsms, startTcp } from './csms.js'

/** Told apart from every other timer of the process by its length. */
const TIMEOUT = 54_321

function optionsFor(url: string, signal: AbortSignal, timeout = TIMEOUT): OpenOptions {
  const identity = 'CP-1'
  return { url, identity, password: 'x', protocols: ['ocpp1.6'], tls: {}, timeout, maxPayload: 65_536, signal }
}

/** Watches the timers of so many milliseconds; tells how many were not cleared. */
function watchTimers(t: { mock: typeof test.mock }, milliseconds: number): () => number {
  const set = t.mock.method(globalThis, 'setTimeout')
  const clear = t.mock.method(globalThis, 'clearTimeout')
  return () => {
    const made = set.mock.calls.filter(({ arguments: [, delay] }) => delay === milliseconds).map(({ result }) => result)
    const cleared = new Set<unknown>(clear.mock.calls.map(({ arguments: [timer] }) => timer))
    assert.equal(made.length, 1, 'one attempt has one timer')
    return made.filter((timer) => !cleared.has(timer)).length
  }
}

const refused = answerHttp('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy')

const ENDS: [what: string, url: () => Promise<string>, outcome: RegExp][] = [
  ['opens', async () => (await startCsms()).url, /^open$/],
  ['is refused', async () => (await startTcp(refused)).url, /HTTP 503: busy$/],
  ['is cut', async () => (await startTcp((socket) => socket.destroy())).url, /hang up|ECONNRESET/],
  ['gets no subprotocol', async () => (await startCsms(undefined, { handleProtocols: () => false })).url, /subprotocol/]
]

for (const [what, start, outcome] of ENDS) {
  test(`an attempt that ${what} leaves no timer and no listener of its signal behind`, async (t) => {
    const url = await start()
    const { signal } = new AbortController()
    const left = watchTimers(t, TIMEOUT)
    const accept = (socket: WebSocket) => {
      t.after(() => socket.terminate())
      return 'open'
    }
    const attempt = open(optionsFor(url, signal), accept).catch((error: Error) => error.message)
    assert.match(await within('the attempt', attempt), outcome)
    // What ends a refusal runs right after the attempt is told.
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual([left(), getEventListeners(signal, 'abort').length], [0, 0])
  })
}

test('an attempt that is given up leaves no timer and no socket behind', async (t) => {
  const { url, sockets } = await startTcp((socket) => socket.resume())
  const controller = new AbortController()
  const left = watchTimers(t, TIMEOUT)
  const attempt = open(optionsFor(url, controller.signal), () => 'open').catch((error: Error) => error.message)
  while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const closed = once(sockets[0] ?? assert.fail(), 'close')
  controller.abort()
  assert.match(await within('the attempt', attempt), /aborted/)
  await within('the end of the socket', closed)
  assert.deepEqual([left(), getEventListeners(controller.signal, 'abort').length], [0, 0])
})

test('an attempt whose signal was aborted before opens nothing', async (t) => {
  const csms = await startCsms()
  const left = watchTimers(t, TIMEOUT)
  const attempt = open(optionsFor(csms.url, AbortSignal.abort()), () => assert.fail('it was opened'))
  await assert.rejects(within('the attempt', attempt), /aborted/)
  assert.equal(left(), 0)
})

test('an attempt that timed out has no listener on its signal', async () => {
  const { url } = await startTcp()
  const { signal } = new AbortController()
  await assert.rejects(
    within(
      'the attempt',
      open(optionsFor(url, signal, 50), () => 'open')
    ),
    /no answer within 50 ms/
  )
  assert.equal(getEventListeners(signal, 'abort').length, 0)
})

test('neither the signal nor the time of an attempt ends a connection that is open', async (t) => {
  const csms = await startCsms()
  const controller = new AbortController()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const socket = await open(optionsFor(csms.url, controller.signal), (opened) => opened)
  t.after(() => socket.terminate())
  controller.abort()
  t.mock.timers.tick(2 * TIMEOUT)
  t.mock.timers.reset()
  const answer = once(socket, 'pong')
  socket.ping()
  await within('an answer', answer)
})
