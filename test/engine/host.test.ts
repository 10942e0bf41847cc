import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fastifyWebsocket from '@fastify/websocket'
import Fastify from 'fastify'
import fastifyOcpp, { type AuthenticatedEndpoint } from 'fastify-ocpp'
import WebSocket from 'ws'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { rawUpgrade, upgradeRequest } from '../support/raw.js'
import { answerBasics, listen, startServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

const ACCEPTED: AuthenticatedEndpoint = {
  authenticate: () => ({ accept: true, registration: 'Accepted' }),
  drainTimeout: 500,
  drainSpread: 0
}

/** One message of a host's own WebSocket. */
async function echo(url: string): Promise<string> {
  const ws = new WebSocket(url)
  const answer = deferred<string>()
  ws.on('open', () => ws.send('hello'))
  ws.on('message', (data) => answer.resolve(data.toString()))
  ws.on('error', answer.reject)
  try {
    return await within('the echo', answer.promise)
  } finally {
    ws.terminate()
  }
}

test('a host that registered @fastify/websocket itself keeps its own routes', async () => {
  const app = Fastify()
  await app.register(fastifyWebsocket)
  app.get('/echo', { websocket: true }, (socket) => {
    socket.on('message', (data) => socket.send(`${data}`))
  })
  await app.register(fastifyOcpp, ACCEPTED)
  answerBasics(app)
  const server = await listen(app)
  const charger = await connectCharger(server.url, 'CP-1')
  assert.equal((await charger.roundTrip()).type, 3)
  assert.equal(await echo(`${server.url}/echo`), 'hello')
  assert.equal((await charger.roundTrip()).type, 3)
})

test('a route of the host registered after the plugin is served by the same @fastify/websocket', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, ACCEPTED)
  answerBasics(app)
  app.get('/echo', { websocket: true }, (socket) => {
    socket.on('message', (data) => socket.send(`${data}`))
  })
  const server = await listen(app)
  const charger = await connectCharger(server.url, 'CP-1')
  assert.equal((await charger.roundTrip()).type, 3)
  assert.equal(await echo(`${server.url}/echo`), 'hello')
})

test('the endpoint is under the prefix it is registered with', async () => {
  const app = Fastify()
  await app.register(
    async (scope) => {
      await scope.register(fastifyOcpp, ACCEPTED)
      answerBasics(scope)
    },
    { prefix: '/site/a' }
  )
  const server = await listen(app)
  const charger = await connectCharger(server.url, 'CP-1', { path: '/site/a/ocpp' })
  assert.equal((await charger.roundTrip()).type, 3)
  assert.equal((await refusedCharger(server.url, 'CP-1')).status, 404)
})

test('several endpoints in one app share charge points and handlers, each with its own rules', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, { ...ACCEPTED, protocols: ['ocpp1.6'], path: '/old/:identity' })
  await app.register(fastifyOcpp, { ...ACCEPTED, protocols: ['ocpp2.0.1'], path: '/new/:identity' })
  answerBasics(app)
  const server = await listen(app)
  const old = await connectCharger(server.url, 'CP-1', { path: '/old' })
  const other = await connectCharger(server.url, 'CP-2', { path: '/new', protocol: 'ocpp2.0.1' })
  assert.deepEqual([(await old.roundTrip()).type, (await other.roundTrip()).type], [3, 3])
  assert.equal((await refusedCharger(server.url, 'CP-3', { path: '/old', protocol: 'ocpp2.0.1' })).status, 400)
  assert.equal(app.ocpp.chargePoints.size, 2)
  assert.deepEqual(app.ocpp.protocols, ['ocpp2.0.1', 'ocpp1.6'])
  await server.close()
  assert.deepEqual([(await old.closed).code, (await other.closed).code], [1012, 1012])
})

test('instances in different scopes are independent', async () => {
  const app = Fastify()
  const sizes: (() => number)[] = []
  for (const tenant of ['a', 'b']) {
    app.register(async (scope) => {
      await scope.register(fastifyOcpp, { ...ACCEPTED, path: `/${tenant}/:identity` })
      answerBasics(scope)
      sizes.push(() => scope.ocpp.chargePoints.size)
    })
  }
  const server = await listen(app)
  const chargers = []
  for (const path of ['/a', '/b']) {
    const charger = await connectCharger(server.url, 'CP-1', { path })
    assert.equal((await charger.roundTrip()).type, 3)
    chargers.push(charger)
  }
  assert.deepEqual(
    sizes.map((size) => size()),
    [1, 1]
  )
  await server.close()
  for (const charger of chargers) assert.equal((await within('the close', charger.closed)).code, 1012)
})

test('injectWS connects a charger without a port', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, ACCEPTED)
  answerBasics(app)
  await app.ready()
  const ws = await app.injectWS('/ocpp/CP-1', { headers: { 'sec-websocket-protocol': 'ocpp1.6' } })
  const answer = deferred<string>()
  ws.on('message', (data) => answer.resolve(data.toString()))
  ws.send('[2,"i1","Heartbeat",{}]')
  assert.match(await within('the answer', answer.promise), /^\[3,"i1",\{"currentTime":/)
  assert.equal(app.ocpp.chargePoints.get('CP-1')?.protocol, 'ocpp1.6')
  await assert.rejects(app.injectWS('/ocpp/a%20b%20', { headers: { 'sec-websocket-protocol': 'ocpp1.6' } }), /400/)
  ws.terminate()
  await within('the app to close', app.close())
})

test('app.close completes outstanding calls, answers new connections 503 and closes with 1012', async () => {
  const started = deferred()
  const gate = deferred()
  const server = await startServer({ ...ACCEPTED, drainTimeout: 5000 }, (app) => {
    app.ocpp.v16.on('Heartbeat', async () => {
      started.resolve()
      await gate.promise
      return { currentTime: '2026-01-01T00:00:00Z' }
    })
  })
  const charger = await connectCharger(server.url, 'CP-1')
  const other = await connectCharger(server.url, 'CP-2')
  const call = server.app.ocpp.v16.call('CP-2', 'ClearCache', {})
  const [, id] = await other.nextFrame()
  const inFlight = charger.call('Heartbeat')
  await within('the handler', started.promise)
  const closed = server.close()
  const upgrade = rawUpgrade(server.port, upgradeRequest({ target: '/ocpp/CP-3' }))
  const answer = await within('the refusal of the newcomer', upgrade, 4_000)
  assert.equal(answer.status, 503)
  assert.ok(Number(answer.headers['retry-after']) >= 1, 'with Retry-After')
  gate.resolve()
  assert.equal((await inFlight).type, 3)
  other.send(3, id, { status: 'Accepted' })
  assert.deepEqual(await call, { status: 'Accepted' })
  const codes = [(await within('one close', charger.closed)).code, (await within('the other', other.closed)).code]
  assert.deepEqual(codes, [1012, 1012])
  await closed
})

test('drain answers new connections 503 with Retry-After while the app goes on', async () => {
  const server = await startServer(ACCEPTED, (app) => {
    app.get('/alive', () => 'yes')
  })
  const reasons: string[] = []
  server.app.ocpp.events.on('disconnect', ({ reason }) => reasons.push(reason))
  const charger = await connectCharger(server.url, 'CP-1')
  await within('the drain', Promise.all([server.app.ocpp.drain(), server.app.ocpp.drain()]))
  assert.equal((await charger.closed).code, 1012)
  assert.deepEqual(reasons, ['draining'])
  const refusal = await refusedCharger(server.url, 'CP-1')
  assert.equal(refusal.status, 503)
  const retryAfter = Number(refusal.headers['retry-after'])
  assert.ok(retryAfter >= 1 && retryAfter <= 60)
  assert.equal(await (await fetch(`http://127.0.0.1:${server.port}/alive`)).text(), 'yes')
})

test('draining waits no longer than drainTimeout for a handler that hangs and a charger that never answers', async () => {
  const started = deferred()
  const server = await startServer({ ...ACCEPTED, drainTimeout: 100 }, (app) => {
    app.ocpp.v16.on('Heartbeat', () => {
      started.resolve()
      return new Promise(() => undefined)
    })
  })
  const charger = await connectCharger(server.url, 'CP-1')
  charger.sendText('[2,"a","Heartbeat",{}]')
  await within('the handler', started.promise)
  const silent = await connectCharger(server.url, 'CP-2')
  const call = server.app.ocpp.v16.call('CP-2', 'ClearCache', {})
  const rejected = assert.rejects(call, { code: 'OCPP_ERR_DISCONNECTED', message: /draining/ })
  await within('the app to close', server.close())
  await rejected
  assert.deepEqual([(await charger.closed).code, (await silent.closed).code], [1012, 1012])
})

test('by default a handler that hangs does not keep app.close() longer than Fastify lets it take', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, { authenticate: () => ({ accept: true, registration: 'Accepted' }) })
  const started = deferred()
  app.ocpp.v16.on('Heartbeat', () => {
    started.resolve()
    return new Promise(() => undefined)
  })
  const server = await listen(app)
  const charger = await connectCharger(server.url, 'CP-1')
  charger.sendText('[2,"a","Heartbeat",{}]')
  await within('the handler', started.promise)
  const call = assert.rejects(app.ocpp.v16.call('CP-1', 'ClearCache', {}), { code: 'OCPP_ERR_DISCONNECTED' })
  await server.close()
  await call
  assert.equal((await charger.closed).code, 1012)
})

for (const { name, pluginTimeout, options, warned } of [
  { name: 'defaults that fit', options: {}, warned: false },
  { name: 'a drainTimeout that does not fit', options: { drainTimeout: 8000 }, warned: true },
  { name: 'a drainTimeout that fits', pluginTimeout: 30_000, options: { drainTimeout: 10_000 }, warned: false },
  { name: 'no limit at all', pluginTimeout: 0, options: { drainTimeout: 60_000 }, warned: false }
]) {
  test(`${name} ${warned ? 'is' : 'are not'} warned of at registration`, async () => {
    const lines: string[] = []
    const logger = { level: 'warn', stream: { write: (line: string) => void lines.push(line) } }
    const app = Fastify({ logger, ...(pluginTimeout !== undefined && { pluginTimeout }) })
    await app.register(fastifyOcpp, { authenticate: () => true, ...options })
    await app.close()
    assert.equal(
      lines.some((line) => line.includes('app.close() rejects after 10000 ms but draining may take')),
      warned
    )
  })
}

test('the sockets are closed one after the other over drainSpread', async () => {
  const server = await startServer({ ...ACCEPTED, drainSpread: 200 })
  const times: number[] = []
  for (let index = 0; index < 20; index++) {
    const charger = await connectCharger(server.url, `CP-${index}`)
    charger.ws.on('close', () => times.push(performance.now()))
  }
  await server.close()
  await until('all are closed', () => times.length === 20)
  const spread = (times.at(-1) ?? 0) - (times[0] ?? 0)
  assert.ok(spread > 40, `within ${spread} ms`)
})

test('app.close without connections ends at once', async () => {
  const server = await startServer({ ...ACCEPTED, drainTimeout: 10_000, drainSpread: 5000 })
  await within('the app to close', server.close(), 4_000)
})

test('chargers are not among the clients that a host may broadcast to', async () => {
  const server = await startServer(ACCEPTED, answerBasics)
  const charger = await connectCharger(server.url, 'CP-1')
  assert.equal(server.app.websocketServer.clients.size, 0)
  assert.equal(server.app.ocpp.chargePoints.size, 1)
  assert.equal((await charger.roundTrip()).type, 3)
})

test('hooks of the host run before the upgrade and may refuse it', async () => {
  const app = Fastify()
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers['x-blocked'] !== undefined) return reply.code(403).send('no')
    return undefined
  })
  await app.register(fastifyOcpp, ACCEPTED)
  const server = await listen(app)
  assert.equal((await refusedCharger(server.url, 'CP-1', { headers: { 'x-blocked': '1' } })).status, 403)
  await connectCharger(server.url, 'CP-1')
})

test('every live charge point can be listed, found and counted', async () => {
  const server = await startServer(ACCEPTED, answerBasics)
  const { chargePoints } = server.app.ocpp
  assert.deepEqual([chargePoints.size, [...chargePoints]], [0, []])
  const startedAt = Date.now()
  const charger = await connectCharger(server.url, 'CP-1')
  await connectCharger(server.url, 'CP-2', { protocol: 'ocpp2.1' })
  assert.deepEqual(
    [...chargePoints].map(({ identity, protocol }) => `${identity} ${protocol}`),
    ['CP-1 ocpp1.6', 'CP-2 ocpp2.1']
  )
  await charger.roundTrip()
  charger.sendText('nonsense')
  await charger.roundTrip()
  const chargePoint = chargePoints.get('cp-1')
  assert.ok(chargePoint)
  assert.equal(chargePoint.remoteAddress, '127.0.0.1')
  assert.ok(chargePoint.connectedAt.getTime() >= startedAt - 1)
  assert.ok(chargePoint.lastSeenAt >= chargePoint.connectedAt)
  assert.deepEqual(chargePoint.counters, {
    received: 3,
    sent: 2,
    callsReceived: 2,
    callsSent: 0,
    errorsSent: 0,
    errorsReceived: 0,
    ignored: 1
  })
  assert.deepEqual(JSON.parse(JSON.stringify(chargePoint)), {
    identity: 'CP-1',
    protocol: 'ocpp1.6',
    remoteAddress: '127.0.0.1'
  })
  for (const name of ['CP-3', '', '__proto__', 'constructor', 'toString']) {
    assert.deepEqual([chargePoints.has(name), chargePoints.get(name)], [false, undefined])
  }
})

test('a charge point in this process gets through an app whose trustProxy is a function', async () => {
  const app = Fastify({ trustProxy: (address) => address === '127.0.0.1' })
  await app.register(fastifyOcpp, { authenticate: () => true, drainTimeout: 200, drainSpread: 0 })
  after(() => app.close())
  const client = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  assert.equal(app.ocpp.chargePoints.get('CP-1')?.remoteAddress, '127.0.0.1')
  await client.close()
})
