import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { test } from 'node:test'
import type { CallEvent, FrameEvent } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { connectRaw } from '../support/raw.js'
import { answerBasics, type ServerOptions, startServer } from '../support/server.js'
import { until } from '../support/wait.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }
const NAMES = ['connect', 'disconnect', 'frame', 'call', 'violation', 'security'] as const

test('connect comes before any frame is handled, disconnect once and with its reason', async () => {
  const log: string[] = []
  const server = await startServer(ACCEPTED, (app) => {
    const { events } = app.ocpp
    events.on('connect', ({ chargePoint }) => {
      log.push(`connect ${chargePoint.identity} ${app.ocpp.chargePoints.get(chargePoint.identity) === chargePoint}`)
    })
    events.on('frame', ({ direction }) => log.push(direction))
    events.on('disconnect', ({ chargePoint, reason, code }) => {
      log.push(
        `disconnect ${chargePoint.identity} ${reason} ${code} ${app.ocpp.chargePoints.has(chargePoint.identity)}`
      )
    })
  })
  const ends: [identity: string, end: (ws: import('ws').WebSocket) => void, reason: string][] = [
    ['A', (ws) => ws.close(1000), 'closed 1000'],
    ['B', (ws) => ws.close(1001), 'closed 1001'],
    ['C', (ws) => ws.close(), 'closed 1005'],
    ['D', (ws) => ws.terminate(), 'closed 1006'],
    ['E', () => server.app.ocpp.chargePoints.get('E')?.disconnect(4321), 'disconnected 4321'],
    ['F', (ws) => ws.send(Buffer.alloc(1)), 'protocol-error 1003']
  ]
  for (const [identity, end, reason] of ends) {
    log.length = 0
    const charger = await connectCharger(server.url, identity)
    await charger.call('Heartbeat')
    end(charger.ws)
    await until('it is gone', () => log.some((line) => line.startsWith('disconnect')))
    await charger.closed
    assert.deepEqual(log, [`connect ${identity} true`, 'inbound', 'outbound', `disconnect ${identity} ${reason} false`])
  }
})

test('a frame event has direction, text, length, JSON and a copy without secrets', async () => {
  const frames: FrameEvent[] = []
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.on('Authorize', () => ({ idTagInfo: { status: 'Accepted' } }))
    app.ocpp.events.on('frame', (event) => frames.push(event))
  })
  const charger = await connectCharger(server.url, 'CP-1')
  await charger.call('Authorize', { idTag: 'DEADBEEF' }, 'i1')
  charger.onCall(() => ({ status: 'Accepted' }))
  const setting = { key: 'AuthorizationKey', value: '00112233445566778899' }
  await server.app.ocpp.v16.call('CP-1', 'ChangeConfiguration', setting, { messageId: 'i2' })
  charger.sendText('{{{')
  await charger.call('Authorize', { idTag: 'x' })
  const [first, second, third, , broken] = frames
  assert.ok(first && second && third && broken)
  assert.deepEqual([first.direction, first.text], ['inbound', '[2,"i1","Authorize",{"idTag":"DEADBEEF"}]'])
  assert.equal(first.length, first.text.length)
  assert.equal(first.chargePoint, server.app.ocpp.chargePoints.get('CP-1'))
  assert.deepEqual(first.parsed(), [2, 'i1', 'Authorize', { idTag: 'DEADBEEF' }])
  assert.deepEqual(first.redacted(), [2, 'i1', 'Authorize', { idTag: 'DEAD…' }])
  assert.deepEqual([second.direction, second.text], ['outbound', '[3,"i1",{"idTagInfo":{"status":"Accepted"}}]'])
  assert.ok(third.text.includes('00112233'))
  assert.deepEqual(third.redacted(), [2, 'i2', 'ChangeConfiguration', { key: 'AuthorizationKey', value: '[redacted]' }])
  assert.deepEqual([broken.text, broken.parsed(), broken.redacted()], ['{{{', undefined, undefined])
})

test('a call event has the outcome and how long it took', async () => {
  const calls: CallEvent[] = []
  const server = await startServer(ACCEPTED)
  server.app.ocpp.events.on('call', (event) => calls.push(event))
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall(() => ({ status: 'Accepted' }))
  await server.app.ocpp.v16.call('CP-1', 'ClearCache', {}, { messageId: 'i1' })
  const [call] = calls
  assert.ok(call)
  assert.deepEqual([calls.length, call.messageId, call.action, call.outcome], [1, 'i1', 'ClearCache', 'result'])
  assert.ok(call.duration > 0 && call.duration < 5000)
})

test('a listener that throws or rejects affects nothing else', async () => {
  const lines: string[] = []
  const server = await startServer(
    ACCEPTED,
    (app) => {
      answerBasics(app)
      for (const name of NAMES) {
        app.ocpp.events.on(name, () => {
          throw new Error(`thrown in ${name}`)
        })
        app.ocpp.events.on(name, (async () => {
          throw new Error(`rejected in ${name}`)
        }) as () => void)
      }
    },
    { logger: { level: 'error', stream: { write: (line: string) => void lines.push(line) } } }
  )
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall(() => ({ status: 'Perhaps' }))
  await assert.rejects(server.app.ocpp.v16.call('CP-1', 'ClearCache', {}), { code: 'OCPP_ERR_INVALID_RESPONSE' })
  assert.equal((await charger.roundTrip()).type, 3)
  const raw = await connectRaw(server.port, 'CP-2')
  raw.write({ payload: '[]', masked: false })
  assert.equal(await raw.closeCode(), 1002)
  await charger.close()
  await until('it is gone', () => !server.app.ocpp.chargePoints.has('CP-1'))
  for (const name of NAMES)
    assert.ok(
      lines.some((line) => line.includes(`thrown in ${name}`)),
      name
    )
})

test('once receives one event, and off ends a subscription', async () => {
  const server = await startServer(ACCEPTED)
  const heard: string[] = []
  const listener = () => heard.push('off')
  server.app.ocpp.events
    .once('connect', () => heard.push('once'))
    .on('connect', listener)
    .off('connect', listener)
  await connectCharger(server.url, 'CP-1')
  await connectCharger(server.url, 'CP-2')
  assert.deepEqual(heard, ['once'])
})

test('diagnostics_channel publishes the same events', async () => {
  const seen: unknown[][] = []
  const heard: unknown[][] = []
  const listeners = NAMES.map((name) => {
    const listener = (message: unknown) => void seen.push([name, message])
    subscribe(`fastify-ocpp:${name}`, listener)
    return () => unsubscribe(`fastify-ocpp:${name}`, listener)
  })
  const server = await startServer(ACCEPTED, (app) => {
    answerBasics(app)
    for (const name of NAMES) app.ocpp.events.on(name, (event: unknown) => void heard.push([name, event]))
  })
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall(() => ({ status: 'Perhaps' }))
  await assert.rejects(server.app.ocpp.v16.call('CP-1', 'ClearCache', {}))
  charger.ws.send(Buffer.alloc(1))
  await until('it is gone', () => !server.app.ocpp.chargePoints.has('CP-1'))
  for (const stop of listeners) stop()
  assert.deepEqual(new Set(seen.map(([name]) => name)), new Set(NAMES))
  assert.equal(seen.length, heard.length)
  for (const [index, [name, event]] of seen.entries()) {
    assert.equal(name, heard[index]?.[0])
    assert.equal(event, heard[index]?.[1])
  }
})

test('frames are published on the channel alone, too', async () => {
  const texts: string[] = []
  const listener = (message: unknown) => void texts.push((message as FrameEvent).text)
  subscribe('fastify-ocpp:frame', listener)
  const server = await startServer(ACCEPTED, answerBasics)
  const charger = await connectCharger(server.url, 'CP-1')
  await charger.call('Heartbeat', {}, 'i1')
  unsubscribe('fastify-ocpp:frame', listener)
  await charger.roundTrip()
  assert.deepEqual(texts, ['[2,"i1","Heartbeat",{}]', charger.received[0]])
})
