import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connectCharger } from '../support/charger.js'
import { startBackend } from './support.js'

const { app } = await startBackend()

describe('a route without a token', () => {
  it('reports that the back-end is alive and ready', async () => {
    for (const url of ['/health/live', '/health/ready']) {
      const response = await app.inject({ url })
      assert.equal(response.statusCode, 200)
      assert.deepEqual(response.json(), { status: 'ok' })
    }
  })

  it('reports that the back-end is not ready while it drains', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    const call = server.app.ocpp.v16.call('CP-1', 'ClearCache', {})
    const [, id] = await charger.nextFrame()
    const agent = server.url.replace('ws', 'http')
    const closing = server.close()
    // The socket still listens while the call is on the wire.
    assert.equal((await fetch(`${agent}/health/ready`)).status, 503)
    charger.send(3, id, { status: 'Accepted' })
    assert.deepEqual(await call, { status: 'Accepted' })
    await closing
  })

  it('has a directory at /', async () => {
    const response = await app.inject({ url: '/' })
    assert.equal(response.statusCode, 200)
    const { documentation, openapi, health, api, chargePoints } = response.json()
    for (const url of [documentation, openapi, ...health])
      assert.equal((await app.inject({ url })).statusCode, 200, url)
    assert.deepEqual([api, chargePoints], ['/api/v1', '/ocpp/{identity}'])
  })

  it('describes every operation in OpenAPI 3.1', async () => {
    const response = await app.inject({ url: '/openapi.json' })
    assert.equal(response.statusCode, 200)
    const { openapi, paths } = response.json()
    assert.equal(openapi, '3.1.0')
    assert.ok(paths['/api/v1/charge-points/{identity}/calls/Reset'].post)
    assert.ok(paths['/api/v1/charge-points/{identity}'].put)
    assert.ok(paths['/health/live'].get)
    assert.ok(!Object.keys(paths).some((path) => path.includes('/ocpp')))
  })

  it('serves the documentation from its own files', async () => {
    const page = await app.inject({ url: '/docs' })
    assert.equal(page.statusCode, 200)
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
    assert.ok(links.length > 3)
    for (const link of links) {
      assert.match(link, /^\.?\//)
      const { pathname } = new URL(link, 'http://127.0.0.1/docs')
      assert.equal((await app.inject({ url: pathname })).statusCode, 200, link)
    }
  })

  it('forbids pages to load anything from elsewhere, and sends nosniff with every answer', async () => {
    const docs = await app.inject({ url: '/docs' })
    assert.match(String(docs.headers['content-security-policy']), /default-src 'self'/)
    const api = await app.inject({ url: '/health/live' })
    assert.match(String(api.headers['content-security-policy']), /default-src 'none'/)
    for (const { headers } of [docs, api]) assert.equal(headers['x-content-type-options'], 'nosniff')
  })
})
