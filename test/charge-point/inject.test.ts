import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastifyWebsocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifyOcpp, { type FastifyOcppOptions, type Handshake, type Protocol } from 'fastify-ocpp'
import { RefusedError } from 'fastify-ocpp/charge-point'
import { bootRequest } from '../support/charger.js'
import { answerBasics } from '../support/server.js'
import { deferred, within } from '../support/wait.js'
import { rejection } from './csms.js'

type Test = { after(fn: () => unknown): void }

/** An app that does not listen. */
async function appWith(t: Test, options: FastifyOcppOptions = { securityProfile: 0 }): Promise<FastifyInstance> {
  const app = Fastify()
  t.after(() => app.close())
  await app.register(fastifyOcpp, options)
  return app
}

const PROTOCOLS: Protocol[] = ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6']

for (const protocol of PROTOCOLS) {
  test(`a charge point of ${protocol} works both ways, without listen() and without ready()`, async (t) => {
    const app = await appWith(t)
    answerBasics(app)
    const client = await app.ocpp.inject({ identity: 'CP-1', protocol })
    assert.deepEqual([client.protocol, client.connected, client.identity], [protocol, true, 'CP-1'])
    client.on('ClearCache', () => ({ status: 'Accepted' }))
    const boot = await client.call('BootNotification', bootRequest(protocol) as never)
    assert.equal(boot.status, 'Accepted')
    assert.deepEqual(await app.ocpp.call('CP-1', 'ClearCache', {}), { status: 'Accepted' })
    assert.equal(app.ocpp.chargePoints.get('CP-1')?.protocol, protocol)
    assert.equal(app.server.listening, false)
  })
}

test('it works with any name of the parameter that stands for the identity', async (t) => {
  for (const name of ['identity', 'charge_point', 'id1', 'X', 'a_1_B']) {
    const app = await appWith(t, { securityProfile: 0, path: `/ocpp/v1/:${name}` })
    await app.ocpp.inject({ identity: 'RDAM 1|+', protocol: 'ocpp1.6' })
    await app.ocpp.inject({ identity: 'CP-2', protocol: 'ocpp2.1', path: `/ocpp/v1/:${name}` })
    assert.deepEqual(
      Array.from(app.ocpp.chargePoints, ({ identity }) => identity),
      ['RDAM 1|+', 'CP-2']
    )
  }
})

test('it works in an app that is ready, or that listens', async (t) => {
  const app = await appWith(t)
  await app.ready()
  await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  await app.ocpp.inject({ identity: 'CP-2', protocol: 'ocpp2.1' })
  assert.equal(app.ocpp.chargePoints.size, 2)
})

test('a handler registered after inject() gets a CALL that was sent in the event of its connection', async (t) => {
  const app = await appWith(t, { authenticate: () => ({ accept: true, registration: 'Accepted' }) })
  const answer = deferred<unknown>()
  app.ocpp.events.on('connect', ({ chargePoint }) => {
    if (chargePoint.protocol === 'ocpp1.6') answer.resolve(chargePoint.call('ClearCache', {}))
  })
  const client = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  client.on('ClearCache', () => ({ status: 'Rejected' }))
  assert.deepEqual(await within('the answer', answer.promise), { status: 'Rejected' })
})

test('identity, password and headers arrive in authenticate', async (t) => {
  const seen: unknown[] = []
  const app = await appWith(t, {
    authenticate: ({ identity, password, request, protocol }) =>
      seen.push([identity, password?.toString(), request.headers['x-tenant'], protocol]) > 0
  })
  const headers = { 'x-tenant': 'acme' }
  await app.ocpp.inject({ identity: 'RDAM 1|+', protocol: 'ocpp1.6', password: 'p:ä', headers })
  await app.ocpp.inject({ identity: 'a=b|*@.', protocol: 'ocpp2.0.1', password: Buffer.from('s'), headers })
  assert.deepEqual(seen, [
    ['RDAM 1|+', 'p:ä', 'acme', 'ocpp1.6'],
    ['a=b|*@.', 's', 'acme', 'ocpp2.0.1']
  ])
})

test('a refusal is OCPP_ERR_REFUSED with its status', async (t) => {
  const app = await appWith(t, {
    protocols: ['ocpp1.6'],
    authenticate: ({ identity, password }) => {
      if (identity === 'CP-404') return { accept: false, status: 404 }
      if (identity === 'CP-503') throw new Error('no database')
      return password?.toString() === 'secret'
    }
  })
  const protocol = 'ocpp1.6'
  const expected: [number, Parameters<typeof app.ocpp.inject>[0]][] = [
    [401, { identity: 'CP-1', protocol }],
    [401, { identity: 'CP-1', protocol, password: 'guess' }],
    [404, { identity: 'CP-404', protocol }],
    [503, { identity: 'CP-503', protocol }],
    [404, { identity: 'CP-1', protocol, password: 'secret', path: '/elsewhere/:identity' }],
    [400, { identity: 'CP/1', protocol, password: 'secret' }],
    [400, { identity: 'CP-1', protocol: 'ocpp2.1', password: 'secret', path: '/ocpp/:identity' }]
  ]
  for (const [status, options] of expected) {
    const error = await rejection(app.ocpp.inject(options))
    assert.ok(error instanceof RefusedError, error.message)
    assert.deepEqual([error.code, error.status], ['OCPP_ERR_REFUSED', status], JSON.stringify(options))
  }
  assert.equal(app.ocpp.chargePoints.size, 0)
})

test('a version that no endpoint speaks and invalid options are rejected with an error', async (t) => {
  const app = await appWith(t, { securityProfile: 0, protocols: ['ocpp1.6'] })
  for (const wrong of [{ protocol: 'ocpp2.1' }, { protocol: 'ocpp1.6', callTimeout: 0 }] as const) {
    const error = await rejection(app.ocpp.inject({ identity: 'CP-1', ...wrong }))
    assert.equal(error.code, 'OCPP_ERR_INVALID_OPTIONS')
  }
})

test('of several endpoints the first that speaks the version is taken, or the one that is named', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  const urls: string[] = []
  const authenticate = ({ request }: Handshake) => urls.push(request.url) > 0
  await app.register(fastifyOcpp, { authenticate, protocols: ['ocpp1.6'], path: '/old/:identity' })
  await app.register(fastifyOcpp, { authenticate, protocols: ['ocpp2.0.1', 'ocpp1.6'], path: '/new/:identity' })
  await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  await app.ocpp.inject({ identity: 'CP-2', protocol: 'ocpp2.0.1' })
  await app.ocpp.inject({ identity: 'CP-3', protocol: 'ocpp1.6', path: '/new/:identity' })
  assert.deepEqual(urls, ['/old/CP-1', '/new/CP-2', '/new/CP-3'])
  assert.equal(app.ocpp.chargePoints.size, 3)
})

test('the prefix of a scope, and parameters before the identity, are kept to', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  let scoped: FastifyInstance | undefined
  const tenants: unknown[] = []
  await app.register(
    async (scope) => {
      await scope.register(fastifyOcpp, {
        path: '/ocpp/:tenant/:identity',
        authenticate: ({ request }) => tenants.push((request.params as { tenant: string }).tenant) > 0
      })
      scoped = scope
    },
    { prefix: '/v2' }
  )
  await app.ready()
  assert.ok(scoped)
  const path = '/v2/ocpp/acme/:identity'
  const client = await scoped.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp2.1', path })
  assert.ok(client.connected)
  assert.deepEqual(tenants, ['acme'])
})

test('scopes side by side have charge points of their own', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  const scopes: FastifyInstance[] = []
  for (const prefix of ['/a', '/b']) {
    app.register(
      async (scope) => {
        await scope.register(fastifyOcpp, { securityProfile: 0 })
        scopes.push(scope)
      },
      { prefix }
    )
  }
  await app.ready()
  for (const scope of scopes) await scope.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  assert.deepEqual(
    scopes.map(({ ocpp }) => ocpp.chargePoints.size),
    [1, 1]
  )
})

test('it works where the host registered @fastify/websocket', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  await app.register(fastifyWebsocket)
  await app.register(fastifyOcpp, { securityProfile: 0 })
  answerBasics(app)
  const client = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  assert.equal((await client.call('BootNotification', bootRequest('ocpp1.6') as never)).status, 'Accepted')
})

test('both sides check every message, as over a socket', async (t) => {
  const app = await appWith(t, { authenticate: () => ({ accept: true, registration: 'Accepted' }) })
  app.ocpp.v16.on('Heartbeat', () => ({ currentTime: 'noon' }))
  const client = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  client.on('Reset', () => ({ status: 'Perhaps' }) as never)
  assert.equal((await rejection(client.call('Heartbeat', {}))).code, 'InternalError')
  assert.equal((await rejection(client.call('Authorize', {} as never))).code, 'OCPP_ERR_INVALID_PAYLOAD')
  assert.equal((await rejection(app.ocpp.v16.call('CP-1', 'Reset', { type: 'Soft' }))).code, 'InternalError')
  assert.equal((await rejection(client.call('Authorize', { idTag: 'A' }))).code, 'NotImplemented')
})

test('a large message passes, and one beyond maxPayload ends the connection with 1009', async (t) => {
  const options: FastifyOcppOptions = {
    authenticate: () => ({ accept: true, registration: 'Accepted' }),
    maxPayload: 100_000
  }
  const app = await appWith(t, options)
  let length = 0
  app.ocpp.v21.onDataTransfer({ vendorId: 'v' }, ({ data }) => {
    length = String(data).length
    return { status: 'Accepted' }
  })
  const client = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp2.1' })
  await client.call('DataTransfer', { vendorId: 'v', data: 'x'.repeat(90_000) })
  assert.equal(length, 90_000)
  const code = deferred<number>()
  client.events.on('disconnect', (event) => code.resolve(event.code))
  const refused = rejection(client.call('DataTransfer', { vendorId: 'v', data: 'x'.repeat(110_000) }))
  assert.equal((await refused).code, 'OCPP_ERR_DISCONNECTED')
  assert.equal(await code.promise, 1009)
})

test('either side can end the connection, and the other is told', async (t) => {
  const app = await appWith(t)
  const left: number[] = []
  app.ocpp.events.on('disconnect', ({ code }) => left.push(code))
  const first = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  await within('the close', first.close())
  assert.equal(app.ocpp.chargePoints.size, 0)
  const second = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  await within('the cut', second.cut())
  assert.equal(app.ocpp.chargePoints.size, 0)
  const third = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  const lost = deferred<number>()
  third.events.on('disconnect', ({ code }) => lost.resolve(code))
  app.ocpp.chargePoints.get('CP-1')?.disconnect(4002, 'go')
  assert.equal(await within('the end', lost.promise), 4002)
  assert.deepEqual(left, [1000, 1006, 4002])
  assert.equal(third.connected, false)
})

test('an injected charge point reconnects by connect()', async (t) => {
  const app = await appWith(t)
  const client = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  await client.cut()
  await client.connect()
  assert.ok(client.connected)
  assert.equal(app.ocpp.chargePoints.size, 1)
})

test('one that is closed during the upgrade has no connection, and the application none of it', async (t) => {
  const upgrade = deferred()
  const asked: string[] = []
  const authenticate = async ({ identity }: Handshake) => {
    if (asked.push(identity) > 1) await upgrade.promise
    return true
  }
  const app = await appWith(t, { authenticate })
  const client = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6', password: 'x' })
  await client.close()
  const connecting = rejection(client.connect())
  while (asked.length < 2) await new Promise((resolve) => setImmediate(resolve))
  await within('the close', client.close())
  assert.equal((await connecting).code, 'OCPP_ERR_NOT_CONNECTED')
  const gone = new Promise((resolve) => app.ocpp.events.once('disconnect', resolve))
  upgrade.resolve()
  await within('the end of the connection', gone)
  assert.deepEqual([client.state, app.ocpp.chargePoints.size], ['closed', 0])
})

test('a second one with the same identity takes over', async (t) => {
  const app = await appWith(t)
  answerBasics(app)
  const first = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  const second = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
  const replaced = deferred<number>()
  first.events.on('disconnect', ({ code }) => replaced.resolve(code))
  await second.call('BootNotification', bootRequest('ocpp1.6') as never)
  assert.equal(await within('the end of the first', replaced.promise), 4000)
})

test('app.close() with a connected charge point waits for nothing when the charge point is idle', async () => {
  for (const isBusy of [false, true]) {
    const app = Fastify({ pluginTimeout: 300_000 })
    // A close that waits for the charge point takes longer than the test has.
    await app.register(fastifyOcpp, { securityProfile: 0, drainTimeout: 120_000, drainSpread: 120_000 })
    answerBasics(app)
    const client = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
    if (isBusy) await client.call('BootNotification', bootRequest('ocpp1.6') as never)
    const left = deferred<number>()
    client.events.on('disconnect', ({ code }) => left.resolve(code))
    await within('the close', app.close())
    // Its own side of the socket may hear of it a turn later.
    assert.equal(await within('the disconnect', left.promise), 1012)
    assert.equal(client.connected, false)
  }
})

test('in a closed app it is rejected at once', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, { securityProfile: 0 })
  await app.ready()
  await app.close()
  const error = await within('the refusal', rejection(app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })))
  assert.equal(error.code, 'OCPP_ERR_REFUSED')
})

test('an app that does not start rejects with its reason', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, { securityProfile: 0 })
  app.addHook('onReady', async () => {
    throw new Error('no database')
  })
  assert.match((await rejection(app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' }))).message, /no database/)
  await app.close()
})

test('200 at once are 200 charge points, and the app closes them in the time that Fastify gives it', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, { securityProfile: 0 })
  answerBasics(app)
  const identities = Array.from({ length: 200 }, (_, index) => `CP-${index}`)
  const clients = await Promise.all(
    identities.map((identity, index) => app.ocpp.inject({ identity, protocol: PROTOCOLS[index % 3] ?? 'ocpp1.6' }))
  )
  await Promise.all(
    clients.map((client) => client.call('BootNotification', bootRequest(String(client.protocol)) as never))
  )
  const connected = [...app.ocpp.chargePoints].filter(({ registration }) => registration === 'Accepted')
  assert.deepEqual(
    connected.map(({ identity }) => identity),
    identities
  )
  await within('the close', app.close())
  assert.ok(clients.every((client) => !client.connected))
})

test('the same steps make the same frames, every time', async () => {
  const runs: unknown[][] = []
  for (let run = 0; run < 5; run++) {
    const app = Fastify()
    await app.register(fastifyOcpp, { securityProfile: 0 })
    const frames: unknown[] = []
    app.ocpp.events.on('frame', ({ direction, text }) => frames.push([direction, text]))
    const { v16 } = app.ocpp
    v16.on('BootNotification', () => ({ status: 'Accepted', currentTime: '2026-01-01T00:00:00Z', interval: 9 }))
    v16.on('StatusNotification', () => ({}))
    v16.after('BootNotification', (_request, _response, { chargePoint }) =>
      chargePoint.call('ClearCache', {}, { messageId: 'after' })
    )
    const client = await app.ocpp.inject({ identity: 'CP-1', protocol: 'ocpp1.6' })
    client.on('ClearCache', () => ({ status: 'Accepted' }))
    await client.call('BootNotification', bootRequest('ocpp1.6') as never, { messageId: 'boot' })
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' } as const
    await client.call('StatusNotification', status, { messageId: 'status' })
    await app.close()
    runs.push(frames)
  }
  assert.equal(runs[0]?.length, 6)
  for (const frames of runs) assert.deepEqual(frames, runs[0])
})
