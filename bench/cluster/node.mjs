// One node of the benchmark, told over IPC what to do.
import { connect } from '@nats-io/transport-node'
import Fastify from 'fastify'
import fastifyOcpp from 'fastify-ocpp'
import { natsCluster } from 'fastify-ocpp/nats'

const { NATS, PREFIX = '', NODE } = process.env
const WARM_UP_MS = 1_000

const app = Fastify()
const nats = NATS === undefined ? undefined : await connect({ servers: NATS, maxReconnectAttempts: -1 })
await app.register(fastifyOcpp, {
  authenticate: () => ({ accept: true, registration: 'Accepted' }),
  maxConnectionsPerAddress: 100_000,
  maxHandshakes: 100_000,
  pingInterval: 0,
  ...(nats && { cluster: natsCluster(nats, { prefix: PREFIX, node: NODE }) })
})
app.ocpp.on('Heartbeat', () => ({ currentTime: new Date().toISOString() }))
await app.listen({ port: 0, host: '127.0.0.1' })

const COMMANDS = {
  /** CPU time and memory of the node so far. */
  usage() {
    globalThis.gc()
    const { user, system } = process.cpuUsage()
    const { heapUsed, external, rss } = process.memoryUsage()
    return { cpu: user + system, heap: heapUsed + external, rss, connections: app.ocpp.chargePoints.size }
  },
  /** Nodes that this one knows, itself included. */
  nodes: () => app.ocpp.cluster?.nodes().length ?? 1,
  /** Calls charge points, so many at a time, and returns calls a second and milliseconds of a call. */
  async calls({ identities, concurrency, seconds }) {
    const times = []
    let next = 0
    const started = performance.now()
    const measured = started + WARM_UP_MS
    const end = measured + seconds * 1000
    const work = async () => {
      while (performance.now() < end) {
        const begun = performance.now()
        await app.ocpp.call(identities[next++ % identities.length], 'ClearCache', {})
        if (begun >= measured) times.push(performance.now() - begun)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, work))
    times.sort((one, other) => one - other)
    return { rate: times.length / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
  }
}

process.on('message', async ({ id, name, options }) => {
  process.send({ id, result: await COMMANDS[name](options) })
})
process.on('disconnect', () => process.exit())
process.send({ port: app.server.address().port })

/** @param {number[]} sorted */
function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
