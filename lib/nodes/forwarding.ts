import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { type ClusterApi, NotConnectedError } from 'fastify-ocpp'
import type { Elsewhere } from '../calls/bulk-ask.js'
import type { PublishedEvent } from '../events/event.js'
import { fold } from '../events/scope.js'
import { Fence } from '../load-management/calls.js'
import type { Operator } from '../operators/scopes.js'

/** Headers of a request that matter to the node that carries it out. */
const REQUEST_HEADERS = ['accept', 'prefer', 'idempotency-key'] as const
/** Headers of an answer that each node has its own of. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding'
])
/** How long a request waits for a charge point that has left a node that shuts down, in milliseconds. */
const FOLLOW_MS = 20_000
/** How long it waits for that altogether: such a node disconnects its charge points one after the other. Milliseconds. */
const MAX_FOLLOW_MS = 40_000
const FOLLOW_EVERY_MS = 250
/** How long it waits while only the database says that the charge point is connected: events come a little later. */
const STORED_MS = 3_000
/** The code of the problem of a node that is shutting down. */
const DRAINING = 'DRAINING'

const OperatorRecord = Type.Object({
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  tokenId: Type.Optional(Type.Integer()),
  signInId: Type.Optional(Type.Integer()),
  expiresAt: Type.Optional(Type.Number())
})

/** A request to the operator API, as one node forwards it to another. */
const ForwardedHttp = Type.Object({
  kind: Type.Literal('http'),
  method: Type.String(),
  url: Type.String({ pattern: '^/api/' }),
  headers: Type.Record(Type.String(), Type.String()),
  /** The body as JSON. */
  body: Type.Optional(Type.String()),
  operator: OperatorRecord,
  remoteAddress: Type.Optional(Type.String())
})
export type ForwardedHttp = Static<typeof ForwardedHttp>

/** A call of a bulk call or of load management, which the node that holds the connection makes and saves. */
const ForwardedCall = Type.Object({
  kind: Type.Literal('call'),
  command: Type.Object({
    identity: Type.String(),
    action: Type.String(),
    payload: Type.Optional(Type.Unknown()),
    operator: Type.String(),
    timeout: Type.Optional(Type.Number()),
    priority: Type.Optional(Type.Number()),
    messageId: Type.String()
  }),
  /** Of load management. */
  fence: Type.Optional(Fence)
})

export function isForwardedCall(request: unknown): request is Static<typeof ForwardedCall> {
  return Value.Check(ForwardedCall, request)
}

/** An operation of a bulk call. */
const ForwardedOperation = Type.Object({
  kind: Type.Literal('operation'),
  name: Type.String(),
  request: Type.Unknown(),
  operator: Type.String(),
  timeout: Type.Optional(Type.Number()),
  identity: Type.String(),
  messageId: Type.String()
})

export type ForwardedOperation = Static<typeof ForwardedOperation>

export function isForwardedOperation(request: unknown): request is ForwardedOperation {
  return Value.Check(ForwardedOperation, request)
}

/** Where a charge point is on its way to. */
export interface Journey {
  identity: string
  /** Aborts when nobody waits any longer. */
  signal: AbortSignal
  /** Whether the charge point is connected to this node. */
  isHere(): boolean
  /** Whether the charge point has just left a node that shuts down, so that it is on its way to another one. */
  isComing(): boolean
  /** Whether another node has stored that the charge point is connected to it. */
  isStored(): Promise<boolean>
}

/** What came of an attempt. `draining`: the node of the charge point shuts down, and nothing was done. */
type Attempt<T> = { answer: T } | { draining: () => T }

/**
 * Repeats an attempt while nothing was done because the node of the charge point shuts down, or because the charge point is
 * on its way to another one. `undefined`: it has come to this node.
 *
 * @throws the errors of the attempts
 */
async function follow<T>(attempt: () => Promise<Attempt<T>>, journey: Journey): Promise<T | undefined> {
  const started = performance.now()
  const deadline = started + MAX_FOLLOW_MS
  let isMoving = false
  // The connection is gone, but not yet the news of its end, or the other way round.
  const isBetween = async () => performance.now() - started < STORED_MS && (await journey.isStored())
  while (!journey.isHere()) {
    const isLast = performance.now() > deadline
    try {
      const made = await attempt()
      if ('answer' in made) return made.answer
      isMoving = true
      if (isLast) return made.draining()
    } catch (error) {
      if (!(error instanceof NotConnectedError) || isLast) throw error
      if (!(isMoving || journey.isComing() || (await isBetween()))) throw error
    }
    await sleep(FOLLOW_EVERY_MS, undefined, { signal: journey.signal })
  }
  return undefined
}

export interface ElsewhereOptions {
  cluster: Pick<ClusterApi, 'forward'>
  /** Aborts when this process can wait no longer. */
  signal: AbortSignal
  isHere(identity: string): boolean
  isComing(identity: string): boolean
  isStored(identity: string): Promise<boolean>
}

/** Has other nodes carry out the parts of bulk calls for the charge points that are connected to them. */
export function elsewhereOf({ cluster, signal, ...where }: ElsewhereOptions): Elsewhere {
  return async (identity, request) => {
    const attempt = async (): Promise<Attempt<{ answer: unknown }>> => {
      try {
        return { answer: { answer: await cluster.forward(identity, request, { signal }) } }
      } catch (error) {
        if ((error as { code?: unknown }).code !== DRAINING) throw error
        const draining = () => {
          throw error
        }
        return { draining }
      }
    }
    const journey: Journey = {
      identity,
      signal,
      isHere: () => where.isHere(identity),
      isComing: () => where.isComing(identity),
      isStored: () => where.isStored(identity)
    }
    try {
      return await follow(attempt, journey)
    } catch (error) {
      if (error instanceof NotConnectedError) return undefined
      throw error
    }
  }
}

const HttpAnswer = Type.Object({
  status: Type.Integer({ minimum: 100, maximum: 599 }),
  headers: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Array(Type.String())])),
  body: Type.String()
})
export type HttpAnswer = Static<typeof HttpAnswer>

/** The part of a request of the operator API that is forwarded. */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
  readonly ip: string | undefined
  readonly operator: Operator | null
}

interface Sender {
  readonly operator: Operator
  /** Aborts when the client leaves the node that it sent the request to. */
  readonly signal: AbortSignal
}

const current = new AsyncLocalStorage<Sender>()

/** The operator of the request that another node forwarded, while it is carried out here. */
export function forwardedOperator(): Operator | undefined {
  return current.getStore()?.operator
}

/** Aborts when the client of a request that another node forwarded has left; `undefined`: it was sent to this node. */
export function forwardedSignal(): AbortSignal | undefined {
  return current.getStore()?.signal
}

/** Runs `work` as a request that another node forwarded, so that it is not authenticated again. */
export function asForwarded<T>(sender: Sender, work: () => T): T {
  return current.run(sender, work)
}

export function isForwardedHttp(request: unknown): request is ForwardedHttp {
  return Value.Check(ForwardedHttp, request)
}

export function describeRequest({ method, url, headers, body, ip, operator }: HttpRequest): ForwardedHttp {
  const passed: Record<string, string> = {}
  for (const name of REQUEST_HEADERS) {
    const value = headers[name]
    if (typeof value === 'string') passed[name] = value
  }
  const { name = '', scopes = [], tokenId, signInId, expiresAt } = operator ?? {}
  return {
    kind: 'http',
    method,
    url,
    headers: passed,
    ...(body !== undefined && body !== null && { body: JSON.stringify(body) }),
    operator: {
      name,
      scopes: [...scopes],
      ...(tokenId !== undefined && { tokenId }),
      ...(signInId !== undefined && { signInId }),
      ...(expiresAt !== undefined && { expiresAt })
    },
    ...(ip !== undefined && { remoteAddress: ip })
  }
}

/** The headers of an answer without those that each node has its own of. */
export function passedHeaders(headers: Readonly<Record<string, unknown>>): HttpAnswer['headers'] {
  const passed = Object.entries(headers).filter(([name, value]) => value !== undefined && !OWN_HEADERS.has(name))
  return Object.fromEntries(passed) as HttpAnswer['headers']
}

export interface ForwardOptions extends Journey {
  cluster: Pick<ClusterApi, 'forward'>
  /** How long the other node may take until it is ready for the request. Milliseconds. */
  timeout?: number | undefined
}

/**
 * Forwards a request to the node that the charge point is connected to. While that node shuts down, nothing was done, and
 * the charge point is on its way to another one: the request follows it. `undefined`: it has come to this node.
 *
 * @throws the errors of `app.ocpp.cluster.forward`
 */
export function forwardHttp(request: ForwardedHttp, options: ForwardOptions): Promise<HttpAnswer | undefined> {
  const { cluster, identity, signal, timeout } = options
  const attempt = async (): Promise<Attempt<HttpAnswer>> => {
    const answer = await cluster.forward(identity, request, { signal, ...(timeout !== undefined && { timeout }) })
    if (!Value.Check(HttpAnswer, answer)) throw new Error('the answer of another node is none')
    return isDraining(answer) ? { draining: () => answer } : { answer }
  }
  return follow(attempt, options)
}

function isDraining({ status, body }: HttpAnswer): boolean {
  return status === 503 && body.includes(`"${DRAINING}"`)
}

/** Charge points that were disconnected because their node shuts down, and have not come back yet. */
export class Moving {
  /** When they left, by folded identity; the first that left comes first. */
  readonly #left = new Map<string, number>()

  /** To be called with every event of every node. */
  heard({ type, chargePoint, data }: Pick<PublishedEvent, 'type' | 'chargePoint' | 'data'>): void {
    if (type === 'connect') this.#left.delete(fold(chargePoint))
    if (type !== 'disconnect' || (data as { reason?: unknown }).reason !== 'draining') return
    const now = performance.now()
    this.#left.set(fold(chargePoint), now)
    for (const [key, at] of this.#left) {
      if (now - at < FOLLOW_MS) break
      this.#left.delete(key)
    }
  }

  has(identity: string): boolean {
    return performance.now() - (this.#left.get(fold(identity)) ?? Number.NEGATIVE_INFINITY) < FOLLOW_MS
  }
}

/** The answer of a node that is shutting down and has done nothing. */
export function drainingAnswer(): HttpAnswer {
  const problem = {
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail: 'going down',
    code: DRAINING
  }
  return {
    status: 503,
    headers: { 'content-type': 'application/problem+json', 'retry-after': '5' },
    body: JSON.stringify(problem)
  }
}
