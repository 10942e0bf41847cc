import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Counter, type Registry } from 'prom-client'
import { bearerToken } from '../lib/http/bearer.js'
import { observeCluster } from '../lib/metrics/cluster.js'
import { observeDatabase } from '../lib/metrics/database.js'
import { observeLimits } from '../lib/metrics/limits.js'
import { observeMessageLog } from '../lib/metrics/message-log.js'
import { observeOcpp } from '../lib/metrics/ocpp.js'
import { createRegistry } from '../lib/metrics/process.js'
import { workerMetrics } from '../lib/metrics/workers.js'
import { ProblemError } from '../lib/problem-error.js'
import { isLoopback } from '../lib/settings/settings.js'
import type {} from './limits.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The registry of the metrics of this app. Other plugins add theirs. */
    metrics: Registry
  }
}

/** Whether a client on this machine asks for itself. A proxy on this machine names its client. */
function isLocal({ socket, headers }: FastifyRequest): boolean {
  const address = socket.remoteAddress?.replace(/^::ffff:/i, '') ?? ''
  return isLoopback(address) && headers.forwarded === undefined && headers['x-forwarded-for'] === undefined
}

/**
 * An `onRequest` hook: allows requests with METRICS_TOKEN, or without this setting only requests from this machine.
 * [RFC 6750]
 */
function metricsAccess(token: string | undefined) {
  if (token === undefined) {
    return async (request: FastifyRequest) => {
      if (!isLocal(request))
        throw new ProblemError(403, 'FORBIDDEN', 'only from this machine, unless METRICS_TOKEN is set')
    }
  }
  const expected = digest(token)
  return async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    const given = bearerToken(headers.authorization)
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return
    reply.header('www-authenticate', given === undefined ? 'Bearer' : 'Bearer error="invalid_token"')
    throw new ProblemError(401, 'UNAUTHORIZED', 'the metrics token is needed: Authorization: Bearer <token>')
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Counts WebSocket upgrades that were answered with an HTTP status. */
function observeUpgrades(app: FastifyInstance, registry: Registry): void {
  const refused = new Counter({
    name: 'ocpp_refused_upgrades_total',
    help: 'WebSocket upgrades that were refused, by HTTP status',
    labelNames: ['status'],
    registers: [registry]
  })
  app.addHook('onResponse', (request, { statusCode }, done) => {
    if (request.headers.upgrade !== undefined && statusCode >= 400) refused.inc({ status: statusCode })
    done()
  })
}

/** GET /metrics for Prometheus. */
async function metrics(app: FastifyInstance): Promise<void> {
  const registry = createRegistry()
  app.decorate('metrics', registry)
  observeOcpp(registry, app.ocpp)
  observeLimits(registry, app.ocpp, app.limits)
  observeDatabase(registry, app.database)
  observeMessageLog(registry, app.messageLog)
  observeUpgrades(app, registry)
  if (app.ocpp.cluster !== undefined) observeCluster(registry, app.ocpp.cluster)
  const ofAll = workerMetrics(registry)
  const onRequest = metricsAccess(app.config.METRICS_TOKEN)
  app.get('/metrics', { onRequest, schema: { hide: true } }, async (_request, reply) => {
    return reply.type(registry.contentType).send(await (ofAll?.() ?? registry.metrics()))
  })
}

export default fp(metrics, {
  fastify: '5.x',
  name: 'metrics',
  dependencies: ['env', 'database', 'limits', 'message-log', 'ocpp']
})
