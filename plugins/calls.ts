import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import { BulkCalls } from '../lib/calls/bulk.js'
import { giveUpBulks } from '../lib/calls/bulk-rows.js'
import { Caller } from '../lib/calls/caller.js'
import { OfflineQueue } from '../lib/calls/offline-queue.js'
import type {} from './drain.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Calls to charge points, each of them written down. */
    calls: Caller
    /** Calls that wait for charge points that are away. */
    offlineCalls: OfflineQueue
    /** One call to many charge points. */
    bulkCalls: BulkCalls
  }
}

const TICK_MS = 1_000
/** On PostgreSQL other processes may put calls into the queue of a charge point that is connected here. */
const LOAD_TICKS = 5

function createQueue(app: FastifyInstance): OfflineQueue {
  const { store, ocpp, journal, runs, publisher, config, log } = app
  return new OfflineQueue({
    store,
    ocpp,
    journal: journal.calls,
    runId: runs.runId,
    limit: config.OFFLINE_CALLS_LIMIT,
    isDraining: () => app.isDraining,
    publish: (event) => publisher.publish(event),
    onError: (err, message) => log.warn({ err }, message)
  })
}

/** Looks after the queue, for as long as the database can be used. */
function tend(app: FastifyInstance, queue: OfflineQueue): void {
  const { database, runs, ocpp, log } = app
  let ticks = 0
  let tending: Promise<void> | undefined

  async function tend(): Promise<void> {
    try {
      if (ticks++ % LOAD_TICKS === 0 && (ticks === 1 || database.dialect === 'postgres')) await queue.load()
      await queue.tick()
    } catch (err) {
      ticks = 0
      log.warn({ err }, 'calls that wait for their charge point were not looked after; it is tried again')
    }
    tending = undefined
  }

  const tick = () => {
    if (database.isReady()) tending ??= tend()
  }
  // Not before it is known what became of the calls of processes that died.
  let timer: NodeJS.Timeout | undefined
  const begun = runs.started.then(() => {
    tick()
    timer = setInterval(tick, TICK_MS).unref()
  })
  background(begun, log, 'calls that wait for their charge point are not looked after')
  ocpp.events.on('handled', ({ chargePoint }) => queue.heard(chargePoint))
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await tending
    await queue.stop()
  })
}

async function calls(app: FastifyInstance): Promise<void> {
  const { store, ocpp, runs, database, log } = app
  const calls = new Caller(ocpp, app.journal.calls)
  const offlineCalls = createQueue(app)
  const bulkCalls = new BulkCalls({
    store,
    ocpp,
    calls,
    offlineCalls,
    dialect: database.dialect,
    runId: runs.runId,
    isDraining: () => app.isDraining,
    onError: (err) => log.error({ err }, 'what became of one of many calls was not written down')
  })
  app.decorate('calls', calls)
  app.decorate('offlineCalls', offlineCalls)
  app.decorate('bulkCalls', bulkCalls)
  runs.onDeath(giveUpBulks)
  tend(app, offlineCalls)
  app.addHook('onClose', () => bulkCalls.stop())
}

export default fp(calls, {
  fastify: '5.x',
  name: 'calls',
  dependencies: ['env', 'database', 'drain', 'journal', 'ocpp', 'publisher', 'runs', 'store']
})
