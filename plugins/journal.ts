import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { CallJournal } from '../lib/calls/journal.js'
import { MessageLog } from '../lib/charge-points/message-log.js'

declare module 'fastify' {
  interface FastifyInstance {
    journal: Journal
  }
}

export interface Journal {
  /** What was asked of charge points, and what follows from their answers. */
  readonly calls: CallJournal
  readonly counters: {
    /** Frames that were not logged because the database was too slow. */
    readonly dropped: number
    /** Frames that wait to be logged. */
    readonly queued: number
  }
}

const WARN_INTERVAL_MS = 10_000

function createMessageLog({ database, store, log }: FastifyInstance): MessageLog {
  let warnedAt = 0
  return new MessageLog({
    append: (rows) => database.writer.append('messages', rows),
    chargePointId: (identity) => store.chargePointId(identity),
    onDrop(count, err) {
      if (Date.now() - warnedAt < WARN_INTERVAL_MS) return
      warnedAt = Date.now()
      log.warn({ err, count }, 'messages of chargers were not logged: the database is too slow')
    }
  })
}

/** Writes down the calls to charge points, and every frame. */
async function journal(app: FastifyInstance): Promise<void> {
  const { ocpp, store, config, database, runs } = app
  const calls = new CallJournal({
    store,
    dialect: database.dialect,
    runId: runs.runId,
    onError(err, { identity, action, messageId }) {
      app.log.error({ err, call: { identity, action, messageId } }, 'a call to a charge point was not written down')
    }
  })
  const messageLog = config.MESSAGE_LOG ? createMessageLog(app) : undefined
  app.decorate('journal', { calls, counters: messageLog?.counters ?? { dropped: 0, queued: 0 } })

  ocpp.events.on('sent', (call) => calls.sent(call))
  ocpp.events.on('call', (call) => calls.ended(call))
  if (messageLog !== undefined) ocpp.events.on('frame', (frame) => messageLog.add(frame))
  app.addHook('onClose', async () => {
    await calls.idle()
    await messageLog?.idle()
  })
}

export default fp(journal, {
  fastify: '5.x',
  name: 'journal',
  dependencies: ['env', 'database', 'store', 'ocpp', 'runs']
})
