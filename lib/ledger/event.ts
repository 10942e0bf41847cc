import { toColumn } from '../database/parameters.js'
import { driverTariffId } from '../money/canonical.js'
import type { TariffDocument } from '../money/tariff.js'
import type { TransactionLimit } from '../money/transaction-limit.js'
import { meterByHand } from './by-hand.js'
import { isAfter, type Moment, timeOf } from './clock.js'
import type { LimitsTaken } from './limits.js'
import { latestOwnCost, type OwnCostDetails } from './own-cost.js'
import type { Observed } from './pricing.js'
import type { TransactionRow, TransactionUpdate } from './queries.js'
import { type Meter, meterBetween, meterOf, type Registers } from './registers.js'
import type { MeterSample } from './samples.js'
import { type EventType, hasGap, type Missing, type Sequence, withEvent } from './sequence.js'
import { parseSnapshot } from './snapshot.js'
import { durationUntil, totalsOf } from './totals.js'

/** A TransactionEvent in a form that does not depend on the version. */
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
  /** The tariff that the charge point calculates with, in the event after it has changed. [2.1 I08, I11] */
  tariffId?: string
  /** The cost that the charge point has calculated. [2.1 I] */
  ownCost?: OwnCostDetails
  /** The limits that the charge point says the transaction has. [2.1 E16] */
  ownLimit?: TransactionLimit
  samples: readonly MeterSample[]
  /** The payload as the charge point sent it. */
  payload: object
  /** The payload of the answer, without the cost. */
  response: object
  /** Adds the prices to the answer, if the charge point shows them. */
  withPrices?: (response: object, news: TariffNews) => object
  /** Absent: the charge point knows no limits. */
  takesLimits?: LimitsTaken
}

/** A tariff that the driver does not know yet: the transaction has begun, or an operator has changed its tariff. */
export interface TariffNews {
  tariff: TariffDocument
  reason: 'started' | 'changed'
}

export function sequenceOf(row: TransactionRow): Sequence {
  const known = row.missing_seq_nos === null ? [] : (JSON.parse(row.missing_seq_nos) as Missing[])
  // Earlier releases stored that all numbers before 0 are missing.
  const missing = known.filter(([, to]) => to >= 0)
  return { first: row.first_seq_no, last: row.last_seq_no, ended: row.ended_seq_no, missing }
}

interface Told {
  registers: Registers | undefined
  meter?: Meter | undefined
  observed?: Observed | undefined
  now: number
}

/**
 * The columns of the transaction after an event. Events come in any order, so the facts that came first stay.
 *
 * @param registers all registers that the events of the transaction have told; `undefined` if this event tells none
 * @param meter the meter, if other messages than the events of the transaction tell it
 */
export function changeBy(
  row: TransactionRow,
  event: TransactionEvent,
  { registers, meter: found, observed, now }: Told
): TransactionUpdate {
  const told = states(row, event, now)
  const meter = meterByHand(told, found ?? (registers === undefined ? meterOfRow(row) : meterOf(registers)))
  const facts: TransactionRow = {
    ...row,
    ...placeAndTokens(row, event),
    ...told,
    ...acceptance(row, event),
    ...(registers !== undefined && { registers: JSON.stringify(registers) }),
    meter_start: meter.start,
    meter_stop: meter.stop,
    own_cost: latestOwnCost(row.own_cost, ownCost(event))
  }
  const { id, charge_point_id, transaction_id, ocpp16_id, start_key, created_at, ...change } = facts
  const duration = durationOf(row, facts, { timestamp: event.timestamp, receivedAt: now })
  const use = { energy: meter.energy, duration, meterStart: meter.start, isFinal: facts.status !== 'open', observed }
  return { ...change, ...totalsOf(facts, use), updated_at: now }
}

/** The meter as the last event with a reading left it. */
export function meterOfRow({ registers, meter_start, meter_stop }: TransactionRow): Meter {
  return registers === null ? meterBetween(meter_start, meter_stop) : meterOf(JSON.parse(registers) as Registers)
}

/**
 * The duration until the end or, while the transaction is open, until the latest event; a late event does not shorten
 * it.
 */
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

/** Whether the id token of the event, if there is one, is the one that started the transaction. */
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

/** A driver who has refused the tariff may go on with another id token, or accept after all. [2.1 I07.FR.30-32, I08.FR.20-22] */
function acceptance(row: TransactionRow, event: TransactionEvent) {
  const { seqNo, triggerReason, tariffId } = event
  if (triggerReason === 'TariffNotAccepted') return { refused_seq_no: Math.max(seqNo, row.refused_seq_no ?? 0) }
  if (tariffId === undefined && !startsIt(event)) return {}
  const accepted_seq_no = Math.max(seqNo, row.accepted_seq_no ?? 0)
  const isLatest = accepted_seq_no === seqNo
  return { accepted_seq_no, ...(isLatest && { other_tariff_id: otherTariff(row, tariffId ?? row.other_tariff_id) }) }
}

/** The tariff that the charge point names, if it is not the present one of the transaction. */
function otherTariff({ tariff }: TransactionRow, told: string | null): string | null {
  const snapshot = tariff === null ? undefined : parseSnapshot(tariff)
  if (snapshot === undefined || !('document' in snapshot)) return told
  const { id, document, ocppTariffId } = snapshot.later?.at(-1) ?? snapshot
  return told === ocppTariffId || told === driverTariffId(id, document) ? null : told
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

/**
 * A transaction that the back-end closed opens again if its charge point sends an event that is later than the reason
 * for closing it.
 */
function ending(row: TransactionRow, event: TransactionEvent, now: number) {
  if (event.eventType === 'Ended') {
    return {
      status: 'ended' as const,
      end_timestamp: event.timestamp,
      ended_at: now,
      // The standard's default for an absent reason. [2.x TransactionType]
      stop_reason: event.stoppedReason ?? 'Local',
      closed_reason: null,
      closed_timestamp: null,
      closed_by: null
    }
  }
  if (row.status !== 'closed') return { closed_by: row.closed_by }
  const told = { timestamp: event.timestamp, receivedAt: now }
  if (isAfter(told, evidenceOf(row))) return REOPENED
  const isLatest = timeOf(told) > (row.end_timestamp ?? 0)
  return { closed_by: row.closed_by, ...(isLatest && { end_timestamp: event.timestamp }) }
}

/** The columns of a closed transaction that continues. */
export const REOPENED = {
  status: 'open',
  end_timestamp: null,
  ended_at: null,
  closed_reason: null,
  closed_timestamp: null,
  closed_by: null
} as const

/** When the event happened for which the back-end closed the transaction. */
export function evidenceOf({ closed_timestamp, ended_at, updated_at }: TransactionRow): Moment {
  const receivedAt = ended_at ?? updated_at
  return { timestamp: closed_timestamp ?? receivedAt, receivedAt }
}

/**
 * Whether this is the Started event with the lowest number: a second one repeats the start or comes from the middle.
 */
function isFirstStart({ first_seq_no }: TransactionRow, { eventType, seqNo }: TransactionEvent): boolean {
  return eventType === 'Started' && (first_seq_no === null || seqNo < first_seq_no)
}

export function columnOf(value: number | undefined): number | null {
  return value === undefined ? null : toColumn(value)
}

function longest(known: number | null, told: number | undefined): number | null {
  return told === undefined ? known : Math.max(told, known ?? 0)
}
