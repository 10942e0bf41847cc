import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { type ClusterApi, NotConnectedError } from 'fastify-ocpp'
import type { Elsewhere } from '../calls/bulk-ask.js'
import type { PublishedEvent } from '../events/event.js'
import { fold } from '../events/scope.js'
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

/** A call of a bulk call, which the node that holds the connection makes and saves. */
const ForwardedCall = Type.Object({
  kind: Type.Literal('call'),
  command: Type.Object({
    identity: Type.String(),
    action: Type.String(),
    payload: Type.Optional(Type.Unknown()),
    operator: Type.String(),
    timeout: Type.Optional(Type.Number()),
    messageId: Type.String()
  })
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

/**
 * Has other nodes carry out the parts of bulk calls for the charge points that are connected to them.
 *
 * @param signal aborts when this process can wait no longer
 */
export function elsewhereOf(cluster: Pick<ClusterApi, 'forward'>, signal: AbortSignal): Elsewhere {
  return async (identity, request) => {
    try {
      return { answer: await cluster.forward(identity, request, { signal }) }
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

export interface ForwardOptions {
  cluster: Pick<ClusterApi, 'forward'>
  identity: string
  /** Aborts when the client leaves. */
  signal: AbortSignal
  /** Whether the charge point is connected to this node. */
  isHere(): boolean
  /** Whether the charge point has just left a node that shuts down, so that it is on its way to another one. */
  isComing(): boolean
}

/**
 * Forwards a request to the node that the charge point is connected to. While that node shuts down, nothing was done, and
 * the charge point is on its way to another one: the request follows it. `undefined`: it has come to this node.
 *
 * @throws the errors of `app.ocpp.cluster.forward`
 */
export async function forwardHttp(
  request: ForwardedHttp,
  { cluster, identity, signal, isHere, isComing }: ForwardOptions
): Promise<HttpAnswer | undefined> {
  const deadline = performance.now() + MAX_FOLLOW_MS
  let draining: HttpAnswer | undefined
  while (!isHere()) {
    try {
      const answer = await cluster.forward(identity, request, { signal })
      if (!Value.Check(HttpAnswer, answer)) throw new Error('the answer of another node is none')
      if (!isDraining(answer)) return answer
      draining = answer
    } catch (error) {
      if (!(error instanceof NotConnectedError) || !(draining !== undefined || isComing())) throw error
      if (performance.now() > deadline) throw error
    }
    if (draining !== undefined && performance.now() > deadline) return draining
    await sleep(FOLLOW_EVERY_MS, undefined, { signal })
  }
  return undefined
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
