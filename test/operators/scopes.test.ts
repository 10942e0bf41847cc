import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildApp } from '../../app.js'
import { allows, OPERATOR_SCOPES, type OperatorScope } from '../../lib/operators/scopes.js'
import { readConfig } from '../../lib/settings/settings.js'
import { startBackend, TOKEN, temporaryDirectory } from '../app/support.js'
import { metric, type Route, routesOf, tokenOf } from './support.js'

const server = await startBackend()
const { app } = server
/** Two that have nothing in common: what one may do the other may not. */
const KEYS = [await tokenOf(server, 'first', 'id-tokens:read'), await tokenOf(server, 'second', 'transactions:read')]
const ROUTES = routesOf(server)

/** Routes for whoever has any token. */
const ANY_TOKEN = ['GET /api/v1/operator-tokens/self']

/** What some routes need, so that a change is one that somebody wanted. */
const NEEDED: Record<string, OperatorScope> = {
  'GET /api/v1/charge-points': 'charge-points:read',
  'GET /api/v1/charge-points/{identity}': 'charge-points:read',
  'GET /api/v1/charge-points/{identity}/state': 'charge-points:read',
  'PUT /api/v1/charge-points/{identity}': 'charge-points:write',
  'DELETE /api/v1/charge-points/{identity}': 'charge-points:write',
  'DELETE /api/v1/charge-points/{identity}/connection': 'charge-points:write',
  'POST /api/v1/charge-points/{identity}/calls/Reset': 'calls:write',
  'GET /api/v1/charge-points/{identity}/calls': 'charge-points:read',
  'GET /api/v1/charge-points/{identity}/messages': 'charge-points:read',
  'GET /api/v1/calls/{messageId}': 'charge-points:read',
  'GET /api/v1/transactions': 'transactions:read',
  'GET /api/v1/transactions/{id}': 'transactions:read',
  'GET /api/v1/transactions/{id}/meter-values': 'transactions:read',
  'GET /api/v1/tariffs': 'transactions:read',
  'GET /api/v1/tariffs/{id}': 'transactions:read',
  'PUT /api/v1/tariffs/{id}': 'admin',
  'DELETE /api/v1/tariffs/{id}': 'admin',
  'GET /api/v1/id-tokens': 'id-tokens:read',
  'GET /api/v1/id-tokens/{idToken}': 'id-tokens:read',
  'PUT /api/v1/id-tokens/{idToken}': 'id-tokens:write',
  'DELETE /api/v1/id-tokens/{idToken}': 'id-tokens:write',
  'GET /api/v1/events': 'charge-points:read',
  'GET /api/v1/operator-tokens': 'admin',
  'POST /api/v1/operator-tokens': 'admin',
  'GET /api/v1/operator-tokens/{name}': 'admin',
  'DELETE /api/v1/operator-tokens/{name}': 'admin',
  'GET /api/v1/audit': 'admin'
}

/** The scope that a route says it wants, of those that a token lacks. */
async function wantedScope({ method, url }: Route): Promise<string | undefined> {
  for (const headers of KEYS) {
    const { statusCode, headers: answer } = await app.inject({ method, url, headers })
    if (statusCode !== 403) continue
    return /^Bearer error="insufficient_scope", scope="([^"]+)"$/.exec(String(answer['www-authenticate']))?.[1]
  }
  return undefined
}

describe('every route of the operator API', () => {
  it('is found in its own document', () => {
    assert.ok(ROUTES.length > 60, `${ROUTES.length}`)
    const found = ROUTES.map(({ method, path }) => `${method} ${path}`)
    for (const route of [...ANY_TOKEN, ...Object.keys(NEEDED)]) assert.ok(found.includes(route), route)
  })

  for (const route of ROUTES) {
    const name = `${route.method} ${route.path}`
    it(`${name} is for nobody without a token, and needs a scope that it names`, async () => {
      const stranger = await app.inject({ method: route.method, url: route.url })
      assert.equal(stranger.statusCode, 401)
      assert.equal(stranger.headers['www-authenticate'], 'Bearer')
      assert.equal(stranger.json().code, 'UNAUTHORIZED')
      const scope = await wantedScope(route)
      if (ANY_TOKEN.includes(name)) return assert.equal(scope, undefined)
      assert.ok(OPERATOR_SCOPES.includes(scope as OperatorScope), `${scope}`)
      if (NEEDED[name] !== undefined) assert.equal(scope, NEEDED[name])
      // Who may only read changes nothing.
      if (route.method !== 'GET') assert.ok(!scope?.endsWith(':read'), scope)
    })
  }

  it('that is not documented is guarded all the same', async () => {
    const url = '/api/v1/charge-points/CP-1/calls/NoSuchAction'
    assert.equal((await app.inject({ method: 'POST', url })).statusCode, 401)
    assert.equal((await app.inject({ method: 'POST', url, headers: KEYS[0] ?? {} })).statusCode, 403)
    const head = await app.inject({ method: 'HEAD', url: '/api/v1/transactions', headers: KEYS[0] ?? {} })
    assert.equal(head.statusCode, 403)
  })

  it('has its refusals counted by what was missing', async () => {
    const line = 'operator_refusals_total{reason="insufficient-scope"}'
    const before = await metric(server, line)
    await app.inject({ url: '/api/v1/audit', headers: KEYS[0] ?? {} })
    assert.equal(await metric(server, line), before + 1)
    assert.ok((await metric(server, 'operator_requests_total{method="GET",status="403"}')) > 0)
  })
})

describe('a scope', () => {
  it('allows what it names, to write is to read, and admin is everything', () => {
    for (const scope of OPERATOR_SCOPES) {
      assert.ok(allows([scope], scope))
      assert.ok(allows(['admin'], scope))
      assert.ok(!allows([], scope))
      if (scope !== 'admin') assert.ok(!allows([scope], 'admin'))
    }
    assert.ok(allows(['charge-points:write'], 'charge-points:read'))
    assert.ok(allows(['id-tokens:write'], 'id-tokens:read'))
    assert.ok(!allows(['charge-points:read'], 'charge-points:write'))
    assert.ok(!allows(['charge-points:write'], 'id-tokens:read'))
    assert.ok(!allows(['calls:write'], 'charge-points:read'))
  })
})

describe('a route that was forgotten', () => {
  it('ends the start when it says no scope', async () => {
    const DATA_DIR = await temporaryDirectory()
    const other = await buildApp({ config: readConfig({ OPERATOR_TOKEN: TOKEN, DATA_DIR }) })
    other.get('/api/v1/forgotten', () => 'everything')
    await assert.rejects(async () => other.ready(), /no scope: GET \/api\/v1\/forgotten/)
    await other.close()
  })

  it('ends the start when the WebSockets of chargers would be among them', async () => {
    const DATA_DIR = await temporaryDirectory()
    const config = readConfig({ OPERATOR_TOKEN: TOKEN, DATA_DIR, OCPP_PATH: '/api/v1/ocpp/:identity' })
    await assert.rejects(buildApp({ config }), /OCPP_PATH must not be/)
  })
})
