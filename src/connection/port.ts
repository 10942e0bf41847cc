import type { FastifyBaseLogger } from 'fastify'
import type { EventHub } from '../events.js'
import type { Head } from '../frame.js'
import type { TickClock } from '../tick-clock.js'
import type { ChargePoint, Counters } from '../types/charge-point.js'
import type { LimitRule } from '../types/events.js'
import type { ConnectionSettings } from './settings.js'
import type { Treatment } from './treatment.js'
import type { RepairReport, ViolationReport } from './violations.js'

/** The limits, events, log and clock that many connections share. */
export interface Surroundings {
  readonly settings: ConnectionSettings
  readonly events: EventHub
  readonly log: FastifyBaseLogger
  readonly clock: TickClock
  /** While memory is critical, messages are sent without compression. */
  readonly isMemoryCritical?: boolean
}

/** The message that an answer is for. */
export interface Answered {
  readonly id: string
  readonly hasNumericId?: boolean | undefined
}

/** The connection as its parts see it, so that they need not import its class. */
export interface ConnectionPort {
  readonly identity: string
  /** The connection as the public interface of its version. */
  readonly chargePoint: ChargePoint
  readonly counters: Counters
  readonly log: FastifyBaseLogger
  readonly surroundings: Surroundings
  /** Whether messages can still be sent and received. A listener or handler may end that at any time. */
  readonly connected: boolean
  /** Number of CALLs of the peer that wait for their turn. */
  readonly waitingCalls: number
  /** Whether a CALL of ours waits for the answer of the peer. */
  readonly isCallOnWire: boolean
  /** @param head what is known of a CALLRESULT */
  write(text: string, head?: Head): void
  /** Writes a CALLERROR. Returns whether its details could be written as JSON, too; otherwise they are left out. */
  writeError(to: Answered, code: string, description: string, details?: object): boolean
  /** The present treatment of the peer. */
  readonly treatment: Treatment
  /** Counts and reports a violation. Returns whether the message is delivered in spite of it. */
  tolerates(violation: ViolationReport): boolean
  /** Counts and reports deviations that were corrected. */
  repaired(repairs: RepairReport): void
  /** Takes the facts about the peer from a BootNotification that is not validated yet. */
  told(payload: unknown): void
  /** Reports that the connection has reached a limit, without a line in the log. */
  publishLimited(rule: LimitRule): void
  publishSecurity(type: 'not-accepted' | 'protocol-error' | 'slow-reader', detail: string): void
}
