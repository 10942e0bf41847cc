import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { MessageLog } from '../lib/charge-points/message-log.js'

declare module 'fastify' {
  interface FastifyInstance {
    messageLog: MessageLogCounters
  }
}

export interface MessageLogCounters {
  /** Messages that were not logged because the database was too slow. */
  readonly dropped: number
  /** Messages that wait to be logged. */
  readonly queued: number
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
      log.warn({ err, count }, 'OCPP messages were not logged: the database is too slow')
    }
  })
}

/** Logs every OCPP message, unless MESSAGE_LOG is false. */
async function messageLog(app: FastifyInstance): Promise<void> {
  const messageLog = app.config.MESSAGE_LOG ? createMessageLog(app) : undefined
  app.decorate('messageLog', messageLog?.counters ?? { dropped: 0, queued: 0 })
  if (messageLog !== undefined) app.ocpp.events.on('frame', (frame) => messageLog.add(frame))
  app.addHook('onClose', async () => messageLog?.idle())
}

export default fp(messageLog, {
  fastify: '5.x',
  name: 'message-log',
  dependencies: ['env', 'database', 'store', 'ocpp']
})
