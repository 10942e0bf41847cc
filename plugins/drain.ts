import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Cluster } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { ProblemError } from '../lib/problem-error.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether load balancers shall send nothing new, because the app is about to shut down. */
    readonly isLeaving: boolean
    /** Whether the app is shutting down: outstanding calls may end, but nothing new begins. */
    readonly isDraining: boolean
    /** Aborts when what other nodes still do for this one cannot be waited for any longer. */
    readonly patience: AbortSignal
    /** Requests that call charge points of this process, until they are answered. */
    readonly calling: Set<FastifyRequest>
    /** With other nodes: lets load balancers notice that this one shuts down, before it does. To be called before `close`. */
    leave(): Promise<void>
  }
}

/** As long as load balancers get to notice that a node shuts down, in milliseconds. */
const LEAVE_MS = 3_000
/** As long as requests that have begun get to make their call, before sockets are closed, in milliseconds. */
const BEGUN_MS = 3_000
const POLL_MS = 5
/** As long as other nodes get at shutdown for calls that this one wants of them, in milliseconds. */
const PATIENCE_MS = 14_000
/** When connections of HTTP clients are cut that still send their request or do not read their answer, in milliseconds. */
const HTTP_MS = 17_000

/** Routes that are answered until the very end. */
const ALWAYS = /^\/(?:health\/|metrics)/

interface DrainOptions {
  /** The bus of the nodes; `undefined`: this process is alone. */
  cluster?: Cluster | undefined
}

/**
 * Rejects requests while chargers are disconnected at shutdown. Otherwise Fastify would reject them in its own format.
 * With other nodes it carries out those that read, and those for one charge point, which the others can do.
 */
async function drain(app: FastifyInstance, { cluster }: DrainOptions): Promise<void> {
  let stage: 'serving' | 'leaving' | 'draining' = 'serving'
  const patience = new AbortController()
  const calling = new Set<FastifyRequest>()
  const hasOthers = () => cluster?.isConnected === true && (app.ocpp.cluster?.nodes().length ?? 0) > 1
  app.decorate('isLeaving', { getter: () => stage !== 'serving' })
  app.decorate('isDraining', { getter: () => stage === 'draining' })
  app.decorate('patience', patience.signal)
  app.decorate('calling', calling)
  app.decorate('leave', async () => {
    if (stage === 'serving') stage = 'leaving'
    if (hasOthers()) await sleep(LEAVE_MS)
  })
  const timers: NodeJS.Timeout[] = []
  app.addHook('preClose', async () => {
    stage = 'draining'
    const cut = () => {
      for (const server of [app.server, app.tls?.server]) server?.closeAllConnections()
    }
    timers.push(
      setTimeout(() => patience.abort(), PATIENCE_MS),
      setTimeout(cut, HTTP_MS)
    )
    const deadline = performance.now() + BEGUN_MS
    while (calling.size > 0 && performance.now() < deadline) await sleep(POLL_MS)
  })
  app.addHook('onClose', async () => {
    for (const timer of timers) clearTimeout(timer)
  })
  app.addHook('onRequest', (request, reply, done) => {
    // The library answers upgrades.
    if (stage !== 'draining' || request.headers.upgrade !== undefined || ALWAYS.test(request.url)) return done()
    if (hasOthers() && isForAny(request)) return done()
    reply.header('retry-after', 1 + Math.floor(Math.random() * 30))
    done(new ProblemError(503, 'DRAINING', 'going down'))
  })
}

/** Whether a node without charge points can answer the request, or has another one answer it. */
function isForAny({ method, routeOptions }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD' || routeOptions.config.holder !== undefined
}

export default fp(drain, { fastify: '5.x', name: 'drain' })
