import type { TransactionEvent } from '../ledger/event.js'
import type { ClosedReason, Start, Stop } from '../ledger/ledger.js'
import type { MeterSample } from '../ledger/samples.js'
import type { EventData, Reading } from './event.js'

type Status = Omit<EventData['status'], 'timestamp'> & { timestamp: number }

/** What is told of a StatusNotification. */
export function statusData({ timestamp, ...status }: Status): EventData['status'] {
  return { ...status, timestamp: dateTime(timestamp) }
}

/** What is told of a StartTransaction. [1.6 §4.8] */
export function startedData(transactionId: number, start: Start): EventData['transaction'] {
  const { connectorId, idToken, meterStart, timestamp } = start
  return {
    transactionId: String(transactionId),
    eventType: 'Started',
    timestamp: dateTime(timestamp),
    connectorId,
    idToken,
    meterStart
  }
}

/** What is told of a StopTransaction; a reason that is left out is Local. [1.6 §4.10] */
export function stoppedData({ transactionId, timestamp, meterStop, idToken, reason }: Stop): EventData['transaction'] {
  return {
    transactionId: String(transactionId),
    eventType: 'Ended',
    timestamp: dateTime(timestamp),
    meterStop,
    reason: reason ?? 'Local',
    ...(idToken !== undefined && { idToken })
  }
}

/** What is told of a transaction that we closed; when its end was nobody knows, so `timestamp` is by our clock. */
export function closedData(transactionId: string, reason: ClosedReason): EventData['transaction'] {
  return { transactionId, eventType: 'Closed', timestamp: dateTime(Date.now()), reason }
}

/** What is told of a TransactionEvent; its meter values are told by themselves. [2.x E] */
export function transactionData(event: Omit<TransactionEvent, 'response'>): EventData['transaction'] {
  const { transactionId, eventType, seqNo, triggerReason, offline } = event
  const { evseId, connectorId, chargingState, idToken, stoppedReason } = event
  return {
    transactionId,
    eventType,
    timestamp: dateTime(event.timestamp),
    seqNo,
    triggerReason,
    offline,
    ...(evseId !== undefined && { evseId }),
    ...(connectorId !== undefined && { connectorId }),
    ...(chargingState !== undefined && { chargingState }),
    ...(idToken !== undefined && { idToken }),
    ...(stoppedReason !== undefined && { reason: stoppedReason })
  }
}

/** Meter values in the words of no version. */
export function readings(samples: readonly MeterSample[]): Reading[] {
  return samples.map(({ timestamp, measurand, value, unit, phase, context, location }) => ({
    timestamp: dateTime(timestamp),
    measurand,
    ...(value !== null && { value }),
    ...(unit !== '' && { unit }),
    ...(phase !== '' && { phase }),
    ...(context !== '' && { context }),
    ...(location !== '' && { location })
  }))
}

/** RFC 3339 in UTC. */
function dateTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
