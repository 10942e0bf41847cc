/**
 * A CSMS that runs as often as you like. Every process serves any charge point, and calls those of the others. It needs a
 * NATS server on 127.0.0.1:4222, or at NATS_URL.
 *
 *   PORT=3000 npx tsx --conditions=source examples/cluster.ts
 *   PORT=3001 npx tsx --conditions=source examples/cluster.ts
 *   npx wscat -c ws://127.0.0.1:3000/ocpp/CP-1 -s ocpp1.6
 *   curl -X POST http://127.0.0.1:3001/charge-points/CP-1/reset
 *   curl http://127.0.0.1:3001/nodes
 */
import { connect } from '@nats-io/transport-node'
import Fastify from 'fastify'
import fastifyOcpp, { currentTime } from 'fastify-ocpp'
import { natsCluster } from 'fastify-ocpp/nats'

const app = Fastify({ logger: true })

// It connects again for ever: while NATS is away, each process goes on with its own charge points.
const nats = await connect({ servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222', maxReconnectAttempts: -1 })
app.addHook('onClose', () => nats.close())

const cluster = natsCluster(nats, { prefix: 'example' })
await app.register(fastifyOcpp, { protocols: ['ocpp1.6'], securityProfile: 0, cluster })

const { ocpp } = app

ocpp.v16.on('BootNotification', () => ({ status: 'Accepted', currentTime: currentTime(), interval: 300 }))
ocpp.v16.on('Heartbeat', () => ({ currentTime: currentTime() }))
ocpp.v16.on('StatusNotification', () => ({}))

ocpp.cluster?.events.on('connect', ({ identity, node }) => app.log.info({ identity, node }, 'connected'))

app.get('/nodes', () => ocpp.cluster?.nodes())

app.post<{ Params: { identity: string } }>('/charge-points/:identity/reset', (request) => {
  return ocpp.v16.call(request.params.identity, 'Reset', { type: 'Soft' }, { timeout: 10_000 })
})

process.once('SIGTERM', () => app.close())
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })
