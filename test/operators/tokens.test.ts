import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { StorageError } from '../../lib/database/errors.js'
import { hashOf } from '../../lib/operators/tokens.js'
import { BEARER, onSharedBackend, operate, startBackend } from '../app/support.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { bearer, metric, tokenOf } from './support.js'

async function self({ app }: TestServer, headers: object) {
  return app.inject({ url: '/api/v1/operator-tokens/self', headers: { ...headers } })
}

onSharedBackend('an operator token', (start) => {
  it('is shown once, works, and is stored as a hash only', async () => {
    const server = await start()
    const response = await operate(server, 'POST', '/operator-tokens', {
      name: 'grafana',
      scopes: ['transactions:read', 'charge-points:read']
    })
    assert.equal(response.statusCode, 201)
    assert.equal(response.headers.location, '/api/v1/operator-tokens/grafana')
    const { token, createdAt, ...rest } = response.json()
    assert.match(token, /^ocpp_[A-Za-z0-9_-]{43}$/)
    assert.deepEqual(rest, { name: 'grafana', scopes: ['charge-points:read', 'transactions:read'] })

    const mine = await self(server, bearer(token))
    assert.deepEqual(mine.json(), { name: 'grafana', scopes: ['charge-points:read', 'transactions:read'] })
    const one = await operate(server, 'GET', '/operator-tokens/grafana')
    assert.equal(one.json().createdAt, createdAt)
    assert.ok(!one.body.includes(token) && !one.body.includes(hashOf(token)))
    const tables = ['operator_tokens', 'audit_log'] as const
    for (const table of tables) {
      const rows = JSON.stringify(await server.app.database.db.selectFrom(table).selectAll().execute())
      assert.ok(rows.includes('grafana') && !rows.includes(token), table)
    }
  })

  it('has a unique name', async () => {
    const server = await start()
    await tokenOf(server, 'twice', 'admin')
    const again = await operate(server, 'POST', '/operator-tokens', { name: 'twice', scopes: ['admin'] })
    assert.deepEqual([again.statusCode, again.json().code], [409, 'NAME_TAKEN'])
  })

  it('is invalid from the moment of its revocation, and its name is free again', async () => {
    const server = await start()
    const headers = await tokenOf(server, 'leaving', 'admin')
    assert.equal((await self(server, headers)).statusCode, 200)
    assert.equal((await operate(server, 'DELETE', '/operator-tokens/leaving')).statusCode, 204)
    const refused = await self(server, headers)
    assert.equal(refused.statusCode, 401)
    assert.equal(refused.headers['www-authenticate'], 'Bearer error="invalid_token"')
    assert.equal((await operate(server, 'GET', '/operator-tokens/leaving')).statusCode, 404)
    assert.equal((await operate(server, 'DELETE', '/operator-tokens/leaving')).statusCode, 404)
    const next = await tokenOf(server, 'leaving', 'admin')
    assert.notEqual(next.authorization, headers.authorization)
  })

  it('is listed with the others, oldest first, page by page', async () => {
    const server = await start()
    const names = ['list-a', 'list-b', 'list-c']
    for (const name of names) await tokenOf(server, name, 'id-tokens:read')
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const response = await operate(server, 'GET', `/operator-tokens?limit=2${cursor}`)
      const { items, nextCursor } = response.json()
      assert.ok(items.length <= 2)
      found.push(...items.map(({ name }: { name: string }) => name))
      if (nextCursor === undefined) break
      cursor = `&cursor=${nextCursor}`
    }
    assert.deepEqual(
      found.filter((name) => name.startsWith('list-')),
      names
    )
  })

  it('has the time of its last use, which is stored once for many requests', async () => {
    const server = await start()
    const headers = await tokenOf(server, 'busy', 'charge-points:read')
    await tokenOf(server, 'unused', 'charge-points:read')
    const lastUsed = async () => (await operate(server, 'GET', '/operator-tokens/busy')).json().lastUsedAt
    assert.equal(await lastUsed(), undefined)
    const before = Date.now()
    await self(server, headers)
    let used: string | undefined
    await until('its use is written down', () => {
      void lastUsed().then((time) => (used = time))
      return used !== undefined
    })
    assert.ok(Date.parse(String(used)) >= before)
    assert.equal((await operate(server, 'GET', '/operator-tokens/unused')).json().lastUsedAt, undefined)
    const { commits } = server.app.database.writer.counters
    for (let request = 0; request < 50; request++) assert.equal((await self(server, headers)).statusCode, 200)
    assert.ok(server.app.database.writer.counters.commits - commits < 5)
    assert.equal(await lastUsed(), used)
  })
})

describe('a request for a new token', () => {
  const REFUSED: [what: string, body: unknown, status: number, pointer: string][] = [
    ['without a name', { scopes: ['admin'] }, 400, '/name'],
    ['without scopes', { name: 'a' }, 400, '/scopes'],
    ['with an empty list of scopes', { name: 'a', scopes: [] }, 400, '/scopes'],
    ['with a scope twice', { name: 'a', scopes: ['admin', 'admin'] }, 400, '/scopes'],
    ['with an unknown scope', { name: 'a', scopes: ['admin', 'root'] }, 400, '/scopes/1'],
    ['with a scope of another type', { name: 'a', scopes: [1] }, 400, '/scopes/0'],
    ['with scopes as text', { name: 'a', scopes: 'admin' }, 400, '/scopes'],
    ['with a name of another type', { name: 1, scopes: ['admin'] }, 400, '/name'],
    ['with a name in capitals', { name: 'Grafana', scopes: ['admin'] }, 400, '/name'],
    ['with the name of the built-in one', { name: 'operator', scopes: ['admin'] }, 400, '/name'],
    ['with the name of a path', { name: 'self', scopes: ['admin'] }, 400, '/name'],
    ['with a name that is a path', { name: '../a', scopes: ['admin'] }, 400, '/name'],
    ['with a name that is too long', { name: 'a'.repeat(65), scopes: ['admin'] }, 400, '/name'],
    ['with a token', { name: 'a', scopes: ['admin'], token: 'weak' }, 400, '/token'],
    ['that has expired', { name: 'a', scopes: ['admin'], expiresAt: '2020-01-01T00:00:00Z' }, 422, '/expiresAt'],
    ['that expires at no time', { name: 'a', scopes: ['admin'], expiresAt: 'tomorrow' }, 400, '/expiresAt'],
    ['of no object', ['a'], 400, ''],
    ['of null', null, 400, '']
  ]

  it('is rejected with the name of the invalid member, and creates nothing', async () => {
    const server = await startBackend()
    for (const [what, body, status, pointer] of REFUSED) {
      const response = await server.app.inject({
        method: 'POST',
        url: '/api/v1/operator-tokens',
        headers: { ...BEARER, 'content-type': 'application/json' },
        payload: JSON.stringify(body)
      })
      assert.equal(response.statusCode, status, `${what}: ${response.body}`)
      const { errors } = response.json()
      assert.ok(errors.length > 0, what)
      assert.equal(errors[0].pointer, pointer, what)
    }
    assert.deepEqual((await operate(server, 'GET', '/operator-tokens')).json().items, [])
    // A token of the right form is written down before it is looked up.
    const { items } = (await operate(server, 'GET', '/audit')).json()
    assert.deepEqual(new Set(items.map((item: { status: number }) => item.status)), new Set([422]))
  })
})

describe('a token with an end', () => {
  it('works until then, and is answered 401 afterwards', async () => {
    const server = await startBackend()
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    const made = await operate(server, 'POST', '/operator-tokens', { name: 'short', scopes: ['admin'], expiresAt })
    const headers = bearer(made.json().token)
    const mine = await self(server, headers)
    assert.deepEqual(mine.json(), { name: 'short', scopes: ['admin'], expiresAt })
    const clock = mock.method(Date, 'now', () => Date.parse(expiresAt))
    const late = await self(server, headers)
    clock.mock.restore()
    assert.deepEqual([late.statusCode, late.json().code], [401, 'EXPIRED_TOKEN'])
    assert.equal(late.headers['www-authenticate'], 'Bearer error="invalid_token"')
    assert.equal(await metric(server, 'operator_refusals_total{reason="expired-token"}'), 1)
  })
})

describe('while the database does not answer', () => {
  it('the built-in token is still valid, and others are answered 503, not 401', async () => {
    const server = await startBackend()
    const headers = await tokenOf(server, 'unlucky', 'admin')
    const trouble = mock.method(server.app.database.db, 'selectFrom', () => {
      throw new StorageError('unavailable')
    })
    const other = await self(server, headers)
    const builtIn = await self(server, BEARER)
    trouble.mock.restore()
    assert.deepEqual([other.statusCode, builtIn.statusCode], [503, 200])
    assert.match(String(other.headers['content-type']), /^application\/problem\+json/)
    assert.ok(Number(other.headers['retry-after']) > 0)
    assert.deepEqual(builtIn.json(), { name: 'operator', scopes: ['admin'] })
    assert.equal((await self(server, headers)).statusCode, 200)
  })
})
