import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifyOcpp from 'fastify-ocpp'
import { segmentsOf, withoutExtraSlashes } from '../../src/route-path.js'
import { connectRaw, rawUpgrade, upgradeRequest } from '../support/raw.js'
import { answerBasics, listen, startServer } from '../support/server.js'
import { within } from '../support/wait.js'

const ROUTES = ['/ocpp/:identity', '/:tenant/csms/:id'].map(segmentsOf)

/** Paths as chargers write them, and what the router gets. */
const PATHS = {
  '/ocpp/CP-1': '/ocpp/CP-1',
  '/ocpp//CP-1': '/ocpp/CP-1',
  '/ocpp/CP-1/': '/ocpp/CP-1',
  '//ocpp/CP-1': '/ocpp/CP-1',
  '///ocpp///CP-1///': '/ocpp/CP-1',
  '/ocpp//CP-1/?a=//': '/ocpp/CP-1?a=//',
  '/ocpp//CP%252D1': '/ocpp/CP%252D1',
  '/ocpp//a%2Fb/': '/ocpp/a%2Fb',
  '/ocpp//..': '/ocpp/..',
  '/acme//csms/CP-1/': '/acme/csms/CP-1',
  // Nothing that is a path of an endpoint.
  '/ocpp/': '/ocpp/',
  '/ocpp//': '/ocpp//',
  '//': '//',
  '/ocpp//a/b': '/ocpp//a/b',
  '/ocpp/..//CP-1': '/ocpp/..//CP-1',
  '/OCPP//CP-1': '/OCPP//CP-1',
  '/own//socket': '/own//socket',
  '/own/socket/': '/own/socket/',
  '': ''
}

for (const [url, expected] of Object.entries(PATHS)) {
  test(`${url} is ${expected}`, () => assert.equal(withoutExtraSlashes(url, ROUTES), expected))
}

test('only slashes are ever left out, and never a segment', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', 'ocpp', 'CP-1', '?', '%2F', '..', ':') }), (url) => {
      const tidy = withoutExtraSlashes(url, ROUTES)
      assert.equal(tidy.replaceAll('/', ''), url.replaceAll('/', ''))
      const path = (text: string) => segmentsOf(text.split('?')[0] ?? '')
      assert.deepEqual(path(tidy), path(url))
    })
  )
})

test('a charger with too many slashes in its URL is connected with its identity, decoded once', async () => {
  const server = await startServer({}, answerBasics)
  for (const target of ['/ocpp//CP-1', '/ocpp/CP-2/', '//ocpp///CP-3//', '/ocpp//RDAM%20123/?token=/x/']) {
    await connectRaw(server.port, 'ignored', { target })
  }
  const identities = Array.from(server.app.ocpp.chargePoints, ({ identity }) => identity)
  assert.deepEqual(identities, ['CP-1', 'CP-2', 'CP-3', 'RDAM 123'])
})

test('a path that is refused without them is refused with slashes too much, and one of no endpoint is not found', async () => {
  const server = await startServer({})
  const refused: [target: string, status: number][] = [
    ['/ocpp//a%2Fb', 400],
    ['/ocpp//..', 400],
    ['/ocpp//%2e%2e/', 400],
    ['/ocpp//CP%252D1', 400],
    ['/ocpp//a%zz/', 400],
    ['/ocpp//a:b', 400],
    ['/ocpp//a/b', 404],
    ['/ocpp/a//b/', 404],
    ['/other//CP-1', 404]
  ]
  for (const [target, status] of refused) {
    const answer = await within(target, rawUpgrade(server.port, upgradeRequest({ target })))
    assert.equal(answer.status, status, target)
  }
})

test('endpoints in scopes with prefixes and parameters are reached, too', async () => {
  const app = Fastify()
  const endpoint = (path: string) => async (scope: FastifyInstance) => {
    await scope.register(fastifyOcpp, { securityProfile: 0, path })
  }
  app.register(endpoint('/ocpp/:identity'), { prefix: '/:tenant' })
  app.register(endpoint('/steve/websocket/:id_1'))
  const server = await listen(app)
  await connectRaw(server.port, 'ignored', { target: '/acme//ocpp/CP-1/' })
  await connectRaw(server.port, 'ignored', { target: '/steve/websocket//CP-2' })
})
