import assert from 'node:assert/strict'
import { request } from 'node:http'
import { it, type TestContext } from 'node:test'
import { BEARER, onBothBackends, operate, startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { isLong } from '../support/long.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { assertRefused, type Route, routesOf } from './support.js'

// Wrong requests to every route: a client's mistake is answered as one, and nothing of it is done. The routes
// are read from the document, so that new ones are among them.

const LIMITS = { API_BODY_LIMIT: '65536', API_RATE_LIMIT: '0' }
/** These answer for as long as anybody listens. */
const STREAMS = new Set(['/api/v1/events'])
const JSON_TYPE = { 'content-type': 'application/json' }
const ROUTES = routesOf(await startBackend(LIMITS))

interface Wrong {
  what: string
  body: string | Buffer
  type?: string
}

const BODIES: Wrong[] = [
  { what: 'half an object', body: '{"a":' },
  { what: 'no JSON', body: 'nonsense' },
  { what: 'nothing', body: '' },
  { what: 'half a character', body: Buffer.from([0x22, 0xc3, 0x22]) },
  { what: 'a number', body: '1' },
  { what: 'text', body: '"text"' },
  { what: 'a list', body: '[]' },
  { what: 'a list of lists', body: '[[],[[]]]' },
  { what: 'null', body: 'null' },
  { what: 'true', body: 'true' },
  { what: 'an unknown member', body: '{"thisIsNoMember":1}' },
  { what: 'a member with a NUL', body: '{"a\\u0000b":"\\u0000"}' },
  { what: 'a prototype', body: '{"__proto__":{"admin":true}}' },
  { what: 'a constructor', body: '{"constructor":{"prototype":{"admin":true}}}' },
  { what: 'depth', body: `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}` },
  { what: 'a number beyond all', body: '{"thisIsNoMember":1e999}' },
  { what: 'plain text', body: '{}', type: 'text/plain' },
  { what: 'a form', body: 'a=b', type: 'application/x-www-form-urlencoded' },
  { what: 'JSON in UTF-16', body: Buffer.from('{}', 'utf16le'), type: 'application/json; charset=utf-16' },
  { what: 'a type with a tab', body: '{"thisIsNoMember":1}', type: 'application/json\ta' },
  { what: 'no type at all', body: '{"thisIsNoMember":1}', type: '' },
  { what: 'a type of nonsense', body: '{}', type: ';;;' }
]

const QUERIES: [what: string, query: string][] = [
  ['an unknown parameter', 'thisIsNoParameter=1'],
  ['a broken escape', 'thisIsNoParameter=%zz'],
  ['a NUL', 'thisIsNoParameter=%00'],
  ['a prototype', '__proto__=1&constructor=2'],
  ['ten thousand parameters', Array.from({ length: 1_500 }, (_, index) => `p${index}=1`).join('&')]
]

/** Values that no parameter of a query may have. */
const VALUES: [what: string, value: string][] = [
  ['a NUL', '%00'],
  ['half a character', '%c3'],
  ['4,000 characters', 'x'.repeat(4_000)]
]

/** Of parameters that are the same everywhere. */
const KNOWN: Record<string, string[]> = {
  limit: ['0', '-1', '1.5', '1e2', 'all', '99999999999999999999', '%20', ''],
  cursor: ['x', 'MQ%3D%3D', '%00', '-', 'e30', '../..'],
  from: ['yesterday', '2026-13-01T00:00:00Z', '2026-01', '0', '2026-01-01T00:00:00'],
  to: ['tomorrow', '2026-02-30T25:00:00Z', '1']
}

const PARAMETERS: [what: string, value: string][] = [
  ['a NUL', '%00'],
  ['text with a NUL', 'CP%00-1'],
  ['half a character', '%c3'],
  ['a broken escape', '%zz'],
  ['a parent directory', '..%2f..%2fetc%2fpasswd'],
  ['200 characters', 'x'.repeat(200)],
  ['3,000 characters', 'x'.repeat(3_000)],
  ['a prototype', '__proto__'],
  ['a line break', '%0d%0aX-Injected:%201'],
  ['a number beyond all', '999999999999999999999999']
]

/** Makes everything that is asked for by the name 1, and a transaction. */
async function furnish(server: TestServer): Promise<string> {
  const charger = await connectCharger(server.url, '1', { boot: true })
  const start = { connectorId: 1, idTag: '1', meterStart: 0, timestamp: '2026-01-01T00:00:00Z' }
  const answer = await charger.call('StartTransaction', start)
  charger.close()
  assert.equal(answer.type, 3)
  for (const [path, body] of [
    ['/charge-points/1', {}],
    ['/id-tokens/1', {}],
    ['/tariffs/1', { currency: 'EUR', pricePerKwh: 1 }]
  ] as const) {
    const { statusCode } = await operate(server, 'PUT', path, body)
    assert.ok(statusCode < 300, path)
  }
  assert.equal((await operate(server, 'POST', '/operator-tokens', { name: '1', scopes: ['admin'] })).statusCode, 201)
  await until('the charge point is gone', () => !server.app.ocpp.chargePoints.has('1'))
  const { items } = (await operate(server, 'GET', '/transactions')).json()
  return String(items[0].id)
}

/** Every body that differs from an example in one place. */
function* spoilt(example: unknown, value: unknown): Generator<unknown> {
  yield value
  if (typeof example !== 'object' || example === null) return
  if (Array.isArray(example)) {
    for (const [index, item] of example.entries()) {
      for (const wrong of spoilt(item, value)) yield example.with(index, wrong)
    }
    return
  }
  for (const [name, member] of Object.entries(example)) {
    for (const wrong of spoilt(member, value)) yield { ...example, [name]: wrong }
  }
}

/** One of each kind; the long suite takes more of them. */
const WRONG_VALUES = [null, true, 1e300, '\ud800', {}, []]
if (isLong) WRONG_VALUES.push(-1, 2 ** 60, 0.1, '', 'x'.repeat(5_000), 'é', [[]])

/** A sixth of the kinds for each route, and others for the next one; all of them in the long suite. */
function someOf<T>(kinds: readonly T[], route: Route): readonly T[] {
  if (isLong) return kinds
  const at = ROUTES.indexOf(route)
  return kinds.filter((_, index) => (index + at) % 6 === 0)
}

/** The routes of raw calls are all made alike: one in ten stands for them, and all in the long suite. */
const TAKEN = ROUTES.filter(({ path }, index) => isLong || !path.includes('/calls/') || index % 10 === 0)

const PATHS = [...new Set(ROUTES.map(({ url }) => url))]

interface Sent {
  headers?: object
  payload?: string | Buffer
}

interface Answer {
  statusCode: number
  headers: Record<string, unknown>
  body: string
}

/** Never a fault of ours; what is refused is refused by a problem. */
function assertNoFault(answer: Answer, what: string): void {
  assert.ok(answer.statusCode < 500, `${what}: ${answer.statusCode} ${answer.body.slice(0, 300)}`)
  if (answer.statusCode >= 400) assertRefused(answer, what)
  assert.equal(answer.headers['x-injected'], undefined, what)
}

/** The tables that wrong requests must leave as they were. */
async function rowsOf({ app }: TestServer): Promise<Record<string, number>> {
  const { db } = app.database
  const counts: Record<string, number> = {}
  for (const table of ['charge_points', 'id_tokens', 'tariffs', 'operator_tokens', 'calls'] as const) {
    const rows = await db.selectFrom(table).select('id').execute()
    counts[table] = rows.length
  }
  return counts
}

/** As no injected request would arrive. */
function overSocket(port: number, method: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, method, path, headers: BEARER }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text) => (body += text))
      response.on('end', () => resolve({ statusCode: response.statusCode ?? 0, headers: response.headers, body }))
    })
    sent.on('error', reject).end()
  })
}

/** Everything of one back-end, each a test of its own. */
async function abuse(t: TestContext, server: TestServer): Promise<void> {
  const transaction = await furnish(server)

  async function send({ method }: Route, url: string, { headers = {}, payload }: Sent = {}) {
    return server.app.inject({
      method,
      url: url.replace('/transactions/1', `/transactions/${transaction}`),
      headers: { ...BEARER, ...headers },
      ...(payload !== undefined && { payload })
    })
  }

  for (const route of TAKEN.filter(({ hasBody }) => hasBody)) {
    const name = `${route.method} ${route.path}`

    await t.test(`${name} refuses bodies that are wrong, and does nothing`, async () => {
      const before = await rowsOf(server)
      for (const { what, body, type = 'application/json' } of BODIES) {
        // An OCPP call may go without.
        if (what === 'nothing' && route.path.includes('/calls')) continue
        // So may these, whether nothing or null is sent.
        if (['nothing', 'null'].includes(what) && /\/(?:secret|plan)$/.test(route.path)) continue
        const headers = type === '' ? {} : { 'content-type': type }
        assertRefused(await send(route, route.url, { headers, payload: Buffer.from(body) }), `${name} with ${what}`)
      }
      const payload = JSON.stringify({ text: 'x'.repeat(70_000) })
      const large = await send(route, route.url, { headers: JSON_TYPE, payload })
      assertRefused(large, `${name}, large`)
      assert.equal(large.statusCode, 413)
      assert.deepEqual(await rowsOf(server), before)
    })

    // The calls are held against the schemas of OCPP, which have tests of their own.
    if (route.path.includes('/calls')) continue
    await t.test(`${name} never fails, whatever one member is`, async () => {
      for (const value of someOf(WRONG_VALUES, route)) {
        for (const body of spoilt(route.example, value)) {
          const payload = JSON.stringify(body)
          const answer = await send(route, route.url, { headers: JSON_TYPE, payload })
          assertNoFault(answer, `${name} with ${payload.slice(0, 300)}`)
        }
      }
    })
  }

  for (const route of ROUTES.filter(({ method, url }) => method === 'GET' && !STREAMS.has(url))) {
    await t.test(`${route.method} ${route.path} never fails, whatever its query is`, async () => {
      for (const [what, query] of someOf(QUERIES, route)) {
        assertNoFault(await send(route, `${route.url}?${query}`), `${route.path} with ${what}`)
      }
      for (const name of route.query) {
        for (const [what, value] of someOf(VALUES, route)) {
          const answer = await send(route, `${route.url}?${name}=${value}`)
          assertNoFault(answer, `${route.path}?${name} with ${what}`)
          if (value.includes('%00')) assert.equal(answer.statusCode, 400, `${route.path}?${name}`)
        }
        for (const value of KNOWN[name] ?? []) {
          assertRefused(await send(route, `${route.url}?${name}=${value}`), `${route.path}?${name}=${value}`)
        }
        const twice = await send(route, `${route.url}?${name}=1&${name}=1`)
        if (name in KNOWN) assertRefused(twice, `${route.path}?${name} twice`)
        else assertNoFault(twice, `${route.path}?${name} twice`)
      }
    })
  }

  for (const route of TAKEN.filter(({ path }) => path.includes('{'))) {
    await t.test(`${route.method} ${route.path} never fails, whatever its path is`, async () => {
      for (const [what, value] of someOf(PARAMETERS, route)) {
        const body = route.hasBody ? { headers: JSON_TYPE, payload: '{}' } : {}
        const answer = await send(route, route.path.replace(/\{\w+\}/g, value), body)
        assertNoFault(answer, `${route.method} ${route.path} with ${what}`)
        if (value.includes('%00')) assert.equal(answer.statusCode, 400, route.path)
      }
    })
  }

  await t.test(
    'a method that a route does not have is refused, HEAD answers as GET does, and OPTIONS tells nothing',
    async () => {
      const { app } = server
      for (const url of PATHS) {
        const methods = ROUTES.filter((route) => route.url === url).map(({ method }) => method)
        for (const method of ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'] as const) {
          if (methods.includes(method)) continue
          assertRefused(await app.inject({ method, url, headers: BEARER }), `${method} ${url}`)
        }
        assertRefused(await app.inject({ method: 'OPTIONS', url, headers: BEARER }), `OPTIONS ${url}`)
        if (!methods.includes('GET') || STREAMS.has(url)) continue
        const get = await app.inject({ url, headers: BEARER })
        const head = await app.inject({ method: 'HEAD', url, headers: BEARER })
        assert.deepEqual([head.statusCode, head.body], [get.statusCode, ''], `HEAD ${url}`)
      }
    }
  )

  await t.test('a URL beyond all measure is refused by a problem', async () => {
    for (const path of [`${PATHS[0]}?q=${'x'.repeat(30_000)}`, `${PATHS[0]}/${'x'.repeat(30_000)}`, '/api/v1/%zz']) {
      assertRefused(await overSocket(server.port, 'GET', path), path.slice(0, 50))
    }
  })

  await t.test('TRACE does not send back what was sent', async () => {
    for (const path of PATHS.slice(0, 5)) {
      const answer = await overSocket(server.port, 'TRACE', path)
      assertRefused(answer, `TRACE ${path}`)
      assert.ok(!answer.body.includes(BEARER.authorization))
    }
  })

  await t.test('every answer is kept by nobody on the way, and is no page', async () => {
    for (const url of ['/api/v1/charge-points', '/api/v1/nothing', '/api/v1/operator-tokens']) {
      const { headers } = await server.app.inject({ url, headers: BEARER })
      assert.equal(headers['cache-control'], 'no-store', url)
      assert.equal(headers['x-content-type-options'], 'nosniff', url)
      assert.match(String(headers['content-security-policy']), /default-src 'none'/, url)
    }
  })
}

onBothBackends('an invalid request of an operator', (start) => {
  it('is rejected, costs nothing and never causes an internal error', async (t) => abuse(t, await start(LIMITS)))
})
