import { toColumn } from './numbers.js'
import type { Registers, TransactionRow, TransactionUpdate } from './queries.js'
import type { MeterSample } from './samples.js'
import { type EventType, type Missing, type Sequence, withEvent } from './sequence.js'
import { totalsUntil } from './totals.js'

/** TransactionEvent in the words of no version. */
export interface TransactionEvent {
  protocol: string
  transactionId: string
  eventType: EventType
  seqNo: number
  timestamp: number
  triggerReason: string
  offline: boolean
  evseId?: number
  connectorId?: number
  idToken?: string
  idTokenType?: string
  chargingState?: string
  stoppedReason?: string
  reservationId?: number
  remoteStartId?: number
  /** Seconds. */
  timeSpentCharging?: number
  /** What the charge point has calculated itself. [2.1 I] */
  ownCost?: { total: number | null; currency: string; details: string }
  samples: readonly MeterSample[]
  /** As it was sent. */
  payload: object
  /** What it is answered, the cost aside. */
  response: object
}

export function sequenceOf(row: TransactionRow): Sequence {
  const missing = row.missing_seq_nos === null ? [] : (JSON.parse(row.missing_seq_nos) as Missing[])
  return { first: row.first_seq_no, last: row.last_seq_no, ended: row.ended_seq_no, missing }
}

/** The transaction once an event of it has come; events come in any order, so what was told first is kept. */
export function changeBy(
  row: TransactionRow,
  event: TransactionEvent,
  { registers, now }: { registers: Registers | undefined; now: number }
): TransactionUpdate {
  const facts: TransactionRow = { ...row, ...placeAndTokens(row, event), ...states(row, event, now) }
  if (registers !== undefined) {
    facts.meter_start = registers.start ?? row.meter_start
    facts.meter_stop = registers.stop ?? row.meter_stop
  }
  const end =
    facts.end_timestamp === null
      ? { timestamp: event.timestamp, receivedAt: now }
      : { timestamp: facts.end_timestamp, receivedAt: facts.ended_at ?? now }
  const { id, charge_point_id, transaction_id, ocpp16_id, start_key, created_at, ...change } = facts
  const totals = totalsUntil(facts, end)
  // An event that comes late tells nothing about the present.
  if (facts.status === 'open' && (row.duration ?? 0) > (totals.duration ?? 0)) {
    return { ...change, ...totalsUntil({ ...facts, start_timestamp: null }, end), ...ownCost(event), updated_at: now }
  }
  return { ...change, ...totals, ...ownCost(event), updated_at: now }
}

function ownCost({ ownCost }: TransactionEvent): TransactionUpdate {
  return ownCost === undefined ? {} : { cost: ownCost.total, currency: ownCost.currency, cost_details: ownCost.details }
}

/** Whether its id token, if there is one, is that of whoever started the transaction. */
export function startsIt(event: Pick<TransactionEvent, 'idToken' | 'eventType' | 'triggerReason'>): boolean {
  return event.idToken !== undefined && !endsIt(event)
}

function endsIt({ eventType, triggerReason }: Pick<TransactionEvent, 'eventType' | 'triggerReason'>): boolean {
  return eventType === 'Ended' || triggerReason === 'StopAuthorized'
}

function placeAndTokens(row: TransactionRow, event: TransactionEvent) {
  const { evseId = 0, connectorId = 0, idToken = null, idTokenType = null } = event
  const isStarter = row.id_token === null && startsIt(event)
  return {
    evse_id: row.evse_id === 0 ? toColumn(evseId) : row.evse_id,
    connector_id: row.connector_id === 0 ? toColumn(connectorId) : row.connector_id,
    id_token: isStarter ? idToken : row.id_token,
    id_token_type: isStarter ? idTokenType : row.id_token_type,
    stop_id_token: endsIt(event) ? (idToken ?? row.stop_id_token) : row.stop_id_token,
    reservation_id: row.reservation_id ?? columnOf(event.reservationId),
    remote_start_id: row.remote_start_id ?? columnOf(event.remoteStartId)
  }
}

function states(row: TransactionRow, event: TransactionEvent, now: number) {
  const sequence = withEvent(sequenceOf(row), event.eventType, event.seqNo)
  const isLatest = sequence.last === event.seqNo
  const { first, last, ended, missing } = sequence
  return {
    first_seq_no: first,
    last_seq_no: last,
    ended_seq_no: ended,
    missing_seq_nos: missing.length === 0 ? null : JSON.stringify(missing),
    charging_state: (isLatest || row.charging_state === null ? event.chargingState : undefined) ?? row.charging_state,
    charging_duration: longest(row.charging_duration, event.timeSpentCharging),
    offline: event.offline ? (1 as const) : row.offline,
    start_timestamp: event.eventType === 'Started' ? event.timestamp : row.start_timestamp,
    ...ending(row, event, now)
  }
}

/** What we closed, because it seemed to be over, its charge point opens again by telling of it. */
function ending(row: TransactionRow, event: TransactionEvent, now: number) {
  if (event.eventType === 'Ended') {
    return {
      status: 'ended' as const,
      end_timestamp: event.timestamp,
      ended_at: now,
      // What the standard says it is when it is not said. [2.x TransactionType]
      stop_reason: event.stoppedReason ?? 'Local',
      closed_reason: null
    }
  }
  return row.status === 'closed' ? REOPENED : {}
}

export const REOPENED = { status: 'open', end_timestamp: null, ended_at: null, closed_reason: null } as const

function columnOf(value: number | undefined): number | null {
  return value === undefined ? null : toColumn(value)
}

function longest(known: number | null, told: number | undefined): number | null {
  return told === undefined ? known : Math.max(told, known ?? 0)
}
