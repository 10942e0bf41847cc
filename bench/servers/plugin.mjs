import Fastify from 'fastify'
import fastifyOcpp, { currentTime } from 'fastify-ocpp'
import { BACKLOG } from './listen.mjs'
import { serve } from './serve.mjs'

// Server 3: the plugin with all its defaults; every request and every answer is validated.
const app = Fastify({ logger: false })
await app.register(fastifyOcpp, { securityProfile: 0 })

app.ocpp.v16
  .on('BootNotification', () => ({ status: 'Accepted', currentTime: currentTime(), interval: 300 }))
  .on('Heartbeat', () => ({ currentTime: currentTime() }))
  .on('StatusNotification', () => ({}))
  .on('MeterValues', () => ({}))

await app.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG })
serve(app.server.address().port)
