import Fastify from 'fastify'
import fastifyOcpp from 'fastify-ocpp'
import { answerMessages } from './answers.mjs'
import { BACKLOG } from './listen.mjs'
import { serve } from './serve.mjs'

// Server 3: the plugin with all its defaults; every request and every answer is validated.
const app = Fastify({ logger: false })
await app.register(fastifyOcpp, { securityProfile: 0 })
answerMessages(app)

await app.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG })
serve(app.server.address().port)
