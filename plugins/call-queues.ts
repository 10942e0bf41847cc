import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import { BulkCalls } from '../lib/calls/bulk.js'
import { giveUpBulks } from '../lib/calls/bulk-rows.js'
import { OfflineQueue } from '../lib/calls/offline-queue.js'
import type {} from './calls.js'
import type {} from './drain.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Calls that wait until their charge point connects. */
    offlineCalls: OfflineQueue
    /** Calls to many charge points at once. */
    bulkCalls: BulkCalls
  }
}

const TICK_MS = 1_000
/** Ticks between two reads of the queue: on PostgreSQL other processes may queue calls for a charge point that is connected here. */
const LOAD_TICKS = 5

function createQueue(app: FastifyInstance): OfflineQueue {
  const { store, ocpp, calls, runs, publisher, config, traits, log } = app
  return new OfflineQueue({
    store,
    ocpp,
    calls,
    runId: runs.runId,
    isSettled: (live) => traits.settling.isSettled(live),
    limit: config.OFFLINE_CALLS_LIMIT,
    isDraining: () => app.isDraining,
    publish: (event) => publisher.publish(event),
    onError: (err, message) => log.warn({ err }, message)
  })
}

/** Expires and sends waiting calls once a second, while the database is ready. */
function tend(app: FastifyInstance, queue: OfflineQueue, bulkCalls: BulkCalls): void {
  const { database, runs, ocpp, log } = app
  let ticks = 0
  let tending: Promise<void> | undefined

  async function tend(): Promise<void> {
    try {
      if (ticks++ % LOAD_TICKS === 0 && (ticks === 1 || database.dialect === 'postgres')) {
        await bulkCalls.cancelLeft()
        await queue.load()
      }
      await queue.tick()
    } catch (err) {
      ticks = 0
      log.warn({ err }, 'could not process the calls that wait for their charge point; trying again')
    }
    tending = undefined
  }

  const tick = () => {
    if (database.isReady()) tending ??= tend()
  }
  // The first tick waits until the calls of processes that died are marked as unknown.
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const begun = runs.started.then(() => {
    if (isOver) return
    tick()
    timer = setInterval(tick, TICK_MS).unref()
  })
  background(begun, log, 'the calls that wait for their charge point are no longer processed')
  ocpp.events.on('handled', ({ chargePoint }) => queue.heard(chargePoint))
  app.addHook('onClose', async () => {
    isOver = true
    clearInterval(timer)
    await tending
    await queue.stop()
  })
}

/** Calls that wait for charge points, and calls to many of them. */
async function callQueues(app: FastifyInstance): Promise<void> {
  const { store, runs, database, publisher, log } = app
  const offlineCalls = createQueue(app)
  const bulkCalls = new BulkCalls({
    store,
    offlineCalls,
    dialect: database.dialect,
    runId: runs.runId,
    isShared: database.dialect === 'postgres',
    isAlive: (runId) => runs.isAlive(runId),
    isDraining: () => app.isDraining,
    publish: (event) => publisher.publish(event),
    onError: (err) => log.error({ err }, 'could not record the outcome of a bulk call')
  })
  app.decorate('offlineCalls', offlineCalls)
  app.decorate('bulkCalls', bulkCalls)
  runs.onDeath(giveUpBulks)
  tend(app, offlineCalls, bulkCalls)
  app.addHook('onClose', () => bulkCalls.stop())
}

export default fp(callQueues, {
  fastify: '5.x',
  name: 'call-queues',
  dependencies: ['env', 'database', 'drain', 'calls', 'ocpp', 'publisher', 'runs', 'store', 'traits']
})
