import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChargePoint, OcppEvents } from 'fastify-ocpp'
import { type Charger, connectCharger } from '../support/charger.js'
import { type ServerOptions, startServer } from '../support/server.js'
import { within } from '../support/wait.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }
const HEARTBEAT = '[2,"h","Heartbeat",{}]'
const INVALID = '[2,"h","Heartbeat",{"more":1}]'

interface Case {
  event: keyof OcppEvents
  options?: ServerOptions
  /** The frame that comes with the event. */
  text: string
}

/** Events that a frame causes before it is handled or answered. */
const CASES: Case[] = [
  { event: 'frame', text: HEARTBEAT },
  { event: 'limited', text: HEARTBEAT, options: { maxMessageBurst: 1, maxMessageRate: 1 } },
  { event: 'violation', text: INVALID },
  { event: 'violation', text: INVALID, options: { validation: 'warn' } },
  { event: 'malformed', text: '[2,"h","Heartbeat",{' },
  { event: 'security', text: HEARTBEAT, options: { authenticate: () => true } }
]

/** A server whose listener of `event` disconnects the charge point, and the Heartbeats that it handles. */
async function start({ event, options }: Pick<Case, 'event' | 'options'>) {
  const handled: string[] = []
  const server = await startServer({ ...ACCEPTED, ...options }, ({ ocpp }) => {
    ocpp.v16.on('Heartbeat', (_request, { messageId }) => {
      handled.push(messageId)
      return { currentTime: '2026-01-01T00:00:00Z' }
    })
    const disconnect = () => ocpp.chargePoints.get('CP-1')?.disconnect(4321)
    ocpp.events.on(event, disconnect)
  })
  return { server, handled }
}

async function isClosed(charger: Charger): Promise<void> {
  assert.equal((await within('the close', charger.closed)).code, 4321)
  assert.deepEqual(charger.received, [])
}

for (const { event, text, options = {} } of CASES) {
  test(`a frame is neither handled nor answered after a listener of ${event} has disconnected its charge point: ${JSON.stringify(options)}`, async () => {
    const { server, handled } = await start({ event, options })
    const charger = await connectCharger(server.url, 'CP-1')
    const chargePoint = server.app.ocpp.chargePoints.get('CP-1')
    charger.sendText(text)
    await isClosed(charger)
    const { sent, errorsSent } = (chargePoint as ChargePoint).counters
    assert.deepEqual([handled, sent, errorsSent], [[], 0, 0])
  })
}

test('the first frame of a newcomer is not handled when a listener of its take-over has disconnected it', async () => {
  for (const event of ['disconnect', 'security'] as const) {
    const { server, handled } = await start({ event })
    const old = await connectCharger(server.url, 'CP-1')
    const newcomer = await connectCharger(server.url, 'CP-1')
    newcomer.sendText(HEARTBEAT)
    await isClosed(newcomer)
    assert.equal((await within('the close of the old one', old.closed)).code, 4000)
    assert.deepEqual(handled, [])
  }
})

test('an answer that breaks its schema is not refused after a listener of the violation has disconnected', async () => {
  const { server } = await start({ event: 'violation' })
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.1' })
  const call = server.app.ocpp.call('CP-1', 'ClearCache', {})
  const [, id] = await charger.nextFrame()
  charger.send(3, id, { status: 5 })
  await assert.rejects(call, { code: 'OCPP_ERR_DISCONNECTED' })
  await within('the close', charger.closed)
  assert.equal(charger.received.length, 1)
})

test('an answer of ours is not sent, and nothing runs after it, when a listener of its violation has disconnected', async () => {
  let isAfter = false
  const { server } = await start({ event: 'violation', options: { validation: () => 'warn' } })
  server.app.ocpp.v16.on('Authorize', () => ({ idTagInfo: { status: 'Perhaps' as 'Accepted' } }))
  server.app.ocpp.v16.after('Authorize', () => {
    isAfter = true
  })
  const charger = await connectCharger(server.url, 'CP-1')
  charger.sendText('[2,"a","Authorize",{"idTag":"x"}]')
  await isClosed(charger)
  assert.equal(isAfter, false)
})
