import { logFailure } from '../failure.js'
import type { ViolationCount } from '../types/charge-point.js'
import type { Direction, Violation } from '../types/protocol.js'
import type { ValidationMode } from '../types/validation.js'
import type { FoundViolation } from '../validate.js'
import type { ConnectionPort } from './port.js'

/** Kinds of violations that one connection counts. */
const MAX_KINDS = 256

type Count = { -readonly [K in keyof ViolationCount]: ViolationCount[K] }

/** Counts the violations of one connection and asks the `validation` option whether the message is delivered. */
export class Violations {
  readonly #port: ConnectionPort
  readonly #kinds = new Map<string, Count>()

  constructor(port: ConnectionPort) {
    this.#port = port
  }

  list(): ViolationCount[] {
    return Array.from(this.#kinds.values(), (kind) => ({ ...kind }))
  }

  /** Counts and reports a violation. Returns whether the message is delivered in spite of it. */
  tolerates(action: string, direction: Direction, found: FoundViolation): boolean {
    const { code, pointer, message } = found
    const violation = { code, pointer, message }
    const count = this.#count(action, direction, violation)
    const delivered = this.#decide(action, direction, violation) === 'warn'
    const { chargePoint, log, surroundings } = this.#port
    if (isWorthALine(count)) {
      log.warn({ action, direction, violation: found.wire, delivered, count }, 'a message breaks its schema')
    }
    surroundings.events.publish('violation', { chargePoint, action, direction, violation, delivered })
    return delivered
  }

  #decide(action: string, direction: Direction, violation: Violation): ValidationMode {
    const { chargePoint, log, surroundings } = this.#port
    try {
      return surroundings.settings.validation({ chargePoint, action, direction, violation })
    } catch (error) {
      logFailure(log, error, {}, 'the validation option failed')
      return 'strict'
    }
  }

  /** How often this kind of violation has come. 0 when the connection has too many kinds to count another one. */
  #count(action: string, direction: Direction, violation: Violation): number {
    const key = `${direction} ${action} ${violation.code} ${violation.pointer}`
    const kind = this.#kinds.get(key)
    if (kind !== undefined) return ++kind.count
    if (this.#kinds.size >= MAX_KINDS) return 0
    this.#kinds.set(key, { ...violation, action, direction, count: 1 })
    return 1
  }
}

/** The first of a kind, the tenth, the hundredth and every thousandth: no charge point may flood the log. */
function isWorthALine(count: number): boolean {
  return count < 1000 ? count === 1 || count === 10 || count === 100 : count % 1000 === 0
}
