import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BEARER, startBackend, TOKEN } from './support.js'

const { app } = await startBackend()

const GUARDED = [
  ['GET', '/api/v1/charge-points'],
  ['GET', '/api/v1/charge-points/CP-1'],
  ['GET', '/api/v1/charge-points/CP-1/state'],
  ['PUT', '/api/v1/charge-points/CP-1'],
  ['DELETE', '/api/v1/charge-points/CP-1'],
  ['DELETE', '/api/v1/charge-points/CP-1/connection'],
  ['POST', '/api/v1/charge-points/CP-1/calls/Reset'],
  ['POST', '/api/v1/charge-points/CP-1/calls/NoSuchAction']
] as const

const NO_BEARERS = {
  nothing: undefined,
  'another token': `Bearer ${TOKEN}x`,
  'a shorter token': `Bearer ${TOKEN.slice(1)}`,
  'no token': 'Bearer ',
  'Basic credentials': `Basic ${Buffer.from(`operator:${TOKEN}`).toString('base64')}`,
  'the bare token': TOKEN
}

describe('the operator API', () => {
  for (const [method, url] of GUARDED) {
    it(`answers ${method} ${url} without a token 401`, async () => {
      const response = await app.inject({ method, url })
      assert.equal(response.statusCode, 401)
      assert.equal(response.headers['www-authenticate'], 'Bearer')
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/)
      assert.equal(response.json().code, 'UNAUTHORIZED')
    })
  }

  for (const [name, authorization] of Object.entries(NO_BEARERS)) {
    it(`refuses ${name}`, async () => {
      const headers = authorization === undefined ? {} : { authorization }
      const response = await app.inject({ url: '/api/v1/charge-points', headers })
      assert.equal(response.statusCode, 401)
      assert.ok(!response.body.includes(TOKEN))
    })
  }

  it('lets the token through, whatever the case of "Bearer"', async () => {
    for (const authorization of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`]) {
      const response = await app.inject({ url: '/api/v1/charge-points', headers: { authorization } })
      assert.equal(response.statusCode, 200)
    }
  })

  it('answers 404 and a problem where there is nothing', async () => {
    for (const url of [
      '/nothing',
      '/api/v1/nothing',
      '/api/v1/charge-points/CP-1',
      '/api/v1/charge-points/CP-1/state'
    ]) {
      const response = await app.inject({ url, headers: BEARER })
      assert.equal(response.statusCode, 404, url)
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/)
      assert.equal(response.json().status, 404)
    }
  })
})
