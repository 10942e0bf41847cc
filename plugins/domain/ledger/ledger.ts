import { createHash, randomInt } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { Dialect } from '../../database/dialect.js'
import { joinedInserts } from '../../database/insert.js'
import type { Schema } from '../../database/schema.js'
import type { Writer } from '../../database/writer.js'
import { closedData, readings, startedData, stoppedData, transactionData, unassignedData } from '../events/data.js'
import type { EventData, Tell } from '../events/event.js'
import { Publisher } from '../events/publisher.js'
import { changeBy, REOPENED, sequenceOf, startsIt, type TransactionEvent } from './event.js'
import { meterAtEnd, registersOf } from './meter.js'
import { toColumn } from './numbers.js'
import { knownOwnCost } from './own-cost.js'
import * as queries from './queries.js'
import { fold, type TransactionKey, type TransactionRow, type TransactionUpdate } from './queries.js'
import { isRegisterValue, mergeRegisters, type Registers, registersIn } from './registers.js'
import type { MeterSample } from './samples.js'
import { dropDisplayMessages, dropProfiles, useReservation } from './sequels.js'
import { durationUntil, totalsOf } from './totals.js'

/** StartTransaction. */
export interface Start {
  connectorId: number
  idToken: string
  meterStart: number
  timestamp: number
  reservationId?: number
  payload: object
  /** The answer, once there is an id. */
  respond(transactionId: number): object
}

/** StopTransaction. */
export interface Stop {
  transactionId: number
  meterStop: number
  timestamp: number
  reason?: string
  idToken?: string
  samples: readonly MeterSample[]
  payload: object
  response: object
}

/** MeterValues. */
export interface Measurement {
  /** 2.x only. */
  evseId?: number
  /** 1.6 only. */
  connectorId?: number
  /** 1.6 only. */
  transactionId?: number
  samples: readonly MeterSample[]
}

export interface Notification {
  action: string
  messageId: string
  evseId?: number
  payload: object
}

/** What came of a message. */
export interface Booking {
  /** What the message is answered: a retry gets what the first one got. */
  response: object
  /** retry: it was booked before; unassigned: kept, but there is no such transaction. */
  outcome: 'booked' | 'retry' | 'unassigned'
  /** 2.x: whether events before it have not come. */
  hasGap: boolean
}

/** Why we closed a transaction ourselves. */
export type ClosedReason =
  /** The charge point booted and had not ended it. */
  | 'Rebooted'
  /** Its connector is free. */
  | 'ConnectorAvailable'
  /** Another one was started on its connector. */
  | 'NextTransaction'
  /** The charge point says that it is over and that nothing is to come. [2.x E14] */
  | 'NotOngoing'

export interface LedgerOptions {
  /** To read. */
  db: Kysely<Schema>
  writer: Writer
  /** Tells of what is booked. Default: nobody hears of it. */
  publisher?: Publisher
  dialect: Dialect
  /** Default: the system's clock. */
  now?: () => number
}

interface Scope {
  trx: Transaction<Schema>
  chargePointId: number
  now: number
  /** Tells of the charge point, once it is committed. */
  tell<T extends 'transaction' | 'meter-values'>(type: T, data: EventData[T]): void
}

/** What need not be asked for again with every message. */
interface Known {
  id?: number
  /** Transactions that we closed. */
  closed?: Set<string>
  /** False when it certainly has none that is open. */
  mayHaveOpen: boolean
}

/** 1 to 2^31 - 1, random: an id that can be guessed is an invitation, and none comes back with an old backup. */
const ID_LIMIT = 2 ** 31
const MAX_ATTEMPTS = 5

/** 1.6 knows no sequence numbers. */
const SEQ_NO_16 = { Started: 0, Ended: 1 } as const

/** With these a cable is in, so that a free connector contradicts them. [2.x ChargingStateEnumType] */
const PLUGGED_IN: readonly (string | null)[] = ['Charging', 'EVConnected', 'SuspendedEV', 'SuspendedEVSE']

/**
 * Transactions and meter values. Every message is booked once, however often and over however many connections it
 * comes, and is safe when the promise resolves. Nothing is found but by the charge point that it belongs to.
 */
export class Ledger {
  readonly #db: Kysely<Schema>
  readonly #writer: Writer
  readonly #publisher: Publisher
  readonly #dialect: Dialect
  readonly #now: () => number
  readonly #known = new Map<string, Known>()

  constructor({ db, writer, publisher = new Publisher(), dialect, now = Date.now }: LedgerOptions) {
    this.#db = db
    this.#writer = writer
    this.#publisher = publisher
    this.#dialect = dialect
    this.#now = now
  }

  /** Books a StartTransaction. [1.6 §4.8] */
  async start(identity: string, start: Start): Promise<Booking> {
    const booking = await this.#book(identity, (scope) => this.#start(scope, start))
    this.#knownOf(identity).mayHaveOpen = true
    return booking
  }

  /** Books a StopTransaction; one of an unknown transaction is kept by itself. [1.6 §4.10, errata 3.18] */
  async stop(identity: string, stop: Stop): Promise<Booking> {
    const booking = await this.#book(identity, (scope) => this.#stop(scope, stop))
    this.#knownOf(identity).closed?.delete(String(stop.transactionId))
    return booking
  }

  /** Books a TransactionEvent; the first of a transaction that comes makes it, whichever it is. [2.x E] */
  async event(identity: string, event: TransactionEvent): Promise<Booking> {
    const booking = await this.#book(identity, (scope) => this.#event(scope, event))
    const known = this.#knownOf(identity)
    known.mayHaveOpen = true
    known.closed?.delete(event.transactionId)
    return booking
  }

  /** Books MeterValues; values that are there already are passed over. [1.6 §4.7; 2.x J] */
  async meterValues(identity: string, { transactionId = 0, samples, ...place }: Measurement): Promise<void> {
    if (samples.length === 0) return
    // Chargers that do not know their transaction say 0 or -1. [1.6 errata 3.18]
    const assigned = transactionId > 0 ? String(transactionId) : ''
    if (assigned !== '') await this.#reopen(identity, assigned)
    const key = { chargePointId: await this.#chargePointId(identity), transactionId: assigned }
    const rows = meterRows(key, { evseId: 0, connectorId: 0, ...place }, samples, this.#now())
    const data = measured({ transactionId: assigned, ...place, samples })
    await this.#publisher.commit(
      this.#writer,
      async (_trx, tell, append) => {
        append('meter_values', rows, { onConflict: 'ignore' })
        tell({ type: 'meter-values', chargePoint: identity, data })
      },
      { key: fold(identity), rows: rows.length }
    )
  }

  /** Keeps what nothing follows from. */
  async notification(identity: string, { action, messageId, payload, evseId = 0 }: Notification): Promise<void> {
    const row = {
      charge_point_id: await this.#chargePointId(identity),
      action,
      message_id: messageId,
      evse_id: toColumn(evseId),
      payload: JSON.stringify(payload),
      received_at: this.#now()
    }
    await this.#writer.append('notifications', [row], { key: fold(identity) })
  }

  /**
   * Closes what a charge point has left open, now that it has booted. Its own word counts more, also when it has come
   * meanwhile: 2.1 resumes transactions after a boot.
   */
  async booted(identity: string, bootedAt = this.#now()): Promise<TransactionRow[]> {
    return this.#closeOpen(identity, { reason: 'Rebooted', isOver: ({ updated_at }) => updated_at <= bootedAt })
  }

  /** Closes what was open on a connector that has become free. */
  async connectorAvailable(
    identity: string,
    { timestamp, ...place }: { evseId: number; connectorId: number; timestamp: number }
  ): Promise<TransactionRow[]> {
    const isOver = ({ protocol, charging_state, start_timestamp }: TransactionRow) =>
      (protocol === 'ocpp1.6' || PLUGGED_IN.includes(charging_state)) &&
      start_timestamp !== null &&
      start_timestamp < timestamp
    return this.#closeOpen(identity, { reason: 'ConnectorAvailable', place, isOver })
  }

  /** Closes a transaction that its charge point knows to be over, and of which nothing is to come. */
  async notOngoing(identity: string, transactionId: string): Promise<TransactionRow[]> {
    const isOver = (row: TransactionRow) => row.transaction_id === transactionId
    return this.#closeOpen(identity, { reason: 'NotOngoing', isOver })
  }

  /** Whether some transaction of this id token goes on, anywhere, apart from one. */
  hasOpenTransaction(idToken: string, exceptTransactionId?: string): Promise<boolean> {
    return queries.hasOpen(this.#db, idToken, exceptTransactionId)
  }

  /** Whether a transaction lacks some of its events. */
  async isIncomplete(identity: string, transactionId: string): Promise<boolean> {
    const chargePointId = await queries.findChargePointId(this.#db, identity)
    if (chargePointId === undefined) return false
    const row = await queries.findTransaction(this.#db, { chargePointId, transactionId })
    return row !== undefined && sequenceOf(row).missing.length > 0
  }

  async #start(scope: Scope, start: Start): Promise<Booking> {
    const { trx, chargePointId, now } = scope
    const startKey = startKeyOf(start)
    const known = await queries.findByStartKey(trx, chargePointId, startKey)
    if (known !== undefined) return retryOf16(trx, known, 'Started')
    await this.#closeWhere(scope, {
      rows: await queries.findOpen(trx, chargePointId, { evseId: 0, connectorId: start.connectorId }),
      isOver: (row) => (row.start_timestamp ?? 0) <= start.timestamp,
      reason: 'NextTransaction'
    })
    const row = await this.#insert16(trx, { chargePointId, startKey, start, now })
    const { transaction_id } = row
    if (row.ocpp16_id === null) throw new Error('a transaction of 1.6 without its number')
    const response = start.respond(row.ocpp16_id)
    await queries.insertEvent(trx, {
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
    await useReservation(trx, key, { reservationId: start.reservationId, now })
    scope.tell('transaction', startedData(row, start))
    return { response, outcome: 'booked', hasGap: false }
  }

  async #insert16(
    trx: Transaction<Schema>,
    { chargePointId, startKey, start, now }: { chargePointId: number; startKey: string; start: Start; now: number }
  ): Promise<TransactionRow> {
    const tariff = await queries.tariffFor(trx, chargePointId, start.idToken)
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const id = randomInt(1, ID_LIMIT)
      const row = await queries.insertTransaction(trx, {
        charge_point_id: chargePointId,
        transaction_id: String(id),
        ocpp16_id: id,
        start_key: startKey,
        protocol: 'ocpp1.6',
        connector_id: toColumn(start.connectorId),
        id_token: start.idToken,
        reservation_id: start.reservationId === undefined ? null : toColumn(start.reservationId),
        start_timestamp: start.timestamp,
        meter_start: isRegisterValue(start.meterStart) ? start.meterStart : null,
        tariff_id: tariff?.id ?? null,
        tariff: tariff === undefined ? null : JSON.stringify(tariff),
        created_at: now,
        updated_at: now
      })
      if (row !== undefined) return row
    }
    throw new Error('no transaction id was free')
  }

  async #stop(scope: Scope, stop: Stop): Promise<Booking> {
    const { trx, chargePointId, now } = scope
    const key = { chargePointId, transactionId: String(stop.transactionId) }
    const row = await queries.findTransaction(trx, key)
    if (row === undefined) return this.#keepUnassigned(scope, stop)
    if (row.status === 'ended') return retryOf16(trx, row, 'Ended')
    await this.#insertSamples(trx, meterRows(key, placeOf(row), stop.samples, now))
    await queries.insertEvent(trx, stopEventRow(key, stop, { seqNo: SEQ_NO_16.Ended, now }))
    const meter = await meterAtEnd(trx, row, stop.meterStop)
    const duration = durationUntil(row, { timestamp: stop.timestamp, receivedAt: now })
    const ended = await queries.updateTransaction(trx, row, {
      ...totalsOf(row, { energy: meter.energy, duration }),
      status: 'ended',
      meter_start: meter.start,
      meter_stop: meter.stop,
      end_timestamp: stop.timestamp,
      ended_at: now,
      // What the standard says it is when it is not said. [1.6 §6.49]
      stop_reason: stop.reason ?? 'Local',
      stop_id_token: stop.idToken ?? null,
      closed_reason: null,
      updated_at: now
    })
    await dropProfiles(trx, key)
    scope.tell('transaction', stoppedData(stop, ended))
    return { response: stop.response, outcome: 'booked', hasGap: false }
  }

  /** It has no number in a sequence, so its content tells whether it is another one. */
  async #keepUnassigned({ trx, chargePointId, now, tell }: Scope, stop: Stop): Promise<Booking> {
    const key = { chargePointId, transactionId: String(stop.transactionId) }
    const seqNo = contentHash([stop.meterStop, stop.idToken, stop.reason])
    const known = await queries.findResponse(trx, { ...key, eventType: 'Ended', seqNo, timestamp: stop.timestamp })
    if (known !== undefined) return { response: parse(known.response), outcome: 'retry', hasGap: false }
    await this.#insertSamples(trx, meterRows(key, { evseId: 0, connectorId: 0 }, stop.samples, now))
    await queries.insertEvent(trx, stopEventRow(key, stop, { seqNo, now }))
    tell('transaction', unassignedData(stop))
    return { response: stop.response, outcome: 'unassigned', hasGap: false }
  }

  async #event({ trx, chargePointId, now, tell }: Scope, given: TransactionEvent): Promise<Booking> {
    const event = { ...given, seqNo: toColumn(given.seqNo) }
    const { transactionId, eventType, seqNo, timestamp } = event
    const key = { chargePointId, transactionId }
    const known = await queries.findResponse(trx, { ...key, eventType, seqNo, timestamp })
    if (known !== undefined) return { response: parse(known.response), outcome: 'retry', hasGap: false }
    const row = (await queries.findTransaction(trx, key)) ?? (await this.#insert2(trx, key, event, now))
    const place = { evseId: event.evseId ?? row.evse_id, connectorId: event.connectorId ?? row.connector_id }
    await this.#insertSamples(trx, meterRows(key, place, event.samples, now))
    const registers = await registersWith(trx, row, event)
    const tariff = row.id_token === null && startsIt(event) ? await this.#tariff(trx, key, event) : {}
    const change = { ...tariff, ...changeBy({ ...row, ...tariff }, event, { registers, now }) }
    const response = { ...event.response, ...totalCost(event, change) }
    await queries.insertEvent(trx, {
      charge_point_id: chargePointId,
      transaction_id: transactionId,
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
    if (row.reservation_id === null) await useReservation(trx, key, { reservationId: event.reservationId, now })
    if (eventType === 'Ended') {
      await dropProfiles(trx, key)
      await dropDisplayMessages(trx, key)
    }
    tell('transaction', transactionData(given, changed))
    if (given.samples.length > 0) tell('meter-values', measured({ ...knownPlace({ ...row, ...change }), ...given }))
    return { response, outcome: 'booked', hasGap: change.missing_seq_nos !== null }
  }

  async #insert2(trx: Transaction<Schema>, key: TransactionKey, event: TransactionEvent, now: number) {
    const row = await queries.insertTransaction(trx, {
      charge_point_id: key.chargePointId,
      transaction_id: key.transactionId,
      protocol: event.protocol,
      ...(await this.#tariff(trx, key, startsIt(event) ? event : {})),
      created_at: now,
      updated_at: now
    })
    const made = row ?? (await queries.findTransaction(trx, key))
    if (made === undefined) throw new Error('the transaction was removed meanwhile')
    return made
  }

  async #tariff(trx: Transaction<Schema>, { chargePointId }: TransactionKey, { idToken }: { idToken?: string }) {
    const tariff = await queries.tariffFor(trx, chargePointId, idToken)
    return tariff === undefined
      ? { tariff_id: null, tariff: null }
      : { tariff_id: tariff.id, tariff: JSON.stringify(tariff) }
  }

  async #closeOpen(
    identity: string,
    { reason, place, isOver }: { reason: ClosedReason; place?: Place; isOver: (row: TransactionRow) => boolean }
  ): Promise<TransactionRow[]> {
    if (!(await this.#hasOpen(identity))) return []
    const closed = await this.#book(identity, async (scope) => {
      const rows = await queries.findOpen(scope.trx, scope.chargePointId, place)
      return this.#closeWhere(scope, { rows, isOver, reason })
    })
    const { closed: ids } = this.#knownOf(identity)
    for (const { transaction_id } of closed) ids?.add(transaction_id)
    return closed
  }

  /** Most charge points that boot, or become available, have nothing open: they need no commit. */
  async #hasOpen(identity: string): Promise<boolean> {
    const known = this.#knownOf(identity)
    if (!known.mayHaveOpen) return false
    // Before looking: what is started meanwhile sets it again.
    known.mayHaveOpen = false
    try {
      const rows = await queries.findOpen(this.#db, await this.#chargePointId(identity))
      if (rows.length > 0) known.mayHaveOpen = true
      return rows.length > 0
    } catch (error) {
      known.mayHaveOpen = true
      throw error
    }
  }

  async #closeWhere(
    { trx, now, tell }: Scope,
    closing: {
      rows: readonly TransactionRow[]
      isOver: (row: TransactionRow) => boolean
      reason: ClosedReason
    }
  ): Promise<TransactionRow[]> {
    const over = closing.rows.filter(closing.isOver)
    for (const row of over) {
      const closed = await close(trx, row, { reason: closing.reason, now })
      tell('transaction', closedData(closed, closing.reason))
    }
    return over
  }

  /** What we closed goes on, since the charge point measures it. */
  async #reopen(identity: string, transactionId: string): Promise<void> {
    const known = this.#knownOf(identity)
    known.closed ??= new Set(await queries.closedIds(this.#db, await this.#chargePointId(identity)))
    if (!known.closed.has(transactionId)) return
    await this.#book(identity, async ({ trx, chargePointId, now }) => {
      const row = await queries.findTransaction(trx, { chargePointId, transactionId })
      if (row?.status === 'closed') await queries.updateTransaction(trx, row, { ...REOPENED, updated_at: now })
    })
    known.mayHaveOpen = true
    known.closed.delete(transactionId)
  }

  async #insertSamples(trx: Transaction<Schema>, rows: readonly MeterRow[]): Promise<void> {
    const inserts = joinedInserts([{ table: 'meter_values', rows, ignoreConflicts: true }], this.#dialect)
    for (const query of inserts) await trx.executeQuery(query)
  }

  #knownOf(identity: string): Known {
    const key = fold(identity)
    const known = this.#known.get(key) ?? { mayHaveOpen: true }
    this.#known.set(key, known)
    return known
  }

  async #chargePointId(identity: string): Promise<number> {
    const known = this.#knownOf(identity)
    known.id ??= await this.#book(identity, async ({ chargePointId }) => chargePointId)
    return known.id
  }

  /**
   * In the order in which they came, for one charge point; what another process booked for it before is seen. When
   * that is the same message, the writer does the job once more, which then finds it.
   */
  #book<T>(identity: string, job: (scope: Scope) => Promise<T>): Promise<T> {
    return this.#publisher.commit(
      this.#writer,
      async (trx, tell) => {
        const now = this.#now()
        const chargePointId = await queries.heldChargePointId(trx, identity, now)
        return job({ trx, now, chargePointId, tell: tellOf(tell, identity) })
      },
      { key: fold(identity) }
    )
  }
}

/** Which events have which data is checked where it is told. */
function tellOf(tell: Tell, chargePoint: string): Scope['tell'] {
  return (type, data) => tell({ type, chargePoint, data } as Parameters<Tell>[0])
}

interface Place {
  evseId: number
  connectorId: number
}

function placeOf({ evse_id, connector_id }: TransactionRow): Place {
  return { evseId: evse_id, connectorId: connector_id }
}

/** What is told of meter values; without a transaction `transactionId` is empty. A place that nobody named is absent. */
function measured({
  transactionId,
  evseId,
  connectorId,
  samples
}: {
  transactionId: string
  evseId?: number
  connectorId?: number
  samples: readonly MeterSample[]
}): EventData['meter-values'] {
  return {
    ...(evseId !== undefined && { evseId }),
    ...(connectorId !== undefined && { connectorId }),
    ...(transactionId !== '' && { transactionId }),
    readings: readings(samples)
  }
}

/** The place of a transaction, as far as its charge point has told it. */
function knownPlace({ evse_id, connector_id }: Pick<TransactionUpdate, 'evse_id' | 'connector_id'>) {
  return { ...(evse_id && { evseId: evse_id }), ...(connector_id && { connectorId: connector_id }) }
}

type MeterRow = ReturnType<typeof meterRows>[number]

function meterRows(key: TransactionKey, place: Place, samples: readonly MeterSample[], now: number) {
  return samples.map((sample) => ({
    charge_point_id: key.chargePointId,
    transaction_id: key.transactionId,
    evse_id: toColumn(place.evseId),
    connector_id: toColumn(place.connectorId),
    ...sample,
    received_at: now
  }))
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

async function retryOf16(
  trx: Transaction<Schema>,
  { charge_point_id, transaction_id }: TransactionRow,
  eventType: 'Started' | 'Ended'
): Promise<Booking> {
  const key = { chargePointId: charge_point_id, transactionId: transaction_id, eventType }
  const known = await queries.findResponse16(trx, key)
  return { response: parse(known?.response ?? null), outcome: 'retry', hasGap: false }
}

/** With what was measured last; it ended when the charge point last told of it. */
async function close(
  trx: Transaction<Schema>,
  row: TransactionRow,
  { reason, now }: { reason: ClosedReason; now: number }
): Promise<TransactionRow> {
  const key = { chargePointId: row.charge_point_id, transactionId: row.transaction_id }
  const meter = await meterAtEnd(trx, row)
  const end = (await queries.lastSignOf(trx, key)) ?? row.start_timestamp ?? now
  const duration = durationUntil(row, { timestamp: end, receivedAt: now })
  const closed = await queries.updateTransaction(trx, row, {
    ...totalsOf(row, { energy: meter.energy, duration }),
    status: 'closed',
    closed_reason: reason,
    meter_start: meter.start,
    meter_stop: meter.stop,
    end_timestamp: end,
    ended_at: now,
    updated_at: now
  })
  await dropProfiles(trx, key)
  await dropDisplayMessages(trx, key)
  return closed
}

/** What makes two StartTransactions the same; an idTag does not regard case. [1.6 §4.8, "CiString"] */
function startKeyOf({ connectorId, idToken, meterStart, timestamp, reservationId }: Start): string {
  return JSON.stringify([connectorId, fold(idToken), meterStart, timestamp, reservationId ?? null])
}

/** 31 bits, as a column for sequence numbers holds them. */
function contentHash(content: unknown): number {
  return createHash('sha256').update(JSON.stringify(content)).digest().readUInt32BE(0) >>> 1
}

/** All that is known of the registers with an event; undefined when it tells nothing of them. */
async function registersWith(
  trx: Transaction<Schema>,
  row: TransactionRow,
  { eventType, samples }: TransactionEvent
): Promise<Registers | undefined> {
  const told = registersIn(samples, eventType)
  if (Object.keys(told).length === 0) return undefined
  // Nothing has been told of a transaction that this event has made.
  return row.last_seq_no === null ? told : mergeRegisters(await registersOf(trx, row), told)
}

/**
 * The running cost, and at the end the final one: nothing as long as it is not known, since 0 is for free.
 * [2.x I02, I03.FR.04]
 */
function totalCost({ eventType }: TransactionEvent, { cost, own_cost }: TransactionUpdate): { totalCost?: number } {
  if (eventType === 'Started' || typeof cost !== 'number' || knownOwnCost(own_cost ?? null) !== undefined) return {}
  return { totalCost: cost }
}

function parse(json: string | null): object {
  return json === null ? {} : (JSON.parse(json) as object)
}
