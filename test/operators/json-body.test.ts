import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import { BEARER, operate, startBackend } from '../app/support.js'
import { assertRefused } from './support.js'

const server = await startBackend({ API_BODY_LIMIT: '2048' })
const { app } = server
const URL = '/api/v1/charge-points/CP-1'
const GOOD = '{"notes":"x"}'

async function put(payload: string | Buffer, contentType: string | undefined = 'application/json') {
  const headers = { ...BEARER, ...(contentType !== undefined && { 'content-type': contentType }) }
  return app.inject({ method: 'PUT', url: URL, headers, payload })
}

/** As it comes over a socket, whatever a client library would make of it. */
async function putRaw(contentType: string): Promise<number | undefined> {
  const headers = { ...BEARER, 'content-type': contentType, connection: 'close' }
  return new Promise((resolve, reject) => {
    const sent = request(
      { port: server.port, method: 'PUT', path: URL, headers, insecureHTTPParser: true },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      }
    )
    sent.on('error', reject).end(GOOD)
  })
}

async function isThere(): Promise<boolean> {
  return (await operate(server, 'GET', '/charge-points/CP-1')).statusCode === 200
}

describe('a body that is not JSON in UTF-8', () => {
  const TYPES = [
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/octet-stream',
    'application/jsonp',
    'application/json-seq',
    'application/vnd.api+json',
    'text/json',
    'json',
    'application',
    'application/',
    'application/json; charset=utf-16',
    'application/json;charset=latin1',
    'application/json; charset="iso-8859-1"',
    '*/*'
  ]

  for (const type of TYPES) {
    it(`is answered 415 when it is ${type}`, async () => {
      const response = await put(GOOD, type)
      assert.equal(response.statusCode, 415, response.body)
      assertRefused(response, type)
      assert.equal(await isThere(), false)
    })
  }

  it('is answered 415 without a content type', async () => {
    const response = await app.inject({ method: 'PUT', url: URL, headers: BEARER, payload: Buffer.from(GOOD) })
    assertRefused(response, 'no type')
    assert.equal(await isThere(), false)
  })

  it('does not get past its schema by a tab in the content type', async () => {
    // [CVE-2026-25223]
    for (const type of ['application/json\ta', 'application/json\t', '\tapplication/json', 'application/json\t;x']) {
      const status = await putRaw(type)
      assert.ok(status === 201 || status === 200 || status === 400 || status === 415, `${type}: ${status}`)
      const wrong = await app.inject({
        method: 'PUT',
        url: URL,
        headers: { ...BEARER, 'content-type': type },
        payload: '{"unknown":true}'
      })
      assert.ok(wrong.statusCode === 400 || wrong.statusCode === 415, `${type}: ${wrong.statusCode}`)
    }
    await operate(server, 'DELETE', '/charge-points/CP-1')
  })
})

describe('a body that is JSON', () => {
  for (const type of [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=UTF8',
    'application/json; charset="utf-8"; x=y'
  ]) {
    it(`is read when it is ${type}`, async () => {
      const response = await put(GOOD, type)
      assert.ok(response.statusCode < 300, `${response.statusCode} ${response.body}`)
      await operate(server, 'DELETE', '/charge-points/CP-1')
    })
  }

  it('is read with a byte order mark', async () => {
    assert.equal((await put(`\ufeff${GOOD}`)).statusCode, 201)
    await operate(server, 'DELETE', '/charge-points/CP-1')
  })

  it('is answered 400 with the position of the mistake, and none of its contents', async () => {
    for (const [body, place] of [
      ['{"notes":"S3CR3T",}', 'line 1, column 19'],
      ['{\n  "notes": "S3CR3T"\n  "x": 1 }', 'line 3, column 3'],
      ['{"notes":"S3CR3T"', 'line 1, column 18'],
      ['{"notes":S3CR3T}', ''],
      ['S3CR3T', '']
    ] as const) {
      const response = await put(body)
      assert.equal(response.statusCode, 400, body)
      assertRefused(response, body)
      assert.equal(response.json().code, 'INVALID_JSON')
      assert.ok(response.json().detail.includes(place), `${body}: ${response.body}`)
      assert.ok(!response.body.includes('S3CR3T'), response.body)
    }
  })

  it('is answered 400 when it is empty, blank, not UTF-8, nested too deep, or has members that would change a prototype', async () => {
    for (const [what, body, detail] of [
      ['empty', '', /empty/],
      ['spaces', ' \r\n', /empty/],
      ['a half character', Buffer.from([0x22, 0xc3, 0x22]), /UTF-8/],
      ['UTF-16', Buffer.from(GOOD, 'utf16le'), /JSON/],
      ['deep', `${'['.repeat(1_000)}${']'.repeat(1_000)}`, /deeper/],
      ['prototype', '{"__proto__":{"notes":"x"}}', /prototype/],
      ['hidden prototype', '{"\\u005f_proto__":{"notes":"x"}}', /prototype/],
      ['NUL', '{"notes":"a\\u0000b"}', /NUL/],
      ['constructor', '{"constructor":{"prototype":{"notes":"x"}}}', /prototype/]
    ] as const) {
      const response = await put(Buffer.from(body))
      assert.equal(response.statusCode, 400, `${what}: ${response.body}`)
      assertRefused(response, what)
      assert.match(response.json().detail, detail, what)
    }
    assert.equal(await isThere(), false)
  })

  it('is answered 413 when it is larger than the setting says', async () => {
    const response = await put(JSON.stringify({ notes: 'x'.repeat(2_048) }))
    assert.equal(response.statusCode, 413)
    assertRefused(response, 'too large')
    assert.equal(await isThere(), false)
  })
})
