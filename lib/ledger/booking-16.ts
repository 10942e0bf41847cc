import { createHash, randomInt } from 'node:crypto'
import type { Transaction } from 'kysely'
import { toColumn } from '../database/parameters.js'
import type { Schema } from '../database/schema.js'
import { settled } from '../database/settled.js'
import { fold } from '../events/scope.js'
import type { TransactionLimit } from '../money/transaction-limit.js'
import {
  type BookingScope,
  insertSamples,
  MAX_ATTEMPTS,
  meterRows,
  NOWHERE,
  noteId,
  noteOver,
  parse,
  placeOf
} from './booking.js'
import { beginningOf, isPossible, timeOf } from './clock.js'
import { closeWhere } from './closing.js'
import { startedData, stoppedData, unassignedData } from './event-data.js'
import { ANONYMOUS_IDS, endedBy, startOf } from './inference.js'
import { type KeptLimits, limitOfToken } from './limits.js'
import { meterAtEnd } from './meter.js'
import { observedOf } from './observed.js'
import type { TransactionKey, TransactionRow } from './queries.js'
import * as queries from './queries.js'
import { isRegisterValue } from './registers.js'
import { dropProfiles, useReservation } from './sequels.js'
import type { TariffVersion } from './snapshot.js'
import { durationUntil, totalsOf } from './totals.js'
import { noteTariff, recordCost } from './transaction-costs.js'
import type { Booking, Start, Stop } from './types.js'
import { awaitsUnplug } from './unplugged.js'
import { tariffFor } from './which-tariff.js'

// StartTransaction and StopTransaction. [1.6 §4.8, §4.10]

/** 1 to 2^31 - 1, random: a sequential id could be guessed, and would be used again after a backup is restored. */
const ID_LIMIT = 2 ** 31
/** 1.6 knows no sequence numbers. */
const SEQ_NO_16 = { Started: 0, Ended: 1 } as const

/** Books a StartTransaction, or answers a retry. */
export async function bookStart(scope: BookingScope, start: Start): Promise<Booking> {
  const { trx, chargePointId, now } = scope
  const startKey = startKeyOf(start)
  const [known, open, tariff, limit] = await settled([
    queries.findByStartKey(trx, chargePointId, startKey),
    queries.findOpen(trx, chargePointId, { evseId: 0, connectorId: start.connectorId }),
    tariffFor(trx, {
      chargePointId,
      evseId: toColumn(start.connectorId),
      idToken: start.idToken,
      at: beginningOf({ timestamp: start.timestamp, receivedAt: now })
    }),
    limitOfToken(trx, start)
  ])
  const moment = { timestamp: start.timestamp, receivedAt: now }
  // A clock that was never set sends the same timestamp with every start, so the timestamp does not identify a retry.
  if (known !== undefined && (isPossible(moment) || (await mayLackItsId(trx, known)))) {
    return retryOf16(trx, known, 'Started')
  }
  if (known !== undefined) await queries.updateTransaction(trx, known, { start_key: null })
  const time = timeOf(moment)
  await closeWhere(scope, {
    rows: open,
    isOver: (row) => startOf(row) <= time,
    reason: 'NextTransaction',
    timestamp: time
  })
  const row = await insert16(trx, { chargePointId, startKey, start, tariff, limit, now })
  const { transaction_id } = row
  if (row.ocpp16_id === null) throw new Error('a transaction of 1.6 without its number')
  noteId(scope.known, transaction_id, row.id)
  const response = start.respond(row.ocpp16_id)
  const event = queries.insertEvent(trx, {
    charge_point_id: chargePointId,
    transaction_id,
    event_type: 'Started',
    seq_no: SEQ_NO_16.Started,
    timestamp: start.timestamp,
    payload: JSON.stringify(start.payload),
    response: JSON.stringify(response),
    received_at: now
  })
  const key = { chargePointId, transactionId: transaction_id }
  await settled([
    event,
    useReservation(trx, key, { reservationId: start.reservationId, now }),
    noteTariff(trx, row, { tariff, now })
  ])
  scope.tell('transaction', startedData(row, start))
  return { response, outcome: 'booked', hasGap: false }
}

interface NewTransaction16 {
  chargePointId: number
  startKey: string
  start: Start
  tariff: TariffVersion | undefined
  limit: TransactionLimit | undefined
  now: number
}

async function insert16(
  trx: Transaction<Schema>,
  { chargePointId, startKey, start, tariff, limit, now }: NewTransaction16
): Promise<TransactionRow> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const id = randomInt(1, ID_LIMIT)
    const row = await queries.insertTransaction(trx, {
      charge_point_id: chargePointId,
      transaction_id: String(id),
      ocpp16_id: id,
      start_key: startKey,
      protocol: start.protocol,
      connector_id: toColumn(start.connectorId),
      id_token: start.idToken,
      reservation_id: start.reservationId === undefined ? null : toColumn(start.reservationId),
      start_timestamp: start.timestamp,
      meter_start: isRegisterValue(start.meterStart) ? start.meterStart : null,
      tariff_id: tariff?.id ?? null,
      tariff: tariff === undefined ? null : JSON.stringify(tariff),
      limits: limit === undefined ? null : JSON.stringify({ limit } satisfies KeptLimits),
      created_at: now,
      updated_at: now
    })
    if (row !== undefined) return row
  }
  throw new Error('no transaction id was free')
}

/** Books a StopTransaction, or answers a retry. */
export async function bookStop(scope: BookingScope, stop: Stop): Promise<Booking> {
  const { trx, chargePointId, now } = scope
  const key = { chargePointId, transactionId: String(stop.transactionId) }
  if (ANONYMOUS_IDS.includes(key.transactionId)) return stopAnonymous(scope, stop)
  const row = await queries.findTransaction(trx, key)
  if (row === undefined) return keepUnassigned(scope, stop)
  // A stop with the transaction id takes precedence over an end that was inferred.
  if (row.status === 'ended' && row.inferred_end === 0) return retryOf16(trx, row, 'Ended')
  await settled([
    insertSamples(scope, meterRows({ ...key, place: placeOf(row), now }, stop.samples)),
    queries.insertEvent(trx, stopEventRow(key, stop, { seqNo: SEQ_NO_16.Ended, now }))
  ])
  await endTransaction(scope, row, stop, { isInferred: false })
  return { response: stop.response, outcome: 'booked', hasGap: false }
}

/** Ends the transaction that a StopTransaction without a usable id can only mean, or stores it unassigned. */
async function stopAnonymous(scope: BookingScope, stop: Stop): Promise<Booking> {
  const { trx, chargePointId, now } = scope
  const key = { chargePointId, transactionId: String(stop.transactionId) }
  const seqNo = contentNumber(stop)
  const known = await queries.findResponse(trx, { ...key, eventType: 'Ended', seqNo, timestamp: stop.timestamp })
  if (known !== undefined) return { response: parse(known.response), outcome: 'retry', hasGap: false }
  const row = endedBy(await queries.findOpen(trx, chargePointId), { ...stop, receivedAt: now })
  if (row === undefined) return keepUnassigned(scope, stop)
  const owner = { chargePointId, transactionId: '', place: placeOf(row), now }
  await insertSamples(
    scope,
    meterRows(owner, stop.samples, () => row.id)
  )
  await queries.insertEvent(trx, { ...stopEventRow(key, stop, { seqNo, now }), inferred_id: row.id })
  await endTransaction(scope, row, stop, { isInferred: true })
  return { response: stop.response, outcome: 'booked', hasGap: false }
}

async function endTransaction(
  scope: BookingScope,
  row: TransactionRow,
  stop: Stop,
  { isInferred }: { isInferred: boolean }
) {
  const { trx, known, now, tell } = scope
  noteOver(known, row)
  const meter = await meterAtEnd(trx, row, stop.meterStop)
  const duration = durationUntil(row, { timestamp: stop.timestamp, receivedAt: now })
  const isIdle = await awaitsUnplug(trx, row, stop.reason)
  const ending = { ...row, awaits_unplug: isIdle ? (1 as const) : row.awaits_unplug }
  const observed = await observedOf(trx, row)
  const use = { energy: meter.energy, duration, meterStart: meter.start, isFinal: true, observed }
  const update = queries.updateTransaction(trx, row, {
    ...totalsOf(ending, use),
    awaits_unplug: ending.awaits_unplug,
    status: 'ended',
    meter_start: meter.start,
    meter_stop: meter.stop,
    end_timestamp: stop.timestamp,
    ended_at: now,
    // The standard's default for an absent reason. [1.6 §6.49]
    stop_reason: stop.reason ?? 'Local',
    stop_id_token: stop.idToken ?? null,
    closed_reason: null,
    closed_timestamp: null,
    closed_by: null,
    inferred_end: isInferred ? 1 : 0,
    ...(isInferred && stop.samples.length > 0 && { inferred_readings: 1 }),
    updated_at: now
  })
  const [ended] = await settled([update, dropProfiles(trx, row)])
  await recordCost(scope, ended)
  tell('transaction', stoppedData(ended))
}

/** Stores a StopTransaction whose transaction is unknown. 1.6 has no sequence numbers: equal content means a retry. */
async function keepUnassigned(scope: BookingScope, stop: Stop): Promise<Booking> {
  const { trx, chargePointId, now, tell } = scope
  const key = { chargePointId, transactionId: String(stop.transactionId) }
  const seqNo = contentNumber(stop)
  const known = await queries.findResponse(trx, { ...key, eventType: 'Ended', seqNo, timestamp: stop.timestamp })
  if (known !== undefined) return { response: parse(known.response), outcome: 'retry', hasGap: false }
  await insertSamples(scope, meterRows({ ...key, place: NOWHERE, now }, stop.samples))
  const eventId = await queries.insertEvent(trx, stopEventRow(key, stop, { seqNo, now }))
  await queries.insertUnassigned(trx, { event_id: eventId, charge_point_id: chargePointId, received_at: now })
  tell('transaction', unassignedData(stop))
  return { response: stop.response, outcome: 'unassigned', hasGap: false }
}

function stopEventRow(key: TransactionKey, stop: Stop, { seqNo, now }: { seqNo: number; now: number }) {
  return {
    charge_point_id: key.chargePointId,
    transaction_id: key.transactionId,
    event_type: 'Ended',
    seq_no: seqNo,
    timestamp: stop.timestamp,
    payload: JSON.stringify(stop.payload),
    response: JSON.stringify(stop.response),
    received_at: now
  }
}

/** Whether the charge point may not have received the transaction id yet, so that it repeats the request. */
async function mayLackItsId(trx: Transaction<Schema>, row: TransactionRow): Promise<boolean> {
  return row.status !== 'ended' && !(await queries.isMeasuredByName(trx, row))
}

async function retryOf16(
  trx: Transaction<Schema>,
  { charge_point_id, transaction_id }: TransactionRow,
  eventType: 'Started' | 'Ended'
): Promise<Booking> {
  const key = { chargePointId: charge_point_id, transactionId: transaction_id, eventType }
  const known = await queries.findResponse16(trx, key)
  return { response: parse(known?.response ?? null), outcome: 'retry', hasGap: false }
}

/**
 * Identifies a StartTransaction: a second one with the same key is a retry. An idTag is compared without regard to
 * case. [1.6 §4.8, "CiString"]
 */
function startKeyOf({ connectorId, idToken, meterStart, timestamp, reservationId }: Start): string {
  return JSON.stringify([connectorId, fold(idToken), meterStart, timestamp, reservationId ?? null])
}

/** The content of a StopTransaction in 31 bits, as a column for sequence numbers holds them. */
function contentNumber({ meterStop, idToken, reason }: Stop): number {
  const content = JSON.stringify([meterStop, idToken, reason])
  return createHash('sha256').update(content).digest().readUInt32BE(0) >>> 1
}
