import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FrameEvent } from 'fastify-ocpp'
import { redact } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { answerBasics, startServer } from '../support/server.js'
import { until } from '../support/wait.js'

const ACCEPTED = { authenticate: () => ({ accept: true, registration: 'Accepted' }) as const }

test('a call that was answered resolves, even if a listener of its end disconnects the charger', async () => {
  const server = await startServer(ACCEPTED)
  const { events, v16 } = server.app.ocpp
  const outcomes: string[] = []
  events.on('call', ({ chargePoint, outcome }) => {
    outcomes.push(outcome)
    chargePoint.disconnect()
  })
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall(() => ({ status: 'Accepted' }))
  assert.deepEqual(await v16.call('CP-1', 'Reset', { type: 'Soft' }), { status: 'Accepted' })
  assert.deepEqual(outcomes, ['result'])
})

test('a listener of frames gets no member that would change a prototype', async () => {
  const server = await startServer(ACCEPTED, answerBasics)
  const frames: FrameEvent[] = []
  server.app.ocpp.events.on('frame', (frame) => frames.push(frame))
  const charger = await connectCharger(server.url, 'CP-1')
  charger.sendText('[2,"i1","Heartbeat",{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]')
  await until('it is answered', () => frames.length === 2)
  for (const frame of [frames[0]?.parsed(), frames[0]?.redacted()]) {
    assert.ok(Array.isArray(frame))
    assert.equal(Object.hasOwn(frame[3], '__proto__'), false)
    assert.equal(frame[3].polluted, undefined)
  }
  const copy = redact(JSON.parse('{"__proto__":{"polluted":1}}')) as { polluted?: unknown }
  assert.equal(copy.polluted, undefined)
})

test('a CALL that arrives while the sockets are being closed is answered before its own socket is closed', async () => {
  const server = await startServer({ ...ACCEPTED, drainTimeout: 3000, drainSpread: 1000 }, (app) => {
    app.ocpp.v16.on('Heartbeat', async () => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return { currentTime: '2026-01-01T00:00:00Z' }
    })
  })
  const chargers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => connectCharger(server.url, `CP-${index}`))
  )
  const drained = server.app.ocpp.drain()
  await chargers[0]?.closed
  const asked = chargers.slice(20)
  const answers = await Promise.allSettled(asked.map((charger) => charger.call('Heartbeat')))
  assert.deepEqual(
    answers.filter(({ status }) => status === 'rejected').map((answer) => Reflect.get(answer, 'reason')?.message),
    []
  )
  await drained
})

test('a flood of messages that break their schema does not flood the log', async () => {
  const lines: { level: number; msg: string; count?: number }[] = []
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const server = await startServer(ACCEPTED, answerBasics, { logger: { level: 'warn', stream } })
  const charger = await connectCharger(server.url, 'CP-1')
  for (let index = 0; index < 250; index++) charger.send(2, `i${index}`, 'Heartbeat', { unknown: index })
  await charger.roundTrip()
  const warnings = lines.filter(({ msg }) => msg === 'a message breaks its schema')
  assert.deepEqual(
    warnings.map(({ count }) => count),
    [1, 10, 100]
  )
  assert.equal(server.app.ocpp.chargePoints.get('CP-1')?.violations[0]?.count, 250)
})
