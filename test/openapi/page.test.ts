import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runInNewContext } from 'node:vm'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { BEARER } from '../app/support.js'
import { operationsOf, startDocumented } from './document.js'

const { server, document, text } = await startDocumented()
const { app } = server

const SCRIPT = '/docs/static/swagger-ui-bundle.js'

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await app.inject({ url, headers })
  assert.equal(response.statusCode, 200, url)
  return response
}

describe('the documentation page', () => {
  it('offers every value of an enumeration', () => {
    const list = operationsOf(document).find(({ operation }) => operation.operationId === 'listChargePoints')
    const choices = (list?.operation.parameters ?? []).map(({ name, schema }) => [name, schema.enum])
    assert.deepEqual(Object.fromEntries(choices).connected, ['true', 'false'])
    assert.deepEqual(Object.fromEntries(choices).protocol, ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'])
  })

  it('has no union of literals where an enumeration would do', () => {
    const unions: string[] = []
    JSON.stringify(document, (name, value) => {
      const branches: object[] = value?.anyOf ?? []
      if (branches.length > 0 && branches.every((branch) => 'const' in branch || 'enum' in branch)) unions.push(name)
      return value
    })
    assert.deepEqual(unions, [])
  })

  it('is given the document in OpenAPI 3.0, which its renderer opens in a fraction of the time', async () => {
    const { body } = await get('/docs/json')
    const page = JSON.parse(body)
    assert.match(page.openapi, /^3\.0\./)
    assert.deepEqual(Object.keys(page.paths), Object.keys(document.paths))
    const config = await createConfig({ rules: { struct: 'error', 'no-unresolved-refs': 'error' } })
    const problems = await lintFromString({ source: body, absoluteRef: '/docs/json', config })
    assert.deepEqual(
      problems.map(({ message, location }) => `${location[0]?.pointer}: ${message}`),
      []
    )
    const { groupId, expiresAt } =
      page.paths['/api/v1/id-tokens/{idToken}'].put.requestBody.content['application/json'].schema.properties
    assert.deepEqual([groupId.type, groupId.nullable], ['string', true])
    assert.deepEqual([expiresAt.format, expiresAt.nullable], ['date-time', true])
    assert.equal((await get('/openapi.json')).body, text)
  })

  it('keeps the token for the tab, not for the browser', async () => {
    const html = (await get('/docs')).body
    const initializer = (await get('/docs/static/swagger-initializer.js')).body
    assert.match(initializer, /"?persistAuthorization"?: ?true/)
    const window = { localStorage: 'of the browser', sessionStorage: 'of the tab' }
    for (const [, link = ''] of html.matchAll(/<script src="([^"]*theme[^"]*)"/g)) {
      runInNewContext((await get(link)).body, { window })
    }
    assert.equal(window.localStorage, 'of the tab')
  })
})

describe('compression', () => {
  for (const [encoding, decompress] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync]
  ] as const) {
    it(`sends the document and the scripts of the page as ${encoding} to a client that takes it`, async () => {
      for (const url of ['/openapi.json', '/docs/json', SCRIPT]) {
        const plain = await get(url)
        const compressed = await get(url, { 'accept-encoding': encoding })
        assert.equal(compressed.headers['content-encoding'], encoding)
        assert.equal(compressed.headers.vary, 'accept-encoding')
        assert.equal(compressed.headers['content-type'], plain.headers['content-type'])
        assert.ok(compressed.rawPayload.length < plain.rawPayload.length / 3, url)
        assert.ok(decompress(compressed.rawPayload).equals(plain.rawPayload), url)
        const again = await get(url, { 'accept-encoding': encoding })
        assert.ok(again.rawPayload.equals(compressed.rawPayload))
      }
    })
  }

  it('sends them as they are to a client that takes neither', async () => {
    for (const accept of ['', 'identity', 'br;q=0, gzip;q=0', 'zstd']) {
      const { headers } = await get('/openapi.json', { 'accept-encoding': accept })
      assert.equal(headers['content-encoding'], undefined, accept)
      assert.equal(headers.vary, 'accept-encoding')
    }
  })

  it('leaves a file that the browser has', async () => {
    const { headers } = await get(SCRIPT, { 'accept-encoding': 'gzip' })
    const again = await app.inject({
      url: SCRIPT,
      headers: { 'accept-encoding': 'gzip', 'if-none-match': String(headers.etag) }
    })
    assert.equal(again.statusCode, 304)
    assert.equal(again.headers['content-encoding'], undefined)
  })

  it('compresses no answer of the API: its length would betray secrets beside what others chose', async () => {
    const { headers } = await get('/api/v1/operator-tokens', { ...BEARER, 'accept-encoding': 'gzip, br' })
    assert.equal(headers['content-encoding'], undefined)
    const notes = 'n'.repeat(9_000)
    await app.inject({ method: 'PUT', url: '/api/v1/charge-points/CP-1', headers: BEARER, payload: { notes } })
    const one = await get('/api/v1/charge-points/CP-1', { ...BEARER, 'accept-encoding': 'gzip, br' })
    assert.equal(one.headers['content-encoding'], undefined)
  })
})
