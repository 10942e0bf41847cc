import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DisconnectEvent } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { connectRaw, rawUpgrade, upgradeRequest } from '../support/raw.js'
import { answerBasics, type ServerOptions, startServer } from '../support/server.js'
import { deferred, measureCpu, measureDelays, until, within } from '../support/wait.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }
const currentTime = '2026-01-01T00:00:00Z'

async function start(options: ServerOptions) {
  const server = await startServer({ ...ACCEPTED, ...options }, answerBasics)
  const gone = deferred<DisconnectEvent>()
  server.app.ocpp.events.on('disconnect', (event) => gone.resolve(event))
  return { server, gone: gone.promise }
}

for (const isPaused of [false, true]) {
  const kind = isPaused ? 'whose TCP connection is dead' : 'that does not answer pings'
  test(`a charger ${kind} is off-line within two ping intervals, and its calls fail`, async () => {
    const pingInterval = 200
    const { server, gone } = await start({ pingInterval })
    const raw = await connectRaw(server.port, 'CP-1')
    if (isPaused) raw.socket.pause()
    const startedAt = performance.now()
    const delays = measureDelays()
    const call = server.app.ocpp.v16.call('CP-1', 'ClearCache', {})
    const rejected = assert.rejects(call, { code: 'OCPP_ERR_DISCONNECTED', message: /ping-timeout/ })
    const { reason, code } = await within('the disconnect', gone)
    const duration = performance.now() - startedAt
    assert.deepEqual([reason, code], ['ping-timeout', 1006])
    const late = delays()
    assert.ok(duration < 2 * pingInterval + 250 + late, `took ${duration} ms, ${late} of them late`)
    await rejected
    assert.equal(server.app.ocpp.chargePoints.has('CP-1'), false)
    const again = await connectCharger(server.url, 'CP-1')
    assert.equal((await again.roundTrip()).type, 3)
  })
}

test('a charger that is silent but answers pings is kept', async () => {
  const { server } = await start({ pingInterval: 40 })
  const raw = await connectRaw(server.port, 'CP-1')
  let answered = 0
  while (answered < 6) {
    const pings = () => raw.frames.filter(({ opcode }) => opcode === 9).length
    await until('a ping comes', () => pings() > answered)
    answered = pings()
    raw.write({ opcode: 10 })
  }
  assert.ok(server.app.ocpp.chargePoints.has('CP-1'))
  assert.deepEqual(raw.texts, [])
})

test('a charger that sends frames is not pinged', async () => {
  const { server } = await start({ pingInterval: 400 })
  const raw = await connectRaw(server.port, 'CP-1')
  const deadline = performance.now() + 700
  let sent = 0
  let pauses = 0
  // The first one is there before the random start of the interval can be over.
  for (let before = performance.now(); before < deadline; ) {
    raw.write({ payload: `[2,"${sent++}","Heartbeat",{}]` })
    await until('it is answered', () => raw.texts.length === sent)
    await new Promise((resolve) => setTimeout(resolve, 20))
    // On a busy machine it may send nothing for so long that it is pinged.
    const now = performance.now()
    if (now - before > 200) pauses++
    before = now
  }
  const pings = raw.frames.filter(({ opcode }) => opcode === 9).length
  assert.ok(pings <= 1 + pauses, `${pings} pings, ${pauses} pauses`)
})

test('with pingInterval 0 nobody is pinged', async () => {
  const { server } = await start({ pingInterval: 0, handlerTimeout: 40 })
  const raw = await connectRaw(server.port, 'CP-1')
  const other = await connectCharger(server.url, 'CP-2')
  for (let index = 0; index < 20; index++) await other.roundTrip()
  assert.deepEqual(raw.frames, [])
})

test('a charger that does not read is no longer read, then cut; others are not affected', async () => {
  const server = await startServer(
    { ...ACCEPTED, maxBufferedAmount: 64 * 1024, slowReaderTimeout: 200, pingInterval: 0 },
    (app) => {
      answerBasics(app)
      app.ocpp.v201.on('DataTransfer', () => ({ status: 'Accepted', data: 'x'.repeat(100_000) }))
    }
  )
  const gone = deferred<DisconnectEvent>()
  const security: string[] = []
  server.app.ocpp.events.on('disconnect', (event) => gone.resolve(event))
  server.app.ocpp.events.on('security', ({ type }) => security.push(type))
  const bystander = await connectCharger(server.url, 'BYSTANDER')
  const raw = await connectRaw(server.port, 'SLOW', { headers: { 'Sec-WebSocket-Protocol': 'ocpp2.0.1' } })
  const slow = server.app.ocpp.chargePoints.get('SLOW')
  raw.socket.pause()
  const count = 1000
  for (let index = 0; index < count; index++) {
    // So long that one read of the socket takes few of them, however late it comes.
    raw.write({ payload: `[2,"${index}","DataTransfer",{"vendorId":"Acme","data":"${'x'.repeat(2_000)}"}]` })
  }
  const { reason, code } = await within('the cut', gone.promise, 8000)
  assert.deepEqual([reason, code, security], ['slow-reader', 1006, ['slow-reader']])
  assert.ok((slow?.counters.received ?? count) < count, 'all was read')
  // The two kernels take some 10 MB, the library 64 kB: 600 answers would be 60 MB in our memory.
  assert.ok((slow?.counters.sent ?? count) < 200, `${slow?.counters.sent} answers of 100 kB were written`)
  const cpu = measureCpu()
  assert.equal((await bystander.roundTrip()).type, 3)
  assert.ok(cpu() < 1000)
})

test('a flood of CALLs is not read faster than it is answered, and is answered in order', async () => {
  const count = 20_000
  const gate = deferred()
  let running = 0
  let most = 0
  const server = await startServer({ ...ACCEPTED, maxWaitingCalls: 8, pingInterval: 0 }, (app) => {
    app.ocpp.v16.on('Heartbeat', async () => {
      most = Math.max(most, ++running)
      await gate.promise
      running--
      return { currentTime }
    })
    app.ocpp.v201.on('Heartbeat', () => ({ currentTime }))
  })
  const bystander = await connectCharger(server.url, 'BYSTANDER', { protocol: 'ocpp2.0.1' })
  const raw = await connectRaw(server.port, 'FLOOD')
  const flood = server.app.ocpp.chargePoints.get('FLOOD')
  for (let index = 0; index < count; index++) raw.write({ payload: `[2,"${index}","Heartbeat",{}]` })
  for (let index = 0; index < 20; index++) await bystander.roundTrip()
  // What one read of the socket brings (64 KiB) is parsed at once.
  const read = flood?.counters.received ?? count
  assert.ok(read < 5000, `${read} were read while the first was being handled`)
  gate.resolve()
  await until('all are answered', () => raw.texts.length === count, 20_000)
  assert.equal(most, 1)
  assert.deepEqual(
    raw.texts.map((text) => Number(JSON.parse(text)[1])),
    Array.from({ length: count }, (_, index) => index)
  )
})

test('a flood of CALLs during a call of ours does not keep its answer from us', async () => {
  const server = await startServer({ ...ACCEPTED, maxWaitingCalls: 1 }, (app) => {
    app.ocpp.v16.on('Heartbeat', async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return { currentTime }
    })
  })
  const charger = await connectCharger(server.url, 'CP-1')
  const call = server.app.ocpp.v16.call('CP-1', 'ClearCache', {})
  const [, id] = await charger.nextFrame()
  const answers = Array.from({ length: 500 }, () => charger.call('Heartbeat'))
  charger.send(3, id, { status: 'Accepted' })
  assert.deepEqual(await within('the answer', call), { status: 'Accepted' })
  await Promise.all(answers)
})

test('a flood that delays the answer to a call of a handler makes that call fail, and the connection stays', async () => {
  const count = 10_000
  const server = await startServer({ ...ACCEPTED, callTimeout: 300, pingInterval: 0 }, (app) => {
    app.ocpp.v16.on('Authorize', async (_request, { chargePoint }) => {
      const { status } = await chargePoint.call('ClearCache', {})
      return { idTagInfo: { status: status === 'Accepted' ? 'Accepted' : 'Invalid' } }
    })
    app.ocpp.v16.on('Heartbeat', () => ({ currentTime }))
  })
  const charger = await connectCharger(server.url, 'CP-1')
  const authorized = charger.answerTo('first')
  charger.send(2, 'first', 'Authorize', { idTag: 'x' })
  for (let index = 0; index < count; index++) charger.send(2, `h${index}`, 'Heartbeat', {})
  charger.onCall(() => ({ status: 'Accepted' }))
  const answer = await authorized
  assert.ok(answer.type === 3 || answer.code === 'InternalError')
  await until('all are answered', () => charger.received.length >= count + 2, 15_000)
  assert.equal((await charger.roundTrip()).type, 3)
})

test('compression is negotiated with 2.x and not with 1.6', async () => {
  const { server } = await start({})
  for (const [protocol, extension] of [
    ['ocpp1.6', ''],
    ['ocpp2.0.1', 'permessage-deflate'],
    ['ocpp2.1', 'permessage-deflate']
  ] as const) {
    const charger = await connectCharger(server.url, protocol, { protocol })
    assert.equal(charger.ws.extensions, extension)
    assert.equal((await charger.roundTrip()).type, 3)
  }
  const without = await connectCharger(server.url, 'CP-2', { protocol: 'ocpp2.1', ws: { perMessageDeflate: false } })
  assert.equal(without.ws.extensions, '')
})

test('with compression: false it is negotiated with nobody', async () => {
  const { server } = await start({ compression: false })
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.1' })
  assert.equal(charger.ws.extensions, '')
})

test('the server keeps no compression state between messages', async () => {
  const { server } = await start({})
  const headers = {
    'Sec-WebSocket-Protocol': 'ocpp2.1',
    'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits'
  }
  const answer = await rawUpgrade(server.port, upgradeRequest({ target: '/ocpp/CP-1', headers }))
  const extension = answer.headers['sec-websocket-extensions'] ?? ''
  assert.match(extension, /server_no_context_takeover/)
  assert.match(extension, /client_no_context_takeover/)
})

test('a compression bomb is closed 1009 and the others live', async () => {
  const { server } = await start({})
  const bystander = await connectCharger(server.url, 'BYSTANDER')
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.1' })
  charger.sendText('x'.repeat(20 * 1024 * 1024))
  assert.equal((await within('the close', charger.closed)).code, 1009)
  assert.equal((await bystander.roundTrip()).type, 3)
})

test('a message of 60 kB passes in both directions, compressed or not', async () => {
  const data = Array.from({ length: 7000 }, (_, index) => `item ${index}`).join(' ')
  assert.ok(data.length > 60_000)
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.fallback((_action, request) => ({ status: 'Accepted', data: Reflect.get(Object(request), 'data') }))
    app.ocpp.v21.fallback((_action, request) => ({ status: 'Accepted', data: Reflect.get(Object(request), 'data') }))
  })
  for (const protocol of ['ocpp1.6', 'ocpp2.1'] as const) {
    const charger = await connectCharger(server.url, protocol, { protocol })
    const answer = await charger.call('DataTransfer', { vendorId: 'Acme', data })
    assert.equal(answer.type === 3 && answer.payload.data, data)
    charger.onCall((_action, payload) => ({ status: 'Accepted', data: Reflect.get(Object(payload), 'data') }))
    const result = await server.app.ocpp.call(protocol, 'DataTransfer', { vendorId: 'Acme', data })
    assert.deepEqual(result, { status: 'Accepted', data })
  }
})

test('disconnect closes with the code and reason given, and refuses those that may not be sent', async () => {
  const { server, gone } = await start({})
  const charger = await connectCharger(server.url, 'CP-1')
  const chargePoint = server.app.ocpp.chargePoints.get('CP-1')
  assert.ok(chargePoint)
  for (const code of [0, 999, 1000.5, 1004, 1005, 1006, 1015, 2999, 5000, Number.NaN]) {
    assert.throws(() => chargePoint.disconnect(code), { code: 'OCPP_ERR_INVALID_CLOSE' }, `code ${code} was taken`)
  }
  assert.throws(() => chargePoint.disconnect(1000, 'é'.repeat(62)), { code: 'OCPP_ERR_INVALID_CLOSE' })
  assert.equal(chargePoint.connected, true, 'a refused close changes nothing')
  assert.equal((await charger.roundTrip()).type, 3)
  chargePoint.disconnect(1008, 'é'.repeat(61))
  assert.deepEqual(await within('the close', charger.closed), { code: 1008, reason: 'é'.repeat(61) })
  const { reason, code } = await gone
  assert.deepEqual([reason, code, chargePoint.connected], ['disconnected', 1008, false])
  chargePoint.disconnect()
})

test('a peer that never answers a close frame is cut, not at once, however short other time-outs are', async () => {
  const { server } = await start({ pingInterval: 40, takeoverTimeout: 40, handlerTimeout: 40, slowReaderTimeout: 40 })
  const raw = await connectRaw(server.port, 'CP-1')
  server.app.ocpp.chargePoints.get('CP-1')?.disconnect()
  const startedAt = performance.now()
  assert.equal(await raw.closeCode(), 1000)
  await within('the end of the TCP connection', raw.closed, 10_000)
  assert.ok(performance.now() - startedAt > 1500, `cut after ${performance.now() - startedAt} ms`)
})
