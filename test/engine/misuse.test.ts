import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastifyWebsocket from '@fastify/websocket'
import Fastify from 'fastify'
import fastifyOcpp, { type AuthenticatedEndpoint, type ChargePoint, currentTime } from 'fastify-ocpp'
import { type Answer, connectCharger, refusedCharger } from '../support/charger.js'
import { answerBasics, listen, startServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

const ACCEPTED: AuthenticatedEndpoint = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }

function throws(): never {
  throw new Error('broken')
}

type Then = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void

function thenable(then: Then): object {
  return Object.defineProperty({}, 'then', { value: then })
}

/** What a handler may return that bites whoever looks at it. */
const BITING: Record<string, () => unknown> = {
  'an object whose member throws': () => Object.defineProperty({}, 'currentTime', { get: throws, enumerable: true }),
  'an object that throws when it becomes JSON': () => ({ currentTime: currentTime(), toJSON: throws }),
  'a thenable whose then throws': () => thenable(throws),
  'an object whose then cannot be read': () => Object.defineProperty({}, 'then', { get: throws }),
  'a thenable that settles twice': () =>
    thenable((resolve, reject) => {
      resolve({})
      reject(new Error('again'))
      resolve({ currentTime: currentTime() })
    }),
  'a thenable that rejects at once': () => thenable((_resolve, reject) => reject(new Error('broken'))),
  'a Proxy that throws': () => new Proxy({}, { get: throws, has: throws, ownKeys: throws, getPrototypeOf: throws }),
  'a function': () => () => ({}),
  'a symbol': () => Symbol('x'),
  'a bigint': () => 1n
}

for (const [name, make] of Object.entries(BITING)) {
  test(`a handler that returns ${name} is answered InternalError, sync and async, and the next CALL is answered`, async () => {
    let isAsync = false
    const server = await startServer(ACCEPTED, (app) => {
      app.ocpp.v16.fallback((action) => {
        if (action === 'DataTransfer') return { status: 'Accepted' }
        return isAsync ? Promise.resolve().then(make) : make()
      })
    })
    const charger = await connectCharger(server.url, 'CP-1')
    const answers: Answer[] = []
    answers.push(await charger.call('Heartbeat'))
    isAsync = true
    answers.push(await charger.call('Heartbeat'))
    assert.deepEqual(
      answers.map((answer) => answer.type === 4 && answer.code),
      ['InternalError', 'InternalError']
    )
    const next = await charger.call('DataTransfer', { vendorId: 'Acme' })
    assert.equal(next.type, 3)
    assert.deepEqual(charger.unread, [], 'one answer each')
  })
}

test('the signal of a handler that was given up is aborted also when it is asked for later', async () => {
  const late = deferred<AbortSignal>()
  const server = await startServer({ ...ACCEPTED, handlerTimeout: 30 }, (app) => {
    app.ocpp.v16.on('Heartbeat', async (_request, context) => {
      await given.promise
      late.resolve(context.signal)
      return { currentTime: currentTime() }
    })
  })
  const given = deferred()
  const charger = await connectCharger(server.url, 'CP-1')
  assert.equal((await charger.call('Heartbeat')).type, 4)
  given.resolve()
  assert.equal((await within('the signal', late.promise)).aborted, true)
})

for (const event of ['connect', 'frame', 'violation', 'security'] as const) {
  test(`a listener of ${event} may disconnect the charger`, async () => {
    const server = await startServer({ securityProfile: 0 }, answerBasics)
    const { events, chargePoints } = server.app.ocpp
    events.on(event, () => chargePoints.get('CP-1')?.disconnect(4001))
    const bystander = await connectCharger(server.url, 'BYSTANDER')
    await bystander.boot().catch(() => undefined)
    const charger = await connectCharger(server.url, 'CP-1')
    charger.send(2, '1', 'BootNotification', { extra: 1 })
    charger.send(2, '2', 'Heartbeat', {})
    assert.equal((await within('the close', charger.closed)).code, 4001)
    await until('it is gone', () => !chargePoints.has('CP-1'))
  })
}

test('a listener of connect may call the charge point, and one of disconnect is told that it cannot', async () => {
  const outcomes: unknown[] = []
  const call = (chargePoint: ChargePoint) => {
    if (chargePoint.protocol !== 'ocpp1.6') return
    chargePoint.call('ClearCache', {}).then(
      ({ status }) => outcomes.push(status),
      ({ code }) => outcomes.push(code)
    )
  }
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.events.on('connect', ({ chargePoint }) => call(chargePoint))
    app.ocpp.events.on('disconnect', ({ chargePoint }) => call(chargePoint))
  })
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall(() => ({ status: 'Accepted' }))
  await until('it has answered', () => outcomes.length === 1)
  charger.ws.terminate()
  await until('the second call is over', () => outcomes.length === 2)
  assert.deepEqual(outcomes, ['Accepted', 'OCPP_ERR_DISCONNECTED'])
})

test('a charger whose authentication is granted when draining is over is not let in', async () => {
  const decision = deferred<boolean>()
  const asked = deferred()
  const server = await startServer({
    authenticate: () => {
      asked.resolve()
      return decision.promise
    }
  })
  const refused = refusedCharger(server.url, 'CP-1')
  await within('authenticate to be asked', asked.promise)
  await server.app.ocpp.drain()
  decision.resolve(true)
  assert.equal((await refused).status, 503)
  assert.equal(server.app.ocpp.chargePoints.size, 0)
})

test('an authenticate that hangs does not hold up the close of the app', async () => {
  const asked = deferred()
  const server = await startServer({
    authenticateTimeout: 60_000,
    authenticate: () => {
      asked.resolve()
      return new Promise(() => undefined)
    }
  })
  const charger = connectCharger(server.url, 'CP-1').catch(() => 'refused')
  await within('authenticate to be asked', asked.promise)
  await within('the app to close', server.close())
  assert.equal(await within('the refusal', charger), 'refused')
})

test('after runs for a SEND, too', async () => {
  const ran = deferred<unknown[]>()
  const message = { id: 1, pending: 0, basetime: '2026-01-01T00:00:00Z', data: [{ t: 0, v: '1' }] }
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v21.on('NotifyPeriodicEventStream', () => undefined)
    app.ocpp.v21.after('NotifyPeriodicEventStream', (request, response) => ran.resolve([request, response]))
  })
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.1' })
  charger.send(6, 's', 'NotifyPeriodicEventStream', message)
  assert.deepEqual(await within('after', ran.promise), [message, undefined])
})

test('a host whose @fastify/websocket does not meet OCPP gets a warning, and its own limits apply', async () => {
  const lines: string[] = []
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => void lines.push(line) } } })
  await app.register(fastifyWebsocket, { options: { maxPayload: 2 * 1024 * 1024 } })
  await app.register(fastifyOcpp, ACCEPTED)
  const server = await listen(app)
  assert.ok(lines.some((line) => line.includes('maxPayload')))
  assert.ok(lines.some((line) => line.includes('perMessageDeflate')))
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.1' })
  assert.equal(charger.ws.extensions, '')
})

test('a host whose @fastify/websocket chooses subprotocols itself does not change what was negotiated', async () => {
  const app = Fastify()
  await app.register(fastifyWebsocket, { options: { handleProtocols: () => 'graphql-ws' } })
  await app.register(fastifyOcpp, ACCEPTED)
  answerBasics(app)
  const server = await listen(app)
  const outcome = await connectCharger(server.url, 'CP-1').then(
    (charger) => charger.protocol,
    () => 'refused'
  )
  assert.ok(outcome === 'ocpp1.6' || outcome === 'refused', outcome)
})

test('currentTime is now as an RFC 3339 date-time with milliseconds', () => {
  const before = Date.now()
  const text = currentTime()
  assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.ok(Date.parse(text) >= before && Date.parse(text) <= Date.now())
})
