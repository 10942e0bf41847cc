import { fold } from '../events/scope.js'
import { beginningOf, type Moment, timeOf } from './clock.js'
import type { TransactionRow } from './queries.js'

// A charge point of 1.6 that does not know the id of its transaction, e.g. because the answer to StartTransaction was
// lost, says 0, -1 or nothing. [1.6 errata 3.18] MeterValues of 2.x have no place for the id: they name the EVSE. [J01]

/** What a StopTransaction that names no transaction has for an id, as it is stored. */
export const ANONYMOUS_IDS: readonly string[] = ['0', '-1']

/** Whether a transaction id of 1.6 names a transaction. */
export function isUsable(transactionId: number | undefined): transactionId is number {
  return transactionId !== undefined && transactionId > 0
}

/** What a StopTransaction without a usable id tells. */
export interface AnonymousStop extends Moment {
  idToken?: string
  meterStop: number
}

/** The transaction that a StopTransaction without a usable id ends: the only open one, if nothing contradicts. */
export function endedBy(open: readonly TransactionRow[], stop: AnonymousStop): TransactionRow | undefined {
  const [only, ...others] = open
  if (only === undefined || others.length > 0 || only.ocpp16_id === null) return undefined
  const { id_token, meter_start } = only
  const isSameToken = stop.idToken === undefined || (id_token !== null && fold(stop.idToken) === fold(id_token))
  const isHigher = meter_start !== null && stop.meterStop >= meter_start
  return isSameToken && isHigher && timeOf(stop) >= startOf(only) ? only : undefined
}

/** The transaction that readings without an id belong to: the only one that is open on their connector or EVSE. */
export function measuredBy(open: readonly TransactionRow[], reading: Moment): TransactionRow | undefined {
  const [only, ...others] = open
  if (only === undefined || others.length > 0) return undefined
  return timeOf(reading) >= startOf(only) ? only : undefined
}

/** When a transaction has begun at the latest; one that a clock dated ahead began before we heard of it. */
export function startOf({
  start_timestamp,
  created_at
}: Pick<TransactionRow, 'start_timestamp' | 'created_at'>): number {
  return beginningOf({ timestamp: start_timestamp ?? created_at, receivedAt: created_at })
}
