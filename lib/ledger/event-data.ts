import { toDateTime } from '../date-time.js'
import type { EventData, Reading } from '../events/event.js'
import { minorDigits } from '../money/currency.js'
import { fromScaled } from '../money/exact.js'
import type { TransactionEvent } from './event.js'
import { displayedIdOf, type TransactionRow } from './queries.js'
import { receiptOf } from './receipt.js'
import { isRegisterValue } from './registers.js'
import type { MeterSample } from './samples.js'
import type { NewCost } from './transaction-costs.js'
import type { Start, Stop } from './types.js'

/** The event for a StartTransaction. [1.6 §4.8] */
export function startedData(row: TransactionRow, start: Start): EventData['transaction'] {
  const { id, transaction_id, meter_start } = row
  const { connectorId, idToken, timestamp } = start
  return {
    id,
    transactionId: transaction_id,
    eventType: 'Started',
    timestamp: toDateTime(timestamp),
    connectorId,
    idToken,
    ...(meter_start !== null && { meterStart: meter_start })
  }
}

/** The event for a transaction that a StopTransaction has ended. [1.6 §4.10] */
export function stoppedData(ended: TransactionRow): EventData['transaction'] {
  const { transaction_id, end_timestamp, updated_at, inferred_end } = ended
  return {
    ...overData(ended),
    transactionId: transaction_id,
    eventType: 'Ended',
    timestamp: toDateTime(end_timestamp ?? updated_at),
    ...(inferred_end === 1 && { inferred: true })
  }
}

/** The event for a StopTransaction that belongs to no transaction. [1.6 errata 3.18] */
export function unassignedData({ transactionId, timestamp, meterStop, idToken, reason = 'Local' }: Stop) {
  return {
    transactionId: String(transactionId),
    eventType: 'Ended' as const,
    timestamp: toDateTime(timestamp),
    ...(isRegisterValue(meterStop) && { meterStop }),
    reason,
    ...(idToken !== undefined && { stopIdToken: idToken })
  }
}

/** The event for a transaction that the back-end closed. Its end is not known, so `timestamp` uses our clock. */
export function closedData(closed: TransactionRow): EventData['transaction'] {
  const { closed_reason } = closed
  return {
    ...overData(closed),
    transactionId: displayedIdOf(closed),
    eventType: 'Closed',
    timestamp: toDateTime(Date.now()),
    ...(closed_reason !== null && { reason: closed_reason })
  }
}

/** The event for a closed transaction that goes on, after which the earlier event about its end is void. */
export function reopenedData(row: TransactionRow): EventData['transaction'] {
  const { id, evse_id, connector_id, id_token } = row
  return {
    id,
    transactionId: displayedIdOf(row),
    eventType: 'Reopened',
    timestamp: toDateTime(Date.now()),
    ...(evse_id !== 0 && { evseId: evse_id }),
    ...(connector_id !== 0 && { connectorId: connector_id }),
    ...(id_token !== null && { idToken: id_token })
  }
}

/** The event for a TransactionEvent, without its meter values: they have an event of their own. [2.x E] */
export function transactionData(event: Omit<TransactionEvent, 'response'>, row: TransactionRow) {
  const { transactionId, eventType, seqNo, triggerReason, offline } = event
  const { chargingState, idToken, stoppedReason } = event
  // Most charge points name the place in the first event only.
  const evseId = event.evseId || row.evse_id
  const connectorId = event.connectorId || row.connector_id
  return {
    id: row.id,
    transactionId,
    eventType,
    timestamp: toDateTime(event.timestamp),
    seqNo,
    triggerReason,
    offline,
    ...(evseId !== 0 && { evseId }),
    ...(connectorId !== 0 && { connectorId }),
    ...(chargingState !== undefined && { chargingState }),
    ...(idToken !== undefined && { idToken }),
    ...(row.remote_start_id !== null && { remoteStartId: row.remote_start_id }),
    ...(stoppedReason !== undefined && { reason: stoppedReason }),
    // Included after the end, too: a late event may change the cost.
    ...(row.status !== 'open' && overData(row))
  }
}

/** The event for a figure of a transaction that is over. */
export function costData(row: TransactionRow, figure: NewCost): EventData['cost'] {
  const { revision, calculated_by, total_minor, currency, unknown, difference_minor } = figure
  const inUnits = (minor: number) => fromScaled(BigInt(minor), minorDigits(currency ?? ''))
  return {
    change: revision === 1 ? 'final' : 'revised',
    id: row.id,
    transactionId: displayedIdOf(row),
    revision,
    calculatedBy: calculated_by,
    ...(total_minor !== null && { total: inUnits(total_minor) }),
    ...(currency !== null && { currency }),
    ...(unknown !== null && { unknown }),
    ...(difference_minor !== null && { difference: inUnits(difference_minor) })
  }
}

/** All facts of a transaction that a bill needs after the end. */
function overData(row: TransactionRow) {
  const { id, evse_id, connector_id, id_token, id_token_type, stop_id_token, stop_reason } = row
  return {
    id,
    ...(evse_id !== 0 && { evseId: evse_id }),
    ...(connector_id !== 0 && { connectorId: connector_id }),
    ...(id_token !== null && { idToken: id_token }),
    ...(id_token_type !== null && { idTokenType: id_token_type }),
    ...(stop_id_token !== null && { stopIdToken: stop_id_token }),
    ...(stop_reason !== null && { reason: stop_reason }),
    ...receiptOf(row)
  }
}

/** Meter values in a form that does not depend on the version. */
export function readings(samples: readonly MeterSample[]): Reading[] {
  const format = memoised(toDateTime)
  return samples.map(({ timestamp, measurand, value, unit, phase, context, location }) => ({
    timestamp: format(timestamp),
    measurand,
    ...(value !== null && { value }),
    ...(unit !== '' && { unit }),
    ...(phase !== '' && { phase }),
    ...(context !== '' && { context }),
    ...(location !== '' && { location })
  }))
}

/**
 * Remembers the last result only: the samples of one reading share a timestamp, and formatting it takes most of the
 * time.
 */
function memoised(format: (milliseconds: number) => string): (milliseconds: number) => string {
  let last = Number.NaN
  let text = ''
  return (milliseconds) => {
    if (milliseconds !== last) text = format(milliseconds)
    last = milliseconds
    return text
  }
}
