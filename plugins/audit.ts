import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { API, isApi } from '../lib/http/api.js'
import { type AuditOutcome, beginAudit, completeAudit, targetOf } from '../lib/operators/audit.js'
import { auditBody, withoutParameters } from '../lib/operators/audit-body.js'

declare module 'fastify' {
  interface FastifyInstance {
    audit: Audit
  }
  interface FastifyRequest {
    /** Id of the entry in the audit log; null when the request has none. */
    auditId: number | null
  }
  interface FastifyContextConfig {
    /** False for a route whose changes are saved elsewhere, as OCPP calls are. Default: true. */
    audit?: boolean
  }
}

/** Saves every change that operators make. */
export interface Audit {
  /** A `preHandler` hook: a change that cannot be saved is not carried out. */
  begin(request: FastifyRequest): Promise<void>
  /** An `onSend` hook: saves the outcome before the operator gets the answer. */
  complete(request: FastifyRequest, reply: FastifyReply): Promise<void>
}

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The path below the one of the API. */
function relative(url: string): string {
  return isApi(url) ? url.slice(API.length) : url
}

/** The status, and the URL of a resource that was created. */
function outcomeOf({ auditId, url }: FastifyRequest, reply: FastifyReply): AuditOutcome | undefined {
  if (auditId === null) return undefined
  const { statusCode: status } = reply
  const location = reply.getHeader('location')
  const isCollection = !targetOf(relative(url)).includes('/')
  const made = isCollection && typeof location === 'string' && isApi(location)
  return { status, ...(made && { target: targetOf(relative(location)) }) }
}

async function audit(app: FastifyInstance): Promise<void> {
  const { writer } = app.database
  app.decorateRequest('auditId', null)
  app.decorate('audit', {
    async begin(request) {
      const { operator, method, routeOptions, url, ip, body } = request
      if (READING.has(method) || operator === null || routeOptions.config.audit === false) return
      const entry = {
        operator: operator.name,
        method,
        route: routeOptions.url ?? url,
        path: withoutParameters(relative(url)),
        body: auditBody(body),
        remoteAddress: ip ?? null
      }
      request.auditId = await writer.write((trx) => beginAudit({ trx, now: Date.now() }, entry))
    },
    async complete(request, reply) {
      const { auditId: id } = request
      const outcome = outcomeOf(request, reply)
      if (id === null || outcome === undefined) return
      request.auditId = null
      try {
        await writer.write((trx) => completeAudit({ trx, now: Date.now() }, id, outcome))
      } catch (err) {
        // The change was carried out, so the answer must not report an error.
        request.log.error(
          { err, auditId: id, status: outcome.status },
          'could not save the outcome of a change in the audit log'
        )
      }
    }
  } satisfies Audit)
}

export default fp(audit, { fastify: '5.x', name: 'audit', dependencies: ['database'] })
