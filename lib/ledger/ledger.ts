import type { Transaction } from 'kysely'
import type { Dialect } from '../database/dialect.js'
import type { Schema } from '../database/schema.js'
import type { Commits } from '../events/commits.js'
import type { Tell } from '../events/event.js'
import { fold, held } from '../events/scope.js'
import {
  type BookingScope,
  insertSamples,
  type Known,
  measured,
  meterRows,
  meterValuesEvent,
  NOWHERE,
  noteId,
  type Place
} from './booking.js'
import { bookEvent, isWaitedFor } from './booking-2.js'
import { bookStart, bookStop } from './booking-16.js'
import type { ByHand } from './by-hand.js'
import { isAfter, timeOf } from './clock.js'
import { type Closing, closeByHand, closeWhere, reopen, settle, settleEnded } from './closing.js'
import { evidenceOf, type TransactionEvent } from './event.js'
import { closedData, stoppedData } from './event-data.js'
import { isUsable, measuredBy, startOf } from './inference.js'
import { registersOf } from './meter.js'
import { bootsOf, findNewest } from './namesakes.js'
import { claimBookings, type Sender } from './newest-connection.js'
import * as queries from './queries.js'
import { displayedIdOf, type NamedTransaction, type TransactionRow, type TransactionUpdate } from './queries.js'
import type { MeterSample } from './samples.js'
import type { TariffVersion } from './snapshot.js'
import { changeTariff } from './transaction-cost.js'
import type { Booking, Measurement, Start, Stop } from './types.js'
import { bookUnplugged, type Unplugging } from './unplugged.js'

export interface LedgerOptions {
  /** Reads, commits and publishes for the ledger. */
  store: Commits
  dialect: Dialect
  /** Whether transactions get receipts. Default: false. */
  hasReceipts?: boolean
}

/** Charging states with a cable plugged in, which an available connector contradicts. [2.x ChargingStateEnumType] */
const PLUGGED_IN: readonly (string | null)[] = ['Charging', 'EVConnected', 'SuspendedEV', 'SuspendedEVSE']

/**
 * Transactions and meter values. Every message is booked once, even if it comes several times and over several
 * connections, and is committed when the promise resolves. Every look-up names the charge point, because transaction
 * ids are unique per charge point only.
 */
export class Ledger {
  readonly #store: Commits
  readonly #dialect: Dialect
  readonly #hasReceipts: boolean
  readonly #known = new Map<string, Known>()

  constructor({ store, dialect, hasReceipts = false }: LedgerOptions) {
    this.#store = store
    this.#dialect = dialect
    this.#hasReceipts = hasReceipts
  }

  /** Books a StartTransaction. [1.6 §4.8] */
  async start(identity: string, start: Start, sender?: Sender): Promise<Booking> {
    const booking = await this.#book(identity, (scope) => bookStart(scope, start), sender)
    this.#knownOf(identity).mayHaveOpen = true
    return booking
  }

  /** Books a StopTransaction. If its transaction is unknown, it is stored unassigned. [1.6 §4.10, errata 3.18] */
  async stop(identity: string, stop: Stop, sender?: Sender): Promise<Booking> {
    return this.#book(identity, (scope) => bookStop(scope, stop), sender)
  }

  /** Books a ConnectorUnplugged. `undefined` if the charge point has no such transaction. [OCA "OCPP & California Pricing Requirements" 3.4] */
  async unplugged(identity: string, unplugging: Unplugging, sender?: Sender): Promise<TransactionRow | undefined> {
    return this.#book(identity, (scope) => bookUnplugged(scope, unplugging), sender)
  }

  /** Books a TransactionEvent. The first event that comes, of any type, creates the transaction. [2.x E] */
  async event(identity: string, event: TransactionEvent, sender?: Sender): Promise<Booking> {
    const booking = await this.#book(identity, (scope) => bookEvent(scope, event), sender)
    const known = this.#knownOf(identity)
    known.mayHaveOpen = true
    known.over?.delete(event.transactionId)
    return booking
  }

  /** Books MeterValues. Values that are stored already are skipped. [1.6 §4.7; 2.x J] */
  meterValues(identity: string, measurement: Measurement, sender?: Sender): Promise<void> {
    const { transactionId, samples } = measurement
    if (samples.length === 0) return Promise.resolve()
    const known = this.#known.get(fold(identity))
    const key = String(transactionId)
    // Nearly all meter values are of an open transaction: nothing has to be looked up.
    if (isUsable(transactionId) && known?.over?.has(key) === false && known.ids?.has(key) === true)
      return this.#measure(identity, measurement)
    return this.#measureElse(identity, measurement, sender)
  }

  #measure(identity: string, { transactionId, samples, ...place }: Measurement): Promise<void> {
    const assigned = isUsable(transactionId) ? String(transactionId) : ''
    const id = this.#known.get(fold(identity))?.ids?.get(assigned)
    return this.#store.record(identity, {
      rowsOf: (scope) => meterRows({ ...scope, transactionId: assigned, place: { ...NOWHERE, ...place } }, samples),
      event: meterValuesEvent(identity, { id, transactionId: assigned, ...place, samples })
    })
  }

  async #measureElse(identity: string, measurement: Measurement, sender?: Sender): Promise<void> {
    const { transactionId, samples, ...place } = measurement
    if (isUsable(transactionId)) {
      await this.#cacheId(identity, String(transactionId))
      if (await this.#isOver(identity, transactionId)) {
        return this.#measureOver(identity, { ...place, transactionId, samples }, sender)
      }
    } else if (isWithinConnectorOrEvse(place) && (await this.#hasOpen(identity))) {
      return this.#measureAnonymous(identity, { ...place, samples }, sender)
    }
    return this.#measure(identity, measurement)
  }

  /**
   * Closes the transactions that a charge point left open before its boot. A later message about one of them takes
   * precedence, even if it has come before this call: 2.1 resumes transactions after a boot.
   */
  async booted(identity: string, bootedAt = this.#store.now(), sender?: Sender): Promise<TransactionRow[]> {
    const closed = await this.#closeOpen(identity, { reason: 'Rebooted', bootedAt }, sender)
    const { db } = this.#store
    this.#knownOf(identity).mayGoOn =
      closed.length > 0 || (await queries.hasClosedByBoot(db, await this.#store.chargePointId(identity)))
    return closed
  }

  /** Whether evidence that a connector is charging, or is available, may change a transaction. */
  mayMatter(kind: 'charging' | 'available', identity: string): boolean {
    const known = this.#known.get(fold(identity))
    return kind === 'charging' ? known?.mayGoOn === true : known?.mayHaveOpen !== false
  }

  /** Reopens a transaction of 1.6 that a boot closed, because its connector is charging. */
  async connectorCharging(
    identity: string,
    { connectorId, ...moment }: { connectorId: number; timestamp: number; receivedAt: number },
    sender?: Sender
  ): Promise<TransactionRow | undefined> {
    if (this.#knownOf(identity).mayGoOn !== true) return undefined
    const change = async (scope: BookingScope) => {
      const row = await queries.findClosedByBoot(scope.trx, scope.chargePointId, connectorId)
      return row === undefined || timeOf(moment) < startOf(row) ? undefined : reopen(scope, row)
    }
    return this.#book(identity, change, sender)
  }

  /** Closes the transaction of a connector that has become available. */
  async connectorAvailable(
    identity: string,
    { timestamp, receivedAt = this.#store.now(), ...place }: Place & { timestamp: number; receivedAt?: number },
    sender?: Sender
  ): Promise<TransactionRow[]> {
    const time = timeOf({ timestamp, receivedAt })
    const isOver = (row: TransactionRow) =>
      (row.ocpp16_id !== null || PLUGGED_IN.includes(row.charging_state)) &&
      row.start_timestamp !== null &&
      startOf(row) < time
    return this.#closeOpen(identity, { reason: 'ConnectorAvailable', place, isOver, timestamp: time }, sender)
  }

  /** Closes a transaction of which the charge point says that it has ended and that no events will come. */
  async notOngoing(identity: string, transactionId: string): Promise<TransactionRow[]> {
    const isOver = (row: TransactionRow) => displayedIdOf(row) === transactionId
    return this.#closeOpen(identity, { reason: 'NotOngoing', isOver })
  }

  /**
   * Closes a transaction by its row id, as an operator says. `undefined` if it is not open.
   *
   * @throws `IMPOSSIBLE_END`
   */
  async closeByHand(identity: string, id: number, by: ByHand): Promise<TransactionRow | undefined> {
    return this.#book(identity, async (scope) => {
      const row = await queries.findTransactionById(scope.trx, id)
      return row?.status === 'open' ? closeByHand(scope, row, by) : undefined
    })
  }

  /**
   * Changes the tariff of an open transaction from now on.
   *
   * @throws `TRANSACTION_ENDED`, `CURRENCY_CHANGE`, `NO_TARIFF_VERSION`
   */
  async changeTariff(identity: string, id: number, version: TariffVersion): Promise<void> {
    await this.#book(identity, async ({ trx, now }) => {
      const row = await queries.findTransactionById(trx, id)
      if (row !== undefined) await changeTariff(trx, row, version, now)
    })
  }

  /**
   * Changes the limits of a transaction, if `change` makes a change of its present row. What it throws is thrown.
   *
   * @returns the changed row
   */
  async changeLimits(
    identity: string,
    id: number,
    change: (row: TransactionRow, now: number) => TransactionUpdate | undefined
  ): Promise<TransactionRow | undefined> {
    return this.#book(identity, async ({ trx, now }) => {
      const row = await queries.findTransactionById(trx, id)
      const columns = row && change(row, now)
      return row && columns && queries.updateTransaction(trx, row, columns)
    })
  }

  /** Whether this id token has another open transaction at any charge point. */
  hasOpenTransaction(idToken: string, except?: NamedTransaction): Promise<boolean> {
    return queries.hasOpen(this.#store.db, idToken, except)
  }

  /** Whether events of a transaction are missing, unless the charge point has said that it does not have them. */
  async isIncomplete(identity: string, transactionId: string): Promise<boolean> {
    const row = await findNewest(this.#store.db, await this.#store.chargePointId(identity), transactionId)
    return row !== undefined && isWaitedFor(row)
  }

  /** The transactions of a charge point with missing events: see {@link isIncomplete}. */
  async incompleteTransactions(identity: string): Promise<string[]> {
    return queries.incompleteIds(this.#store.db, await this.#store.chargePointId(identity))
  }

  /** Stores that the charge point does not have the missing events. [2.x E14] */
  async eventsLost(identity: string, transactionId: string): Promise<void> {
    await this.#book(identity, async ({ trx, chargePointId }) => {
      const row = await findNewest(trx, chargePointId, transactionId)
      if (row !== undefined) await queries.updateTransaction(trx, row, { lost_seq_nos: row.missing_seq_nos })
    })
  }

  async #closeOpen(identity: string, { place, ...closing }: LedgerClosing, sender?: Sender): Promise<TransactionRow[]> {
    if (!(await this.#hasOpen(identity))) return []
    const change = async (scope: BookingScope) => {
      const { trx, chargePointId } = scope
      const rows = await (place ? queries.findOpenAt(trx, chargePointId, place) : queries.findOpen(trx, chargePointId))
      if (!('bootedAt' in closing)) return closeWhere(scope, { ...closing, rows })
      const { reason, bootedAt } = closing
      const { count } = await bootsOf(trx, chargePointId)
      const isOver = (row: TransactionRow) => isBeforeBoot(row, { count, bootedAt })
      // The clock of the node that booked it may be ahead of ours.
      const receivedAt = ({ updated_at }: TransactionRow) => Math.max(updated_at, bootedAt)
      return closeWhere(scope, { reason, isOver, receivedAt, rows })
    }
    return this.#book(identity, change, sender)
  }

  /**
   * Answers from the cache if possible: most charge points that boot, or whose connector becomes available, have no
   * open transaction.
   */
  async #hasOpen(identity: string): Promise<boolean> {
    const known = this.#knownOf(identity)
    if (!known.mayHaveOpen) return false
    // Set before the query, so that a transaction that starts meanwhile can change it back.
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

  /** Whether a transaction of 1.6 has ended, so that late meter values may change its energy. */
  async #isOver(identity: string, transactionId: number): Promise<boolean> {
    const known = this.#knownOf(identity)
    known.over ??= new Set(await queries.overIds(this.#store.db, await this.#store.chargePointId(identity)))
    return known.over.has(String(transactionId))
  }

  /** Caches our id of a transaction that meter values name. */
  async #cacheId(identity: string, transactionId: string): Promise<void> {
    const known = this.#knownOf(identity)
    if (known.ids?.has(transactionId) === true) return
    const chargePointId = await this.#store.chargePointId(identity)
    const row = await queries.findTransaction(this.#store.db, { chargePointId, transactionId })
    noteId(known, transactionId, row?.id)
  }

  /** Reopens a closed transaction if it has readings that are later than the reason for closing it. */
  async #measureOver(identity: string, { transactionId: id, samples, ...place }: Measurement, sender?: Sender) {
    const transactionId = String(id)
    const change = async (scope: BookingScope) => {
      const { trx, chargePointId, now, tell } = scope
      const key = { chargePointId, transactionId }
      await insertSamples(scope, meterRows({ ...key, place: { ...NOWHERE, ...place }, now }, samples))
      const row = await queries.findTransaction(trx, key)
      tell('meter-values', measured({ id: row?.id, transactionId, ...place, samples }))
      if (row === undefined || row.status === 'open') return true
      const isClosed = row.status === 'closed'
      if (isClosed && samples.some(({ timestamp }) => isAfter({ timestamp, receivedAt: now }, evidenceOf(row)))) {
        await reopen(scope, row)
        return true
      }
      const settled = isClosed ? await settle(scope, row) : await settleEnded(scope, row)
      // The late values changed the energy, and with it the cost.
      if (settled.energy_wh !== row.energy_wh || settled.duration !== row.duration) {
        tell('transaction', isClosed ? closedData(settled) : stoppedData(settled))
      }
      return false
    }
    if (!(await this.#book(identity, change, sender))) return
    const known = this.#knownOf(identity)
    known.mayHaveOpen = true
    known.over?.delete(transactionId)
  }

  /**
   * Assigns meter values without a usable id to the only open transaction of the connector or EVSE, if there is one.
   */
  async #measureAnonymous(identity: string, { samples, ...told }: AnonymousMeasurement, sender?: Sender) {
    const place = { ...NOWHERE, ...told }
    const change = async (scope: BookingScope) => {
      const { trx, chargePointId, now, tell } = scope
      const open = await queries.findOpen(trx, chargePointId, { evseId: 0, ...told })
      const ownerOf = ({ timestamp }: MeterSample) => measuredBy(open, { timestamp, receivedAt: now })
      await insertSamples(
        scope,
        meterRows({ chargePointId, transactionId: '', place, now }, samples, (sample) => ownerOf(sample)?.id ?? null)
      )
      const owners = samples.map(ownerOf)
      const owner = owners.find((row) => row !== undefined)
      if (owner !== undefined) await queries.updateTransaction(trx, owner, await withInferred(trx, owner))
      // An event is about one transaction or, when the readings are not all of the same one, about none.
      const id = owners.every((one) => one === owner) ? owner?.id : undefined
      tell('meter-values', measured({ id, transactionId: '', ...told, samples }))
    }
    await this.#book(identity, change, sender)
  }

  /**
   * Forgets the cached facts about a charge point, because another process may change them while the charge point is
   * connected elsewhere.
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
   *
   * @throws SupersededError if the charge point has a newer connection than the sender
   */
  #book<T>(identity: string, job: (scope: BookingScope) => Promise<T>, { epoch }: Sender = {}): Promise<T> {
    const change = held(async ({ tell, ...scope }) => {
      if (epoch !== undefined) await claimBookings(scope, epoch)
      return job({
        ...scope,
        dialect: this.#dialect,
        hasReceipts: this.#hasReceipts,
        known: this.#knownOf(identity),
        tell: tellOf(tell, identity)
      })
    })
    return this.#store.commit(identity, change)
  }
}

/**
 * Whether a transaction was booked before the latest boot of its charge point. Nodes agree about the number of boots; their
 * clocks decide about transactions of earlier releases, which did not count.
 */
function isBeforeBoot({ boots, updated_at }: TransactionRow, { count, bootedAt }: { count: number; bootedAt: number }) {
  return boots === null || count === 0 ? updated_at <= bootedAt : boots < count
}

/** The callers of `tell` guarantee that `type` and `data` match. */
function tellOf(tell: Tell, chargePoint: string): BookingScope['tell'] {
  return (type, data) => tell({ type, chargePoint, data } as Parameters<Tell>[0])
}

/** A transaction with readings that do not name it. They are stored apart from the readings of its events. */
async function withInferred(trx: Transaction<Schema>, row: TransactionRow): Promise<TransactionUpdate> {
  if (row.ocpp16_id !== null || row.registers !== null) return { inferred_readings: 1 }
  return { inferred_readings: 1, registers: JSON.stringify(await registersOf(trx, row)) }
}

/** With `bootedAt` those transactions are closed that the charge point had when it booted. */
type LedgerClosing = { place?: Place } & (Closing | { reason: 'Rebooted'; bootedAt: number })

/** Meter values without a usable transaction id. */
type AnonymousMeasurement = MeasuredPlace & Pick<Measurement, 'samples'>

/** The place of MeterValues: the connector in 1.6, the EVSE in 2.x. */
interface MeasuredPlace {
  evseId?: number
  connectorId?: number
}

/** 0 is the main meter, which measures no transaction. [1.6 §4.7; 2.x J01] */
function isWithinConnectorOrEvse({ evseId = 0, connectorId = 0 }: MeasuredPlace): boolean {
  return evseId > 0 || connectorId > 0
}
