import assert from 'node:assert/strict'
import { it } from 'node:test'
import { apiUrl, createClient } from '../../dashboard/api/client.js'
import { Problem } from '../../dashboard/api/problem.js'
import { linkTo } from '../../dashboard/router/links.js'
import { matchPath } from '../../dashboard/router/match.js'

it('a link leads to the page that it names, whatever is in the identity', () => {
  for (const identity of ['CP-1', 'A B|C', 'ä/ö%']) {
    assert.deepEqual(matchPath(linkTo('messages', { identity })), { page: 'messages', params: { identity } })
  }
})

it('a path of no page matches none', () => {
  for (const path of ['/nope', '/charge-points/', '/charge-points/a/b', '/charge-points/%E0', '//']) {
    assert.equal(matchPath(path), undefined, path)
  }
})

it('a URL of the operator API leaves out empty members, and repeats the members of lists', () => {
  assert.equal(apiUrl('/x', { a: undefined, b: '', c: ['1', '2'], d: false }), '/api/v1/x?c=1&c=2&d=false')
})

function answering(answer: () => Response | Promise<Response>) {
  let signedOut = 0
  const client = createClient({ fetch: async () => answer(), onSignedOut: () => signedOut++ })
  return { client, signedOut: () => signedOut }
}

it('the client rejects with the problem of the server, and its Retry-After', async () => {
  const body = JSON.stringify({ detail: 'the database is away', code: 'DATABASE_UNAVAILABLE' })
  const { client } = answering(() => new Response(body, { status: 503, headers: { 'retry-after': '5' } }))
  await assert.rejects(client.get('/x'), (error) => {
    assert.ok(error instanceof Problem)
    assert.deepEqual(
      [error.status, error.code, error.message, error.retryAfter],
      [503, 'DATABASE_UNAVAILABLE', 'the database is away', 5]
    )
    return true
  })
})

it('the client reports the end of a sign-in, but not a wrong token', async () => {
  const { client, signedOut } = answering(() => new Response('{}', { status: 401 }))
  await assert.rejects(client.send('POST', '/sign-in', { token: 'x' }))
  assert.equal(signedOut(), 0)
  await assert.rejects(client.get('/summary'))
  assert.equal(signedOut(), 1)
})

it('an incomplete answer is an error with an unknown outcome', async () => {
  const { client } = answering(() => new Response('{"status":"acc', { status: 200 }))
  await assert.rejects(client.send('POST', '/x', {}), (error) => error instanceof Problem && error.isLost)
  const lost = answering(() => Promise.reject(new TypeError('network')))
  await assert.rejects(lost.client.send('POST', '/x', {}), (error) => error instanceof Problem && error.isLost)
})
