import type { ChargePoint } from './charge-point.js'
import type { Direction, Violation } from './protocol.js'

export type ValidationMode = 'strict' | 'warn'

/** Decides whether a message with this violation is delivered (`warn`) or rejected (`strict`). */
export type ValidationPolicy = (violation: {
  chargePoint: ChargePoint
  action: string
  direction: Direction
  violation: Violation
}) => ValidationMode

/** What is accepted though the schemas forbid it. Each is off by default. */
export interface Leniency {
  /** Members that no schema defines are dropped instead of rejected. */
  dropUnknownMembers?: boolean
  /** A single object where a list is defined becomes a list. Numbers in strings are converted, and the reverse. */
  coerce?: boolean
  /**
   * Higher limits for the length of texts, in both directions, by message and path. Example:
   * `{ 'Get15118EVCertificateResponse.exiResponse': 17_000 }`. [2.1 OCPPCommCtrlr.FieldLength]
   */
  fieldLengths?: Readonly<Record<string, number>>
}
