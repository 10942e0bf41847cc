import type { FastifyBaseLogger } from 'fastify'
import { resolveOptions } from '../options.js'
import type { ChargePointAction, Protocol } from '../types/protocol.js'
import type { Leniency, ValidationMode, ValidationPolicy } from '../types/validation.js'
import type { BackOff } from './back-off.js'
import type { ChargePointClient } from './client.js'
import type { DeliveryRules } from './delivery-queue.js'

/** What a retry is about. */
export interface RetryInfo {
  /** 1 for the first new attempt. */
  attempt: number
  /** Milliseconds until then. */
  wait: number
  /** Error of the last attempt, or `undefined` when a connection was lost. */
  error: Error | undefined
}

/** Settings of a charge point that have nothing to do with how it connects. Times are milliseconds. */
export interface ChargePointOptions<P extends Protocol> {
  /** 1 to 48 characters of `a-z A-Z 0-9 * - _ = + | @ .` [Part 4 §3.1.1] */
  identity: string
  /** Versions it offers, the preferred one first. Default all three, the newest first. */
  protocols?: readonly P[]
  /** Default: reconnects with the back-off of the standard. `false`: a connection that is lost stays lost. */
  reconnect?: BackOff | false
  /** Whether the first attempt is repeated like the later ones instead of rejecting `connect()`. Default false. */
  retryFirst?: boolean
  /** Called before the wait for every new attempt. */
  onRetry?: (retry: RetryInfo) => void
  /** How `deliver()` repeats transaction messages. */
  delivery?: DeliveryRules
  /** Time for the answer to a CALL. Default 30 000. */
  callTimeout?: number
  /** CALLs that may wait. Default 50. */
  callQueueLimit?: number
  /** Time for a handler. Default 25 000. */
  handlerTimeout?: number
  /** Quiet time after which the CSMS is pinged. 0: never. Default 30 000. */
  pingInterval?: number
  /** As the option of the plugin. */
  validation?: ValidationMode | ValidationPolicy
  /** As the option of the plugin. */
  leniency?: Leniency
  /** Default: silent. */
  log?: FastifyBaseLogger
}

/** What a handler of a charge point gets beside the payload. */
export interface ClientContext<P extends Protocol> {
  readonly client: ChargePointClient<P>
  readonly messageId: string
  readonly log: FastifyBaseLogger
  /** Aborted when the handler has run out of time or the connection is gone. */
  readonly signal: AbortSignal
}

/** The messages that a charge point keeps until they are answered. [1.6 §3.7.1; 2.x E13] */
export type TransactionAction<P extends Protocol> = Extract<
  ChargePointAction<P>,
  'StartTransaction' | 'StopTransaction' | 'MeterValues' | 'TransactionEvent'
>

/** The options that both roles share are checked in one place. @throws `OCPP_ERR_INVALID_OPTIONS` */
export function settingsOf<P extends Protocol>(options: ChargePointOptions<P>) {
  const { protocols, callTimeout, callQueueLimit, handlerTimeout, pingInterval, validation, leniency } = options
  const shared = { protocols, callTimeout, callQueueLimit, handlerTimeout, pingInterval, validation, leniency }
  const given = Object.fromEntries(Object.entries(shared).filter(([, value]) => value !== undefined))
  return resolveOptions({ ...given, securityProfile: 0 })
}
