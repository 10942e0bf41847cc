import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { MESSAGES, MessageLog } from '../lib/charge-points/message-log.js'
import { Watchers } from '../lib/charge-points/message-watchers.js'

declare module 'fastify' {
  interface FastifyInstance {
    messageLog: MessageLogApi
  }
}

export interface MessageLogApi {
  /** Messages that were not logged because the database was too slow. */
  readonly dropped: number
  /** Messages that wait to be logged. */
  readonly queued: number
  /** Calls back after messages of a charge point were stored. The returned function ends that. */
  watch(chargePointId: number, listener: () => void): () => void
}

const WARN_INTERVAL_MS = 10_000
/** How often a client that follows the log is sent what other nodes have stored, in milliseconds. */
const LOOK_INTERVAL_MS = 500

function createMessageLog({ database, store, log }: FastifyInstance, watchers: Watchers): MessageLog {
  let warnedAt = 0
  return new MessageLog({
    append: async (rows) => {
      await database.writer.record([{ shape: MESSAGES, rows }])
      watchers.notify(rows)
    },
    chargePointId: (identity) => store.knownId(identity) ?? store.chargePointId(identity),
    onDrop(count, err) {
      if (Date.now() - warnedAt < WARN_INTERVAL_MS) return
      warnedAt = Date.now()
      log.warn({ err, count }, 'OCPP messages were not logged: the database is too slow')
    }
  })
}

/** Logs every OCPP message, unless MESSAGE_LOG is false. */
async function messageLog(app: FastifyInstance): Promise<void> {
  const watchers = new Watchers()
  const messageLog = app.config.MESSAGE_LOG ? createMessageLog(app, watchers) : undefined
  const counters = messageLog?.counters ?? { dropped: 0, queued: 0 }
  const watch: MessageLogApi['watch'] = (chargePointId, listener) => {
    const end = watchers.watch(chargePointId, listener)
    if (app.ocpp.cluster === undefined) return end
    // Rows of other nodes have to be looked for.
    const timer = setInterval(listener, LOOK_INTERVAL_MS).unref()
    return () => {
      clearInterval(timer)
      end()
    }
  }
  app.decorate('messageLog', Object.assign(counters, { watch }))
  if (messageLog !== undefined) app.ocpp.events.on('frame', (frame) => messageLog.add(frame))
  app.addHook('onClose', async () => messageLog?.idle())
}

export default fp(messageLog, {
  fastify: '5.x',
  name: 'message-log',
  dependencies: ['env', 'database', 'store', 'ocpp']
})
