import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifyOcpp, { type AuthenticatedEndpoint } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { connectRaw, upgradeRequest } from '../support/raw.js'
import { answerBasics, listen, startServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

const ACCEPTED: AuthenticatedEndpoint = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }

/** How many TCP connections the server has. */
function connections(app: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
  })
}

async function noneLeft(app: FastifyInstance): Promise<void> {
  const deadline = performance.now() + 3000
  while ((await connections(app)) > 0) {
    assert.ok(performance.now() < deadline, `${await connections(app)} connections are left`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** What the server does with a request on a connection that the client leaves open. */
async function ended(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  after(() => socket.destroy())
  const over = deferred<string>()
  let text = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    text += String(chunk)
  })
  socket.on('close', () => over.resolve(text))
  socket.write(request)
  return within('the server to close the connection', over.promise)
}

test('a refused upgrade leaves no connection open, whoever refuses it', async () => {
  const server = await startServer({ authenticate: () => false })
  const targets = { '/ocpp/CP-1': 401, '/ocpp/a%zz': 400, '/ocpp/a%2Fb': 400, '/nowhere': 404, '/ocpp/a/b': 404 }
  for (const [target, status] of Object.entries(targets)) {
    const answer = await ended(server.port, upgradeRequest({ target }))
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), target)
  }
  await noneLeft(server.app)
})

test('an upgrade outside the scope of the plugin is answered and does not hold up the close of the app', async () => {
  const app = Fastify()
  app.register(
    async (scope) => {
      await scope.register(fastifyOcpp, ACCEPTED)
    },
    { prefix: '/a' }
  )
  app.get('/plain', () => 'yes')
  const server = await listen(app)
  const answers = []
  for (const target of ['/nowhere', '/plain']) {
    const socket = connect(server.port, '127.0.0.1')
    after(() => socket.destroy())
    socket.on('error', () => undefined)
    const answer = deferred<string>()
    socket.once('data', (chunk) => answer.resolve(String(chunk)))
    socket.write(upgradeRequest({ target }))
    answers.push((await within(`the answer to ${target}`, answer.promise)).slice(0, 12))
  }
  assert.equal(answers[0], 'HTTP/1.1 404')
  await within('the app to close', server.close())
})

test('chargers that left leave no connection open', async () => {
  const server = await startServer(ACCEPTED, answerBasics)
  const chargers = []
  for (let index = 0; index < 20; index++) chargers.push(await connectCharger(server.url, `CP-${index}`))
  for (const [index, charger] of chargers.entries()) {
    if (index % 2 === 0) await charger.close()
    else charger.ws.terminate()
  }
  await noneLeft(server.app)
  assert.equal(server.app.ocpp.chargePoints.size, 0)
})

test('a connection that is reset at any moment of the handshake leaves nothing behind', async () => {
  const server = await startServer({
    authenticate: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return { accept: true, registration: 'Accepted' }
    }
  })
  const request = upgradeRequest({ target: '/ocpp/CP-1' })
  for (const length of [1, 20, request.length - 1, request.length]) {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.write(request.slice(0, length), resolve))
    socket.resetAndDestroy()
  }
  await noneLeft(server.app)
  await until('no charge point is left', () => server.app.ocpp.chargePoints.size === 0)
  await connectRaw(server.port, 'CP-1')
})

test('the address of a charger behind a trusted proxy is the one the proxy says', async () => {
  const headers = { 'X-Forwarded-For': '203.0.113.7' }
  for (const [trustProxy, expected] of [
    [true, '203.0.113.7'],
    [false, '127.0.0.1']
  ] as const) {
    const server = await startServer(ACCEPTED, () => undefined, { trustProxy })
    await connectCharger(server.url, 'CP-1', { headers })
    assert.equal(server.app.ocpp.chargePoints.get('CP-1')?.remoteAddress, expected)
  }
})

test('a SEND that a CSMS does not send is refused before anything is sent', async () => {
  const server = await startServer(ACCEPTED, answerBasics)
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.1' })
  const chargePoint = server.app.ocpp.chargePoints.get('CP-1') as unknown as { send(...args: unknown[]): void }
  for (const action of ['NotifyPeriodicEventStream', 'Reset', 'Nonsense']) {
    assert.throws(() => chargePoint.send(action, {}), { code: 'OCPP_ERR_UNKNOWN_ACTION' })
  }
  await charger.roundTrip()
  assert.equal(charger.received.length, 1)
})
