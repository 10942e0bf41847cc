import type { Transaction } from 'kysely'
import type { Dialect } from '../database/dialect.js'
import type { Schema } from '../database/schema.js'
import type { Commits } from '../events/commits.js'
import type { Tell } from '../events/event.js'
import { fold, held } from '../events/scope.js'
import { type BookingScope, insertSamples, type Known, measured, meterRows, NOWHERE, type Place } from './booking.js'
import { bookEvent, isWaitedFor } from './booking-2.js'
import { bookStart, bookStop } from './booking-16.js'
import { isAfter, timeOf } from './clock.js'
import { type Closing, closeWhere, reopen, settle, settleEnded } from './closing.js'
import { evidenceOf, type TransactionEvent } from './event.js'
import { closedData, stoppedData } from './event-data.js'
import { isUsable, measuredBy, startOf } from './inference.js'
import { registersOf } from './meter.js'
import { findNewest } from './namesakes.js'
import * as queries from './queries.js'
import { displayedIdOf, type NamedTransaction, type TransactionRow, type TransactionUpdate } from './queries.js'
import type { MeterSample } from './samples.js'
import type { Booking, Measurement, Start, Stop } from './types.js'

export interface LedgerOptions {
  /** Reads, commits and publishes. */
  store: Commits
  dialect: Dialect
}

/** Charging states with a cable plugged in, which an available connector contradicts. [2.x ChargingStateEnumType] */
const PLUGGED_IN: readonly (string | null)[] = ['Charging', 'EVConnected', 'SuspendedEV', 'SuspendedEVSE']

/**
 * Transactions and meter values. Every message is booked once, however often and over however many connections it
 * comes, and is safe when the promise resolves. Nothing is found but by the charge point that it belongs to.
 */
export class Ledger {
  readonly #store: Commits
  readonly #dialect: Dialect
  readonly #known = new Map<string, Known>()

  constructor({ store, dialect }: LedgerOptions) {
    this.#store = store
    this.#dialect = dialect
  }

  /** Books a StartTransaction. [1.6 §4.8] */
  async start(identity: string, start: Start): Promise<Booking> {
    const booking = await this.#book(identity, (scope) => bookStart(scope, start))
    this.#knownOf(identity).mayHaveOpen = true
    return booking
  }

  /** Books a StopTransaction; one of an unknown transaction is kept by itself. [1.6 §4.10, errata 3.18] */
  async stop(identity: string, stop: Stop): Promise<Booking> {
    return this.#book(identity, (scope) => bookStop(scope, stop))
  }

  /** Books a TransactionEvent; the first of a transaction that comes makes it, whichever it is. [2.x E] */
  async event(identity: string, event: TransactionEvent): Promise<Booking> {
    const booking = await this.#book(identity, (scope) => bookEvent(scope, event))
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
    const data = measured({ transactionId: assigned, ...measurement })
    await this.#store.commit(
      identity,
      async ({ chargePointId, now, tell, append }) => {
        const key = { chargePointId, transactionId: assigned }
        append('meter_values', meterRows(key, { ...NOWHERE, ...place }, samples, now), { onConflict: 'ignore' })
        tell({ type: 'meter-values', chargePoint: identity, data })
      },
      { rows: samples.length }
    )
  }

  /**
   * Closes what a charge point has left open, now that it has booted. Its own word counts more, also when it has come
   * meanwhile: 2.1 resumes transactions after a boot.
   */
  async booted(identity: string, bootedAt = this.#store.now()): Promise<TransactionRow[]> {
    const isOver = ({ updated_at }: TransactionRow) => updated_at <= bootedAt
    const closed = await this.#closeOpen(identity, { reason: 'Rebooted', isOver, receivedAt: bootedAt })
    const { db } = this.#store
    this.#knownOf(identity).mayGoOn =
      closed.length > 0 || (await queries.hasClosedByBoot(db, await this.#store.chargePointId(identity)))
    return closed
  }

  /** Opens again what a boot closed on a connector of 1.6, because energy is offered there all the same. */
  async connectorCharging(
    identity: string,
    { connectorId, ...moment }: { connectorId: number; timestamp: number; receivedAt: number }
  ): Promise<TransactionRow | undefined> {
    if (this.#knownOf(identity).mayGoOn !== true) return undefined
    return this.#book(identity, async (scope) => {
      const row = await queries.findClosedByBoot(scope.trx, scope.chargePointId, connectorId)
      return row === undefined || timeOf(moment) < startOf(row) ? undefined : reopen(scope, row)
    })
  }

  /** Closes what was open on a connector that has become free. */
  async connectorAvailable(
    identity: string,
    { timestamp, receivedAt = this.#store.now(), ...place }: Place & { timestamp: number; receivedAt?: number }
  ): Promise<TransactionRow[]> {
    const time = timeOf({ timestamp, receivedAt })
    const isOver = (row: TransactionRow) =>
      (row.ocpp16_id !== null || PLUGGED_IN.includes(row.charging_state)) &&
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
    return queries.hasOpen(this.#store.db, idToken, except)
  }

  /** Whether a transaction lacks some of its events, and the charge point has not said that it has none of them. */
  async isIncomplete(identity: string, transactionId: string): Promise<boolean> {
    const row = await findNewest(this.#store.db, await this.#store.chargePointId(identity), transactionId)
    return row !== undefined && isWaitedFor(row)
  }

  /** The transactions of a charge point that lack some of their events, as {@link isIncomplete} says. */
  async incompleteTransactions(identity: string): Promise<string[]> {
    return queries.incompleteIds(this.#store.db, await this.#store.chargePointId(identity))
  }

  /** The charge point has none of the events that are missing. [2.x E14] */
  async eventsLost(identity: string, transactionId: string): Promise<void> {
    await this.#book(identity, async ({ trx, chargePointId }) => {
      const row = await findNewest(trx, chargePointId, transactionId)
      if (row !== undefined) await queries.updateTransaction(trx, row, { lost_seq_nos: row.missing_seq_nos })
    })
  }

  async #closeOpen(identity: string, { place, ...closing }: Closing & { place?: Place }): Promise<TransactionRow[]> {
    if (!(await this.#hasOpen(identity))) return []
    return this.#book(identity, async (scope) => {
      const { trx, chargePointId } = scope
      const rows = await (place ? queries.findOpenAt(trx, chargePointId, place) : queries.findOpen(trx, chargePointId))
      return closeWhere(scope, { rows, ...closing })
    })
  }

  /** Avoids a commit: most charge points that boot, or whose connector becomes available, have no open transaction. */
  async #hasOpen(identity: string): Promise<boolean> {
    const known = this.#knownOf(identity)
    if (!known.mayHaveOpen) return false
    // Before looking: what is started meanwhile sets it again.
    known.mayHaveOpen = false
    try {
      const rows = await queries.findOpen(this.#store.db, await this.#store.chargePointId(identity))
      if (rows.length > 0) known.mayHaveOpen = true
      return rows.length > 0
    } catch (error) {
      known.mayHaveOpen = true
      throw error
    }
  }

  /** Whether a transaction of 1.6 is over, so that its meter values may change what is known of it. */
  async #isOver(identity: string, transactionId: number): Promise<boolean> {
    const known = this.#knownOf(identity)
    known.over ??= new Set(await queries.overIds(this.#store.db, await this.#store.chargePointId(identity)))
    return known.over.has(String(transactionId))
  }

  /** What we closed goes on if it is measured later than what closed it happened. */
  async #measureOver(identity: string, id: number, { samples, ...place }: Omit<Measurement, 'transactionId'>) {
    const transactionId = String(id)
    const isOpen = await this.#book(identity, async (scope) => {
      const { trx, chargePointId, now, tell } = scope
      const key = { chargePointId, transactionId }
      await insertSamples(scope, meterRows(key, { ...NOWHERE, ...place }, samples, now))
      tell('meter-values', measured({ transactionId, ...place, samples }))
      const row = await queries.findTransaction(trx, key)
      if (row === undefined || row.status === 'open') return true
      const isClosed = row.status === 'closed'
      if (isClosed && samples.some(({ timestamp }) => isAfter({ timestamp, receivedAt: now }, evidenceOf(row)))) {
        await reopen(scope, row)
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
    await this.#book(identity, async (scope) => {
      const { trx, chargePointId, now, tell } = scope
      const open = await queries.findOpen(trx, chargePointId, { evseId: 0, ...told })
      const owned = samples.map(({ timestamp }) => measuredBy(open, { timestamp, receivedAt: now }))
      const rows = meterRows({ chargePointId, transactionId: '' }, place, samples, now)
      await insertSamples(
        scope,
        rows.map((row, index) => ({ ...row, inferred_id: owned[index]?.id ?? null }))
      )
      const owner = owned.find((row) => row !== undefined)
      if (owner !== undefined) await queries.updateTransaction(trx, owner, await withInferred(trx, owner))
      tell('meter-values', measured({ transactionId: '', ...told, samples }))
    })
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

  /**
   * Commits a booking. The charge point is held meanwhile, so that the booking sees everything that another process
   * committed for it before. If another process commits the same message at the same time, the writer runs the job
   * again, which then finds the message booked.
   */
  #book<T>(identity: string, job: (scope: BookingScope) => Promise<T>): Promise<T> {
    const change = held(({ tell, ...scope }) =>
      job({ ...scope, dialect: this.#dialect, known: this.#knownOf(identity), tell: tellOf(tell, identity) })
    )
    return this.#store.commit(identity, change)
  }
}

/** The callers of `tell` guarantee that type and data match. */
function tellOf(tell: Tell, chargePoint: string): BookingScope['tell'] {
  return (type, data) => tell({ type, chargePoint, data } as Parameters<Tell>[0])
}

/** A transaction to which readings belong that do not name it. What its events have told is kept apart from them. */
async function withInferred(trx: Transaction<Schema>, row: TransactionRow): Promise<TransactionUpdate> {
  if (row.ocpp16_id !== null || row.registers !== null) return { inferred_readings: 1 }
  return { inferred_readings: 1, registers: JSON.stringify(await registersOf(trx, row)) }
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
