import assert from 'node:assert/strict'
import { connect as connectHttp2, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2'
import { after, test } from 'node:test'
import Fastify from 'fastify'
import fastifyOcpp, { type OpenEndpoint, type SecurityEvent } from 'fastify-ocpp'
import { readOffer } from '../../src/handshake.js'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { listen, startServer } from '../support/server.js'
import { deferred, measureCpu, until, within } from '../support/wait.js'

const PLUGIN: OpenEndpoint = { securityProfile: 0, drainTimeout: 200, drainSpread: 0 }

test('a plain GET of the endpoint over HTTP/2 is answered 426 and harms nobody', async () => {
  const app = Fastify({ http2: true })
  await app.register(fastifyOcpp, PLUGIN)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connectHttp2(address)
  // In this order: the server closes when its sessions are gone.
  after(() => session.destroy())
  after(() => app.close())
  const headers = deferred<IncomingHttpHeaders & IncomingHttpStatusHeader>()
  session.request({ ':path': '/ocpp/CP-1' }).on('response', headers.resolve).resume()
  assert.equal((await within('an answer', headers.promise))[':status'], 426)
})

test('a list of subprotocols with many spaces is read in linear time', () => {
  const cpu = measureCpu()
  for (let round = 0; round < 200; round++) assert.equal(readOffer(`a${' '.repeat(16_000)}b`, []), undefined)
  // A search that tries each space with all that follow takes more than ten seconds.
  assert.ok(cpu() < 2000)
  assert.deepEqual(readOffer(' \tocpp1.6 \t,\tocpp2.1', [])?.protocols, ['ocpp1.6', 'ocpp2.1'])
})

test('a charger that a hook of the host held up until draining is over is closed, and so is the app', async () => {
  const held = deferred()
  const released = deferred()
  const app = Fastify()
  app.addHook('preHandler', async (request) => {
    if (!request.ws) return
    held.resolve()
    await released.promise
  })
  await app.register(fastifyOcpp, PLUGIN)
  const server = await listen(app)
  const connecting = connectCharger(server.url, 'CP-1')
  await within('the hook', held.promise)
  await app.ocpp.drain()
  released.resolve()
  const charger = await connecting
  assert.equal((await within('the close', charger.closed)).code, 1012)
  assert.equal(app.ocpp.chargePoints.size, 0)
  await server.close()
})

test("the plugin's own prefix stands before its path, with or without a slash at its end", async () => {
  for (const prefix of ['/site', '/site/']) {
    const app = Fastify()
    await app.register(fastifyOcpp, { ...PLUGIN, prefix })
    const server = await listen(app)
    await connectCharger(server.url, 'CP-1', { path: '/site/ocpp' })
    await (await app.ocpp.inject({ identity: 'CP-2', protocol: 'ocpp1.6' })).close()
    assert.equal((await refusedCharger(server.url, 'CP-3')).status, 404)
  }
})

test('inject finds an endpoint in a scope whose prefix ends with a slash', async () => {
  const app = Fastify()
  let scope = app
  await app.register(
    async (child) => {
      await child.register(fastifyOcpp, PLUGIN)
      scope = child as typeof app
    },
    { prefix: '/site/' }
  )
  await app.ready()
  after(() => app.close())
  await (await scope.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })).close()
})

test('a prefix that is no path is refused', async () => {
  for (const prefix of [5, 'site', {}] as unknown as string[]) {
    const app = Fastify()
    await assert.rejects(async () => app.register(fastifyOcpp, { ...PLUGIN, prefix }), {
      code: 'OCPP_ERR_INVALID_OPTIONS',
      message: /`prefix`/
    })
  }
})

test('the parameter of a path may have digits and underscores', async () => {
  const server = await startServer({ path: '/:tenant/charge_point/:charge_point_1' })
  const charger = await connectCharger(server.url, 'CP-1', { path: '/acme/charge_point' })
  assert.equal(server.app.ocpp.chargePoints.has(charger.identity), true)
})

test('many endpoints in one app put no more listeners on a socket than one', async () => {
  const warnings: string[] = []
  const onWarning = ({ name }: Error) => warnings.push(name)
  process.on('warning', onWarning)
  after(() => process.off('warning', onWarning))
  const app = Fastify()
  for (let index = 0; index < 12; index++) {
    await app.register(fastifyOcpp, { ...PLUGIN, path: `/ocpp${index}/:identity` })
  }
  const server = await listen(app)
  await connectCharger(server.url, 'CP-1', { path: '/ocpp11' })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(warnings, [])
})

test('a retryAfter that is no number becomes a random one', async () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, 'soon' as unknown as number]
  const server = await startServer({
    authenticate: () => ({ accept: false, status: 429, retryAfter: values.pop() ?? 7 })
  })
  for (let round = 0; round < 3; round++) {
    const { headers } = await refusedCharger(server.url, 'CP-1')
    assert.match(String(headers['retry-after']), /^[1-9]\d?$/)
  }
  assert.equal((await refusedCharger(server.url, 'CP-1')).headers['retry-after'], '7')
})

test('a new connection that a listener closes at once replaces no other, and no event reports a take-over', async () => {
  const server = await startServer({ takeoverTimeout: 0 })
  const { events, chargePoints } = server.app.ocpp
  const security: SecurityEvent['type'][] = []
  events.on('security', ({ type }) => security.push(type))
  const old = await connectCharger(server.url, 'CP-1')
  const current = chargePoints.get('CP-1')
  events.once('connect', ({ chargePoint }) => chargePoint.disconnect())
  const newcomer = await connectCharger(server.url, 'CP-1')
  await within('the close', newcomer.closed)
  await until('the old one is current', () => chargePoints.get('CP-1') === current)
  assert.deepEqual(security, [])
  assert.equal(old.ws.readyState, old.ws.OPEN)
})
