import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import fc from 'fast-check'
import { StorageError } from '../../lib/database/errors.js'
import { prune } from '../../lib/database/retention.js'
import { targetOf } from '../../lib/operators/audit.js'
import { auditBody } from '../../lib/operators/audit-body.js'
import { BEARER, onSharedBackend, operate, startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { metric, tokenOf } from './support.js'

async function records(server: TestServer, query = '') {
  const response = await operate(server, 'GET', `/audit${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items as Record<string, unknown>[]
}

function targets(items: Record<string, unknown>[]) {
  return items.map(({ target }) => target)
}

onSharedBackend('a change of an operator', (start) => {
  it('is stored with the operator, time, request, address and outcome', async () => {
    const server = await start()
    const headers = await tokenOf(server, 'alice', 'charge-points:write')
    const before = Date.now()
    await server.app.inject({
      method: 'PUT',
      url: '/api/v1/charge-points/CP-1?ignored=1&token=S3CR3T',
      headers,
      remoteAddress: '192.0.2.7',
      payload: { password: 'correct-horse-battery', notes: 'behind the house' }
    })
    const [{ createdAt, completedAt, ...record } = {}, ...others] = await records(server, '?target=charge-points/CP-1')
    assert.deepEqual(others, [])
    assert.deepEqual(record, {
      operator: 'alice',
      method: 'PUT',
      route: '/api/v1/charge-points/:identity',
      path: '/charge-points/CP-1?ignored=1&token=[redacted]',
      target: 'charge-points/cp-1',
      body: { password: '[redacted]', notes: 'behind the house' },
      remoteAddress: '192.0.2.7',
      status: 201
    })
    assert.ok(Date.parse(String(createdAt)) >= before && String(completedAt) >= String(createdAt))
  })

  it('is stored also when it failed, but not when access was denied', async () => {
    const server = await start()
    const headers = await tokenOf(server, 'reader', 'charge-points:read')
    const changes: string[] = []
    const unsubscribe = server.app.publisher.subscribe(({ type, data }) => {
      if (type === 'change') changes.push(JSON.stringify(data))
    })
    const denied = 'operator_refusals_total{reason="insufficient-scope"}'
    const url = '/api/v1/charge-points/nobody'
    assert.equal((await operate(server, 'DELETE', '/charge-points/nobody')).statusCode, 404)
    assert.equal((await server.app.inject({ method: 'DELETE', url, headers })).statusCode, 403)
    assert.equal((await server.app.inject({ method: 'DELETE', url })).statusCode, 401)
    assert.equal((await operate(server, 'PUT', '/charge-points/nobody', { enabled: 'yes' })).statusCode, 400)
    unsubscribe()
    assert.deepEqual(changes, [], 'nothing was changed')
    const found = await records(server, '?target=charge-points/nobody')
    assert.deepEqual(
      found.map(({ operator, method, status }) => [operator, method, status]),
      [['operator', 'DELETE', 404]]
    )
    assert.equal(await metric(server, denied), 1)
  })

  it('is found by the created resource, also when only the answer names it', async () => {
    const server = await start()
    await tokenOf(server, 'made', 'admin')
    const [record] = await records(server, '?target=operator-tokens/made')
    assert.deepEqual([record?.method, record?.path, record?.status], ['POST', '/operator-tokens', 201])
    assert.deepEqual(record?.body, { name: 'made', scopes: ['admin'] })
  })

  it('is listed newest first, page by page, by operator and by time', async () => {
    const server = await start()
    const headers = await tokenOf(server, 'bob', 'id-tokens:write')
    const put = (idToken: string) =>
      server.app.inject({ method: 'PUT', url: `/api/v1/id-tokens/${idToken}`, headers, payload: {} })
    for (const idToken of ['T1', 'T2', 'T3']) assert.equal((await put(idToken)).statusCode, 201)
    const mine = await records(server, '?operator=bob')
    assert.deepEqual(targets(mine), ['id-tokens/t3', 'id-tokens/t2', 'id-tokens/t1'])

    const found: unknown[] = []
    for (let cursor = ''; ; ) {
      const response = await operate(server, 'GET', `/audit?operator=bob&limit=2${cursor}`)
      const { items, nextCursor } = response.json()
      found.push(...items)
      if (nextCursor === undefined) break
      cursor = `&cursor=${nextCursor}`
    }
    assert.deepEqual(found, mine)

    const first = String(mine.at(-1)?.createdAt)
    const after = new Date(Date.parse(String(mine[0]?.createdAt)) + 1).toISOString()
    assert.equal((await records(server, `?operator=bob&from=${first}&to=${after}`)).length, 3)
    assert.deepEqual(await records(server, `?operator=bob&to=${first}`), [])
    assert.deepEqual(await records(server, `?operator=bob&from=${after}`), [])
  })

  it('is not carried out when it cannot be stored', async () => {
    const server = await start()
    const { writer } = server.app.database
    // The change itself could be stored.
    const trouble = mock.method(writer, 'write', () => Promise.reject(new StorageError('full')), { times: 1 })
    const response = await operate(server, 'PUT', '/charge-points/CP-9', { notes: 'x' })
    trouble.mock.restore()
    assert.equal(response.statusCode, 503)
    assert.equal((await operate(server, 'GET', '/charge-points/CP-9')).statusCode, 404)
    assert.deepEqual(await records(server, '?target=charge-points/CP-9'), [])
  })

  it('is answered as usual when only its outcome cannot be stored', async () => {
    const server = await start()
    const { writer } = server.app.database
    const write = writer.write.bind(writer)
    let writes = 0
    const trouble = mock.method(writer, 'write', (...args: Parameters<typeof write>) => {
      writes++
      return writes < 3 ? write(...args) : Promise.reject(new StorageError('full'))
    })
    const response = await operate(server, 'PUT', '/id-tokens/UNSURE', {})
    trouble.mock.restore()
    assert.equal(response.statusCode, 201)
    const [record] = await records(server, '?target=id-tokens/unsure')
    assert.equal(record?.operator, 'operator')
    assert.ok(record !== undefined && !('status' in record) && !('completedAt' in record))
  })

  it('is kept for as long as the setting says, by default for ever', async () => {
    const server = await start()
    const { db, writer } = server.app.database
    assert.equal((await operate(server, 'PUT', '/id-tokens/OLD', {})).statusCode, 201)
    const now = Date.now() + 31 * 86_400_000
    const about = async () => (await records(server, '?target=id-tokens/old')).length
    await prune({ db, writer, now, settings: { ...server.app.config, RETENTION_EVENTS_DAYS: 0 } })
    assert.equal(await about(), 1)
    await prune({ db, writer, now, settings: { ...server.app.config, RETENTION_AUDIT_DAYS: 30 } })
    assert.equal(await about(), 0)
  })

  it('is not a call to a charge point, which has a record with its operator anyway', async () => {
    const server = await start()
    const headers = await tokenOf(server, 'caller', 'calls:write', 'charge-points:read')
    const charger = await connectCharger(server.url, 'CALLED', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    const url = '/api/v1/charge-points/CALLED/calls'
    const call = await server.app.inject({ method: 'POST', url: `${url}/ClearCache`, headers })
    assert.equal(call.statusCode, 200, call.body)
    assert.deepEqual(await records(server, '?target=charge-points/called'), [])
    const { items } = (await server.app.inject({ url, headers })).json()
    assert.equal(items[0]?.operator, 'caller')
  })
})

describe('a query of the audit log', () => {
  it('is answered 400 when it is invalid', async () => {
    const { app } = await startBackend()
    for (const query of ['cursor=x', 'cursor=MQ', 'limit=0', 'from=yesterday', 'to=2026-12-31T23:59:61Z', 'who=me']) {
      const response = await app.inject({ url: `/api/v1/audit?${query}`, headers: BEARER })
      assert.equal(response.statusCode, 400, query)
    }
  })
})

describe('a body in the audit log', () => {
  it('contains no secret, at any place and with any name', () => {
    const secret = fc.stringMatching(/^S3CR3T[a-z0-9]{20}$/)
    const member = fc.constantFrom(
      'password',
      'newPassword',
      'secret',
      'webhookSecret',
      'token',
      'accessTokens',
      'apiKey',
      'api_key',
      'privateKey',
      'Authorization',
      'credentials',
      'simPin',
      'passphrase'
    )
    const depth = fc.nat({ max: 5 })
    fc.assert(
      fc.property(secret, member, depth, (value, name, levels) => {
        let body: unknown = { [name]: value, kept: 1 }
        for (let level = 0; level < levels; level++) body = level % 2 === 0 ? [body] : { inner: body }
        const text = auditBody(body) ?? ''
        assert.ok(!text.includes(value), text)
        assert.ok(text.includes('"kept":1'), text)
      })
    )
  })

  it('contains no secret within texts: URLs, headers and private keys', () => {
    const text = auditBody({
      url: 'https://user:S3CR3T@example.org/hook?token=S3CR3T&x=1',
      headers: ['Bearer S3CR3T0123456789', 'Basic S3CR3T0123456789=='],
      pem: '-----BEGIN EC PRIVATE KEY-----\nS3CR3T\n-----END EC PRIVATE KEY-----',
      settings: { key: 'AuthorizationKey', value: 'S3CR3T' },
      credentials: { user: 'anna', value: 'S3CR3T' }
    })
    assert.ok(text !== null && !text.includes('S3CR3T'), String(text))
    assert.ok(text.includes('x=1'))
  })

  it('contains everything else, and the beginning of id tokens', () => {
    const body = { notes: 'Basic charging', enabled: false, keys: ['a'], idToken: '04A1B2C3', count: 0 }
    assert.deepEqual(JSON.parse(auditBody(body) ?? ''), { ...body, idToken: '04A1…' })
  })

  it('is shortened to a maximum length', () => {
    const long = auditBody({ list: Array.from({ length: 10_000 }, (_, index) => index), text: 'x'.repeat(1_000_000) })
    assert.ok(long !== null && long.length < 10_000)
    assert.match(long, /… and 9900 more/)
    assert.match(long, /… \(1000000 characters\)/)
    const wide = auditBody(
      Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`member ${index}`, index]))
    )
    assert.match(String(wide), /^"\d+ characters of JSON"$/)
    let deep: unknown = 'end'
    for (let level = 0; level < 1_000; level++) deep = [deep]
    assert.ok(!String(auditBody(deep)).includes('end'))
  })

  it('is absent when it is not JSON', () => {
    assert.equal(auditBody(Buffer.from('id,secret')), '"9 bytes"')
    assert.equal(auditBody(undefined), null)
  })
})

describe('the target of a change', () => {
  it('is the resource that its path names, in any spelling', () => {
    for (const path of ['/charge-points/CP-1', 'charge-points/cp-1/connection', '/charge-points/%43P-1?x=1']) {
      assert.equal(targetOf(path), 'charge-points/cp-1', path)
    }
    assert.equal(targetOf('/operator-tokens'), 'operator-tokens')
    assert.equal(targetOf('/id-tokens/%zz'), 'id-tokens/%zz')
  })
})
