/**
 * Counts the events of the library, and shows the counters to Prometheus at /metrics.
 *
 *   npx tsx --conditions=source examples/metrics.ts
 *   curl http://127.0.0.1:3000/metrics
 */
import Fastify, { type FastifyInstance } from 'fastify'
import fastifyOcpp, { currentTime } from 'fastify-ocpp'

type Labels = Record<string, string | number>

/** Counters by name and labels. No label contains text that a charger can choose, so their number stays small. */
class Metrics {
  readonly #counters = new Map<string, number>()

  add(name: string, labels: Labels, amount = 1): void {
    const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    const series = `${name}{${text.join(',')}}`
    this.#counters.set(series, (this.#counters.get(series) ?? 0) + amount)
  }

  toString(): string {
    return Array.from(this.#counters, ([series, value]) => `${series} ${value}\n`).join('')
  }
}

function observe({ ocpp }: FastifyInstance, metrics: Metrics): void {
  ocpp.events
    .on('connect', ({ chargePoint: { protocol } }) => metrics.add('ocpp_connects_total', { protocol }))
    .on('disconnect', ({ chargePoint: { protocol }, reason }) => {
      metrics.add('ocpp_disconnects_total', { protocol, reason })
    })
    .on('frame', ({ direction, length }) => {
      metrics.add('ocpp_frames_total', { direction })
      metrics.add('ocpp_characters_total', { direction }, length)
    })
    .on('call', ({ action, outcome, duration }) => {
      metrics.add('ocpp_calls_total', { action, outcome })
      metrics.add('ocpp_call_milliseconds_total', { action }, duration)
    })
    .on('violation', ({ action, direction }) => metrics.add('ocpp_violations_total', { action, direction }))
    .on('security', ({ type }) => metrics.add('ocpp_security_events_total', { type }))
}

const app = Fastify({ logger: true })
await app.register(fastifyOcpp, { securityProfile: 0 })

app.ocpp.v16.on('BootNotification', () => ({ status: 'Accepted', currentTime: currentTime(), interval: 300 }))
app.ocpp.v16.on('Heartbeat', () => ({ currentTime: currentTime() }))

const metrics = new Metrics()
observe(app, metrics)

app.get('/metrics', (_request, reply) => {
  reply.type('text/plain; version=0.0.4')
  return `ocpp_connected ${app.ocpp.chargePoints.size}\n${metrics}`
})

app.post<{ Params: { identity: string } }>('/charge-points/:identity/clear-cache', ({ params }) => {
  return app.ocpp.v16.call(params.identity, 'ClearCache', {})
})

process.once('SIGTERM', () => app.close())
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })
