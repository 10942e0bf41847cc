import type { Dialect } from '../../lib/database/dialect.js'
import type { OpenDatabase } from '../../lib/database/open.js'
import { Commits, type CommitsOptions } from '../../lib/events/commits.js'
import { fold } from '../../lib/events/scope.js'
import type { TransactionEvent } from '../../lib/ledger/event.js'
import { Ledger } from '../../lib/ledger/ledger.js'
import type { MeterSample } from '../../lib/ledger/samples.js'
import type { Start, Stop } from '../../lib/ledger/types.js'
import { migrated, writerOf } from '../database/support.js'

export interface TestLedger {
  ledger: Ledger
  database: OpenDatabase
  /** A second one on the same database: another process, as far as that can be told. */
  another(): Ledger
}

/** A ledger on an empty database, until the calling test is over. */
export async function openLedger(dialect: Dialect, options: Pick<CommitsOptions, 'now'> = {}): Promise<TestLedger> {
  const database = await migrated(dialect)
  const another = () => ledgerOn(database, options)
  return { database, another, ledger: another() }
}

/** A ledger on an open database. */
export function ledgerOn(database: OpenDatabase, options: Partial<CommitsOptions> = {}): Ledger {
  const { db, dialect } = database
  return new Ledger({ store: new Commits({ db, writer: writerOf(database), ...options }), dialect })
}

export const HOUR = 3_600_000
/** When the tests charge: long ago for us, so that nothing depends on the present. */
export const NINE = Date.UTC(2026, 0, 1, 9)

export function start(more: Partial<Start> = {}): Start {
  return {
    connectorId: 1,
    idToken: 'TAG',
    meterStart: 100,
    timestamp: NINE,
    payload: { idTag: 'TAG' },
    protocol: 'ocpp1.6',
    respond: (transactionId) => ({ transactionId, idTagInfo: { status: 'Accepted' } }),
    ...more
  }
}

export function stop(transactionId: number, more: Partial<Stop> = {}): Stop {
  return {
    transactionId,
    meterStop: 1500,
    timestamp: NINE + HOUR,
    samples: [],
    payload: { transactionId },
    response: {},
    ...more
  }
}

export function event(eventType: TransactionEvent['eventType'], seqNo: number, more: Partial<TransactionEvent> = {}) {
  const event: TransactionEvent = {
    protocol: 'ocpp2.0.1',
    transactionId: 'tx-1',
    eventType,
    seqNo,
    timestamp: NINE + seqNo * 60_000,
    triggerReason: 'Trigger',
    offline: false,
    samples: [],
    payload: { eventType, seqNo },
    response: {},
    ...more
  }
  return event
}

/** The counter of the meter at a moment. */
export function register(value: number, timestamp: number, more: Partial<MeterSample> = {}): MeterSample {
  return {
    timestamp,
    measurand: 'Energy.Active.Import.Register',
    phase: '',
    context: '',
    location: '',
    unit: 'Wh',
    format: 'Raw',
    value,
    raw: String(value),
    signed_data: null,
    ...more
  }
}

/** The id that a StartTransaction was answered with. */
export function idOf({ response }: { response: object }): number {
  return (response as { transactionId: number }).transactionId
}

/** Everything booked for a charge point. */
export async function booksOf({ db }: Pick<OpenDatabase, 'db'>, identity: string) {
  const chargePoint = await db
    .selectFrom('charge_points')
    .select('id')
    .where('identity_key', '=', fold(identity))
    .executeTakeFirst()
  const id = chargePoint?.id ?? -1
  const transactions = await db
    .selectFrom('transactions')
    .selectAll()
    .where('charge_point_id', '=', id)
    .orderBy('id')
    .execute()
  const events = await db
    .selectFrom('transaction_events')
    .selectAll()
    .where('charge_point_id', '=', id)
    .orderBy('id')
    .execute()
  const values = await db
    .selectFrom('meter_values')
    .selectAll()
    .where('charge_point_id', '=', id)
    .orderBy('id')
    .execute()
  return { transactions, events, values }
}
