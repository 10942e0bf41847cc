import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify, { type FastifyError } from 'fastify'
import fastifyOcpp from 'fastify-ocpp'
import operatorRoutes from 'fastify-ocpp/rest'
import { connectCharger } from '../support/charger.js'
import { PREFIX, post, problemOf, startOperator } from './operator.js'

test('hooks of the host run for every route, and their errors are problems', async () => {
  const { app, url } = await startOperator({
    before: (host) => {
      host.addHook('onRequest', async (request, reply) => {
        if (request.ws || request.headers.authorization === 'Bearer right') return
        reply.header('www-authenticate', 'Bearer')
        throw Object.assign(new Error('a token is needed'), { statusCode: 401 })
      })
    }
  })
  const charger = await connectCharger(url, 'CP-1')
  charger.onCall(() => ({ status: 'Accepted' }))
  const refused = await post(app, 'CP-1', 'ClearCache', {})
  assert.equal(problemOf(refused, 401).detail, 'a token is needed')
  assert.equal(refused.headers['www-authenticate'], 'Bearer')
  problemOf(await app.inject({ url: `${PREFIX}/charge-points` }), 401)
  problemOf(await app.inject({ method: 'DELETE', url: `${PREFIX}/charge-points/CP-1/connection` }), 401)
  assert.deepEqual(charger.received, [])
  const headers = { authorization: 'Bearer right' }
  const allowed = await app.inject({ method: 'POST', url: `${PREFIX}/charge-points/CP-1/calls/ClearCache`, headers })
  assert.equal(allowed.statusCode, 200)
})

test('the parsers and error handler of the host stay its own', async () => {
  const { app } = await startOperator({
    before: (host) => {
      host.post('/echo', async (request) => request.body)
      host.get('/fail', async () => {
        throw new Error('own')
      })
      host.setErrorHandler((error: FastifyError, _request, reply) => reply.code(500).send({ own: error.message }))
    }
  })
  const echo = await app.inject({ method: 'POST', url: '/echo', headers: { 'content-type': 'text/plain' }, body: 'a' })
  assert.equal(echo.body, 'a')
  assert.deepEqual((await app.inject({ url: '/fail' })).json(), { own: 'own' })
})

test('without fastify-ocpp, or with an isKnown that is no function, the routes are not registered', async () => {
  const app = Fastify()
  await assert.rejects(async () => app.register(operatorRoutes), {
    code: 'OCPP_ERR_INVALID_OPTIONS',
    message: 'fastify-ocpp/rest: register fastify-ocpp before the operator routes'
  })
  const other = Fastify()
  await other.register(fastifyOcpp, { securityProfile: 0 })
  const isKnown = true as unknown as () => boolean
  await assert.rejects(async () => other.register(operatorRoutes, { isKnown }), { code: 'OCPP_ERR_INVALID_OPTIONS' })
  await other.close()
})

test('an app can leave out a route of the library, for one of its own', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  await app.register(fastifyOcpp, { securityProfile: 0 })
  await app.register(operatorRoutes, { routes: ['get', 'call'] })
  app.get('/charge-points', async () => ['mine'])
  assert.deepEqual((await app.inject('/charge-points')).json(), ['mine'])
  assert.equal((await app.inject('/charge-points/CP-1')).json().code, 'OCPP_ERR_UNKNOWN_CHARGE_POINT')
  assert.equal((await app.inject({ method: 'DELETE', url: '/charge-points/CP-1/connection' })).statusCode, 404)
})

test('the name of an unknown route is rejected', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  await app.register(fastifyOcpp, { securityProfile: 0 })
  const register = async () => app.register(operatorRoutes, { routes: ['post' as 'get'] })
  await assert.rejects(register, { code: 'OCPP_ERR_INVALID_OPTIONS' })
})
