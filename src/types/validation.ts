import type { Deviation } from '../deviations/names.js'
import type { ChargePoint } from './charge-point.js'
import type { Direction, Violation } from './protocol.js'

/**
 * Treatment of a message that breaks its schema. `strict`: it is rejected. `warn`: it is delivered as it is. `salvage`:
 * what can be used of it is delivered; it is rejected when a required member that is not a list cannot be used.
 */
export type ValidationMode = 'strict' | 'warn' | 'salvage'

/** Decides what becomes of a message with this violation. */
export type ValidationPolicy = (violation: {
  chargePoint: ChargePoint
  action: string
  direction: Direction
  violation: Violation
}) => ValidationMode

/** Deviations from the schemas that are accepted. Each is off by default. */
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
  /** Named deviations of charge points that are accepted and brought into the form of the standard: see `DEVIATIONS`. */
  deviations?: readonly Deviation[]
  /** `decimal-meter-readings` keeps the decimals: for charge points that send `meterStart` and `meterStop` in kWh. */
  keepDecimals?: boolean
  /** IANA time zone of date-times that a charge point sends without one. Default: UTC. */
  timeZone?: string
}

/** How one charge point is treated. What is absent is as the options of the plugin say. */
export interface ConnectionTraits {
  leniency?: Leniency
  /** For messages of the charge point. Our own messages are always strict. */
  validation?: ValidationMode
  /** Milliseconds between pings. 0: the charge point is never pinged, and never cut because it is silent. */
  pingInterval?: number
}

/** Contents of a BootNotification about its sender, before any check. */
export interface ToldIdentity {
  readonly vendor?: string
  readonly model?: string
  readonly firmwareVersion?: string
  readonly serialNumber?: string
}

/**
 * Says how a charge point is treated once its BootNotification says what it is. Called before that message is checked.
 * `undefined` leaves everything as it is. An exception is logged.
 */
export type TraitsOf = (chargePoint: ChargePoint, told: ToldIdentity) => ConnectionTraits | undefined
