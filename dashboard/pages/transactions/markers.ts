import type { TransactionEvent } from '../../api/records.js'
import type { Marker } from '../../chart/markers.js'
import { strings } from '../../strings/en/transactions.js'

const { markers: words } = strings

/** When the transaction began and ended, and when the car or the charge point paused and went on. */
export function markersOf(events: readonly TransactionEvent[]): Marker[] {
  const found: Marker[] = []
  let state: string | undefined
  for (const { eventType, timestamp, request } of events) {
    const time = Date.parse(timestamp) / 1_000
    if (Number.isNaN(time)) continue
    const { transactionInfo, reason } = request as {
      transactionInfo?: { chargingState?: string; stoppedReason?: string }
      reason?: string
    }
    const told = transactionInfo?.chargingState
    if (eventType === 'Started') found.push({ time, text: words.started })
    else if (eventType === 'Ended') found.push({ time, text: words.ended(transactionInfo?.stoppedReason ?? reason) })
    else if (told !== undefined && told !== state && words.states[told] !== undefined) {
      found.push({ time, text: words.states[told] })
    }
    state = told ?? state
  }
  return found
}
