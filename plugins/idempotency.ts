import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import {
  fingerprintOf,
  IdempotentRequests,
  type KeptAnswer,
  type KeptRequest,
  type RepeatableRequest
} from '../lib/calls/idempotency.js'
import { ProblemError } from '../lib/problem-error.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The request as it is saved; null without an Idempotency-Key. */
    repeatable: RepeatableRequest | null
  }
  interface FastifyContextConfig {
    /** Whether the route accepts the header Idempotency-Key. [draft-ietf-httpapi-idempotency-key-header] */
    idempotent?: boolean
  }
}

const RULE = 'Idempotency-Key must be 1 to 255 visible ASCII characters, given once'
const VISIBLE = /^[\x21-\x7e]{1,255}$/
/** Headers that are saved with an answer. */
const KEPT_HEADERS = ['content-type', 'location', 'preference-applied']
/** Seconds until a client should ask again for the answer to a running request. */
const RETRY_AFTER = 1

function keyOf({ headers }: FastifyRequest): string {
  const key = headers['idempotency-key']
  if (typeof key !== 'string' || !VISIBLE.test(key)) throw new ProblemError(400, 'INVALID_IDEMPOTENCY_KEY', RULE)
  return key
}

function answerOf(reply: FastifyReply, payload: unknown): KeptAnswer {
  const headers: Record<string, string> = {}
  for (const name of KEPT_HEADERS) {
    const value = reply.getHeader(name)
    if (value !== undefined) headers[name] = String(value)
  }
  return { status: reply.statusCode, headers, body: typeof payload === 'string' ? payload : '' }
}

function replay(reply: FastifyReply, { status, headers, body }: KeptRequest): FastifyReply {
  reply.code(status ?? 500).headers(JSON.parse(headers ?? '{}') as Record<string, string>)
  return reply.header('idempotency-replayed', 'true').send(body ?? '')
}

/** Carries out requests with the same Idempotency-Key once, on routes whose config says `idempotent`. */
async function idempotency(app: FastifyInstance): Promise<void> {
  const { store, runs } = app
  const requests = new IdempotentRequests({ store, runId: runs.runId, isAlive: (runId) => runs.isAlive(runId) })

  /** Whether the request was answered with the first answer. */
  async function begin(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const key = keyOf(request)
    const fingerprint = fingerprintOf(request.method, request.url, request.body)
    try {
      const { request: first, answered } = await requests.begin({
        operator: request.operator?.name ?? '',
        key,
        fingerprint
      })
      request.repeatable = first ?? null
      if (answered !== undefined) replay(reply, answered)
      return answered !== undefined
    } catch (error) {
      const isRunning = error instanceof ProblemError && error.code === 'IDEMPOTENT_REQUEST_RUNNING'
      if (isRunning) reply.header('retry-after', RETRY_AFTER)
      throw error
    }
  }

  async function end(request: FastifyRequest, reply: FastifyReply, repeatable: RepeatableRequest, payload: unknown) {
    request.repeatable = null
    try {
      await requests.end(repeatable, answerOf(reply, payload))
    } catch (err) {
      // The request was carried out, so it is answered as usual. A repetition is answered that its outcome is unknown.
      request.log.error({ err, messageId: repeatable.messageId }, 'could not save the answer to an idempotent request')
    }
  }

  app.decorateRequest('repeatable', null)
  // With a callback, because an async hook would cost the many requests without the header a turn of the event loop.
  app.addHook('preHandler', (request, reply, done) => {
    const isRepeatable = request.routeOptions.config.idempotent === true && 'idempotency-key' in request.headers
    if (!isRepeatable) return done()
    begin(request, reply).then((isReplayed) => isReplayed || done(), done)
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const { repeatable } = request
    // Undefined in a scope that was registered before this plugin.
    if (repeatable === null || repeatable === undefined) return done(null, payload)
    end(request, reply, repeatable, payload).then(() => done(null, payload), done)
  })
}

export default fp(idempotency, { fastify: '5.x', name: 'idempotency', dependencies: ['operators', 'runs', 'store'] })
