import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../../lib/background.js'
import { ESSENTIAL, type SeenViolation, ViolationBook } from '../../lib/violations/book.js'
import { type StoredViolation, saveViolations } from '../../lib/violations/rows.js'

declare module 'fastify' {
  interface FastifyInstance {
    violations: {
      /** Stores the violations since the last flush, and checks for problems. */
      flush(): Promise<void>
    }
  }
}

/** Time from the first violation until violations are stored. Milliseconds. */
const DELAY_MS = 2_000
const NOT_STORED = 'could not store how charge points break the standard'

/** The rule that a handshake broke, by the deviation that would allow it. */
const HANDSHAKE_RULES: Readonly<Record<string, string>> = {
  'loose-subprotocols': 'Sec-WebSocket-Protocol must be a list of subprotocols, spelt as in the standard',
  'encoded-identities': 'the identity in the URL must be percent-encoded once'
}

/** Counts violations of the standard by charge point, and stores the counts every few seconds. */
async function violations(app: FastifyInstance): Promise<void> {
  const { store, problems, log } = app
  const book = new ViolationBook()
  let timer: NodeJS.Timeout | undefined
  listen(app, (seen) => {
    book.note(seen)
    timer ??= setTimeout(() => background(flush(), log, NOT_STORED), DELAY_MS).unref()
  })

  let writing = Promise.resolve()

  /** Resolves when everything that was counted before is stored, or counted again. */
  function write(): Promise<void> {
    writing = writing.then(writeCounted)
    return writing
  }

  async function writeCounted(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const counted = book.take()
    if (counted.length === 0) return
    try {
      const rows: StoredViolation[] = []
      for (const one of counted) {
        // Only provisioned or admitted charge points have a row.
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

/** Violations of schemas, unreadable messages, and handshakes that were refused or deviate: all that a deviation would allow. */
function listen({ ocpp, traits }: FastifyInstance, note: (seen: SeenViolation) => void): void {
  ocpp.events.on('violation', ({ chargePoint, action, direction, violation, delivered, ...event }) => {
    // An outbound violation is a fault of the back-end or of an operator's call.
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
  // `identity` is set only after the charge point has authenticated.
  ocpp.events.on('refused', ({ identity, suggestion }) => {
    if (identity === undefined || suggestion === undefined) return
    const rule = HANDSHAKE_RULES[suggestion] ?? suggestion
    note({ ...nameless, identity, protocol: '', rule, code: '', suggestions: () => [suggestion] })
  })
  ocpp.events.on('connect', ({ chargePoint: { identity, protocol }, deviations }) => {
    for (const rule of deviations) {
      note({ ...nameless, identity, protocol, rule, code: '', isDelivered: true, suggestions: () => [] })
    }
  })
}

export default fp(violations, {
  fastify: '5.x',
  name: 'csms-violations',
  dependencies: ['ocpp', 'store', 'problems', 'traits']
})
