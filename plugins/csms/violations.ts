import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../../lib/background.js'
import { type StoredViolation, saveViolations, ViolationBook } from '../../lib/violations/book.js'

const INTERVAL_MS = 5_000
const NOT_STORED = 'could not store how charge points break the standard'

/** Counts how charge points break the standard, and writes it down every few seconds. */
async function violations(app: FastifyInstance): Promise<void> {
  const { ocpp, store, log } = app
  const book = new ViolationBook()

  ocpp.events.on('violation', ({ chargePoint, action, direction, violation, delivered, ...event }) => {
    // What we would have sent wrongly is our own fault.
    if (direction === 'outbound') return
    const { identity, protocol } = chargePoint
    const { code, pointer, message } = violation
    book.note({
      identity,
      protocol,
      direction,
      action,
      pointer,
      rule: event.deviation ?? message,
      code,
      messageId: event.messageId ?? '',
      isDelivered: delivered,
      suggestions: () => event.suggestions()
    })
  })

  async function flush(): Promise<void> {
    const counted = book.take()
    if (counted.length === 0) return
    try {
      const rows: StoredViolation[] = []
      for (const one of counted) rows.push({ ...one, chargePointId: await store.chargePointId(one.identity) })
      await store.write((trx) => saveViolations(trx, rows))
    } catch (err) {
      book.putBack(counted)
      log.warn({ err, kinds: counted.length }, NOT_STORED)
    }
  }

  const timer = setInterval(() => background(flush(), log, NOT_STORED), INTERVAL_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await flush()
  })
}

export default fp(violations, { fastify: '5.x', name: 'csms-violations', dependencies: ['ocpp', 'store'] })
