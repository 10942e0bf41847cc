import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import Fastify from 'fastify'
import fastifyOcpp, {
  type Authenticate,
  type FastifyOcppOptions,
  type Handshake,
  passwordMatches,
  type SecurityEvent
} from 'fastify-ocpp'
import { basic, connectCharger, refusedCharger } from '../support/charger.js'
import { rawUpgrade, upgradeRequest } from '../support/raw.js'
import { startServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

const CHALLENGE = 'Basic realm="ocpp"'

/** Decisions and the HTTP status they become. */
const DECISIONS: { name: string; authenticate: Authenticate; status: number }[] = [
  { name: 'false', authenticate: () => false, status: 401 },
  { name: 'a promise of false', authenticate: async () => false, status: 401 },
  ...([401, 403, 404, 429, 503] as const).map((status) => ({
    name: `a rejection with ${status}`,
    authenticate: () => ({ accept: false, status }) as const,
    status
  })),
  {
    name: 'an exception',
    authenticate: () => {
      throw new Error('database is down')
    },
    status: 503
  },
  { name: 'a rejected promise', authenticate: () => Promise.reject(new Error('database is down')), status: 503 },
  { name: 'a promise rejected with nothing', authenticate: () => Promise.reject(undefined), status: 503 },
  { name: 'nothing at all', authenticate: (() => undefined) as unknown as Authenticate, status: 401 },
  { name: 'null', authenticate: (() => null) as unknown as Authenticate, status: 401 },
  { name: 'a string', authenticate: (() => 'yes') as unknown as Authenticate, status: 401 },
  { name: 'the number 1', authenticate: (() => 1) as unknown as Authenticate, status: 401 },
  {
    name: 'a rejection with a status that is not for it',
    authenticate: (() => ({ accept: false, status: 200 })) as unknown as Authenticate,
    status: 401
  },
  {
    name: 'a rejection with the name of a prototype member',
    authenticate: (() => ({ accept: false, status: 'constructor' })) as unknown as Authenticate,
    status: 401
  }
]

test('every decision but an explicit yes refuses the upgrade', async (t) => {
  for (const { name, authenticate, status } of DECISIONS) {
    await t.test(`${name}: ${status}`, async () => {
      const server = await startServer({ authenticate })
      const refusal = await refusedCharger(server.url, 'CP-1', { password: 'secret' })
      assert.equal(refusal.status, status)
      assert.equal(refusal.headers['www-authenticate'], status === 401 ? CHALLENGE : undefined)
      assert.equal(server.app.ocpp.chargePoints.size, 0)
      assert.ok(!refusal.body.includes('database'), 'the failure is told to a stranger')
      const retryAfter = refusal.headers['retry-after']
      if (status === 429 || status === 503) assert.ok(Number(retryAfter) >= 1 && Number(retryAfter) <= 60)
      else assert.equal(retryAfter, undefined)
    })
  }
})

test('true, an acceptance and promises of them let the charger in', async () => {
  for (const decision of [true, { accept: true }, Promise.resolve(true)] as const) {
    const server = await startServer({ authenticate: () => decision })
    const charger = await connectCharger(server.url, 'CP-1')
    assert.equal(charger.protocol, 'ocpp1.6')
  }
})

test('Retry-After is what the rejection asks for, in whole seconds', async () => {
  for (const [retryAfter, sent] of [
    [7, '7'],
    [1.2, '2'],
    [0, '1']
  ] as const) {
    const server = await startServer({ authenticate: () => ({ accept: false, status: 429, retryAfter }) })
    assert.equal((await refusedCharger(server.url, 'CP-1')).headers['retry-after'], sent)
  }
})

test('the context of an acceptance is the context of the charge point', async () => {
  const server = await startServer({ authenticate: () => ({ accept: true, context: { tenant: 'a' } }) })
  await connectCharger(server.url, 'CP-1')
  assert.deepEqual(server.app.ocpp.chargePoints.get('CP-1')?.context, { tenant: 'a' })
})

test('an authenticate that never decides is answered 503, and its signal aborts', async () => {
  const aborted = deferred()
  const server = await startServer({
    authenticateTimeout: 50,
    authenticate: ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve())
      return new Promise(() => undefined)
    }
  })
  const refusal = await refusedCharger(server.url, 'CP-1')
  assert.equal(refusal.status, 503)
  await within('the signal', aborted.promise)
})

test('a decision that comes after the time-out changes nothing', async () => {
  const late = deferred<boolean>()
  const server = await startServer({ authenticateTimeout: 20, authenticate: () => late.promise })
  assert.equal((await refusedCharger(server.url, 'CP-1')).status, 503)
  late.resolve(true)
  await late.promise
  assert.equal(server.app.ocpp.chargePoints.size, 0)
})

test('a charger that disconnects during its authentication leaves nothing behind', async () => {
  const asked = deferred()
  const decision = deferred<boolean>()
  const server = await startServer({
    authenticate: ({ identity }) => {
      if (identity !== 'CP-1') return true
      asked.resolve()
      return decision.promise
    }
  })
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(upgradeRequest({ target: '/ocpp/CP-1' }))
  await within('authenticate to be asked', asked.promise)
  socket.resetAndDestroy()
  await connectCharger(server.url, 'CP-2')
  decision.resolve(true)
  await until('only the other one is connected', () => !server.app.ocpp.chargePoints.has('CP-1'))
  await connectCharger(server.url, 'CP-3')
  assert.deepEqual(
    [...server.app.ocpp.chargePoints].map(({ identity }) => identity),
    ['CP-2', 'CP-3']
  )
})

test('more handshakes than maxHandshakes are answered 503 without asking', async () => {
  const decision = deferred<boolean>()
  let asked = 0
  const server = await startServer({
    maxHandshakes: 2,
    authenticate: () => {
      asked++
      return decision.promise
    }
  })
  const waiting = [connectCharger(server.url, 'CP-1'), connectCharger(server.url, 'CP-2')]
  await until('two are asked', () => asked === 2)
  const refusal = await refusedCharger(server.url, 'CP-3')
  assert.deepEqual([refusal.status, asked], [503, 2])
  assert.ok(Number(refusal.headers['retry-after']) >= 1)
  decision.resolve(true)
  await Promise.all(waiting)
  await connectCharger(server.url, 'CP-3')
})

test('a handshake holds all that is known of the charger', async () => {
  let seen: Handshake | undefined
  const server = await startServer({
    authenticate: (handshake) => {
      seen = handshake
      return true
    }
  })
  await connectCharger(server.url, 'CP-1', { protocol: ['ocpp9', 'ocpp2.0.1', 'ocpp1.6'], password: 'secret' })
  assert.ok(seen)
  const { identity, username, encrypted, certificate, tlsAuthorized, remoteAddress, offeredProtocols, protocol } = seen
  assert.deepEqual(
    { identity, username, encrypted, certificate, tlsAuthorized, remoteAddress, offeredProtocols, protocol },
    {
      identity: 'CP-1',
      username: 'CP-1',
      encrypted: false,
      certificate: undefined,
      tlsAuthorized: false,
      remoteAddress: '127.0.0.1',
      offeredProtocols: ['ocpp9', 'ocpp2.0.1', 'ocpp1.6'],
      protocol: 'ocpp2.0.1'
    }
  )
  assert.equal(seen.password?.toString(), 'secret')
})

test('every octet of a password arrives, colons included', async () => {
  const passwords: Buffer[] = []
  const server = await startServer({
    authenticate: ({ password }) => {
      if (password !== undefined) passwords.push(Buffer.from(password))
      return true
    }
  })
  const all = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet))
  const wanted = [
    all,
    Buffer.from('::a:b::'),
    Buffer.alloc(20),
    Buffer.alloc(20, 0xff),
    Buffer.from('pässwörd✓'),
    Buffer.alloc(0)
  ]
  for (const password of wanted) await connectCharger(server.url, 'CP-1', { password })
  assert.deepEqual(passwords, wanted)
})

test('a user name that is not the identity is 401 before authenticate is asked', async () => {
  let asked = 0
  const server = await startServer({
    authenticate: () => {
      asked++
      return true
    }
  })
  for (const username of ['CP-2', '', 'CP-1 ', 'CP-1\u0000']) {
    const refusal = await refusedCharger(server.url, 'CP-1', { username, password: 'secret' })
    assert.deepEqual([refusal.status, refusal.headers['www-authenticate']], [401, CHALLENGE])
  }
  assert.equal(asked, 0)
  await connectCharger(server.url, 'CP-1', { username: 'cp-1', password: 'secret' })
  assert.equal(asked, 1)
})

const ODD_AUTHORIZATIONS = [
  'Basic',
  'Basic ',
  'Basic !!!!',
  'Basic Q1AtMQ==',
  'Bearer abc',
  'Digest username="CP-1"',
  `Basic ${'A'.repeat(8000)}`,
  `${basic('CP-1', 'secret')} extra`
]

test('an Authorization that cannot be read is no credentials', async () => {
  const seen: unknown[] = []
  const server = await startServer({
    authenticate: ({ username, password }) => {
      seen.push(username, password)
      return false
    }
  })
  for (const authorization of ODD_AUTHORIZATIONS) {
    const request = upgradeRequest({ target: '/ocpp/CP-1', headers: { Authorization: authorization } })
    assert.equal((await rawUpgrade(server.port, request)).status, 401)
  }
  assert.ok(seen.every((value) => value === undefined))
})

test('the subprotocol is checked after the credentials, so that strangers learn nothing from it', async () => {
  const server = await startServer({ authenticate: () => false })
  assert.equal((await refusedCharger(server.url, 'CP-1', { protocol: 'ocpp9' })).status, 401)
})

test('a failed authentication is a security event, an unavailable one is not', async () => {
  const events: SecurityEvent[] = []
  const server = await startServer({
    authenticate: ({ identity }) => {
      if (identity === 'DOWN') throw new Error('down')
      return { accept: false, status: 404, reason: 'not in the list' }
    }
  })
  server.app.ocpp.events.on('security', (event) => events.push(event))
  await refusedCharger(server.url, 'CP-1')
  await refusedCharger(server.url, 'DOWN')
  assert.deepEqual(events, [
    { type: 'authentication-failed', identity: 'CP-1', remoteAddress: '127.0.0.1', detail: 'not in the list' }
  ])
})

test('the reason of a rejection is never sent', async () => {
  const server = await startServer({ authenticate: () => ({ accept: false, status: 403, reason: 'blocked by Eve' }) })
  const refusal = await refusedCharger(server.url, 'CP-1')
  assert.deepEqual([refusal.status, refusal.body], [403, 'not allowed on this endpoint\n'])
})

test('a rejected handshake does not affect the live connection', async () => {
  const server = await startServer({ authenticate: ({ password }) => passwordMatches(password, 'right password') })
  const charger = await connectCharger(server.url, 'CP-1', { password: 'right password' })
  const connected = server.app.ocpp.chargePoints.get('CP-1')
  await refusedCharger(server.url, 'CP-1', { password: 'wrong' })
  await refusedCharger(server.url, 'CP-1')
  assert.equal(server.app.ocpp.chargePoints.get('CP-1'), connected)
  assert.equal((await charger.call('Heartbeat')).type, 4)
})

test('a configured password matches as text, and one of hex digits as the octets it stands for, too', () => {
  const hex = '00112233445566778899aabbccddeeff'
  assert.ok(passwordMatches(Buffer.from('päss'), 'päss'))
  assert.ok(passwordMatches(Buffer.from(hex), hex))
  assert.ok(passwordMatches(Buffer.from(hex, 'hex'), hex))
  assert.ok(passwordMatches(Buffer.from(hex.toUpperCase(), 'hex'), hex.toUpperCase()))
  assert.ok(!passwordMatches(Buffer.from('abcd', 'hex'), 'abcd'), 'too short to be a key')
  assert.ok(!passwordMatches(Buffer.from('pass'), 'past'))
  assert.ok(!passwordMatches(Buffer.from('pas'), 'pass'))
  assert.ok(!passwordMatches(Buffer.alloc(0), 'pass'))
  assert.ok(!passwordMatches(undefined, ''))
})

test('without authenticate the plugin refuses to register unless told securityProfile: 0', async () => {
  const refuse = (options: object) =>
    assert.rejects(async () =>
      Fastify()
        .register(fastifyOcpp, options as FastifyOcppOptions)
        .ready()
    )
  await refuse({})
  await refuse({ securityProfile: 1 })
  await refuse({ securityProfile: 0, authenticate: () => true })
  const app = Fastify()
  await app.register(fastifyOcpp, { securityProfile: 0 })
  await app.close()
})

test('`admitted` is called when nothing else refuses the handshake, and before it is answered', async () => {
  const called: string[] = []
  const gate = deferred<undefined>()
  const server = await startServer({
    authenticate: ({ identity }) => ({
      accept: true,
      admitted() {
        called.push(identity)
        return identity === 'WAITS' ? gate.promise : undefined
      }
    })
  })
  assert.equal((await refusedCharger(server.url, 'OLD', { protocol: 'ocpp1.5' })).status, 400)
  assert.equal((await refusedCharger(server.url, 'LOOSE', { protocol: 'OCPP1.6' })).status, 400)
  assert.equal((await refusedCharger(server.url, 'ENCODED%2520')).status, 400)
  assert.deepEqual(called, [])
  const charger = await connectCharger(server.url, 'CP-1')
  const waiting = connectCharger(server.url, 'WAITS')
  await until('it is called', () => called.length === 2)
  assert.equal(server.app.ocpp.chargePoints.has('WAITS'), false)
  gate.resolve(undefined)
  await charger.close()
  await (await waiting).close()
  assert.deepEqual(called, ['CP-1', 'WAITS'])
})

test('`admitted` may still reject, and what it throws is answered with 503', async () => {
  const server = await startServer({
    authenticateTimeout: 200,
    authenticate: ({ identity }) => ({
      accept: true,
      async admitted() {
        if (identity === 'LATE') await new Promise((resolve) => setTimeout(resolve, 400))
        if (identity === 'FAILS') throw new Error('the database is away')
        return identity === 'FULL' ? { accept: false, status: 503, retryAfter: 7, reason: 'too many' } : undefined
      }
    })
  })
  const full = await refusedCharger(server.url, 'FULL')
  assert.deepEqual([full.status, full.headers['retry-after']], [503, '7'])
  assert.equal((await refusedCharger(server.url, 'FAILS')).status, 503)
  assert.equal((await refusedCharger(server.url, 'LATE')).status, 503)
  assert.equal(server.app.ocpp.chargePoints.size, 0)
  await (await connectCharger(server.url, 'CP-1')).close()
})
