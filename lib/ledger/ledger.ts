import { createHash, randomInt } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { Dialect } from '../database/dialect.js'
import { joinedInserts } from '../database/insert.js'
import type { Schema } from '../database/schema.js'
import type { Writer } from '../database/writer.js'
import type { EventData, Tell } from '../events/event.js'
import { Publisher } from '../events/publisher.js'
import { isAfter, isPossible, type Moment, timeOf, untimedEvidence } from './clock.js'
import { changeBy, evidenceOf, REOPENED, startsIt, type TransactionEvent } from './event.js'
import { closedData, readings, startedData, stoppedData, transactionData, unassignedData } from './event-data.js'
import { ANONYMOUS_IDS, endedBy, isUsable, measuredBy, startOf } from './inference.js'
import { meterAtEnd, meterWithInferred, registersOf } from './meter.js'
import { findAnswer, findNamesakes, findNewest, findOwner, nextKey } from './namesakes.js'
import { toColumn } from './numbers.js'
import { knownOwnCost } from './own-cost.js'
import * as queries from './queries.js'
import {
  displayedIdOf,
  fold,
  type NamedTransaction,
  type TransactionKey,
  type TransactionRow,
  type TransactionUpdate
} from './queries.js'
import { isRegisterValue, type Meter, mergeRegisters, type Registers, registersIn } from './registers.js'
import { remoteStartToken } from './remote-starts.js'
import type { MeterSample } from './samples.js'
import { dropDisplayMessages, dropProfiles, useReservation } from './sequels.js'
import { toldStop } from './told-meter.js'
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
  /** Another one was started on its connector or, in 2.x, with its id. */
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
  identity: string
  chargePointId: number
  now: number
  /** Tells of the charge point, once it is committed. */
  tell<T extends 'transaction' | 'meter-values'>(type: T, data: EventData[T]): void
}

/** What need not be asked for again with every message. */
interface Known {
  id?: number
  /** The latest transactions that are over. */
  over?: Set<string>
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
    return this.#book(identity, (scope) => this.#stop(scope, stop))
  }

  /** Books a TransactionEvent; the first of a transaction that comes makes it, whichever it is. [2.x E] */
  async event(identity: string, event: TransactionEvent): Promise<Booking> {
    const booking = await this.#book(identity, (scope) => this.#event(scope, event))
    const known = this.#knownOf(identity)
    known.mayHaveOpen = true
    known.over?.delete(event.transactionId)
    return booking
  }

  /** Books MeterValues; values that are there already are passed over. [1.6 §4.7; 2.x J] */
  async meterValues(identity: string, { transactionId, samples, ...place }: Measurement): Promise<void> {
    if (samples.length === 0) return
    const measurement = { ...place, samples }
    if (isUsable(transactionId)) {
      if (await this.#isOver(identity, transactionId)) return this.#measureOver(identity, transactionId, measurement)
    } else if (isWithinConnectorOrEvse(place) && (await this.#hasOpen(identity))) {
      return this.#measureAnonymous(identity, place, samples)
    }
    const assigned = isUsable(transactionId) ? String(transactionId) : ''
    const key = { chargePointId: await this.#chargePointId(identity), transactionId: assigned }
    const rows = meterRows(key, { ...NOWHERE, ...place }, samples, this.#now())
    const data = measured({ transactionId: assigned, ...measurement })
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
    { timestamp, receivedAt = this.#now(), ...place }: Place & { timestamp: number; receivedAt?: number }
  ): Promise<TransactionRow[]> {
    const time = timeOf({ timestamp, receivedAt })
    const isOver = (row: TransactionRow) =>
      (row.protocol === 'ocpp1.6' || PLUGGED_IN.includes(row.charging_state)) &&
      row.start_timestamp !== null &&
      startOf(row) < time
    return this.#closeOpen(identity, { reason: 'ConnectorAvailable', place, isOver, timestamp: time })
  }

  /** Closes a transaction that its charge point knows to be over, and of which nothing is to come. */
  async notOngoing(identity: string, transactionId: string): Promise<TransactionRow[]> {
    const isOver = (row: TransactionRow) => displayedIdOf(row) === transactionId
    return this.#closeOpen(identity, { reason: 'NotOngoing', isOver })
  }

  /** Whether some transaction of this id token goes on, anywhere, apart from one. */
  hasOpenTransaction(idToken: string, except?: NamedTransaction): Promise<boolean> {
    return queries.hasOpen(this.#db, idToken, except)
  }

  /** Whether a transaction lacks some of its events, and the charge point has not said that it has none of them. */
  async isIncomplete(identity: string, transactionId: string): Promise<boolean> {
    const chargePointId = await queries.findChargePointId(this.#db, identity)
    if (chargePointId === undefined) return false
    const row = await findNewest(this.#db, chargePointId, transactionId)
    return row !== undefined && isWaitedFor(row)
  }

  /** The transactions of a charge point that lack some of their events, as {@link isIncomplete} says. */
  async incompleteTransactions(identity: string): Promise<string[]> {
    const chargePointId = await queries.findChargePointId(this.#db, identity)
    return chargePointId === undefined ? [] : queries.incompleteIds(this.#db, chargePointId)
  }

  /** The charge point has none of the events that are missing. [2.x E14] */
  async eventsLost(identity: string, transactionId: string): Promise<void> {
    await this.#book(identity, async ({ trx, chargePointId }) => {
      const row = await findNewest(trx, chargePointId, transactionId)
      if (row !== undefined) await queries.updateTransaction(trx, row, { lost_seq_nos: row.missing_seq_nos })
    })
  }

  async #start(scope: Scope, start: Start): Promise<Booking> {
    const { trx, chargePointId, now } = scope
    const startKey = startKeyOf(start)
    const known = await queries.findByStartKey(trx, chargePointId, startKey)
    const moment = { timestamp: start.timestamp, receivedAt: now }
    // A clock that was never set tells the same time of every start.
    if (known !== undefined && (isPossible(moment) || (await mayLackItsId(trx, known)))) {
      return retryOf16(trx, known, 'Started')
    }
    if (known !== undefined) await queries.updateTransaction(trx, known, { start_key: null })
    const time = timeOf(moment)
    await this.#closeWhere(scope, {
      rows: await queries.findOpen(trx, chargePointId, { evseId: 0, connectorId: start.connectorId }),
      isOver: (row) => startOf(row) <= time,
      reason: 'NextTransaction',
      timestamp: time
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
    if (ANONYMOUS_IDS.includes(key.transactionId)) return this.#stopAnonymous(scope, stop)
    const row = await queries.findTransaction(trx, key)
    if (row === undefined) return this.#keepUnassigned(scope, stop)
    // Its own word counts more than an end that we inferred.
    if (row.status === 'ended' && row.inferred_end === 0) return retryOf16(trx, row, 'Ended')
    await this.#insertSamples(trx, meterRows(key, placeOf(row), stop.samples, now))
    await queries.insertEvent(trx, stopEventRow(key, stop, { seqNo: SEQ_NO_16.Ended, now }))
    await this.#end(scope, row, stop, { isInferred: false })
    return { response: stop.response, outcome: 'booked', hasGap: false }
  }

  /** Ends the transaction that is meant, or keeps what belongs to none. What was sent tells a retry. */
  async #stopAnonymous(scope: Scope, stop: Stop): Promise<Booking> {
    const { trx, chargePointId, now } = scope
    const key = { chargePointId, transactionId: String(stop.transactionId) }
    const seqNo = contentNumber(stop)
    const known = await queries.findResponse(trx, { ...key, eventType: 'Ended', seqNo, timestamp: stop.timestamp })
    if (known !== undefined) return { response: parse(known.response), outcome: 'retry', hasGap: false }
    const row = endedBy(await queries.findOpen(trx, chargePointId), { ...stop, receivedAt: now })
    if (row === undefined) return this.#keepUnassigned(scope, stop)
    const rows = meterRows({ chargePointId, transactionId: '' }, placeOf(row), stop.samples, now)
    await this.#insertSamples(
      trx,
      rows.map((sample) => ({ ...sample, inferred_id: row.id }))
    )
    await queries.insertEvent(trx, { ...stopEventRow(key, stop, { seqNo, now }), inferred_id: row.id })
    await this.#end(scope, row, stop, { isInferred: true })
    return { response: stop.response, outcome: 'booked', hasGap: false }
  }

  async #end(scope: Scope, row: TransactionRow, stop: Stop, { isInferred }: { isInferred: boolean }) {
    const { trx, identity, now, tell } = scope
    this.#noteOver(identity, row)
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
      closed_timestamp: null,
      inferred_end: isInferred ? 1 : 0,
      ...(isInferred && stop.samples.length > 0 && { inferred_readings: 1 }),
      updated_at: now
    })
    await dropProfiles(trx, row)
    tell('transaction', stoppedData(ended))
  }

  /** It has no number in a sequence, so its content tells whether it is another one. */
  async #keepUnassigned({ trx, chargePointId, now, tell }: Scope, stop: Stop): Promise<Booking> {
    const key = { chargePointId, transactionId: String(stop.transactionId) }
    const seqNo = contentNumber(stop)
    const known = await queries.findResponse(trx, { ...key, eventType: 'Ended', seqNo, timestamp: stop.timestamp })
    if (known !== undefined) return { response: parse(known.response), outcome: 'retry', hasGap: false }
    await this.#insertSamples(trx, meterRows(key, { evseId: 0, connectorId: 0 }, stop.samples, now))
    const eventId = await queries.insertEvent(trx, stopEventRow(key, stop, { seqNo, now }))
    await queries.insertUnassigned(trx, { event_id: eventId, charge_point_id: chargePointId, received_at: now })
    tell('transaction', unassignedData(stop))
    return { response: stop.response, outcome: 'unassigned', hasGap: false }
  }

  async #event(scope: Scope, given: TransactionEvent): Promise<Booking> {
    const { trx, chargePointId, now, tell } = scope
    const sent = { ...given, seqNo: toColumn(given.seqNo) }
    const namesakes = await findNamesakes(trx, chargePointId, sent.transactionId)
    const known = await findAnswer(trx, namesakes, sent, now)
    if (known !== undefined) return { response: parse(known.response), outcome: 'retry', hasGap: false }
    const event = { ...sent, ...(await remoteStartToken(trx, chargePointId, sent)) }
    const { eventType, seqNo, timestamp } = event
    const row = await this.#transactionOf(scope, namesakes, event)
    const key = { chargePointId, transactionId: row.transaction_id }
    const place = { evseId: event.evseId ?? row.evse_id, connectorId: event.connectorId ?? row.connector_id }
    await this.#insertSamples(trx, meterRows(key, place, event.samples, now))
    const registers = await registersWith(trx, row, event)
    const tariff = row.id_token === null && startsIt(event) ? await this.#tariff(trx, key, event) : {}
    const meter = await meterWith(trx, row, { event, registers, now })
    const change = { ...tariff, ...changeBy({ ...row, ...tariff }, event, { registers, meter, now }) }
    const response = { ...event.response, ...totalCost(event, change) }
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
    if (row.reservation_id === null) await useReservation(trx, key, { reservationId: event.reservationId, now })
    if (eventType === 'Ended') {
      await dropProfiles(trx, row)
      await dropDisplayMessages(trx, row)
    }
    tell('transaction', transactionData(event, changed))
    if (given.samples.length > 0) tell('meter-values', measured({ ...knownPlace({ ...row, ...change }), ...given }))
    return { response, outcome: 'booked', hasGap: isWaitedFor(changed) }
  }

  /** The transaction that an event belongs to; with the first one of another it is made. */
  async #transactionOf(scope: Scope, found: readonly TransactionRow[], event: TransactionEvent) {
    const { trx, chargePointId, now } = scope
    let namesakes = found
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const owner = await findOwner(trx, namesakes, event, now)
      if (owner !== undefined) return owner
      const transactionId = nextKey(namesakes, event.transactionId, attempt)
      const made = await this.#insert2(trx, { chargePointId, transactionId }, event, now)
      if (made !== undefined) {
        await this.#closeNamesakes(scope, namesakes, event)
        return made
      }
      // Another process has made it meanwhile, or the charge point has an id that looks like a key of ours.
      namesakes = await findNamesakes(trx, chargePointId, event.transactionId)
    }
    throw new Error('no key was free for the transaction')
  }

  /** A charge point that uses an id again has ended what had it before. */
  async #closeNamesakes(scope: Scope, namesakes: readonly TransactionRow[], { timestamp }: TransactionEvent) {
    const time = timeOf({ timestamp, receivedAt: scope.now })
    await this.#closeWhere(scope, {
      rows: namesakes.filter(({ status }) => status === 'open'),
      isOver: (row) => startOf(row) <= time,
      reason: 'NextTransaction',
      timestamp: time
    })
  }

  /** undefined when the key is taken. */
  async #insert2(trx: Transaction<Schema>, key: TransactionKey, event: TransactionEvent, now: number) {
    return queries.insertTransaction(trx, {
      charge_point_id: key.chargePointId,
      transaction_id: key.transactionId,
      displayed_id: key.transactionId === event.transactionId ? null : event.transactionId,
      protocol: event.protocol,
      ...(await this.#tariff(trx, key, startsIt(event) ? event : {})),
      created_at: now,
      updated_at: now
    })
  }

  async #tariff(trx: Transaction<Schema>, { chargePointId }: TransactionKey, { idToken }: { idToken?: string }) {
    const tariff = await queries.tariffFor(trx, chargePointId, idToken)
    return tariff === undefined
      ? { tariff_id: null, tariff: null }
      : { tariff_id: tariff.id, tariff: JSON.stringify(tariff) }
  }

  async #closeOpen(identity: string, { place, ...closing }: Closing & { place?: Place }): Promise<TransactionRow[]> {
    if (!(await this.#hasOpen(identity))) return []
    return this.#book(identity, async (scope) => {
      const rows = await queries.findOpen(scope.trx, scope.chargePointId, place)
      return this.#closeWhere(scope, { rows, ...closing })
    })
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
    { trx, identity, now, tell }: Scope,
    { rows, isOver, reason, timestamp }: Closing & { rows: readonly TransactionRow[] }
  ): Promise<TransactionRow[]> {
    const over = rows.filter(isOver)
    for (const row of over) {
      this.#noteOver(identity, row)
      const closed = await close(trx, row, { reason, timestamp, now })
      tell('transaction', closedData(closed))
    }
    return over
  }

  /** Should the commit fail, the next meter values find that it is open. */
  #noteOver(identity: string, { transaction_id }: TransactionRow): void {
    const { over } = this.#knownOf(identity)
    if (over === undefined) return
    over.add(transaction_id)
    const [oldest] = over
    if (over.size > queries.MAX_OVER && oldest !== undefined) over.delete(oldest)
  }

  /** Whether a transaction of 1.6 is over, so that its meter values may change what is known of it. */
  async #isOver(identity: string, transactionId: number): Promise<boolean> {
    const known = this.#knownOf(identity)
    known.over ??= new Set(await queries.overIds(this.#db, await this.#chargePointId(identity)))
    return known.over.has(String(transactionId))
  }

  /** What we closed goes on if it is measured later than what closed it happened. */
  async #measureOver(identity: string, id: number, { samples, ...place }: Omit<Measurement, 'transactionId'>) {
    const transactionId = String(id)
    const isOpen = await this.#book(identity, async ({ trx, chargePointId, now, tell }) => {
      const key = { chargePointId, transactionId }
      await this.#insertSamples(trx, meterRows(key, { ...NOWHERE, ...place }, samples, now))
      tell('meter-values', measured({ transactionId, ...place, samples }))
      const row = await queries.findTransaction(trx, key)
      if (row === undefined || row.status === 'open') return true
      const isClosed = row.status === 'closed'
      if (isClosed && samples.some(({ timestamp }) => isAfter({ timestamp, receivedAt: now }, evidenceOf(row)))) {
        await queries.updateTransaction(trx, row, { ...REOPENED, updated_at: now })
        return true
      }
      const settled = isClosed ? await settle(trx, row, now) : await settleEnded(trx, row, now)
      // What is to be billed has changed.
      if (settled.energy_wh !== row.energy_wh || settled.duration !== row.duration) {
        tell('transaction', isClosed ? closedData(settled) : stoppedData(settled))
      }
      return false
    })
    if (!isOpen) return
    const known = this.#knownOf(identity)
    known.mayHaveOpen = true
    known.over?.delete(transactionId)
  }

  /** Meter values without a usable id: of the only transaction that is open on the connector or EVSE, if there is one. */
  async #measureAnonymous(identity: string, told: MeasuredPlace, samples: readonly MeterSample[]) {
    const place = { ...NOWHERE, ...told }
    await this.#book(identity, async ({ trx, chargePointId, now, tell }) => {
      const open = await queries.findOpen(trx, chargePointId, { evseId: 0, ...told })
      const owned = samples.map(({ timestamp }) => measuredBy(open, { timestamp, receivedAt: now }))
      const rows = meterRows({ chargePointId, transactionId: '' }, place, samples, now)
      await this.#insertSamples(
        trx,
        rows.map((row, index) => ({ ...row, inferred_id: owned[index]?.id ?? null }))
      )
      const owner = owned.find((row) => row !== undefined)
      if (owner !== undefined) await queries.updateTransaction(trx, owner, await withInferred(trx, owner))
      tell('meter-values', measured({ transactionId: '', ...told, samples }))
    })
  }

  async #insertSamples(trx: Transaction<Schema>, rows: readonly MeterRow[]): Promise<void> {
    const inserts = joinedInserts([{ table: 'meter_values', rows, ignoreConflicts: true }], this.#dialect)
    for (const query of inserts) await trx.executeQuery(query)
  }

  /**
   * Looks everything up again that it knows about a charge point, because another process may change it while the
   * charge point is not connected to this one.
   */
  forget(identity: string): void {
    this.#known.delete(fold(identity))
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
        return job({ trx, identity, now, chargePointId, tell: tellOf(tell, identity) })
      },
      { key: fold(identity) }
    )
  }
}

/** Which events have which data is checked where it is told. */
function tellOf(tell: Tell, chargePoint: string): Scope['tell'] {
  return (type, data) => tell({ type, chargePoint, data } as Parameters<Tell>[0])
}

interface Closing {
  isOver: (row: TransactionRow) => boolean
  reason: ClosedReason
  /** When that happened, by the clock of the charge point; absent: nobody says. */
  timestamp?: number
}

/** Where MeterValues say that they measured: the connector of 1.6 or the EVSE of 2.x. */
interface MeasuredPlace {
  evseId?: number
  connectorId?: number
}

/** 0 is the main meter, which measures no transaction. [1.6 §4.7; 2.x J01] */
function isWithinConnectorOrEvse({ evseId = 0, connectorId = 0 }: MeasuredPlace): boolean {
  return evseId > 0 || connectorId > 0
}

/** The place in a row of a message that names none. */
const NOWHERE: Place = { evseId: 0, connectorId: 0 }

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
    received_at: now,
    inferred_id: null as number | null
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

/** Whether the charge point may not have got the id of a transaction yet, so that it asks for it again. */
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

async function close(
  trx: Transaction<Schema>,
  row: TransactionRow,
  { reason, timestamp, now }: { reason: ClosedReason; timestamp: number | undefined; now: number }
): Promise<TransactionRow> {
  const sign = await queries.lastSignOf(trx, row)
  // It is over, and nothing waits to be sent: what comes later tells something new.
  const untimed = reason === 'NotOngoing' && sign !== undefined ? sign : untimedEvidence(sign, now)
  const closed = await queries.updateTransaction(trx, row, {
    ...(await totalsAt(trx, row, sign ?? { timestamp: row.start_timestamp ?? now, receivedAt: now })),
    status: 'closed',
    closed_reason: reason,
    closed_timestamp: timestamp ?? untimed.timestamp,
    ended_at: now,
    updated_at: now
  })
  await dropProfiles(trx, row)
  await dropDisplayMessages(trx, row)
  return closed
}

/** What we closed stays so, with what has come of it meanwhile. */
async function settle(trx: Transaction<Schema>, row: TransactionRow, now: number): Promise<TransactionRow> {
  const sign = await queries.lastSignOf(trx, row)
  if (sign === undefined) return row
  return queries.updateTransaction(trx, row, { ...(await totalsAt(trx, row, sign)), updated_at: now })
}

/** An end of which StopTransaction did not tell the meter, with what has been measured meanwhile. */
async function settleEnded(trx: Transaction<Schema>, row: TransactionRow, now: number): Promise<TransactionRow> {
  const told = await toldStop(trx, row)
  if (told === undefined) return row
  const { start, stop, energy } = await meterAtEnd(trx, row, told ?? undefined)
  const totals = totalsOf(row, { energy, duration: row.duration })
  if (totals.energy_wh === row.energy_wh) return row
  return queries.updateTransaction(trx, row, { ...totals, meter_start: start, meter_stop: stop, updated_at: now })
}

/** With what was measured last; it ended when the charge point last told of it. */
async function totalsAt(trx: Transaction<Schema>, row: TransactionRow, end: Moment) {
  const { start, stop, energy } = await meterAtEnd(trx, row)
  const totals = totalsOf(row, { energy, duration: durationUntil(row, end) })
  return { ...totals, meter_start: start, meter_stop: stop, end_timestamp: end.timestamp }
}

/** Whether events of a transaction are missing that may still come. */
function isWaitedFor({ missing_seq_nos = null, lost_seq_nos = null }: TransactionUpdate): boolean {
  return missing_seq_nos !== null && missing_seq_nos !== lost_seq_nos
}

/** What makes two StartTransactions the same; an idTag does not regard case. [1.6 §4.8, "CiString"] */
function startKeyOf({ connectorId, idToken, meterStart, timestamp, reservationId }: Start): string {
  return JSON.stringify([connectorId, fold(idToken), meterStart, timestamp, reservationId ?? null])
}

/** The content of a StopTransaction in 31 bits, as a column for sequence numbers holds them. */
function contentNumber({ meterStop, idToken, reason }: Stop): number {
  const content = JSON.stringify([meterStop, idToken, reason])
  return createHash('sha256').update(content).digest().readUInt32BE(0) >>> 1
}

/** A transaction to which readings belong that do not name it. What its events have told is kept apart from them. */
async function withInferred(trx: Transaction<Schema>, row: TransactionRow): Promise<TransactionUpdate> {
  if (row.ocpp16_id !== null || row.registers !== null) return { inferred_readings: 1 }
  return { inferred_readings: 1, registers: JSON.stringify(await registersOf(trx, row)) }
}

/** The meter with an event, if readings that do not name the transaction may count as well. */
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
