import type { ValidationPolicy } from '../types/validation.js'

/** Limits of one connection. Times are in milliseconds, or in ticks of the clock that drives the connection. */
export interface ConnectionSettings {
  callTimeout: number
  callQueueLimit: number
  handlerTimeout: number
  /** Ticks without a sign of life after which the peer is pinged. 0: never. */
  pingTicks: number
  /** Ticks without a sign of life after which the socket is cut. 0: never. */
  cutTicks: number
  maxBufferedAmount: number
  slowReaderTimeout: number
  maxWaitingCalls: number
  /** Credit of a new connection, the most that it can save up, and what each tick adds: see `FlowControl.spend`. */
  credit: number
  maxCredit: number
  creditPerTick: number
  validation: ValidationPolicy
}
