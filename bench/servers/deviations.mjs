import Fastify from 'fastify'
import fastifyOcpp, { DEVIATIONS } from 'fastify-ocpp'
import { answerMessages } from './answers.mjs'
import { BACKLOG } from './listen.mjs'
import { serve } from './serve.mjs'

// Server 4: the plugin with traits for every charge point: all named deviations, and `salvage`.
const app = Fastify({ logger: false })
const traits = {
  leniency: { deviations: Object.keys(DEVIATIONS), timeZone: 'Europe/Berlin' },
  validation: 'salvage',
  pingInterval: 30_000
}
await app.register(fastifyOcpp, { authenticate: () => ({ accept: true, traits }), traits: () => traits })
answerMessages(app)

await app.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG })
serve(app.server.address().port)
