import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import fp from 'fastify-plugin'
import type { NewEvent } from '../lib/events/event.js'
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
    /** False for a route that changes nothing, or whose changes are saved elsewhere, as OCPP calls are. Default: true. */
    audit?: boolean
  }
}

/** Sends the payload on, or fails the request. */
type SendDone = (error: Error | null, payload?: unknown) => void

/** Saves every change that operators make. */
export interface Audit {
  /** A `preHandler` hook: a change that cannot be saved is not carried out. */
  begin(request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void
  /** An `onSend` hook: saves the outcome before the operator gets the answer. */
  complete(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: SendDone): void
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

/** The resource that a change was made to. */
function changeOf({ url, method, operator, routeOptions, params }: FastifyRequest, reply: FastifyReply): NewEvent {
  const location = reply.getHeader('location')
  const made = typeof location === 'string' && isApi(location) ? location : url
  const { identity } = params as { identity?: string }
  const isOfChargePoint = identity !== undefined && routeOptions.url?.startsWith(`${API}/charge-points/`) === true
  return {
    type: 'change',
    chargePoint: isOfChargePoint ? identity : '',
    data: { resource: withoutParameters(relative(made)), operator: operator?.name ?? '', method }
  }
}

/** Whether the request is saved. */
function isAudited({ method, operator, routeOptions }: FastifyRequest): boolean {
  return !READING.has(method) && operator !== null && routeOptions.config.audit !== false
}

async function audit(app: FastifyInstance): Promise<void> {
  const { database, publisher } = app
  const { writer } = database

  async function begin(request: FastifyRequest): Promise<void> {
    const { operator, method, routeOptions, url, ip, body } = request
    const entry = {
      operator: operator?.name ?? '',
      method,
      route: routeOptions.url ?? url,
      path: withoutParameters(relative(url)),
      body: auditBody(body),
      remoteAddress: ip ?? null
    }
    request.auditId = await writer.write((trx) => beginAudit({ trx, now: Date.now() }, entry))
  }

  async function complete(request: FastifyRequest, id: number, outcome: AuditOutcome): Promise<void> {
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

  app.decorateRequest('auditId', null)
  // With callbacks, because an async hook would cost the many requests that are not saved a turn of the event loop.
  app.decorate('audit', {
    begin(request, _reply, done) {
      if (!isAudited(request)) return done()
      begin(request).then(() => done(), done)
    },
    complete(request, reply, payload, done) {
      const { auditId: id } = request
      const outcome = outcomeOf(request, reply)
      if (id === null || outcome === undefined) return done(null, payload)
      const isChanged = outcome.status < 300
      complete(request, id, outcome).then(() => {
        if (isChanged) publisher.publish(changeOf(request, reply))
        done(null, payload)
      }, done)
    }
  } satisfies Audit)
}

export default fp(audit, { fastify: '5.x', name: 'audit', dependencies: ['database', 'publisher'] })
