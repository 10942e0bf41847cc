import type { MeterSample } from './samples.js'

// Input and results of the ledger.

/** StartTransaction. */
export interface Start {
  protocol: string
  connectorId: number
  idToken: string
  meterStart: number
  timestamp: number
  reservationId?: number
  payload: object
  /** Makes the answer once the transaction has an id. */
  respond(transactionId: number): object
}

/** StopTransaction. */
export interface Stop {
  transactionId: number
  meterStop: number
  timestamp: number
  reason?: string
  idToken?: string
  samples: readonly MeterSample[]
  payload: object
  response: object
}

/** MeterValues. */
export interface Measurement {
  /** 2.x only. */
  evseId?: number
  /** 1.6 only. */
  connectorId?: number
  /** 1.6 only. */
  transactionId?: number
  samples: readonly MeterSample[]
}

/** The result of booking a message. */
export interface Booking {
  /** The answer to the message. A retry gets the answer of the first message. */
  response: object
  /** retry: the message was booked before. unassigned: the message is stored, but its transaction is unknown. */
  outcome: 'booked' | 'retry' | 'unassigned'
  /** 2.x: whether earlier events of the transaction are missing. */
  hasGap: boolean
}

/** Why we closed a transaction ourselves. */
export type ClosedReason =
  /** The charge point booted and had not ended it. */
  | 'Rebooted'
  /** Its connector is free. */
  | 'ConnectorAvailable'
  /** Another one was started on its connector or, in 2.x, on its EVSE or with its id. */
  | 'NextTransaction'
  /** The charge point says that it is over and that nothing is to come. [2.x E14] */
  | 'NotOngoing'
  /** An operator closed it. */
  | 'Operator'
