import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { InjectOptions } from 'fastify'
import { BEARER, startBackend } from './support.js'

const { app } = await startBackend()

const WRONG: readonly (readonly [method: NonNullable<InjectOptions['method']>, url: string, allow: string])[] = [
  ['POST', '/api/v1/charge-points', 'GET, HEAD'],
  ['PATCH', '/api/v1/charge-points/CP-1', 'DELETE, GET, HEAD, PUT'],
  ['GET', '/api/v1/charge-points/CP-1/calls/Reset', 'POST'],
  ['GET', '/api/v1/charge-points/CP%2D1/operations/start?timeout=5', 'POST'],
  ['PUT', '/api/v1/calls/abc', 'DELETE, GET, HEAD'],
  ['DELETE', '/api/v1/transactions/1', 'GET, HEAD'],
  ['PUT', '/health/live', 'GET, HEAD'],
  ['POST', '/', 'GET, HEAD']
]

describe('a method that a path lacks', () => {
  for (const [method, url, allow] of WRONG) {
    it(`is answered 405 with the allowed methods: ${method} ${url}`, async () => {
      const response = await app.inject({ method, url, headers: BEARER })
      assert.equal(response.statusCode, 405, response.body)
      assert.equal(response.headers.allow, allow)
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/)
      const { code, detail } = response.json()
      assert.deepEqual([code, detail], ['METHOD_NOT_ALLOWED', `${method} is not allowed here, but ${allow}`])
    })
  }

  it('is 404 where there is nothing', async () => {
    for (const url of ['/api/v1/nothing', '/api/v1/charge-points/CP-1/nothing/Reset', '/apixv1/charge-points']) {
      const response = await app.inject({ method: 'POST', url, headers: BEARER })
      assert.equal(response.statusCode, 404, url)
      assert.equal(response.headers.allow, undefined)
    }
  })
})

describe('a POST without a body whose content type is JSON', () => {
  const post = (path: string) =>
    app.inject({ method: 'POST', url: `/api/v1${path}`, headers: { ...BEARER, 'content-type': 'application/json' } })

  it('counts as one with an empty object', async () => {
    await app.inject({ method: 'PUT', url: '/api/v1/charge-points/EMPTY', headers: BEARER, payload: {} })
    for (const path of ['/charge-points/EMPTY/calls/ClearCache', '/charge-points/EMPTY/operations/clear-cache']) {
      const { statusCode, body } = await post(path)
      assert.equal(statusCode, 409, `${path}: ${body}`)
    }
  })

  it('names the member that the body lacks', async () => {
    const { statusCode, body } = await post('/charge-points/EMPTY/operations/start')
    assert.equal(statusCode, 400)
    assert.match(body, /must have required property 'idToken'/)
  })
})
