import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { connectRaw, rawUpgrade, upgradeRequest } from '../support/raw.js'
import { answerBasics, startServer } from '../support/server.js'

const BOTH = ['ocpp1.6', 'ocpp2.0.1'] as const

/** Last path segments as they stand on the wire; what they are decoded to, or the status of the refusal. */
const SEGMENTS: { wire: string; v16: string | number; v2: string | number }[] = [
  { wire: 'CP-1', v16: 'CP-1', v2: 'CP-1' },
  { wire: 'aZ09*-_=+|@.', v16: 'aZ09*-_=+|@.', v2: 'aZ09*-_=+|@.' },
  { wire: 'CP%2D1', v16: 'CP-1', v2: 'CP-1' },
  { wire: 'CP%2d1', v16: 'CP-1', v2: 'CP-1' },
  { wire: '%43%50', v16: 'CP', v2: 'CP' },
  { wire: 'a+b', v16: 'a+b', v2: 'a+b' },
  { wire: 'a%2Bb', v16: 'a+b', v2: 'a+b' },
  { wire: 'RDAM%20123', v16: 'RDAM 123', v2: 400 },
  { wire: '%20RDAM', v16: 400, v2: 400 },
  { wire: 'RDAM%20', v16: 400, v2: 400 },
  { wire: 'x'.repeat(48), v16: 'x'.repeat(48), v2: 'x'.repeat(48) },
  { wire: 'x'.repeat(49), v16: 400, v2: 400 },
  { wire: '%78'.repeat(48), v16: 'x'.repeat(48), v2: 'x'.repeat(48) },
  { wire: '%78'.repeat(49), v16: 400, v2: 400 },
  // Longer than Fastify's own maxParamLength.
  { wire: 'x'.repeat(5000), v16: 414, v2: 414 },
  { wire: '__proto__', v16: '__proto__', v2: '__proto__' },
  { wire: 'constructor', v16: 'constructor', v2: 'constructor' },
  { wire: 'hasOwnProperty', v16: 'hasOwnProperty', v2: 'hasOwnProperty' },
  { wire: '-1', v16: '-1', v2: '-1' },
  { wire: '...', v16: '...', v2: '...' },
  { wire: '', v16: 400, v2: 400 },
  { wire: '.', v16: 400, v2: 400 },
  { wire: '..', v16: 400, v2: 400 },
  { wire: '%2e', v16: 400, v2: 400 },
  { wire: '%2e%2E', v16: 400, v2: 400 },
  { wire: 'a%2Fb', v16: 400, v2: 400 },
  { wire: '..%2Fetc', v16: 400, v2: 400 },
  { wire: 'a%5Cb', v16: 400, v2: 400 },
  { wire: 'a:b', v16: 400, v2: 400 },
  { wire: 'a%3Ab', v16: 400, v2: 400 },
  { wire: 'CP%252D1', v16: 400, v2: 400 },
  { wire: 'a%00b', v16: 400, v2: 400 },
  { wire: 'a%0Ab', v16: 400, v2: 400 },
  { wire: 'CP-1%0A', v16: 400, v2: 400 },
  { wire: '%', v16: 400, v2: 400 },
  { wire: 'a%zz', v16: 400, v2: 400 },
  { wire: 'a%4', v16: 400, v2: 400 },
  { wire: '%c3%28', v16: 400, v2: 400 },
  { wire: '%ff%fe', v16: 400, v2: 400 },
  { wire: 'caf%C3%A9', v16: 400, v2: 400 },
  { wire: '%F0%9F%94%8C', v16: 400, v2: 400 },
  { wire: '%E2%80%AE', v16: 400, v2: 400 },
  { wire: "'%20OR%201=1--", v16: 400, v2: 400 },
  { wire: '%3Cscript%3E', v16: 400, v2: 400 },
  { wire: '*', v16: '*', v2: '*' }
]

test('the last segment of the URL, decoded once, is the identity when its version allows it', async (t) => {
  const server = await startServer({}, answerBasics)
  for (const { wire, v16, v2 } of SEGMENTS) {
    for (const protocol of BOTH) {
      const expected = protocol === 'ocpp1.6' ? v16 : v2
      const name = wire.length > 60 ? `${wire.slice(0, 9)}… (${wire.length} characters)` : wire
      const outcome = typeof expected === 'number' ? `is refused with ${expected}` : `is ${expected.slice(0, 60)}`
      await t.test(`${protocol}: /ocpp/${name} ${outcome}`, async () => {
        const headers = { 'Sec-WebSocket-Protocol': protocol }
        if (typeof expected === 'number') {
          const { status, body } = await rawUpgrade(server.port, upgradeRequest({ target: `/ocpp/${wire}`, headers }))
          assert.equal(status, expected)
          assert.ok(!body.includes('script'), 'the URL comes back')
          return
        }
        const raw = await connectRaw(server.port, wire, { headers })
        const chargePoint = server.app.ocpp.chargePoints.get(expected)
        assert.equal(chargePoint?.identity, expected)
        assert.equal(chargePoint?.protocol, protocol)
        chargePoint?.disconnect()
        raw.socket.destroy()
      })
    }
  }
  const last = await connectCharger(server.url, 'LAST')
  await last.boot()
})

test('a query is no part of the identity', async () => {
  const server = await startServer()
  await connectRaw(server.port, 'CP-1?token=abc/def')
  assert.ok(server.app.ocpp.chargePoints.has('CP-1'))
})

test('a URL with more segments than the route is not found', async () => {
  const server = await startServer()
  const { status } = await rawUpgrade(server.port, upgradeRequest({ target: '/ocpp/a/b' }))
  assert.equal(status, 404)
})

test('a colon is refused with 400 even for a client that encodes it', async () => {
  const server = await startServer()
  const refusal = await refusedCharger(server.url, 'a:b', { protocol: 'ocpp2.1' })
  assert.equal(refusal.status, 400)
})

test('an identity in another case is the same charger, and keeps the spelling of its connection', async () => {
  const server = await startServer({ takeoverTimeout: 0 }, answerBasics)
  const first = await connectCharger(server.url, 'Cp-One')
  const second = await connectCharger(server.url, 'CP-oNE')
  assert.equal((await first.closed).code, 4000)
  const { chargePoints } = server.app.ocpp
  assert.deepEqual([chargePoints.size, chargePoints.get('cp-one')?.identity], [1, 'CP-oNE'])
  await second.boot()
})
