import type { MeterSample } from './samples.js'

// What the ledger is told, and what it answers.

/** StartTransaction. */
export interface Start {
  connectorId: number
  idToken: string
  meterStart: number
  timestamp: number
  reservationId?: number
  payload: object
  /** The answer, once there is an id. */
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

/** What came of a message. */
export interface Booking {
  /** What the message is answered: a retry gets what the first one got. */
  response: object
  /** retry: it was booked before; unassigned: kept, but there is no such transaction. */
  outcome: 'booked' | 'retry' | 'unassigned'
  /** 2.x: whether events before it have not come. */
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
