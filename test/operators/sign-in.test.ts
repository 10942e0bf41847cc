import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import type {} from '../../plugins/sign-ins.js'
import { BEARER, onBothBackends, operate, startBackend, TOKEN, temporaryDirectory } from '../app/support.js'
import { emptyDatabase, noPostgres } from '../database/support.js'
import { openReader } from '../events/reader.js'
import type { TestServer } from '../support/server.js'
import { measureDelays, until, within } from '../support/wait.js'
import { Browser, signInWith } from './browser.js'
import { assertRefused, bearer, metric, tokenOf } from './support.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const server = await startBackend({ API_FAILURE_LIMIT: '1000', METRICS_TOKEN: 'token-of-the-metrics' })
const strict = await startBackend({ API_FAILURE_LIMIT: '3' })
const signedIn = await Browser.signIn(server)

/** The token in the headers that go with it. */
async function tokenText(name: string, ...scopes: Parameters<typeof tokenOf>[2][]): Promise<string> {
  return (await tokenOf(server, name, ...scopes)).authorization.slice('Bearer '.length)
}

interface Row {
  created_at: number
  last_used_at: number
  expires_at: number
}

/** Changes the stored row of a sign-in, as time would. */
async function age({ app }: TestServer, { cookie }: Browser, row: Partial<Row>): Promise<void> {
  const hash = hashOf(cookie)
  await app.database.writer.write((trx) =>
    // created_at is set once.
    trx
      .updateTable('sign_ins')
      .set(row as Omit<Row, 'created_at'>)
      .where('cookie_hash', '=', hash)
      .execute()
  )
  app.signIns.all.forget()
}

function rowOf({ app }: TestServer, { cookie }: Browser) {
  const rows = app.database.db.selectFrom('sign_ins').selectAll()
  return rows.where('cookie_hash', '=', hashOf(cookie)).executeTakeFirstOrThrow()
}

function hashOf(cookie: string): string {
  return createHash('sha256')
    .update(cookie.slice(cookie.indexOf('=') + 1))
    .digest('hex')
}

describe('a browser that signs in', () => {
  it('gets a cookie that no script can read, with the permissions of the token', async () => {
    const before = Date.now()
    const browser = await Browser.signIn(server)
    assert.match(browser.setCookie, /^sign-in=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    const { name, scopes, expiresAt } = browser.signedIn
    assert.deepEqual([name, scopes], ['operator', ['admin']])
    const left = Date.parse(expiresAt) - before
    assert.ok(left >= 12 * HOUR_MS && left < 12 * HOUR_MS + 60_000, expiresAt)
    const shown = await browser.request('GET', '/sign-in')
    assert.deepEqual([shown.statusCode, shown.json().name], [200, 'operator'])
    assert.equal((await browser.request('PUT', '/charge-points/CP-1', { payload: {} })).statusCode, 201)
    const stored = JSON.stringify(await rowOf(server, browser))
    assert.ok(!stored.includes(browser.cookie.slice(-43)) && !stored.includes(TOKEN), stored)
  })

  it('has the scopes of its token, and no others', async () => {
    const browser = await Browser.signIn(server, await tokenText('reading', 'charge-points:read'))
    assert.deepEqual(browser.signedIn.scopes, ['charge-points:read'])
    assert.equal((await browser.request('GET', '/charge-points')).statusCode, 200)
    const refused = await browser.request('PUT', '/charge-points/CP-2', { payload: {} })
    assert.deepEqual([refused.statusCode, refused.json().code], [403, 'INSUFFICIENT_SCOPE'])
    assert.equal((await browser.request('GET', '/sign-ins')).statusCode, 403)
  })

  it('signs out: its cookie is removed, and is invalid from then on', async () => {
    const browser = await Browser.signIn(server)
    const answer = await browser.request('DELETE', '/sign-in')
    assert.deepEqual([answer.statusCode, answer.body], [204, ''])
    assert.equal(answer.headers['set-cookie'], 'sign-in=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0')
    const refused = await browser.request('GET', '/sign-in')
    assertRefused(refused, 'signed out')
    assert.deepEqual([refused.statusCode, refused.json().code], [401, 'INVALID_SIGN_IN'])
    assert.equal(refused.headers['www-authenticate'], 'Bearer')
  })

  it('is in the audit log with its sign-in and sign-out, without its token', async () => {
    const browser = await Browser.signIn(server, await tokenText('anna', 'charge-points:read'))
    await browser.request('DELETE', '/sign-in')
    const { items } = (await operate(server, 'GET', '/audit?operator=anna')).json()
    assert.deepEqual(
      items.map(({ method, target, status, body }: Record<string, unknown>) => [method, target, status, body]),
      [
        ['DELETE', 'sign-in', 204, undefined],
        ['POST', 'sign-in', 200, { token: '[redacted]' }]
      ]
    )
  })

  it('needs no cookie when the request has a token', async () => {
    const browser = await Browser.signIn(server)
    const headers = { 'sec-fetch-site': 'same-origin', ...bearer(await tokenText('other', 'id-tokens:read')) }
    const self = await browser.request('GET', '/operator-tokens/self', { headers })
    assert.equal(self.json().name, 'other')
    const wrong = await browser.request('GET', '/charge-points', {
      headers: { ...headers, ...bearer('no-token-at-all') }
    })
    assert.deepEqual([wrong.statusCode, wrong.json().code], [401, 'INVALID_TOKEN'])
    const other = await browser.request('GET', '/charge-points', {
      headers: { ...headers, authorization: 'Basic QTpC' }
    })
    assert.deepEqual([other.statusCode, other.json().code], [401, 'UNAUTHORIZED'])
    for (const method of ['GET', 'DELETE'] as const) {
      const { statusCode, body } = await operate(server, method, '/sign-in')
      assert.deepEqual([statusCode, JSON.parse(body).code], [404, 'NOT_SIGNED_IN'])
    }
  })

  it('can use its cookie for the operator API only', async () => {
    const { headers } = await Browser.signIn(server)
    assert.equal((await server.app.inject({ url: '/metrics', headers })).statusCode, 401)
  })

  it('has at most 100 sign-ins of one token: the oldest end', async () => {
    const token = await tokenText('many', 'charge-points:read')
    const [first, second] = [await Browser.signIn(server, token), await Browser.signIn(server, token)]
    const { id: tokenId } = await server.app.database.db
      .selectFrom('operator_tokens')
      .select('id')
      .where('name', '=', 'many')
      .executeTakeFirstOrThrow()
    const operator = { name: 'many', scopes: [], tokenId }
    const more = () => server.app.signIns.all.begin(operator, { remoteAddress: undefined, userAgent: undefined })
    await Promise.all(Array.from({ length: 99 }, more))
    await until('the oldest has ended', async () => (await first.status()) === 401, 4_000)
    assert.equal(await second.status(), 200)
  })
})

describe('a wrong token', () => {
  it('that is a cookie is limited by its address, too, but does not stop a new sign-in', async () => {
    const browser = await Browser.signIn(strict)
    assert.equal(await browser.status(), 200)
    const wrong = (letter: string) =>
      browser.request('GET', '/sign-in', {
        headers: { 'sec-fetch-site': 'same-origin', cookie: `sign-in=${letter.repeat(43)}` }
      })
    for (let time = 0; time < 30; time++) assert.equal((await wrong('A')).statusCode, 401)
    const refused = await wrong('B')
    assert.deepEqual([refused.statusCode, refused.json().code], [429, 'TOO_MANY_FAILURES'])
    assert.equal(await browser.status(), 200)
    assert.equal(await (await Browser.signIn(strict)).status(), 200)
  })

  it('gets no cookie, and after too many 429, while who is signed in goes on', async () => {
    const browser = await Browser.signIn(strict)
    for (let time = 0; time < 3; time++) {
      const refused = await signInWith(strict, 'a-guess-that-is-wrong-for-sure')
      assertRefused(refused, 'wrong token')
      assert.deepEqual([refused.statusCode, refused.json().code], [401, 'INVALID_TOKEN'])
      assert.equal(refused.headers['set-cookie'], undefined)
    }
    const refused = await signInWith(strict, TOKEN)
    assert.deepEqual([refused.statusCode, refused.json().code], [429, 'TOO_MANY_FAILURES'])
    assert.ok(Number(refused.headers['retry-after']) > 0)
    assert.equal(await browser.status(), 200)
    assert.equal((await operate(strict, 'GET', '/audit')).statusCode, 429)
  })

  it('is neither a missing one nor one in an invalid body', async () => {
    for (const payload of [{}, { token: 7 }, { token: '' }, { token: TOKEN, more: 1 }, { token: 'x'.repeat(1_001) }]) {
      const answer = await server.app.inject({ method: 'POST', url: '/api/v1/sign-in', payload })
      assert.equal(answer.statusCode, 400, JSON.stringify(payload))
    }
  })
})

describe('a cookie that is wrong', () => {
  for (const [what, cookie] of Object.entries({
    'is empty': 'sign-in=',
    'has no value': 'sign-in',
    'has another length': 'sign-in=abc',
    'is badly encoded': 'sign-in=%E0%A4%A',
    'encodes NUL': `sign-in=${'%00'.repeat(43)}`,
    'is a name of JavaScript': '__proto__=1; constructor=2; sign-in=__proto__',
    'has 8 KB': `sign-in=${'A'.repeat(8_000)}`,
    'is one of many': `${Array.from({ length: 1_000 }, (_, n) => `c${n}=1`).join('; ')}; sign-in=x`,
    'is full of separators': `${';'.repeat(4_000)}=${'='.repeat(3_000)}`,
    'comes twice': `sign-in=${'A'.repeat(43)}; sign-in=${'B'.repeat(43)}`,
    'is in quotes': `sign-in="${'A'.repeat(43)}"`,
    'is not ASCII': 'sign-in=\u00fc\u00ff',
    'is the one for TLS': `__Host-sign-in=${'A'.repeat(43)}`
  })) {
    it(`is answered 401 when it ${what}`, async () => {
      for (const method of ['GET', 'DELETE'] as const) {
        const headers = { cookie, 'sec-fetch-site': 'same-origin' }
        const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/sign-in`, { method, headers })
        assert.equal(answer.status, 401, await answer.text())
      }
    })
  }
})

describe('a request that another page causes', () => {
  const host = 'example.test:3000'

  for (const [what, headers, reading, writing] of [
    ['the same origin', { 'sec-fetch-site': 'same-origin' }, 200, 200],
    ['the address bar', { 'sec-fetch-site': 'none' }, 200, 401],
    ['another port of the same site', { 'sec-fetch-site': 'same-site' }, 401, 401],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 401, 401],
    ['two sites at once', { 'sec-fetch-site': 'same-origin, same-origin' }, 401, 401],
    ['another site that says our origin', { 'sec-fetch-site': 'cross-site', origin: `http://${host}` }, 401, 401],
    ['our origin', { origin: `http://${host}` }, 200, 200],
    ['our origin, without any header', {}, 200, 401],
    ['another port', { origin: 'http://example.test:3001' }, 401, 401],
    ['another scheme', { origin: `https://${host}` }, 401, 401],
    ['another host', { origin: 'http://evil.test:3000' }, 401, 401],
    ['a host that begins as ours', { origin: `http://${host}.evil.test` }, 401, 401],
    ['no origin that it tells', { origin: 'null' }, 401, 401],
    ['no URL', { origin: 'http://[' }, 401, 401]
  ] as const) {
    it(`counts as signed in or not when it comes from ${what}`, async () => {
      const read = await signedIn.request('GET', '/charge-points', { headers: { host, ...headers } })
      assert.equal(read.statusCode, reading, read.body)
      const written = await signedIn.request('PUT', '/charge-points/CP-1', {
        payload: {},
        headers: { host, ...headers }
      })
      assert.equal(written.statusCode, writing, written.body)
      if (writing === 401) assert.equal(written.json().code, 'FOREIGN_ORIGIN')
    })
  }

  it('cannot sign a browser in', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'http://a.test' }
    ]) {
      const refused = await signInWith(server, TOKEN, { headers: { host, ...headers } })
      assert.deepEqual([refused.statusCode, refused.json().code], [403, 'FOREIGN_ORIGIN'])
      assert.equal(refused.headers['set-cookie'], undefined)
    }
    assert.equal((await signInWith(server, TOKEN, { headers: { host, origin: `http://${host}` } })).statusCode, 200)
    assert.equal((await signInWith(server, TOKEN, { headers: {} })).statusCode, 200, 'no browser')
  })
})

describe('a sign-in over plain http', () => {
  it('from another machine is refused, and the answer says what helps', async () => {
    for (const asked of [
      { remoteAddress: '192.0.2.1' },
      // A proxy on this machine that TRUSTED_PROXIES does not name.
      { headers: { 'x-forwarded-for': '192.0.2.1' } },
      { headers: { forwarded: 'for=192.0.2.1' } }
    ]) {
      const refused = await signInWith(server, TOKEN, asked)
      assert.deepEqual([refused.statusCode, refused.json().code], [403, 'INSECURE_SIGN_IN'])
      for (const help of ['TLS_PORT', 'TRUSTED_PROXIES', 'DASHBOARD_ALLOW_HTTP=true']) {
        assert.ok(refused.json().detail.includes(help), refused.json().detail)
      }
    }
    for (const remoteAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      assert.equal((await signInWith(server, TOKEN, { remoteAddress })).statusCode, 200, remoteAddress)
    }
  })

  it('from another machine is possible when the settings say so', async () => {
    const open = await startBackend({ DASHBOARD_ALLOW_HTTP: 'true' })
    const browser = await Browser.signIn(open, TOKEN, { remoteAddress: '192.0.2.1' })
    assert.match(browser.cookie, /^sign-in=/)
    const { items } = (await browser.request('GET', '/sign-ins')).json()
    assert.equal(items[0].remoteAddress, '192.0.2.1')
  })
})

describe('a sign-in', () => {
  it('ends with its token, event stream included, when the token is revoked', async () => {
    const browser = await Browser.signIn(server, await tokenText('leaving', 'charge-points:read'))
    const reader = await openReader(server.port, { headers: browser.headers })
    assert.equal(reader.status, 200)
    assert.equal((await operate(server, 'DELETE', '/operator-tokens/leaving')).statusCode, 204)
    assert.equal(await browser.status(), 401)
    await within('the stream to end', reader.closed)
  })

  it('ends with its token, event stream included, when the token expires', async () => {
    const body = {
      name: 'brief',
      scopes: ['charge-points:read'],
      expiresAt: new Date(Date.now() + 4_000).toISOString()
    }
    const { token, expiresAt } = (await operate(server, 'POST', '/operator-tokens', body)).json()
    const browser = await Browser.signIn(server, token)
    assert.equal(browser.signedIn.expiresAt, expiresAt)
    const shown = await browser.request('GET', '/sign-in')
    // On a busy machine it may have ended before.
    if (shown.statusCode === 200) assert.equal(shown.json().expiresAt, expiresAt)
    const reader = await openReader(server.port, { headers: browser.headers })
    assert.equal(reader.status, 200)
    await within('the stream to end', reader.closed)
    assert.equal(await browser.status(), 401)
  })

  it('ends after the time without use, event stream included', async () => {
    const browser = await Browser.signIn(server)
    const reader = await openReader(server.port, { headers: browser.headers })
    await age(server, browser, { expires_at: Date.now() - 1 })
    await within('the stream to end', reader.closed)
    assert.equal(await browser.status(), 401)
  })

  it('ends after seven days, whether it is used or not', async () => {
    const browser = await Browser.signIn(server)
    const created_at = Date.now() - 7 * DAY_MS + HOUR_MS
    await age(server, browser, { created_at, last_used_at: Date.now() - HOUR_MS })
    const shown = await browser.request('GET', '/sign-in')
    assert.equal(Date.parse(shown.json().expiresAt), created_at + 7 * DAY_MS)
    await until('the use is saved', async () => (await rowOf(server, browser)).expires_at === created_at + 7 * DAY_MS)
    const old = await Browser.signIn(server)
    await age(server, old, { created_at: Date.now() - 7 * DAY_MS - 1 })
    assert.equal(await old.status(), 401)
  })

  it('lasts longer when it is used, which is saved once a minute', async () => {
    const browser = await Browser.signIn(server)
    const { last_used_at: first } = await rowOf(server, browser)
    for (let time = 0; time < 3; time++) assert.equal(await browser.status(), 200)
    assert.equal((await rowOf(server, browser)).last_used_at, first)
    const other = await Browser.signIn(server)
    const soon = Date.now() + HOUR_MS
    await age(server, other, { last_used_at: Date.now() - 11 * HOUR_MS, expires_at: soon })
    assert.equal(await other.status(), 200)
    await until('the use is saved', async () => (await rowOf(server, other)).expires_at > soon + 10 * HOUR_MS)
  })

  it('counts as a use of its token', async () => {
    const browser = await Browser.signIn(server, await tokenText('walks', 'charge-points:read'))
    await server.app.database.writer.write((trx) =>
      trx.updateTable('operator_tokens').set({ last_used_at: 1 }).where('name', '=', 'walks').execute()
    )
    await age(server, browser, { last_used_at: Date.now() - HOUR_MS })
    assert.equal(await browser.status(), 200)
    const lastUse = async () => (await operate(server, 'GET', '/operator-tokens/walks')).json().lastUsedAt
    await until('the use is saved', async () => Date.parse(await lastUse()) > Date.now() - HOUR_MS)
  })

  it('is refused when its token is revoked in the same moment', async () => {
    const operator = { name: 'gone', scopes: [], tokenId: 1_000_000 }
    const begun = server.app.signIns.all.begin(operator, { remoteAddress: undefined, userAgent: undefined })
    await assert.rejects(begun, { statusCode: 401, code: 'INVALID_TOKEN' })
  })

  it("ends when an administrator ends it, event stream included: another one or the administrator's own", async () => {
    const [own, other] = [await Browser.signIn(server), await Browser.signIn(server, await tokenText('bob', 'admin'))]
    const reader = await openReader(server.port, { headers: other.headers })
    const { items } = (await own.request('GET', '/sign-ins')).json()
    const [{ id, operator, createdAt, lastUsedAt, expiresAt }, second] = items
    assert.deepEqual([operator, second.operator], ['bob', 'operator'])
    assert.ok(createdAt <= lastUsedAt && lastUsedAt < expiresAt)
    assert.equal((await own.request('DELETE', `/sign-ins/${id}`)).statusCode, 204)
    assert.deepEqual([await other.status(), await own.status()], [401, 200])
    await within('the stream to end', reader.closed)
    assert.equal((await own.request('DELETE', `/sign-ins/${id}`)).json().code, 'UNKNOWN_SIGN_IN')
    assert.equal((await own.request('DELETE', `/sign-ins/${second.id}`)).statusCode, 204)
    assert.equal(await own.status(), 401)
  })

  it('has its refusals counted by what was wrong', async () => {
    const browser = await Browser.signIn(server)
    const lines = ['foreign-origin', 'invalid-sign-in'].map((reason) => `operator_refusals_total{reason="${reason}"}`)
    const counts = () => Promise.all(lines.map((line) => metric(server, line)))
    const [foreign = 0, invalid = 0] = await counts()
    await browser.request('GET', '/sign-in', { headers: { 'sec-fetch-site': 'cross-site' } })
    await browser.request('DELETE', '/sign-in')
    await browser.status()
    assert.deepEqual(await counts(), [foreign + 1, invalid + 1])
  })
})

describe('a sign-in with the built-in token', () => {
  it('outlives a restart, but not another token', async () => {
    const DATA_DIR = await temporaryDirectory()
    const first = await startBackend({ DATA_DIR })
    const { cookie } = await Browser.signIn(first)
    await first.close()
    const ask = async (OPERATOR_TOKEN: string) => {
      const restarted = await startBackend({ DATA_DIR, OPERATOR_TOKEN })
      const url = '/api/v1/sign-in'
      const headers = { cookie, 'sec-fetch-site': 'same-origin' }
      const { statusCode } = await restarted.app.inject({ url, headers })
      const listed = await restarted.app.inject({ url: '/api/v1/sign-ins', headers: bearer(OPERATOR_TOKEN) })
      await restarted.close()
      return [statusCode, listed.json().items.length]
    }
    assert.deepEqual(await ask(TOKEN), [200, 1])
    assert.deepEqual(await ask('another-token-of-the-operator'), [401, 0])
  })
})

onBothBackends('sign-ins in the database', (start) => {
  it('are found, listed in pages, and end with their token', async () => {
    const backend = await start()
    const made = await operate(backend, 'POST', '/operator-tokens', { name: 'eve', scopes: ['admin'] })
    const browsers = [await Browser.signIn(backend), await Browser.signIn(backend, made.json().token)]
    assert.deepEqual(await Promise.all(browsers.map((browser) => browser.status())), [200, 200])
    const page = (await operate(backend, 'GET', '/sign-ins?limit=1')).json()
    const next = (await operate(backend, 'GET', `/sign-ins?limit=1&cursor=${page.nextCursor}`)).json()
    assert.deepEqual([page.items[0].operator, next.items[0].operator], ['eve', 'operator'])
    assert.equal(next.nextCursor, undefined)
    assert.equal((await operate(backend, 'DELETE', '/operator-tokens/eve')).statusCode, 204)
    assert.deepEqual(await Promise.all(browsers.map((browser) => browser.status())), [200, 401])
    assert.equal((await backend.app.database.db.selectFrom('sign_ins').select('id').execute()).length, 1)
  })
})

describe('two processes that share a PostgreSQL', { skip: noPostgres }, () => {
  it('know the same sign-ins, and within two seconds that one has ended', async () => {
    const { DATABASE_URL = '' } = await emptyDatabase('postgres')
    const start = () => startBackend({ DATABASE_URL }, { sharedDatabase: true })
    const [one, two] = [await start(), await start()]
    for (const { app } of [one, two]) await app.database.ready
    const { headers } = await Browser.signIn(one)
    const ask = async () => (await two.app.inject({ url: '/api/v1/sign-in', headers })).statusCode
    assert.equal(await ask(), 200)
    const reader = await openReader(two.port, { headers })
    const { items } = (await one.app.inject({ url: '/api/v1/sign-ins', headers: BEARER })).json()
    assert.equal((await operate(one, 'DELETE', `/sign-ins/${items[0].id}`)).statusCode, 204)
    const [began, delays] = [performance.now(), measureDelays()]
    await until('the other process knows', async () => (await ask()) === 401)
    await within('the stream to end', reader.closed)
    const duration = performance.now() - began
    assert.ok(duration < 6_000 + delays(), `${duration} ms`)
  })
})
