import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BEARER, shareBackends } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { assertRefused } from './support.js'

const ORIGIN = 'https://console.example.org'
const PREFLIGHT = { origin: ORIGIN, 'access-control-request-method': 'PUT' }
const URL = '/api/v1/charge-points'

const start = shareBackends()

function allowed(headers: object): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'))
}

describe('without CORS_ORIGINS', () => {
  it('pages of other origins can read nothing', async () => {
    const { app } = await start()
    const answer = await app.inject({ url: URL, headers: { ...BEARER, origin: ORIGIN } })
    assert.deepEqual([answer.statusCode, allowed(answer.headers)], [200, []])
    const preflight = await app.inject({ method: 'OPTIONS', url: URL, headers: PREFLIGHT })
    assertRefused(preflight, 'preflight')
    assert.deepEqual(allowed(preflight.headers), [])
  })
})

describe('an origin in CORS_ORIGINS', () => {
  const settings = { CORS_ORIGINS: `${ORIGIN},http://localhost:5173` }

  it('may use the operator API, without cookies, and read the headers it needs', async () => {
    const { app } = await start(settings)
    const preflight = await app.inject({ method: 'OPTIONS', url: URL, headers: PREFLIGHT })
    assert.equal(preflight.statusCode, 204)
    assert.equal(preflight.headers['access-control-allow-origin'], ORIGIN)
    assert.match(String(preflight.headers['access-control-allow-methods']), /\bPUT\b/)
    assert.match(String(preflight.headers['access-control-allow-headers']), /Authorization.*Idempotency-Key/)
    assert.equal(preflight.headers['access-control-allow-credentials'], undefined)
    const answer = await app.inject({ url: URL, headers: { ...BEARER, origin: 'http://localhost:5173' } })
    assert.equal(answer.headers['access-control-allow-origin'], 'http://localhost:5173')
    assert.match(String(answer.headers['access-control-expose-headers']), /Link.*Location.*Retry-After/)
    assert.match(String(answer.headers.vary), /Origin/i)
    assert.equal(answer.headers['access-control-allow-credentials'], undefined)
  })

  it('may also read errors', async () => {
    const { app } = await start(settings)
    const refused = await app.inject({ url: URL, headers: { origin: ORIGIN } })
    assert.equal(refused.statusCode, 401)
    assert.equal(refused.headers['access-control-allow-origin'], ORIGIN)
  })

  it('is compared exactly, to the last character', async () => {
    const { app } = await start(settings)
    for (const origin of [
      'https://console.example.org.evil.example',
      'https://console.example.or',
      'http://console.example.org',
      'https://console.example.org:8443',
      'https://CONSOLE.example.org',
      'null'
    ]) {
      const answer = await app.inject({ url: URL, headers: { ...BEARER, origin } })
      assert.equal(answer.headers['access-control-allow-origin'], undefined, origin)
      const preflight = await app.inject({ method: 'OPTIONS', url: URL, headers: { ...PREFLIGHT, origin } })
      assert.equal(preflight.headers['access-control-allow-origin'], undefined, origin)
    }
  })

  it('has no access outside the operator API: neither to metrics nor to the WebSockets of chargers', async () => {
    const server = await start(settings)
    for (const url of ['/metrics', '/health/live', '/openapi.json', '/ocpp/CP-1']) {
      const answer = await server.app.inject({ url, headers: { origin: ORIGIN } })
      assert.deepEqual(allowed(answer.headers), [], url)
      const preflight = await server.app.inject({ method: 'OPTIONS', url, headers: PREFLIGHT })
      assert.deepEqual(allowed(preflight.headers), [], url)
      assertRefused(preflight, url)
    }
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    assert.equal((await charger.call('Heartbeat')).type, 3)
  })

  it('gets a problem when its preflight request is incomplete', async () => {
    const { app } = await start(settings)
    assertRefused(await app.inject({ method: 'OPTIONS', url: URL }), 'no origin')
    assertRefused(await app.inject({ method: 'OPTIONS', url: URL, headers: { origin: ORIGIN } }), 'no method')
  })
})
