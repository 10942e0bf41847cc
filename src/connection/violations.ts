import { type AppliedDeviation, DEVIATIONS, type Deviation } from '../deviations/names.js'
import { logFailure } from '../failure.js'
import type { ViolationCount } from '../types/charge-point.js'
import type { CallErrorCode, Direction, Violation } from '../types/protocol.js'
import type { ValidationMode } from '../types/validation.js'
import type { FoundViolation } from '../validate.js'
import type { ConnectionPort } from './port.js'

/** Kinds of violations that one connection counts. */
const MAX_KINDS = 256

type Count = { -readonly [K in keyof ViolationCount]: ViolationCount[K] }

/** A message that violates its schema. */
export interface ViolationReport {
  action: string
  direction: Direction
  found: FoundViolation
  messageId?: string
  /** The deviations that would have to be accepted. */
  suggest?: () => readonly Deviation[]
  /** Whether some part of the message can be used. */
  isUsable?: () => boolean
}

/** A message with deviations that were corrected. */
export interface RepairReport {
  action: string
  messageId: string
  code: CallErrorCode
  applied: readonly AppliedDeviation[]
}

/** The report of a frame with deviations. */
export function repairedFrame(
  messageId: string,
  action: string,
  code: CallErrorCode,
  deviation: Deviation
): RepairReport {
  return { action, messageId, code, applied: [{ deviation, pointer: '' }] }
}

const never = (): boolean => false
const none = (): readonly Deviation[] => []

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
  tolerates({ action, direction, found, messageId, suggest = none, isUsable = never }: ViolationReport): boolean {
    const { code, pointer, message } = found
    const violation = { code, pointer, message }
    const count = this.#count(action, direction, violation)
    const mode = this.#decide(action, direction, violation)
    const delivered = mode === 'warn' || (mode === 'salvage' && isUsable())
    const { chargePoint, log, surroundings } = this.#port
    if (isWorthALine(count)) {
      log.warn({ action, direction, violation: found.wire, delivered, count }, 'a message breaks its schema')
    }
    surroundings.events.publish('violation', {
      chargePoint,
      action,
      direction,
      violation,
      delivered,
      suggestions: suggest,
      ...(messageId !== undefined && { messageId })
    })
    return delivered
  }

  /** Counts and reports corrected deviations, one for each place in the message. */
  repaired({ action, messageId, code, applied }: RepairReport): void {
    const { chargePoint, log, surroundings } = this.#port
    const direction = 'inbound'
    for (const { deviation, pointer } of applied) {
      const violation = { code, pointer, message: DEVIATIONS[deviation].description }
      const count = this.#count(action, direction, violation, deviation)
      if (isWorthALine(count)) log.info({ action, deviation, pointer, count }, 'a message deviates and was put right')
      surroundings.events.publish('violation', {
        chargePoint,
        messageId,
        action,
        direction,
        violation,
        delivered: true,
        deviation,
        suggestions: none
      })
    }
  }

  #decide(action: string, direction: Direction, violation: Violation): ValidationMode {
    const { chargePoint, log, surroundings, treatment } = this.#port
    if (direction === 'inbound' && treatment.validation !== undefined) return treatment.validation
    try {
      return surroundings.settings.validation({ chargePoint, action, direction, violation })
    } catch (error) {
      logFailure(log, error, {}, 'the validation option failed')
      return 'strict'
    }
  }

  /** The number of violations of this kind so far; 0 if the connection has too many kinds to count another one. */
  #count(action: string, direction: Direction, violation: Violation, deviation = ''): number {
    const key = `${direction} ${action} ${violation.code} ${violation.pointer} ${deviation}`
    const kind = this.#kinds.get(key)
    if (kind !== undefined) return ++kind.count
    if (this.#kinds.size >= MAX_KINDS) return 0
    this.#kinds.set(key, { ...violation, action, direction, count: 1 })
    return 1
  }
}

/** The first of a kind, the tenth, the hundredth and every thousandth, so that no charge point can flood the log. */
function isWorthALine(count: number): boolean {
  return count < 1000 ? count === 1 || count === 10 || count === 100 : count % 1000 === 0
}
