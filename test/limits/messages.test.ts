import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DisconnectEvent, LimitRule } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { connectRaw, rawFrame } from '../support/raw.js'
import { answerBasics, type ServerOptions, startServer } from '../support/server.js'
import { until, within } from '../support/wait.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }
const NO_PINGS = { pingInterval: 0 }

async function start(options: ServerOptions = {}) {
  const server = await startServer({ ...ACCEPTED, ...options }, answerBasics)
  const limited: LimitRule[] = []
  const malformed: string[] = []
  const gone: Pick<DisconnectEvent, 'reason' | 'code'>[] = []
  const { events } = server.app.ocpp
  events.on('limited', ({ rule }) => limited.push(rule))
  events.on('malformed', ({ rule }) => malformed.push(rule))
  events.on('disconnect', ({ reason, code }) => gone.push({ reason, code }))
  return { server, limited, malformed, gone }
}

const heartbeat = (id: number) => ({ payload: `[2,"${id}","Heartbeat",{}]` })

test('a charger that sends too fast is read more slowly, nothing is lost, and others never notice', async () => {
  const count = 6000
  const { server, limited } = await start({ ...NO_PINGS, maxMessageRate: 2000, maxMessageBurst: 100 })
  const bystander = await connectCharger(server.url, 'BYSTANDER')
  const raw = await connectRaw(server.port, 'FLOOD')
  const flood = server.app.ocpp.chargePoints.get('FLOOD')
  const startedAt = performance.now()
  for (let id = 0; id < count; id++) raw.write(heartbeat(id))
  await until('it is slowed down', () => limited.length > 0)
  for (let times = 0; times < 10; times++) assert.equal((await bystander.roundTrip()).type, 3)
  assert.ok((flood?.counters.received ?? count) < count, 'all was read at once')
  await until('all are answered', () => raw.texts.length === count, 30_000)
  // Twice what one read of the socket may bring is beyond the limit.
  assert.ok(performance.now() - startedAt > 500)
  assert.deepEqual([...new Set(limited)], ['message-rate'])
  assert.deepEqual(
    raw.texts.map((text) => Number(JSON.parse(text)[1])),
    Array.from({ length: count }, (_, id) => id)
  )
})

test('a big message counts as several', async () => {
  const { server, limited } = await start({ ...NO_PINGS, maxMessageRate: 8, maxMessageBurst: 40 })
  server.app.ocpp.v16.fallback(() => ({ status: 'Accepted' }))
  const charger = await connectCharger(server.url, 'CP-1')
  const send = (length: number) => charger.call('DataTransfer', { vendorId: 'Acme', data: 'x'.repeat(length) })
  await send(60_000)
  await send(60_000)
  assert.deepEqual(limited, [])
  await send(60_000)
  await until('it is slowed down', () => limited.length === 1)
  assert.equal((await within('the answer', charger.call('Heartbeat'), 20_000)).type, 3)
})

test('with maxMessageRate 0 no charge point is slowed down', async () => {
  const count = 5_000
  const { server, limited } = await start({ ...NO_PINGS, maxMessageRate: 0, maxMessageBurst: 1 })
  const raw = await connectRaw(server.port, 'FLOOD')
  for (let id = 0; id < count; id++) raw.write(heartbeat(id))
  await until('all are answered', () => raw.texts.length === count, 30_000)
  assert.ok(!limited.includes('message-rate'))
})

test('a socket that was paused for its rate is not cut for a missing pong', async () => {
  const { server, gone } = await start({ pingInterval: 100, maxMessageRate: 10, maxMessageBurst: 10 })
  const raw = await connectRaw(server.port, 'CP-1')
  for (let id = 0; id < 30; id++) raw.write(heartbeat(id))
  let pongs = 0
  const pings = () => raw.frames.filter(({ opcode }) => opcode === 9).length
  await until(
    'it is read again and pinged',
    () => {
      for (; pongs < pings(); pongs++) raw.write({ opcode: 10 })
      return pongs >= 3
    },
    20_000
  )
  assert.deepEqual(gone, [])
})

test('a flood of pings is cut, and others never notice', async () => {
  const { server, limited, gone } = await start(NO_PINGS)
  const bystander = await connectCharger(server.url, 'BYSTANDER')
  const raw = await connectRaw(server.port, 'FLOOD')
  raw.socket.write(Buffer.concat(Array.from({ length: 10_000 }, () => rawFrame({ opcode: 9 }))))
  await within('the cut', raw.closed)
  assert.deepEqual([limited, gone], [['pings'], [{ reason: 'protocol-error', code: 1006 }]])
  assert.equal((await bystander.roundTrip()).type, 3)
  assert.equal(server.app.ocpp.chargePoints.size, 1)
})

test('pings that it waits for are answered, and count against its rate', async () => {
  const { server, limited, gone } = await start({ ...NO_PINGS, maxMessageRate: 1000, maxMessageBurst: 100 })
  const raw = await connectRaw(server.port, 'CP-1')
  const pongs = () => raw.frames.filter(({ opcode }) => opcode === 10).length
  for (let sent = 20; sent <= 200; sent += 20) {
    raw.socket.write(Buffer.concat(Array.from({ length: 20 }, () => rawFrame({ opcode: 9, payload: 'p' }))))
    await until('they are answered', () => pongs() === sent)
  }
  assert.ok(limited.includes('message-rate'))
  assert.deepEqual(gone, [])
})

test('a charger that pings is alive, and is not pinged', async () => {
  const { server } = await start({ pingInterval: 600 })
  const raw = await connectRaw(server.port, 'CP-1')
  const deadline = performance.now() + 1500
  let pauses = 0
  for (let sent = 1, before = performance.now(); before < deadline; sent++) {
    raw.write({ opcode: 9 })
    await until('it is answered', () => raw.frames.filter(({ opcode }) => opcode === 10).length === sent)
    await new Promise((resolve) => setTimeout(resolve, 20))
    // On a busy machine it may send nothing for so long that it is pinged.
    const now = performance.now()
    if (now - before > 300) pauses++
    before = now
  }
  // The first one is there before the random start of the interval can be over.
  assert.ok(raw.frames.filter(({ opcode }) => opcode === 9).length <= 1 + pauses)
  assert.ok(server.app.ocpp.chargePoints.has('CP-1'))
})

test('a message that trickles in by more pieces than there may be is closed 1008', async () => {
  const { server, limited, gone } = await start({ ...NO_PINGS, maxBufferedChunks: 16 })
  const raw = await connectRaw(server.port, 'CP-1')
  raw.socket.setNoDelay(true)
  const bytes = rawFrame({ payload: ' '.repeat(5000) })
  for (let at = 0; at < bytes.length && gone.length === 0; at++) {
    await new Promise((resolve) => raw.socket.write(bytes.subarray(at, at + 1), resolve))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  assert.equal(await raw.closeCode(), 1008)
  assert.deepEqual([limited, gone], [['fragments'], [{ reason: 'protocol-error', code: 1008 }]])
})

/** A breach of a limit or of RFC 6455, the close code that it gets, and the event that names the rule. */
const BAD = [
  { name: 'a message of 2 kB', frames: [{ payload: 'x'.repeat(2048) }], code: 1009, limited: ['payload'] },
  {
    name: 'five fragments',
    frames: [{ fin: false }, ...Array(4).fill({ opcode: 0, fin: false, payload: 'x' })],
    code: 1008,
    limited: ['fragments']
  },
  { name: 'a binary message', frames: [{ opcode: 2 }], code: 1003, malformed: ['binary message'] },
  { name: 'a reserved bit', frames: [{ rsv: 1 }], code: 1002, malformed: ['breach of RFC 6455'] },
  {
    name: 'bytes that are no UTF-8',
    frames: [{ payload: Buffer.from([0xff]) }],
    code: 1007,
    malformed: ['not valid UTF-8 or DEFLATE']
  }
]

for (const { name, frames, code, limited: limits = [], malformed: faults = [] } of BAD) {
  test(`${name} is closed ${code}, and the event names the rule`, async () => {
    const { server, limited, malformed, gone } = await start({ ...NO_PINGS, maxPayload: 1024, maxFragments: 3 })
    const bystander = await connectCharger(server.url, 'BYSTANDER')
    const raw = await connectRaw(server.port, 'CP-1')
    raw.write(...frames)
    assert.equal(await raw.closeCode(), code)
    await until('it is gone', () => gone.length === 1)
    assert.deepEqual(gone, [{ reason: 'protocol-error', code }])
    assert.deepEqual([limited, malformed], [limits, faults])
    assert.equal((await bystander.roundTrip()).type, 3)
  })
}

test('an invalid frame and an unexpected answer are events that contain nothing of the input', async () => {
  const { server, malformed } = await start()
  const charger = await connectCharger(server.url, 'CP-1')
  for (const text of ['', '{"secret":1}', '[2]', '[3,"x",{}]', '[9,"x"]']) charger.sendText(text)
  await charger.roundTrip()
  assert.deepEqual(malformed, [
    'empty message',
    'not a JSON array',
    'message id is not a string',
    'response that nobody waits for',
    'unknown message type'
  ])
})
