import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { basic } from '../../support/charger.js'
import { answerOn, type HttpAnswer, upgradeRequest } from '../../support/raw.js'
import { deferred, within } from '../../support/wait.js'
import type { Abuse, Family } from '../abuse.js'
import { PATIENCE_MS, pour, type Target } from '../kit.js'

const KIB = 1024
const HOST = 'Host: 127.0.0.1'
const LIST = '/api/v1/charge-points'

/** Bytes on the port of HTTP. */
interface Raw {
  what: string
  bytes: string | Buffer
  /** The statuses that may come; 0 is a connection that is closed without an answer. */
  statuses: readonly number[]
}

function get(path: string, lines: readonly string[] = []): string {
  return `GET ${path} HTTP/1.1\r\n${[HOST, ...lines].join('\r\n')}\r\n\r\n`
}

/** A body that would be another request, were its length read in another way. */
const SMUGGLED = `0\r\n\r\nGET /metrics HTTP/1.1\r\n${HOST}\r\n\r\n`

function post(lines: readonly string[], body: string): string {
  return `POST ${LIST}/X/calls/Reset HTTP/1.1\r\n${[HOST, 'Content-Type: application/json', ...lines].join('\r\n')}\r\n\r\n${body}`
}

const NOT_HTTP: readonly Raw[] = [
  {
    what: 'noise',
    bytes: Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 37) & 0xff)),
    statuses: [400]
  },
  { what: 'zeros', bytes: Buffer.alloc(512), statuses: [400] },
  { what: 'a ClientHello', bytes: Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 1, 0, 0, 1, 0]), statuses: [400] },
  { what: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', statuses: [400] },
  { what: 'HTTP/0.9', bytes: 'GET /nothing\r\n\r\n', statuses: [400, 404] },
  { what: 'HTTP/9.9', bytes: `GET / HTTP/9.9\r\n${HOST}\r\n\r\n`, statuses: [400] },
  { what: 'a method of its own', bytes: `CHARGE / HTTP/1.1\r\n${HOST}\r\n\r\n`, statuses: [400] },
  { what: 'a method in small letters', bytes: `get / HTTP/1.1\r\n${HOST}\r\n\r\n`, statuses: [400] },
  { what: 'no host', bytes: 'GET / HTTP/1.1\r\n\r\n', statuses: [400] },
  { what: 'CONNECT', bytes: `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n\r\n`, statuses: [0, 400, 404] },
  { what: 'TRACE', bytes: `TRACE / HTTP/1.1\r\n${HOST}\r\n\r\n`, statuses: [404, 405] },
  { what: 'a folded header', bytes: get('/', ['X-Folded: a\r\n b']), statuses: [400, 404] },
  { what: 'a space before the colon', bytes: get('/', ['X-Space : a']), statuses: [400] },
  { what: 'a header without colon', bytes: get('/', ['nonsense']), statuses: [400] },
  { what: 'a header without name', bytes: get('/', [': a']), statuses: [400] },
  { what: 'a NUL in a header', bytes: get('/', ['X-Nul: a\0b']), statuses: [400] },
  { what: 'a bare CR in a header', bytes: get('/', ['X-Cr: a\rb']), statuses: [400] },
  { what: 'lines that end with LF', bytes: `GET / HTTP/1.1\n${HOST}\n\n`, statuses: [400] },
  { what: 'a target that is another host', bytes: get('http://elsewhere/nothing'), statuses: [404] },
  { what: 'a target that is no path', bytes: get('*'), statuses: [400, 404] },
  { what: 'a NUL in the target', bytes: get('/a\0b'), statuses: [400] },
  { what: 'UTF-8 in the target', bytes: get('/é'), statuses: [400, 404] },
  {
    what: 'an upgrade of HTTP/1.0',
    bytes: upgradeRequest({ target: '/ocpp/X' }).replace('HTTP/1.1', 'HTTP/1.0'),
    statuses: [400, 401, 404, 426]
  }
]

const SMUGGLING: readonly Raw[] = [
  {
    what: 'a length and chunks',
    bytes: post([`Content-Length: ${SMUGGLED.length}`, 'Transfer-Encoding: chunked'], SMUGGLED),
    statuses: [400]
  },
  {
    what: 'chunks and a length',
    bytes: post(['Transfer-Encoding: chunked', `Content-Length: ${SMUGGLED.length}`], SMUGGLED),
    statuses: [400]
  },
  { what: 'two lengths', bytes: post(['Content-Length: 2', 'Content-Length: 5'], '{}abc'), statuses: [400] },
  { what: 'lengths in a list', bytes: post(['Content-Length: 2, 2'], '{}'), statuses: [400] },
  ...['-1', '+2', '0x2', '2 2', '2a', '99999999999999999999', ''].map((length) => ({
    what: `the length "${length}"`,
    bytes: post([`Content-Length: ${length}`], '{}'),
    statuses: [400]
  })),
  ...['xchunked', 'chunked, identity', 'identity', 'chunked, chunked', '"chunked"', 'gzip'].map((coding) => ({
    what: `the transfer coding ${coding}`,
    bytes: post([`Transfer-Encoding: ${coding}`], SMUGGLED),
    statuses: [400, 401, 501]
  })),
  {
    what: 'a chunk size that is none',
    bytes: post(['Transfer-Encoding: chunked'], 'zz\r\n\r\n'),
    statuses: [400, 401]
  },
  {
    what: 'a chunk of 2^64 bytes',
    bytes: post(['Transfer-Encoding: chunked'], 'FFFFFFFFFFFFFFFFF\r\n\r\n'),
    statuses: [400, 401]
  },
  {
    what: 'a chunk extension of 1 MiB',
    bytes: post(['Transfer-Encoding: chunked'], `2;${'x'.repeat(KIB * KIB)}\r\n{}\r\n0\r\n\r\n`),
    statuses: [0, 400, 401, 413]
  },
  {
    what: 'another request behind an upgrade that is refused',
    bytes: `${upgradeRequest({ target: '/ocpp/NOBODY' })}${get('/health/live')}`,
    statuses: [401, 404]
  }
]

/** The first answer, and what follows within the time that the connection stays. */
async function exchange(target: Target, bytes: string | Buffer): Promise<{ status: number; text: string }> {
  const socket = await target.dial()
  const over = deferred<string>()
  let text = ''
  socket.on('data', (chunk) => {
    text += String(chunk)
    // Who asks to keep the connection is not asked again: what matters is that there is one answer.
    if (/\r\n\r\n/.test(text)) setTimeout(() => over.resolve(text), 100).unref()
  })
  socket.on('close', () => over.resolve(text))
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  // Half-closed: what is not complete will never be.
  socket.end()
  const all = await within('an answer or the end', over.promise, PATIENCE_MS)
  socket.destroy()
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(all)?.[1] ?? 0), text: all }
}

function raw(name: string, rows: readonly Raw[]): Abuse {
  return {
    name,
    async attack(target, scale) {
      const came = new Set<number>()
      for (let time = 0; time < scale.count(1); time++) {
        for (const { what, bytes, statuses } of rows) {
          const { status, text } = await exchange(target, bytes)
          assert.ok(statuses.includes(status), `${what}: ${text.slice(0, 200)}`)
          assert.equal(text.split('HTTP/1.1 ').length - 1, status === 0 ? 0 : 1, `${what} is answered more than once`)
          assert.ok(!text.includes('process_resident_memory_bytes'), `${what} reads the metrics`)
          came.add(status)
        }
      }
      return `${scale.count(1)} × ${rows.length}: ${[...came].join(', ')}`
    }
  }
}

// --- the operator API ------------------------------------------------------------------------------------------

interface Rest {
  what: string
  method?: string
  path?: string
  headers?: readonly string[]
  body?: string | Buffer
  /** Default: with the token. */
  authorization?: string | undefined
  statuses: readonly number[]
}

const JSON_BODY = 'Content-Type: application/json'
const deep = '['.repeat(200_000)

function put(what: string, body: string, status: number, type = JSON_BODY): Rest {
  return { what, method: 'PUT', path: `${LIST}/REST-1`, headers: [type], body, statuses: [status] }
}

const REST: readonly Rest[] = [
  { what: 'no token', authorization: '', statuses: [401] },
  ...[
    'Bearer',
    'Bearer x',
    'Bearer null',
    'Bearer undefined',
    'Bearer __proto__',
    'Token x',
    `Bearer ${'x'.repeat(8000)}`
  ].map((authorization) => ({
    what: `the authorization ${authorization.slice(0, 20)}`,
    authorization,
    statuses: [401]
  })),
  { what: 'credentials of a charger', authorization: basic('BYSTANDER', 'password'), statuses: [401] },
  {
    what: 'a token in the URL',
    path: `${LIST}?access_token=token-of-the-test-operator`,
    authorization: '',
    statuses: [401]
  },
  {
    what: 'a token in a cookie',
    headers: ['Cookie: token=token-of-the-test-operator'],
    authorization: '',
    statuses: [401]
  },
  {
    what: 'a forwarded address without a token',
    headers: ['X-Forwarded-For: 127.0.0.1', 'Forwarded: for=127.0.0.1'],
    authorization: '',
    statuses: [401]
  },
  put('a body that is no JSON', '{', 400),
  put('an empty body', '', 400),
  put('a body that is null', 'null', 400),
  put('an array', '[]', 400),
  put('a member __proto__', '{"__proto__":{"isAdmin":true}}', 400),
  put('a member constructor.prototype', '{"constructor":{"prototype":{}}}', 400),
  put('a member that is none', '{"isAdmin":true}', 400),
  put('nesting', deep, 400),
  put('JSON as plain text', '{}', 415, 'Content-Type: text/plain'),
  put('JSON as a form', '{}', 415, 'Content-Type: application/x-www-form-urlencoded'),
  put('JSON with a tab in its type', '{}', 415, 'Content-Type: application/json\tx'),
  put('JSON with something behind its type', '{}', 415, 'Content-Type: application/jsonx'),
  put('JSON without a type', '{}', 415, 'X-No: type'),
  put('JSON in UTF-16', '{}', 415, 'Content-Type: application/json; charset=utf-16'),
  put('a body of 8 MiB', `{"notes":"${'x'.repeat(8 * KIB * KIB)}"}`, 413),
  ...['-1', '0', '1e9', '99999999999999999999', 'NaN', '', '1;drop', '%00'].map((limit) => ({
    what: `the limit ${limit}`,
    path: `${LIST}?limit=${limit}`,
    statuses: [400, 422]
  })),
  ...['x', '%27%20or%201=1--', '..%2f..', 'A'.repeat(5000)].map((cursor) => ({
    what: `the cursor ${cursor.slice(0, 20)}`,
    path: `${LIST}?cursor=${cursor}`,
    statuses: [200, 400, 422]
  })),
  ...['%27;drop%20table%20charge_points;--', '%25%25%25%25%25%25_______', '%5c', '%00', '%f0%9f%92%a9'].map((part) => ({
    what: `the search for ${part}`,
    path: `${LIST}?q=${part}`,
    statuses: [200, 400]
  })),
  { what: 'a search of 10 kB', path: `${LIST}?q=${'a'.repeat(10_000)}`, statuses: [400, 422] },
  { what: 'a parameter given twice', path: `${LIST}?q=a&q=b`, statuses: [400, 422] },
  { what: 'a parameter that is none', path: `${LIST}?__proto__=a`, statuses: [200, 400, 422] },
  ...[
    '%',
    '%zz',
    '%ff',
    '%00',
    '..%2f..%2f',
    '%2e%2e',
    '__proto__',
    'constructor',
    'a'.repeat(200),
    'a%2fb',
    "'--"
  ].map((identity) => ({
    what: `the identity ${identity.slice(0, 20)}`,
    path: `${LIST}/${identity}`,
    statuses: [400, 404, 414, 422]
  })),
  ...[
    '/../../etc/passwd',
    '/..%2f..%2fpackage.json',
    '/docs/../package.json',
    '/docs/static/..%2f..%2f..%2fpackage.json',
    '/docs/static/%2e%2e/%2e%2e/index.js',
    '//package.json',
    '/.env',
    '/data/operator-token'
  ].map((path) => ({ what: `the path ${path}`, path, statuses: [400, 403, 404] })),
  ...['DELETE', 'POST', 'PATCH', 'PUT'].map((method) => ({
    what: `${method} where nothing may be changed`,
    method,
    path: '/metrics',
    statuses: [404, 405, 415]
  })),
  {
    what: 'another method in a header',
    headers: ['X-HTTP-Method-Override: DELETE'],
    path: `${LIST}/BYSTANDER`,
    statuses: [200]
  },
  {
    what: 'a call to a charger that is not there',
    method: 'POST',
    path: `${LIST}/NOBODY/calls/__proto__`,
    headers: [JSON_BODY],
    body: '{}',
    statuses: [404, 409, 422]
  }
]

async function asks(
  target: Target,
  { method = 'GET', path = LIST, headers = [], body, ...row }: Rest
): Promise<HttpAnswer> {
  const authorization = row.authorization ?? target.bearer
  const lines = [HOST, ...headers, ...(authorization === '' ? [] : [`Authorization: ${authorization}`])]
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return answerOn(await target.dial(), Buffer.concat([head, Buffer.from(body ?? '')]), PATIENCE_MS)
}

const SECRET_FILES = /root:|fastify-ocpp-backend|"dependencies"/

const REST_ABUSE: Abuse = {
  name: 'requests of operators that are wrong are answered with a problem, and tell nothing',
  async attack(target, scale) {
    const came = new Set<number>()
    for (let time = 0; time < scale.count(1); time++) {
      for (const row of REST) {
        const answer = await asks(target, row)
        const shown = `${row.what}: ${answer.statusLine} ${answer.body.slice(0, 200)}`
        assert.ok(row.statuses.includes(answer.status), shown)
        assert.ok(!SECRET_FILES.test(answer.body), shown)
        assert.ok(!/^ +at |node:internal|node_modules/m.test(answer.body), shown)
        if (answer.status >= 400)
          assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/, shown)
        came.add(answer.status)
      }
    }
    assert.equal((await asks(target, { what: 'the list', statuses: [200] })).status, 200)
    return `${scale.count(1)} × ${REST.length}: ${[...came].sort().join(', ')}`
  }
}

function pipelined(who: string, connections: number, authorization: (target: Target) => string[]): Abuse {
  return {
    name: `thousands of requests in one go, ${who}, from connections that do not read the answers`,
    async attack(target, scale) {
      const chunk = Buffer.from(get(`${LIST}?limit=100`, authorization(target)).repeat(100))
      const sockets: Socket[] = []
      for (let index = 0; index < connections; index++) sockets.push((await target.dial()).pause())
      await Promise.all(sockets.map((socket) => pour(socket, chunk, scale.time(1000))))
      return `${sockets.length} connections`
    }
  }
}

const STREAMS: Abuse = {
  name: 'streams of events that nobody reads, while there is much to tell',
  async attack(target, scale) {
    const request = get('/api/v1/events', [`Authorization: ${target.bearer}`])
    for (let index = 0; index < scale.count(40); index++) (await target.dial()).pause().write(request)
    const charger = await target.charger('TELLER')
    for (let index = 0; index < scale.count(200); index++) {
      const status = index % 2 === 0 ? 'Available' : 'Preparing'
      const answer = await charger.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status })
      assert.equal(answer.type, 3)
    }
    await charger.close()
    return `${scale.count(40)} streams, ${scale.count(200)} events`
  }
}

const CONNECTIONS: Abuse = {
  name: 'a thousand connections at once, which come and go',
  async attack(target, scale) {
    for (let round = 0; round < scale.count(3); round++) {
      const sockets = await Promise.all(Array.from({ length: 1000 }, () => target.dial()))
      for (const socket of sockets) socket.destroy()
    }
    return `${1000 * scale.count(3)} connections`
  }
}

/** On the port of operators, which is never that of TLS. */
export const HTTP: Family = {
  name: 'HTTP and the operator API',
  over: ['TCP'],
  abuses: [
    raw('what is no HTTP is answered 400', NOT_HTTP),
    raw('what could be read as two requests is answered once, with 400', SMUGGLING),
    REST_ABUSE,
    pipelined('without a token', 10, () => []),
    pipelined('with a token', 5, ({ bearer }) => [`Authorization: ${bearer}`]),
    STREAMS,
    CONNECTIONS
  ]
}
