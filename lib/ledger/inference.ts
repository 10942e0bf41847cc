import { fold } from '../events/scope.js'
import { beginningOf, type Moment, timeOf } from './clock.js'
import type { TransactionRow } from './queries.js'

// A charge point of 1.6 may not know the id of its transaction, for example because the answer to StartTransaction was
// lost. It then sends 0, -1 or no id. [1.6 errata 3.18] MeterValues of 2.x have no transaction id at all: they name the
// EVSE. [J01]

/** The transaction ids, as stored, of a StopTransaction that names no transaction. */
export const ANONYMOUS_IDS: readonly string[] = ['0', '-1']

/** Whether a transaction id of 1.6 names a transaction. */
export function isUsable(transactionId: number | undefined): transactionId is number {
  return transactionId !== undefined && transactionId > 0
}

/** The facts in a StopTransaction without a usable id. */
export interface AnonymousStop extends Moment {
  idToken?: string
  meterStop: number
}

/** The transaction that a StopTransaction without a usable id ends: the only open one, unless a fact contradicts. */
export function endedBy(open: readonly TransactionRow[], stop: AnonymousStop): TransactionRow | undefined {
  const [only, ...others] = open
  if (only === undefined || others.length > 0 || only.ocpp16_id === null) return undefined
  const { id_token, meter_start } = only
  const isSameToken = stop.idToken === undefined || (id_token !== null && fold(stop.idToken) === fold(id_token))
  const isHigher = meter_start !== null && stop.meterStop >= meter_start
  return isSameToken && isHigher && timeOf(stop) >= startOf(only) ? only : undefined
}

/** The transaction that readings without an id belong to: the only open one on their connector or EVSE. */
export function measuredBy(open: readonly TransactionRow[], reading: Moment): TransactionRow | undefined {
  const [only, ...others] = open
  if (only === undefined || others.length > 0) return undefined
  return timeOf(reading) >= startOf(only) ? only : undefined
}

/**
 * The latest possible start time of a transaction. If the charge point's clock was ahead, this is the time of receipt.
 */
export function startOf({
  start_timestamp,
  created_at
}: Pick<TransactionRow, 'start_timestamp' | 'created_at'>): number {
  return beginningOf({ timestamp: start_timestamp ?? created_at, receivedAt: created_at })
}
