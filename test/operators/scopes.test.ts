import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildApp } from '../../app.js'
import { allows, OPERATOR_SCOPES, type OperatorScope } from '../../lib/operators/scopes.js'
import { readConfig } from '../../lib/settings/settings.js'
import { startBackend, TOKEN, temporaryDirectory } from '../app/support.js'
import { isLong } from '../support/long.js'
import { metric, type Route, routesOf, tokenOf } from './support.js'

const server = await startBackend({ API_RATE_LIMIT: '0' })
const { app } = server
const DOCUMENTED = routesOf(server)

/** A token for each scope, with nothing beside it. */
const KEYS = new Map<OperatorScope, { authorization: string }>()
for (const scope of OPERATOR_SCOPES) KEYS.set(scope, await tokenOf(server, `only-${scope.replace(':', '-')}`, scope))

/** Two that have nothing in common: what one may do the other may not. */
const READING: readonly OperatorScope[] = ['id-tokens:read', 'transactions:read']
const READERS = [KEYS.get('id-tokens:read') ?? {}, KEYS.get('transactions:read') ?? {}] as const

const ONE = '/api/v1/charge-points/{identity}'

/** Of operations and raw calls there are many, all of the same kind. */
const CALL = /^POST \/api\/v1\/charge-points\/\{identity\}\/(?:operations\/[a-z-]+|calls\/[A-Z]\w+)$/

/** They have a body, and neither store nor send anything. */
const CALCULATES = [
  'POST /api/v1/composite-schedules',
  'POST /api/v1/sites/{id}/load-management/plan',
  'POST /api/v1/tariffs/check',
  'POST /api/v1/tariffs/price'
]

/** The scope that each route needs, so that a change is one that somebody wanted; null: any token will do. */
const NEEDED: Readonly<Record<string, OperatorScope | null>> = {
  'GET /api/v1/about': null,
  'GET /api/v1/actions': 'charge-points:read',
  'GET /api/v1/actions/{name}': 'charge-points:read',
  'GET /api/v1/audit': 'admin',
  'GET /api/v1/bulk-calls': 'charge-points:read',
  'GET /api/v1/bulk-calls/{bulkId}': 'charge-points:read',
  'DELETE /api/v1/bulk-calls/{bulkId}': 'calls:write',
  'POST /api/v1/operations/{name}': 'calls:write',
  'GET /api/v1/bulk-calls/{bulkId}/items': 'charge-points:read',
  'GET /api/v1/calls': 'charge-points:read',
  'POST /api/v1/calls': 'calls:write',
  'GET /api/v1/calls/{messageId}': 'charge-points:read',
  'DELETE /api/v1/calls/{messageId}': 'calls:write',
  'GET /api/v1/certificates': 'charge-points:read',
  'GET /api/v1/certificates/ca': 'charge-points:read',
  'POST /api/v1/certificates/{id}/revoke': 'admin',
  'GET /api/v1/charge-points': 'charge-points:read',
  [`GET ${ONE}`]: 'charge-points:read',
  [`PUT ${ONE}`]: 'charge-points:write',
  [`DELETE ${ONE}`]: 'charge-points:write',
  [`GET ${ONE}/actions`]: 'charge-points:read',
  [`GET ${ONE}/actions/{name}`]: 'charge-points:read',
  [`GET ${ONE}/calls`]: 'charge-points:read',
  [`GET ${ONE}/certificates`]: 'charge-points:read',
  [`POST ${ONE}/certificates/renew`]: 'calls:write',
  [`GET ${ONE}/charging-profiles`]: 'charge-points:read',
  [`GET ${ONE}/composite-schedule`]: 'charge-points:read',
  [`GET ${ONE}/connections`]: 'charge-points:read',
  [`DELETE ${ONE}/connection`]: 'charge-points:write',
  [`GET ${ONE}/messages`]: 'charge-points:read',
  [`GET ${ONE}/meter-values`]: 'transactions:read',
  [`GET ${ONE}/smart-charging`]: 'charge-points:read',
  [`PUT ${ONE}/smart-charging`]: 'charge-points:write',
  [`GET ${ONE}/states`]: 'charge-points:read',
  [`POST ${ONE}/reports`]: 'calls:write',
  [`GET ${ONE}/reports/{requestId}`]: 'charge-points:read',
  [`GET ${ONE}/state`]: 'charge-points:read',
  [`GET ${ONE}/tariffs`]: 'calls:write',
  [`GET ${ONE}/variables`]: 'charge-points:read',
  'GET /api/v1/charger-models': 'charge-points:read',
  'GET /api/v1/charger-models/{name}': 'charge-points:read',
  'PUT /api/v1/charger-models/{name}': 'charge-points:write',
  'DELETE /api/v1/charger-models/{name}': 'charge-points:write',
  'GET /api/v1/problems': 'charge-points:read',
  'PUT /api/v1/problems/{id}/acknowledgement': 'charge-points:write',
  'DELETE /api/v1/problems/{id}/acknowledgement': 'charge-points:write',
  'GET /api/v1/violations': 'charge-points:read',
  'POST /api/v1/composite-schedules': 'charge-points:read',
  'GET /api/v1/connectors': 'charge-points:read',
  'GET /api/v1/events': 'charge-points:read',
  'GET /api/v1/events/latest': 'charge-points:read',
  'GET /api/v1/id-tokens': 'id-tokens:read',
  'GET /api/v1/id-tokens/{idToken}': 'id-tokens:read',
  'PUT /api/v1/id-tokens/{idToken}': 'id-tokens:write',
  'DELETE /api/v1/id-tokens/{idToken}': 'id-tokens:write',
  'GET /api/v1/nodes': 'charge-points:read',
  'GET /api/v1/operator-tokens': 'admin',
  'POST /api/v1/operator-tokens': 'admin',
  'GET /api/v1/operator-tokens/self': null,
  'GET /api/v1/operator-tokens/{name}': 'admin',
  'DELETE /api/v1/operator-tokens/{name}': 'admin',
  'GET /api/v1/sign-in': null,
  'DELETE /api/v1/sign-in': null,
  'GET /api/v1/sign-ins': 'admin',
  'DELETE /api/v1/sign-ins/{id}': 'admin',
  'GET /api/v1/sites': 'sites:read',
  'GET /api/v1/sites/{id}': 'sites:read',
  'PUT /api/v1/sites/{id}': 'sites:write',
  'DELETE /api/v1/sites/{id}': 'sites:write',
  'GET /api/v1/sites/{id}/load-management': 'sites:read',
  'PUT /api/v1/sites/{id}/load-management': 'sites:write',
  'DELETE /api/v1/sites/{id}/load-management': 'sites:write',
  'GET /api/v1/sites/{id}/load-management/state': 'sites:read',
  'GET /api/v1/sites/{id}/load-management/history': 'sites:read',
  'GET /api/v1/sites/{id}/load-management/circuits/{circuit}': 'sites:read',
  'PUT /api/v1/sites/{id}/load-management/circuits/{circuit}': 'sites:write',
  'DELETE /api/v1/sites/{id}/load-management/circuits/{circuit}': 'sites:write',
  'GET /api/v1/sites/{id}/load-management/evses/{identity}/{evseId}': 'sites:read',
  'PUT /api/v1/sites/{id}/load-management/evses/{identity}/{evseId}': 'sites:write',
  'DELETE /api/v1/sites/{id}/load-management/evses/{identity}/{evseId}': 'sites:write',
  'POST /api/v1/sites/{id}/load-management/plan': 'sites:read',
  'PUT /api/v1/sites/{id}/load-management/limits': 'limits:write',
  'GET /api/v1/sites/{id}/load-management/circuits/{circuit}/limit': 'sites:read',
  'PUT /api/v1/sites/{id}/load-management/circuits/{circuit}/limit': 'limits:write',
  'DELETE /api/v1/sites/{id}/load-management/circuits/{circuit}/limit': 'limits:write',
  'PUT /api/v1/sites/{id}/load-management/circuits/{circuit}/measurement': 'limits:write',
  'GET /api/v1/statistics/availability': 'charge-points:read',
  'GET /api/v1/summary': 'charge-points:read',
  'GET /api/v1/authorizations': 'id-tokens:read',
  'GET /api/v1/refused-charge-points': 'charge-points:read',
  'DELETE /api/v1/refused-charge-points/{identity}': 'charge-points:write',
  'GET /api/v1/statistics/transactions': 'transactions:read',
  'GET /api/v1/transactions/{id}/signed-values': 'billing:read',
  'GET /api/v1/transactions/{id}/corrections': 'billing:read',
  'POST /api/v1/transactions/{id}/corrections': 'billing:write',
  'GET /api/v1/billing/export': 'billing:read',
  'GET /api/v1/billing/exports': 'billing:read',
  'GET /api/v1/receipts': 'billing:read',
  'GET /api/v1/settlements': 'billing:read',
  'GET /api/v1/receipts/{number}': 'billing:read',
  'POST /api/v1/receipts/{number}/credit': 'billing:write',
  'GET /api/v1/receipts/{number}/link': 'billing:read',
  'POST /api/v1/receipts/{number}/link': 'billing:write',
  'DELETE /api/v1/receipts/{number}/link': 'billing:write',
  'GET /api/v1/tariffs': 'transactions:read',
  'GET /api/v1/tariffs/{id}': 'transactions:read',
  'GET /api/v1/tariffs/{id}/versions': 'transactions:read',
  'PUT /api/v1/tariffs/{id}': 'tariffs:write',
  'DELETE /api/v1/tariffs/{id}': 'tariffs:write',
  'POST /api/v1/tariffs/check': 'transactions:read',
  'POST /api/v1/tariffs/price': 'transactions:read',
  'GET /api/v1/transactions': 'transactions:read',
  'GET /api/v1/transactions/{id}': 'transactions:read',
  'GET /api/v1/transactions/{id}/meter-values': 'transactions:read',
  'GET /api/v1/transactions/{id}/series': 'transactions:read',
  'POST /api/v1/transactions/{id}/close': 'transactions:write',
  'GET /api/v1/transactions/{id}/needs': 'transactions:read',
  'PUT /api/v1/transactions/{id}/needs': 'transactions:write',
  'DELETE /api/v1/transactions/{id}/needs': 'transactions:write',
  'GET /api/v1/transactions/{id}/cost': 'transactions:read',
  'POST /api/v1/transactions/{id}/tariff': 'tariffs:write',
  'GET /api/v1/transactions/{id}/limit': 'transactions:read',
  'PUT /api/v1/transactions/{id}/limit': 'transactions:write',
  'GET /api/v1/webhooks': 'admin',
  'POST /api/v1/webhooks': 'admin',
  'GET /api/v1/webhooks/{id}': 'admin',
  'PATCH /api/v1/webhooks/{id}': 'admin',
  'DELETE /api/v1/webhooks/{id}': 'admin',
  'GET /api/v1/webhooks/{id}/deliveries': 'admin',
  'GET /api/v1/webhooks/{id}/deliveries/{deliveryId}': 'admin',
  'POST /api/v1/webhooks/{id}/deliveries/{deliveryId}/resend': 'admin',
  'POST /api/v1/webhooks/{id}/secret': 'admin',
  'POST /api/v1/webhooks/{id}/test': 'admin'
}

/** The route that needs no token, because the token is in the body. */
const PUBLIC = 'POST /api/v1/sign-in'

function nameOf({ method, path }: Route): string {
  return `${method} ${path}`
}

const ROUTES = DOCUMENTED.filter((route) => nameOf(route) !== PUBLIC)

function neededBy(route: Route): OperatorScope | null | undefined {
  return CALL.test(nameOf(route)) ? 'calls:write' : NEEDED[nameOf(route)]
}

describe('every route of the operator API', () => {
  it('is in the document, and has an explicit scope', () => {
    assert.ok(ROUTES.length > 100, `${ROUTES.length}`)
    assert.deepEqual(
      ROUTES.filter((route) => neededBy(route) === undefined).map(nameOf),
      [],
      'say here which scope a new route needs'
    )
    const found = new Set(ROUTES.map(nameOf))
    assert.deepEqual(
      Object.keys(NEEDED).filter((name) => !found.has(name)),
      []
    )
  })

  for (const route of ROUTES) {
    const needed = neededBy(route)
    it(`${nameOf(route)} needs ${needed ?? 'any token'}, and no other scope will do`, async () => {
      const { method, scopes } = route
      // Refused by its query, where it has one: a stream of events would not end.
      const url = `${route.url}?nonsense=1`
      const stranger = await app.inject({ method, url })
      assert.equal(stranger.statusCode, 401)
      assert.equal(stranger.headers['www-authenticate'], 'Bearer')
      assert.equal(stranger.json().code, 'UNAUTHORIZED')
      assert.deepEqual(scopes, needed === null ? [] : [needed], 'what the document says')
      for (const [scope, headers] of KEYS) {
        const isAllowed = needed == null || allows([scope], needed)
        if (!isLong && !isAllowed && !READING.includes(scope)) continue
        const { statusCode, headers: answer } = await app.inject({ method, url, headers })
        if (isAllowed) {
          assert.ok(statusCode !== 401 && statusCode !== 403, `${scope}: ${statusCode}`)
        } else {
          assert.equal(statusCode, 403, scope)
          assert.equal(answer['www-authenticate'], `Bearer error="insufficient_scope", scope="${needed}"`)
        }
      }
      // A token that may only read changes nothing.
      if (method !== 'GET' && !CALCULATES.includes(nameOf(route))) assert.ok(!needed?.endsWith(':read'), `${needed}`)
    })
  }

  it('needs a token, except the one that takes it in its body', async () => {
    assert.equal(DOCUMENTED.length, ROUTES.length + 1)
    const answer = await app.inject({ method: 'POST', url: '/api/v1/sign-in', payload: { token: 'not-the-token' } })
    assert.deepEqual([answer.statusCode, answer.json().code], [401, 'INVALID_TOKEN'])
  })

  it('is protected even if it is not documented', async () => {
    const url = '/api/v1/charge-points/CP-1/calls/NoSuchAction'
    assert.equal((await app.inject({ method: 'POST', url })).statusCode, 401)
    assert.equal((await app.inject({ method: 'POST', url, headers: READERS[0] })).statusCode, 403)
    const head = await app.inject({ method: 'HEAD', url: '/api/v1/transactions', headers: READERS[0] })
    assert.equal(head.statusCode, 403)
  })

  it('counts its rejections by reason', async () => {
    const line = 'operator_refusals_total{reason="insufficient-scope"}'
    const before = await metric(server, line)
    await app.inject({ url: '/api/v1/audit', headers: READERS[0] })
    assert.equal(await metric(server, line), before + 1)
    assert.ok((await metric(server, 'operator_requests_total{method="GET",status="403"}')) > 0)
  })
})

describe('a scope', () => {
  it('allows what it names, write includes read, and admin includes everything', () => {
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

describe('a route without a scope', () => {
  it('makes the start fail', async () => {
    const DATA_DIR = await temporaryDirectory()
    const other = await buildApp({ config: readConfig({ OPERATOR_TOKEN: TOKEN, DATA_DIR }) })
    other.get('/api/v1/forgotten', () => 'everything')
    await assert.rejects(async () => other.ready(), /routes without a scope: GET \/api\/v1\/forgotten/)
    await other.close()
  })

  it('makes the start fail when the WebSockets of chargers would be below the API', async () => {
    const DATA_DIR = await temporaryDirectory()
    const config = readConfig({ OPERATOR_TOKEN: TOKEN, DATA_DIR, OCPP_PATH: '/api/v1/ocpp/:identity' })
    await assert.rejects(buildApp({ config }), /OCPP_PATH must not be/)
  })
})
