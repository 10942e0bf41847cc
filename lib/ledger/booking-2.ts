import type { Transaction } from 'kysely'
import { toColumn } from '../database/parameters.js'
import type { Schema } from '../database/schema.js'
import { settled } from '../database/settled.js'
import { type BookingScope, insertSamples, MAX_ATTEMPTS, measured, meterRows, parse } from './booking.js'
import { beginningOf, timeOf } from './clock.js'
import { closeWhere } from './closing.js'
import { changeBy, columnOf, startsIt, type TariffNews, type TransactionEvent } from './event.js'
import { reopenedData, transactionData } from './event-data.js'
import { startOf } from './inference.js'
import { limitsAfter } from './limits.js'
import { meterWithInferred, registersOf } from './meter.js'
import { type Boots, bootsOf, findAnswer, findNamesakes, findOwner, nextKey } from './namesakes.js'
import { observedOf, type ToldState } from './observed.js'
import { knownOwnCost } from './own-cost.js'
import { forgetReceipt } from './pending-receipts.js'
import type { TransactionKey, TransactionRow, TransactionUpdate } from './queries.js'
import * as queries from './queries.js'
import { type Meter, mergeRegisters, type Registers, registersIn } from './registers.js'
import { remoteStartToken } from './remote-starts.js'
import { dropDisplayMessages, dropProfiles, useReservation } from './sequels.js'
import { billedBy, parseSnapshot, type TariffVersion } from './snapshot.js'
import { tariffToldBy, withLaterTariffs } from './tariff-change.js'
import { noteTariff, recordCost } from './transaction-costs.js'
import type { Booking } from './types.js'
import { tariffFor } from './which-tariff.js'

// TransactionEvent. [2.x E]

/** Books a TransactionEvent, or answers a retry. */
export async function bookEvent(scope: BookingScope, given: TransactionEvent): Promise<Booking> {
  const { trx, chargePointId, now, tell } = scope
  const sent = { ...given, seqNo: toColumn(given.seqNo) }
  const [namesakes, boots] = await settled([
    findNamesakes(trx, chargePointId, sent.transactionId),
    bootsOf(trx, chargePointId)
  ])
  const known = await findAnswer(trx, namesakes, sent, { boots, now })
  if (known !== undefined) return { response: parse(known.response), outcome: 'retry', hasGap: false }
  const event = { ...sent, ...(await remoteStartToken(trx, chargePointId, sent)) }
  const { eventType, seqNo, timestamp } = event
  const row = await transactionOf(scope, { found: namesakes, boots }, event)
  const key = { chargePointId, transactionId: row.transaction_id }
  const place = { evseId: event.evseId ?? row.evse_id, connectorId: event.connectorId ?? row.connector_id }
  if (eventType === 'Started') await closeBefore(scope, row, { evseId: place.evseId, timestamp })
  await insertSamples(scope, meterRows({ ...key, place, now }, event.samples))
  const registers = await registersWith(trx, row, event)
  const tariff = await newTariff(trx, row, { key, event, now })
  const meter = await meterWith(trx, row, { event, registers, now })
  const reservation_id = row.reservation_id ?? columnOf(event.reservationId)
  const observed = await observedOf(trx, { ...row, ...tariff, reservation_id }, toldState(event, now))
  const told = { registers, meter, observed, now }
  const limits = await limitsAfter(trx, row, event)
  const change = { ...tariff, ...changeBy({ ...row, ...tariff }, event, told), ...limits.change, boots: boots.count }
  const news = newsFor(event, { ...row, ...tariff })
  const answer = (news && event.withPrices?.(event.response, news)) ?? event.response
  const cost = totalCost(event, { ...row, ...(change as Partial<TransactionRow>) })
  const response = { ...answer, ...limits.answer, ...cost }
  await queries.insertEvent(trx, {
    charge_point_id: chargePointId,
    transaction_id: row.transaction_id,
    event_type: eventType,
    seq_no: seqNo,
    timestamp,
    trigger_reason: event.triggerReason,
    offline: event.offline ? 1 : 0,
    payload: JSON.stringify(event.payload),
    response: JSON.stringify(response),
    received_at: now
  })
  const changed = await queries.updateTransaction(trx, row, change)
  recordState(scope, changed, event)
  if (changed.status !== 'open') await recordCost(scope, changed)
  if (row.reservation_id === null) await useReservation(trx, key, { reservationId: event.reservationId, now })
  if (eventType === 'Ended') {
    await dropProfiles(trx, row)
    await dropDisplayMessages(trx, row)
  }
  if (row.status === 'closed' && changed.status === 'open') {
    await forgetReceipt(scope, row.id)
    tell('transaction', reopenedData(changed))
  }
  tell('transaction', transactionData(event, changed))
  if (given.samples.length > 0) {
    const { samples, transactionId } = given
    tell('meter-values', measured({ id: row.id, transactionId, samples, ...knownPlace(changed, given) }))
  }
  return { response, outcome: 'booked', hasGap: isWaitedFor(changed) }
}

/** An Idle state without a cable says nothing about the connector. [2.x ChargingStateEnumType] */
const STATES: Readonly<Record<string, string>> = {
  Charging: 'Charging',
  SuspendedEV: 'SuspendedEV',
  SuspendedEVSE: 'SuspendedEVSE',
  EVConnected: 'Occupied'
}

/** Stores the state of the connector after an event. An event without a known state changes nothing. */
function recordState(
  { chargePointId, now, append }: BookingScope,
  { evse_id, connector_id }: TransactionRow,
  { eventType, chargingState = '', timestamp }: TransactionEvent
): void {
  const state = eventType === 'Ended' && chargingState !== 'Idle' ? 'Ended' : STATES[chargingState]
  if (state === undefined || connector_id === 0) return
  const place = { charge_point_id: chargePointId, evse_id, connector_id }
  const started_at = beginningOf({ timestamp, receivedAt: now })
  append('connector_states', [{ ...place, state, started_at, received_at: now }], { onConflict: 'ignore' })
}

/** The transaction that an event belongs to. The first event of a transaction creates it. */
async function transactionOf(
  scope: BookingScope,
  { found, boots }: { found: readonly TransactionRow[]; boots: Boots },
  event: TransactionEvent
) {
  const { trx, chargePointId, now } = scope
  let namesakes = found
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const owner = await findOwner(trx, namesakes, event, { boots, now })
    if (owner !== undefined) return owner
    const transactionId = nextKey(namesakes, event.transactionId, attempt)
    const made = await insert2(trx, { chargePointId, transactionId }, event, now)
    if (made !== undefined) {
      await closeNamesakes(scope, namesakes, event)
      return made
    }
    // Another process has inserted the key, or another id of the charge point looks like such a key.
    namesakes = await findNamesakes(trx, chargePointId, event.transactionId)
  }
  throw new Error('no key was free for the transaction')
}

/** Closes the open transactions that had the same id before: a charge point that uses an id again has ended them. */
async function closeNamesakes(
  scope: BookingScope,
  namesakes: readonly TransactionRow[],
  { timestamp }: TransactionEvent
) {
  const time = timeOf({ timestamp, receivedAt: scope.now })
  await closeWhere(scope, {
    rows: namesakes.filter(({ status }) => status === 'open'),
    isOver: (row) => startOf(row) <= time,
    reason: 'NextTransaction',
    timestamp: time
  })
}

/** Closes earlier transactions of the EVSE: an EVSE has one transaction at a time. */
async function closeBefore(
  scope: BookingScope,
  started: TransactionRow,
  { evseId, timestamp }: { evseId: number; timestamp: number }
) {
  if (evseId === 0) return
  const time = timeOf({ timestamp, receivedAt: scope.now })
  const open = await queries.findOpen(scope.trx, scope.chargePointId, { evseId })
  await closeWhere(scope, {
    rows: open.filter(({ id }) => id !== started.id),
    isOver: (row) => startOf(row) < time,
    reason: 'NextTransaction',
    timestamp: time
  })
}

/** @returns `undefined` if the key is taken */
async function insert2(trx: Transaction<Schema>, key: TransactionKey, event: TransactionEvent, now: number) {
  return queries.insertTransaction(trx, {
    charge_point_id: key.chargePointId,
    transaction_id: key.transactionId,
    displayed_id: key.transactionId === event.transactionId ? null : event.transactionId,
    protocol: event.protocol,
    ...columnsOf((await tariffOf(trx, key, startsIt(event) ? event : withoutToken(event), now)).tariff),
    created_at: now,
    updated_at: now
  })
}

type Starter = Pick<TransactionEvent, 'idToken' | 'idTokenType' | 'evseId' | 'timestamp'>

function withoutToken({ idToken: _, idTokenType: __, ...event }: TransactionEvent): Starter {
  return event
}

/** The tariff that applies when an event begins a transaction, or tells whose it is. */
async function tariffOf(trx: Transaction<Schema>, { chargePointId }: TransactionKey, event: Starter, now: number) {
  const { evseId = 0, idToken, idTokenType, timestamp } = event
  const tariff = await tariffFor(trx, {
    chargePointId,
    evseId,
    at: beginningOf({ timestamp, receivedAt: now }),
    ...(idToken !== undefined && { idToken }),
    ...(idTokenType !== undefined && { idTokenType })
  })
  return { tariff }
}

function columnsOf(tariff: TariffVersion | undefined) {
  return tariff === undefined
    ? { tariff_id: null, tariff: null }
    : { tariff_id: tariff.id, tariff: JSON.stringify(tariff) }
}

/** The version of a tariff that a row began with. */
function versionIn({ tariff }: TransactionRow): TariffVersion | undefined {
  const snapshot = tariff === null ? undefined : parseSnapshot(tariff)
  return snapshot !== undefined && 'document' in snapshot ? snapshot : undefined
}

function toldState({ timestamp, chargingState }: TransactionEvent, now: number): ToldState | undefined {
  return chargingState === undefined ? undefined : { timestamp, receivedAt: now, chargingState }
}

/** The place of an event or, if it names none, of its transaction, as far as the charge point has told it. */
function knownPlace({ evse_id, connector_id }: TransactionRow, told: TransactionEvent) {
  const evseId = told.evseId || evse_id
  const connectorId = told.connectorId || connector_id
  return { ...(evseId !== 0 && { evseId }), ...(connectorId !== 0 && { connectorId }) }
}

/** Whether events of a transaction are missing that may still come. */
export function isWaitedFor({ missing_seq_nos = null, lost_seq_nos = null }: TransactionUpdate): boolean {
  return missing_seq_nos !== null && missing_seq_nos !== lost_seq_nos
}

/** The meter after an event, if readings that do not name the transaction may count as well. */
async function meterWith(
  trx: Transaction<Schema>,
  row: TransactionRow,
  { event, registers, now }: { event: TransactionEvent; registers: Registers | undefined; now: number }
): Promise<Meter | undefined> {
  if (row.inferred_readings === 0) return undefined
  const { eventType, timestamp } = event
  const end = eventType === 'Ended' && ({ status: 'ended', end_timestamp: timestamp, ended_at: now } as const)
  return meterWithInferred(trx, { ...row, ...end }, registers ?? (await registersOf(trx, row)))
}

/** The registers of a transaction including those of an event; `undefined` if the event has no register reading. */
async function registersWith(
  trx: Transaction<Schema>,
  row: TransactionRow,
  { eventType, samples }: TransactionEvent
): Promise<Registers | undefined> {
  const told = registersIn(samples, eventType)
  if (Object.keys(told).length === 0) return undefined
  // The event has created the transaction, so no earlier event has told a register.
  return row.last_seq_no === null ? told : mergeRegisters(await registersOf(trx, row), told)
}

/** The columns of the tariff that applies from an event on, if it is another one, and notes it. */
async function newTariff(
  trx: Transaction<Schema>,
  row: TransactionRow,
  { key, event, now }: { key: TransactionKey; event: TransactionEvent; now: number }
): Promise<Partial<Pick<TransactionRow, 'tariff' | 'tariff_id'>>> {
  if (row.id_token === null && startsIt(event)) {
    const { tariff } = await tariffOf(trx, key, event, now)
    const columns = withLaterTariffs(row, tariff)
    if (row.last_seq_no === null || columns.tariff !== row.tariff) await noteTariff(trx, row, { tariff, now })
    return columns
  }
  // The first event makes the row with a tariff, before anybody is known.
  if (row.last_seq_no === null) await noteTariff(trx, row, { tariff: versionIn(row), now })
  const at = beginningOf({ timestamp: event.timestamp, receivedAt: now })
  return (await tariffToldBy(trx, row, { event, now, at })) ?? {}
}

/** The tariff that the answer to an event tells the driver. [2.x I01, I06] */
function newsFor(event: TransactionEvent, { tariff, updated_at }: TransactionRow): TariffNews | undefined {
  const snapshot = event.withPrices === undefined || tariff === null ? undefined : parseSnapshot(tariff)
  if (snapshot === undefined || !('document' in snapshot)) return undefined
  const latest = snapshot.later?.at(-1)
  if (startsIt(event)) return { tariff: (latest ?? snapshot).document, reason: 'started' }
  // Until the first event after the change.
  const isChanged = latest !== undefined && (latest.at ?? latest.from) >= updated_at && event.eventType === 'Updated'
  return isChanged ? { tariff: latest.document, reason: 'changed' } : undefined
}

/**
 * The running cost or, at the end, the final cost. Absent while it is unknown, because 0 means free of charge.
 * [2.x I02, I03.FR.04]
 */
function totalCost(
  { eventType }: TransactionEvent,
  { cost, cost_unknown, own_cost, tariff }: TransactionRow
): { totalCost?: number } {
  if (eventType === 'Started' || cost === null || cost_unknown !== null) return {}
  const isOwn = tariff === null || billedBy(parseSnapshot(tariff)) === 'station'
  return isOwn && knownOwnCost(own_cost) !== undefined ? {} : { totalCost: cost }
}
