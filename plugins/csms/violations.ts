import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../../lib/background.js'
import { ESSENTIAL, type SeenViolation, ViolationBook } from '../../lib/violations/book.js'
import { type StoredViolation, saveViolations } from '../../lib/violations/rows.js'

declare module 'fastify' {
  interface FastifyInstance {
    violations: {
      /** Writes down what was counted since the last time, and looks for problems. */
      flush(): Promise<void>
    }
  }
}

/** From the first violation until it is written down, with all that came meanwhile. */
const DELAY_MS = 2_000
const NOT_STORED = 'could not store how charge points break the standard'

/** What a charge point is told that is refused because of a deviation in its handshake. */
const HANDSHAKE_RULES: Readonly<Record<string, string>> = {
  'loose-subprotocols': 'Sec-WebSocket-Protocol must be a list of subprotocols, spelt as in the standard',
  'encoded-identities': 'the identity in the URL must be percent-encoded once'
}

/** Counts how charge points break the standard, and writes it down every few seconds. */
async function violations(app: FastifyInstance): Promise<void> {
  const { store, problems, log } = app
  const book = new ViolationBook()
  let timer: NodeJS.Timeout | undefined
  listen(app, (seen) => {
    book.note(seen)
    timer ??= setTimeout(() => background(flush(), log, NOT_STORED), DELAY_MS).unref()
  })

  async function write(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const counted = book.take()
    if (counted.length === 0) return
    try {
      const rows: StoredViolation[] = []
      for (const one of counted) {
        // A row is only there for a charge point that an operator knows, or that was admitted.
        const id = store.knownId(one.identity) ?? (await store.find(one.identity))?.id
        if (id !== undefined) rows.push({ ...one, chargePointId: id })
      }
      await store.write((trx) => saveViolations(trx, rows))
    } catch (err) {
      book.putBack(counted)
      log.warn({ err, kinds: counted.length }, NOT_STORED)
    }
  }

  async function flush(): Promise<void> {
    await write()
    await problems.check()
  }

  app.decorate('violations', { flush })
  app.addHook('onClose', write)
}

/** Messages that break their schema, messages that cannot be read, and handshakes: all that a deviation would solve. */
function listen({ ocpp, traits }: FastifyInstance, note: (seen: SeenViolation) => void): void {
  ocpp.events.on('violation', ({ chargePoint, action, direction, violation, delivered, ...event }) => {
    // What we would have sent wrongly is our own fault.
    if (direction === 'outbound') return
    const { identity, protocol } = chargePoint
    const { code, pointer, message } = violation
    const isEssential = !delivered && traits.book.of(chargePoint).validation === 'warn'
    note({
      identity,
      protocol,
      direction,
      action,
      pointer,
      rule: event.deviation ?? (isEssential ? message + ESSENTIAL : message),
      code,
      messageId: event.messageId ?? '',
      isDelivered: delivered,
      suggestions: () => event.suggestions()
    })
  })
  const nameless = { direction: 'inbound', action: '', pointer: '', messageId: '', isDelivered: false } as const
  ocpp.events.on('malformed', ({ chargePoint: { identity, protocol }, rule, error, suggestion }) => {
    if (suggestion === undefined) return
    note({ ...nameless, identity, protocol, rule, code: error?.code ?? '', suggestions: () => [suggestion] })
  })
  // Whoever is refused because of a deviation has proved before who it is.
  ocpp.events.on('refused', ({ identity, suggestion }) => {
    if (identity === undefined || suggestion === undefined) return
    const rule = HANDSHAKE_RULES[suggestion] ?? suggestion
    note({ ...nameless, identity, protocol: '', rule, code: '', suggestions: () => [suggestion] })
  })
}

export default fp(violations, {
  fastify: '5.x',
  name: 'csms-violations',
  dependencies: ['ocpp', 'store', 'problems', 'traits']
})
