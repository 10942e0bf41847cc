import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Counter, collectDefaultMetrics, Registry } from 'prom-client'
import { metricsAccess } from '../lib/metrics/access.js'
import { observeDatabase } from '../lib/metrics/database.js'
import { observeJournal } from '../lib/metrics/journal.js'
import { observeLimits } from '../lib/metrics/limits.js'
import { observeOcpp } from '../lib/metrics/ocpp.js'
import type {} from './limits.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Where other plugins register metrics of theirs; one registry to an app. */
    metrics: Registry
  }
}

/** WebSockets that were answered with an HTTP status. */
function observeUpgrades(app: FastifyInstance, registry: Registry): void {
  const refused = new Counter({
    name: 'ocpp_refused_upgrades_total',
    help: 'WebSocket upgrades that were refused, by HTTP status',
    labelNames: ['status'],
    registers: [registry]
  })
  app.addHook('onResponse', async (request, { statusCode }) => {
    if (request.headers.upgrade !== undefined && statusCode >= 400) refused.inc({ status: statusCode })
  })
}

/** GET /metrics, for Prometheus. */
async function metrics(app: FastifyInstance): Promise<void> {
  const registry = new Registry()
  app.decorate('metrics', registry)
  collectDefaultMetrics({ register: registry })
  observeOcpp(registry, app.ocpp)
  observeLimits(registry, app.ocpp, app.limits)
  observeDatabase(registry, app.database)
  observeJournal(registry, app.journal)
  observeUpgrades(app, registry)
  const onRequest = metricsAccess(app.config.METRICS_TOKEN)
  app.get('/metrics', { onRequest, schema: { hide: true } }, async (_request, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}

export default fp(metrics, {
  fastify: '5.x',
  name: 'metrics',
  dependencies: ['env', 'database', 'journal', 'limits', 'ocpp']
})
