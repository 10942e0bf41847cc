import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import rateLimit from '@fastify/rate-limit'
import fastifyWebsocket from '@fastify/websocket'
import Fastify from 'fastify'
import fastifyOcpp, { type AuthenticatedEndpoint } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { answerBasics, listen } from '../support/server.js'

const ACCEPTED: AuthenticatedEndpoint = {
  authenticate: () => ({ accept: true, registration: 'Accepted' }),
  drainTimeout: 500,
  drainSpread: 0
}
const ONE_A_MINUTE = { global: true, max: 1, timeWindow: 60_000 }

describe('a global @fastify/rate-limit of the host', () => {
  for (const order of ['before', 'after'] as const) {
    it(`registered ${order} the plugin counts no charge point`, async () => {
      const app = Fastify()
      if (order === 'before') await app.register(rateLimit, ONE_A_MINUTE)
      await app.register(fastifyOcpp, ACCEPTED)
      if (order === 'after') await app.register(rateLimit, ONE_A_MINUTE)
      app.get('/page', async () => 'page')
      answerBasics(app)
      const server = await listen(app)
      for (const identity of ['CP-1', 'CP-2', 'CP-3']) {
        const charger = await connectCharger(server.url, identity)
        assert.equal((await charger.roundTrip()).type, 3)
      }
      const statuses = [(await app.inject('/page')).statusCode, (await app.inject('/page')).statusCode]
      assert.deepEqual(statuses, [200, 429])
    })
  }
})

describe('@fastify/websocket that the host registers after the plugin', () => {
  it('is rejected with an error that says what to do', async () => {
    const app = Fastify()
    await app.register(fastifyOcpp, ACCEPTED)
    // Of a plugin with a callback an error ends the process; of one with a promise it can be looked at.
    const websocket = async () => {
      await new Promise((resolve) => fastifyWebsocket(app, {}, resolve as () => void))
    }
    await assert.rejects(async () => app.register(websocket), {
      code: 'OCPP_ERR_WEBSOCKET_EXISTS',
      message: /register yours before fastify-ocpp/
    })
  })

  it('is accepted in another scope than that of the plugin', async () => {
    const app = Fastify()
    await app.register(async (scope) => {
      await scope.register(fastifyOcpp, ACCEPTED)
    })
    await app.register(async (scope) => {
      await scope.register(fastifyWebsocket)
    })
    await app.ready()
    await app.close()
  })
})
