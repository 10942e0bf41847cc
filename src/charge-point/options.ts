import type { FastifyBaseLogger } from 'fastify'
import { resolveOptions } from '../options.js'
import type { ChargePointAction, Protocol } from '../types/protocol.js'
import type { Leniency, ValidationMode, ValidationPolicy } from '../types/validation.js'
import type { BackOff } from './back-off.js'
import type { ChargePointClient } from './client.js'
import type { DeliveryRules } from './delivery-queue.js'

/** A retry that is about to be waited for. */
export interface RetryInfo {
  /** Number of the retry, counted from 1. */
  attempt: number
  /** Wait before the attempt. Milliseconds. */
  wait: number
  /** Error of the last attempt, or `undefined` after a lost connection. */
  error: Error | undefined
}

/** Options of a charge point, apart from those of the transport. Times are in milliseconds. */
export interface ChargePointOptions<P extends Protocol> {
  /** 1 to 48 characters of `a-z A-Z 0-9 * - _ = + | @ .` [Part 4 §3.1.1] */
  identity: string
  /** Versions on offer, the preferred one first. Default: all three, the newest first. */
  protocols?: readonly P[]
  /** Back-off between attempts; `false`: no reconnect after a lost connection. Default: the back-off of the standard. */
  reconnect?: BackOff | false
  /** Whether a failed first attempt is retried like later ones, instead of rejecting `connect()`. Default: false. */
  retryFirst?: boolean
  /** Called before the wait for each retry. */
  onRetry?: (retry: RetryInfo) => void
  /** Retry rules of `deliver()`. */
  delivery?: DeliveryRules
  /** Timeout of the answer to a CALL. Milliseconds. Default: 30 000. */
  callTimeout?: number
  /** Maximum number of waiting CALLs. Default: 50. */
  callQueueLimit?: number
  /** Timeout of a handler. Milliseconds. Default: 25 000. */
  handlerTimeout?: number
  /** Time without traffic after which the CSMS is pinged. 0: never. Milliseconds. Default: 30 000. */
  pingInterval?: number
  /** Same as the plugin option of this name. */
  validation?: ValidationMode | ValidationPolicy
  /** Same as the plugin option of this name. */
  leniency?: Leniency
  /** Logger. Default: no log. */
  log?: FastifyBaseLogger
}

/** The second argument of a charge point's handlers. */
export interface ClientContext<P extends Protocol> {
  readonly client: ChargePointClient<P>
  readonly messageId: string
  readonly log: FastifyBaseLogger
  /** Aborted when the handler times out or the connection ends. */
  readonly signal: AbortSignal
}

/** The messages that a charge point repeats until they are answered. [1.6 §3.7.1; 2.x E13] */
export type TransactionAction<P extends Protocol> = Extract<
  ChargePointAction<P>,
  'StartTransaction' | 'StopTransaction' | 'MeterValues' | 'TransactionEvent'
>

/** Checks the options that a charge point shares with the plugin. @throws `OCPP_ERR_INVALID_OPTIONS` */
export function settingsOf<P extends Protocol>(options: ChargePointOptions<P>) {
  const { protocols, callTimeout, callQueueLimit, handlerTimeout, pingInterval, validation, leniency } = options
  const shared = { protocols, callTimeout, callQueueLimit, handlerTimeout, pingInterval, validation, leniency }
  const given = Object.fromEntries(Object.entries(shared).filter(([, value]) => value !== undefined))
  return resolveOptions({ ...given, securityProfile: 0 })
}
