import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import fastifyWebsocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifyOcpp, { type OpenEndpoint, type RefusedEvent } from 'fastify-ocpp'
import WebSocket from 'ws'
import { connectCharger } from '../support/charger.js'
import { upgradeRequest } from '../support/raw.js'
import { answerBasics, listen, startServer, type TestServer } from '../support/server.js'
import { answerUntilClosed, noConnectionLeft } from '../support/until-closed.js'
import { deferred, within } from '../support/wait.js'

const PLUGIN: OpenEndpoint = { securityProfile: 0, drainTimeout: 200, drainSpread: 0 }
const HANDLED = 'the handler ran'

/** Routes of a host, below `prefix`: plain ones, and WebSocket routes of every form. */
function addRoutes(app: FastifyInstance, prefix: string): void {
  app.get(`${prefix}/plain`, () => HANDLED)
  app.get(`${prefix}/plain/:id`, () => HANDLED)
  app.post(`${prefix}/posted`, () => HANDLED)
  app.get(`${prefix}/hidden`, { schema: { hide: true } as object }, () => HANDLED)
  app.get(`${prefix}/files/*`, () => HANDLED)
}

function addWebSockets(app: FastifyInstance, prefix: string): void {
  app.get(`${prefix}/echo`, { websocket: true }, echoing)
  app.route({ method: 'GET', url: `${prefix}/both`, handler: () => HANDLED, wsHandler: echoing })
  // It speaks first, and it answers later.
  app.get(`${prefix}/greeting`, { websocket: true }, (socket) => {
    socket.send('welcome')
    setImmediate(() => socket.on('message', (data) => socket.send(`${data}`)))
  })
}

function echoing(socket: WebSocket): void {
  socket.on('message', (data) => socket.send(`${data}`))
}

const PLAIN = ['/plain', '/plain/1', '/hidden', '/files/a/b', '/plain?x=1']
const WEBSOCKETS = ['/echo', '/both', '/greeting']

/** What a host's own WebSocket sends back. */
async function echoOf(url: string): Promise<string> {
  const ws = new WebSocket(url)
  const answer = deferred<string>()
  ws.on('open', () => ws.send('hello'))
  ws.on('message', (data) => {
    if (data.toString() === 'hello') answer.resolve('hello')
  })
  ws.on('error', answer.reject)
  try {
    return await within(`the echo of ${url}`, answer.promise)
  } finally {
    ws.terminate()
  }
}

async function statusOf({ port }: TestServer, target: string, method = 'GET', more = {}): Promise<number> {
  const answer = await answerUntilClosed(port, upgradeRequest({ target, method, ...more }))
  assert.doesNotMatch(answer, new RegExp(HANDLED), target)
  return Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1])
}

/** Everything is as it should be below `prefix`. */
async function check(server: TestServer, prefix: string): Promise<void> {
  for (const target of PLAIN) assert.equal(await statusOf(server, `${prefix}${target}`), 400, `${prefix}${target}`)
  assert.equal(await statusOf(server, `${prefix}/posted`, 'POST'), 400)
  assert.equal(await statusOf(server, `${prefix}/plain`, 'HEAD'), 400)
  for (const target of WEBSOCKETS) assert.equal(await echoOf(`${server.url}${prefix}${target}`), 'hello')
  // Without the Upgrade header all is as before.
  const plain = await server.app.inject(`${prefix}/plain`)
  assert.deepEqual([plain.statusCode, plain.body], [200, HANDLED])
}

async function checkCharger(server: TestServer): Promise<void> {
  const charger = await connectCharger(server.url, 'CP-1', { boot: true })
  assert.equal((await charger.roundTrip()).type, 3)
  await charger.close()
}

test('with the @fastify/websocket of the plugin only WebSocket routes are upgraded', async () => {
  const app = Fastify()
  addRoutes(app, '/before')
  await app.register(fastifyOcpp, PLUGIN)
  answerBasics(app)
  addRoutes(app, '/after')
  addWebSockets(app, '/after')
  await app.register(
    async (scope) => {
      addRoutes(scope, '')
      addWebSockets(scope, '')
    },
    { prefix: '/scope' }
  )
  const server = await listen(app)
  for (const target of PLAIN) assert.equal(await statusOf(server, `/before${target}`), 400)
  await check(server, '/after')
  await check(server, '/scope')
  assert.equal(await statusOf(server, '/nowhere'), 404)
  assert.equal(await statusOf(server, '/nowhere', 'POST'), 404)
  await checkCharger(server)
  await noConnectionLeft(app)
})

test('with the @fastify/websocket of the host it is the same, for routes before and after the plugin', async () => {
  const app = Fastify()
  await app.register(fastifyWebsocket)
  addRoutes(app, '/before')
  addWebSockets(app, '/before')
  await app.register(
    async (scope) => {
      addRoutes(scope, '')
      addWebSockets(scope, '')
    },
    { prefix: '/scope' }
  )
  await app.register(fastifyOcpp, PLUGIN)
  answerBasics(app)
  addRoutes(app, '/after')
  addWebSockets(app, '/after')
  const server = await listen(app)
  for (const prefix of ['/before', '/after']) await check(server, prefix)
  for (const target of PLAIN) assert.equal(await statusOf(server, `/scope${target}`), 400, target)
  for (const target of WEBSOCKETS) assert.equal(await echoOf(`${server.url}/scope${target}`), 'hello')
  assert.equal(await statusOf(server, '/nowhere'), 404)
  await checkCharger(server)
  await noConnectionLeft(app)
})

test('a WebSocket route from before the plugin may close, cut or refuse, each in its own way', async () => {
  const app = Fastify()
  await app.register(fastifyWebsocket)
  app.get('/bye', { websocket: true }, (socket) => {
    socket.on('message', () => undefined)
    socket.send('bye')
    socket.close(4001, 'bye')
  })
  app.get('/cut', { websocket: true }, (socket) => socket.terminate())
  app.get('/login', { websocket: true, preHandler: async (_request, reply) => reply.code(401).send() }, echoing)
  await app.register(fastifyOcpp, PLUGIN)
  const server = await listen(app)
  const bye = new WebSocket(`${server.url}/bye`)
  after(() => bye.terminate())
  const messages: string[] = []
  bye.on('message', (data) => messages.push(data.toString()))
  const code = await within('the close', new Promise((resolve) => bye.once('close', resolve)))
  assert.deepEqual([messages, code], [['bye'], 4001])
  assert.doesNotMatch(await answerUntilClosed(server.port, upgradeRequest({ target: '/cut' })), / 400 /)
  assert.equal(await statusOf(server, '/login'), 401)
  await noConnectionLeft(app)
})

test('a route outside the scope of the plugin answers as to a plain request, and the connection is closed', async () => {
  const app = Fastify()
  app.register(
    async (scope) => {
      await scope.register(fastifyOcpp, PLUGIN)
      answerBasics(scope)
      scope.get('/inside', () => HANDLED)
    },
    { prefix: '/a' }
  )
  app.get('/outside', () => HANDLED)
  const server = await listen(app)
  assert.match(
    await answerUntilClosed(server.port, upgradeRequest({ target: '/outside' })),
    /^HTTP\/1\.1 200 [\s\S]*the handler ran$/
  )
  assert.equal(await statusOf(server, '/nowhere'), 404)
  assert.equal(await statusOf(server, '/a/inside'), 400)
  const charger = await connectCharger(server.url, 'CP-1', { path: '/a/ocpp', boot: true })
  assert.equal((await charger.roundTrip()).type, 3)
  await charger.close()
  await noConnectionLeft(app)
})

test('an upgrade of HTTP/1.1 has one Host header, whatever its route', async () => {
  const { app, ...server } = await startServer({}, (host) => {
    host.get('/plain', () => HANDLED)
    host.get('/echo', { websocket: true }, echoing)
  })
  for (const target of ['/ocpp/CP-1', '/plain', '/echo', '/nowhere']) {
    assert.equal(await statusOf({ app, ...server }, target, 'GET', { headers: { Host: undefined } }), 400, target)
    assert.equal(await statusOf({ app, ...server }, target, 'GET', { lines: ['Host: example.org'] }), 400, target)
  }
  assert.equal(app.ocpp.chargePoints.size, 0)
  await noConnectionLeft(app)
})

test('a refusal is an error that the host answers in its own form, an event and a line of the log', async () => {
  const lines: string[] = []
  const refused: RefusedEvent[] = []
  const app = Fastify({ logger: { level: 'info', stream: { write: (line) => void lines.push(line) } } })
  app.setErrorHandler((error: { code?: string }, _request, reply) => reply.send({ mine: error.code }))
  await app.register(fastifyOcpp, PLUGIN)
  app.get('/plain', { onRequest: async () => assert.fail('a hook of the route ran') }, () => HANDLED)
  app.ocpp.events.on('refused', (event) => refused.push(event))
  const server = await listen(app)
  const answer = await answerUntilClosed(server.port, upgradeRequest({ target: '/plain' }))
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/)
  assert.match(answer, /\r\nconnection: close\r\n/i)
  assert.match(answer, /\{"mine":"OCPP_ERR_INVALID_UPGRADE"\}$/)
  assert.deepEqual(refused, [{ rule: 'not-a-websocket', status: 400, remoteAddress: '127.0.0.1' }])
  const line = lines.map((text) => JSON.parse(text)).find(({ msg }) => msg === 'upgrade refused')
  assert.deepEqual([line?.rule, line?.status], ['not-a-websocket', 400])
})

test('injectWS is refused as well, and reaches WebSocket routes without a Host header', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  await app.register(fastifyOcpp, PLUGIN)
  app.get('/plain', () => HANDLED)
  app.get('/echo', { websocket: true }, echoing)
  await app.ready()
  await assert.rejects(app.injectWS('/plain'), /400/)
  const ws = await app.injectWS('/echo')
  const answer = deferred<string>()
  ws.on('message', (data: Buffer) => answer.resolve(data.toString()))
  ws.send('hello')
  assert.equal(await within('the echo', answer.promise), 'hello')
  ws.terminate()
})

test('a flood of foreign upgrades leaves nothing behind, and a charger is served meanwhile', async () => {
  const app = Fastify()
  await app.register(fastifyWebsocket)
  app.get('/before', () => HANDLED)
  await app.register(fastifyOcpp, PLUGIN)
  answerBasics(app)
  app.get('/after', () => HANDLED)
  const server = await listen(app)
  const charger = await connectCharger(server.url, 'CP-1', { boot: true })
  const targets = ['/before', '/after', '/nowhere', '/ocpp/a%2Fb']
  for (let round = 0; round < 10; round++) {
    // The clients neither read nor close.
    const sockets = Array.from({ length: 20 }, (_, index) => {
      const socket = connect(server.port, '127.0.0.1').on('error', () => undefined)
      after(() => socket.destroy())
      socket.write(upgradeRequest({ target: targets[index % targets.length] ?? '/' }))
      return socket
    })
    assert.equal((await charger.roundTrip()).type, 3)
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve))))
  }
  await charger.close()
  await noConnectionLeft(app)
  assert.equal(app.websocketServer.clients.size, 0)
})
