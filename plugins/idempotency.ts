import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import {
  claim,
  fingerprintOf,
  type KeptAnswer,
  type KeptRequest,
  keepAnswer,
  type RepeatableRequest,
  release
} from '../lib/calls/idempotency.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** What makes the request repeatable; null for one without Idempotency-Key. */
    repeatable: RepeatableRequest | null
  }
  interface FastifyContextConfig {
    /** Whether the header Idempotency-Key holds. [draft-ietf-httpapi-idempotency-key-header] */
    idempotent?: boolean
  }
}

class InvalidKeyError extends Error {
  readonly statusCode = 400
  readonly code = 'INVALID_IDEMPOTENCY_KEY'
  constructor() {
    super('Idempotency-Key must be 1 to 255 visible ASCII characters, given once')
  }
}

class KeyReusedError extends Error {
  readonly statusCode = 422
  readonly code = 'IDEMPOTENCY_KEY_REUSED'
  constructor() {
    super('the Idempotency-Key was used for another request')
  }
}

class StillRunningError extends Error {
  readonly statusCode = 409
  readonly code = 'IDEMPOTENT_REQUEST_RUNNING'
  readonly messageId: string
  constructor(messageId: string) {
    super('the first request with this Idempotency-Key is not answered yet')
    this.messageId = messageId
  }
}

/** Whether the first request was carried out nobody knows; it is not done again. */
class OutcomeUnknownError extends Error {
  readonly statusCode = 504
  readonly code = 'OCPP_ERR_OUTCOME_UNKNOWN'
  readonly messageId: string
  constructor(messageId: string) {
    super('the back-end was restarted before the first request was answered: whether it was heeded is unknown')
    this.messageId = messageId
  }
}

const VISIBLE = /^[\x21-\x7e]{1,255}$/
const KEPT_HEADERS = ['content-type', 'location', 'preference-applied']
/** Seconds. */
const RETRY_AFTER = 1

/** A request that is being carried out here. */
interface Running {
  fingerprint: string
  settled: Promise<void>
  settle(): void
}

function keyOf({ headers }: FastifyRequest): string {
  const key = headers['idempotency-key']
  if (typeof key !== 'string' || !VISIBLE.test(key)) throw new InvalidKeyError()
  return key
}

/** What was refused before anything was done may be tried again; all else is done once. */
function isFinal(status: number): boolean {
  return status < 400 || (status >= 500 && status !== 503)
}

function answerOf(reply: FastifyReply, payload: unknown): KeptAnswer {
  const headers: Record<string, string> = {}
  for (const name of KEPT_HEADERS) {
    const value = reply.getHeader(name)
    if (value !== undefined) headers[name] = String(value)
  }
  return { status: reply.statusCode, headers, body: typeof payload === 'string' ? payload : '' }
}

/**
 * Requests that may be repeated: the same key of the same operator gets the same answer, and what it asks for is done
 * once, also when this process dies in the midst of it. Holds for routes whose config says `idempotent`.
 */
async function idempotency(app: FastifyInstance): Promise<void> {
  const { store, runs } = app
  const running = new Map<string, Running>()

  function begin(name: string, fingerprint: string): Running {
    let settle: () => void = () => undefined
    const settled = new Promise<void>((resolve) => {
      settle = () => {
        running.delete(name)
        resolve()
      }
    })
    const begun = { fingerprint, settled, settle }
    running.set(name, begun)
    return begun
  }

  /** What to answer instead of carrying out the request; undefined when this is the first. */
  async function earlierAnswer(request: RepeatableRequest): Promise<KeptRequest | undefined> {
    const kept = await store.write((trx) => claim({ trx, now: Date.now() }, request))
    if (kept === undefined) return undefined
    if (kept.fingerprint !== request.fingerprint) throw new KeyReusedError()
    if (kept.status !== null) return kept
    // One of this process is not in here: its answer could not be kept.
    const isElsewhere = kept.run_id !== runs.runId && (await runs.isAlive(kept.run_id))
    throw isElsewhere ? new StillRunningError(kept.message_id) : new OutcomeUnknownError(kept.message_id)
  }

  /** Whether the request was answered as the first one was. */
  async function enter(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const key = keyOf(request)
    const operator = request.operator?.name ?? ''
    const fingerprint = fingerprintOf(request.method, request.url, request.body)
    const name = `${operator} ${key}`
    for (let first = running.get(name); first !== undefined; first = running.get(name)) {
      if (first.fingerprint !== fingerprint) throw new KeyReusedError()
      await first.settled
    }
    const begun = begin(name, fingerprint)
    const repeatable = { operator, key, fingerprint, messageId: randomUUID(), runId: runs.runId }
    try {
      const kept = await earlierAnswer(repeatable)
      if (kept === undefined) {
        request.repeatable = repeatable
        return false
      }
      begun.settle()
      replay(reply, kept)
      return true
    } catch (error) {
      begun.settle()
      if (error instanceof StillRunningError) reply.header('retry-after', RETRY_AFTER)
      throw error
    }
  }

  async function leave(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> {
    const { repeatable } = request
    if (repeatable === null) return
    request.repeatable = null
    try {
      const answer = answerOf(reply, payload)
      await store.write((trx) =>
        isFinal(answer.status) ? keepAnswer({ trx }, repeatable, answer) : release({ trx }, repeatable)
      )
    } catch (err) {
      // It has been done: the answer must not say otherwise. Whoever repeats it learns that its outcome is unknown.
      request.log.error({ err, messageId: repeatable.messageId }, 'the answer to a repeatable request was not kept')
    }
    running.get(`${repeatable.operator} ${repeatable.key}`)?.settle()
  }

  app.decorateRequest('repeatable', null)
  // Not async: most requests pass.
  app.addHook('preHandler', (request, reply, done) => {
    const isRepeatable = request.routeOptions.config.idempotent === true && 'idempotency-key' in request.headers
    if (!isRepeatable) return done()
    enter(request, reply).then((isReplayed) => isReplayed || done(), done)
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.repeatable === null) return done(null, payload)
    leave(request, reply, payload).then(() => done(null, payload), done)
  })
}

function replay(reply: FastifyReply, { status, headers, body }: KeptRequest): FastifyReply {
  reply.code(status ?? 500).headers(JSON.parse(headers ?? '{}') as Record<string, string>)
  return reply.header('idempotency-replayed', 'true').send(body ?? '')
}

export default fp(idempotency, { fastify: '5.x', name: 'idempotency', dependencies: ['operators', 'runs', 'store'] })
