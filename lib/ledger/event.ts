import { toColumn } from '../database/parameters.js'
import { isAfter, type Moment, timeOf } from './clock.js'
import { latestOwnCost, type OwnCostDetails } from './own-cost.js'
import type { TransactionRow, TransactionUpdate } from './queries.js'
import { type Meter, meterBetween, meterOf, type Registers } from './registers.js'
import type { MeterSample } from './samples.js'
import { type EventType, hasGap, type Missing, type Sequence, withEvent } from './sequence.js'
import { durationUntil, totalsOf } from './totals.js'

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
  ownCost?: OwnCostDetails
  samples: readonly MeterSample[]
  /** As it was sent. */
  payload: object
  /** What it is answered, the cost aside. */
  response: object
}

export function sequenceOf(row: TransactionRow): Sequence {
  const known = row.missing_seq_nos === null ? [] : (JSON.parse(row.missing_seq_nos) as Missing[])
  // Older versions wrote down that everything before 0 is missing.
  const missing = known.filter(([, to]) => to >= 0)
  return { first: row.first_seq_no, last: row.last_seq_no, ended: row.ended_seq_no, missing }
}

/**
 * The transaction once an event of it has come; events come in any order, so what was told first is kept.
 *
 * @param registers all that its events have told of them by now; undefined: this event tells nothing about them
 * @param meter where others than its events tell it
 */
export function changeBy(
  row: TransactionRow,
  event: TransactionEvent,
  { registers, meter: found, now }: { registers: Registers | undefined; meter?: Meter | undefined; now: number }
): TransactionUpdate {
  const meter = found ?? (registers === undefined ? meterOfRow(row) : meterOf(registers))
  const facts: TransactionRow = {
    ...row,
    ...placeAndTokens(row, event),
    ...states(row, event, now),
    ...(registers !== undefined && { registers: JSON.stringify(registers) }),
    meter_start: meter.start,
    meter_stop: meter.stop,
    own_cost: latestOwnCost(row.own_cost, ownCost(event))
  }
  const { id, charge_point_id, transaction_id, ocpp16_id, start_key, created_at, ...change } = facts
  const duration = durationOf(row, facts, { timestamp: event.timestamp, receivedAt: now })
  return { ...change, ...totalsOf(facts, { energy: meter.energy, duration }), updated_at: now }
}

/** The meter as it was found when an event last told of it. */
export function meterOfRow({ registers, meter_start, meter_stop }: TransactionRow): Meter {
  return registers === null ? meterBetween(meter_start, meter_stop) : meterOf(JSON.parse(registers) as Registers)
}

/** Until its end or, while it is open, until what the charge point told last: a late event tells nothing about that. */
function durationOf(row: TransactionRow, facts: TransactionRow, told: Moment): number | null {
  const { end_timestamp, ended_at } = facts
  if (end_timestamp !== null) {
    return durationUntil(facts, { timestamp: end_timestamp, receivedAt: ended_at ?? told.receivedAt })
  }
  const duration = durationUntil(facts, told)
  return duration === null || row.duration === null ? duration : Math.max(duration, row.duration)
}

function ownCost({ seqNo, timestamp, ownCost: details }: TransactionEvent) {
  return details === undefined ? undefined : { seqNo, timestamp, details }
}

/** Whether its id token, if there is one, is that of whoever started the transaction. */
export function startsIt(event: Pick<TransactionEvent, 'idToken' | 'eventType' | 'triggerReason'>): boolean {
  return event.idToken !== undefined && !endsIt(event)
}

export function endsIt({ eventType, triggerReason }: Pick<TransactionEvent, 'eventType' | 'triggerReason'>): boolean {
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
    missing_seq_nos: hasGap(sequence) ? JSON.stringify(missing) : null,
    charging_state: (isLatest || row.charging_state === null ? event.chargingState : undefined) ?? row.charging_state,
    charging_duration: longest(row.charging_duration, event.timeSpentCharging),
    offline: event.offline ? (1 as const) : row.offline,
    start_timestamp: isFirstStart(row, event) ? event.timestamp : row.start_timestamp,
    ...ending(row, event, now)
  }
}

/** What we closed, because it seemed to be over, its charge point opens again by telling what came later. */
function ending(row: TransactionRow, event: TransactionEvent, now: number) {
  if (event.eventType === 'Ended') {
    return {
      status: 'ended' as const,
      end_timestamp: event.timestamp,
      ended_at: now,
      // What the standard says it is when it is not said. [2.x TransactionType]
      stop_reason: event.stoppedReason ?? 'Local',
      closed_reason: null,
      closed_timestamp: null
    }
  }
  if (row.status !== 'closed') return {}
  const told = { timestamp: event.timestamp, receivedAt: now }
  if (isAfter(told, evidenceOf(row))) return REOPENED
  return timeOf(told) > (row.end_timestamp ?? 0) ? { end_timestamp: event.timestamp } : {}
}

/** What we closed goes on. */
export const REOPENED = {
  status: 'open',
  end_timestamp: null,
  ended_at: null,
  closed_reason: null,
  closed_timestamp: null
} as const

/** When what closed a transaction happened. */
export function evidenceOf({ closed_timestamp, ended_at, updated_at }: TransactionRow): Moment {
  const receivedAt = ended_at ?? updated_at
  return { timestamp: closed_timestamp ?? receivedAt, receivedAt }
}

/** A second Started tells the same start again, or something of the middle. */
function isFirstStart({ first_seq_no }: TransactionRow, { eventType, seqNo }: TransactionEvent): boolean {
  return eventType === 'Started' && (first_seq_no === null || seqNo < first_seq_no)
}

function columnOf(value: number | undefined): number | null {
  return value === undefined ? null : toColumn(value)
}

function longest(known: number | null, told: number | undefined): number | null {
  return told === undefined ? known : Math.max(told, known ?? 0)
}
