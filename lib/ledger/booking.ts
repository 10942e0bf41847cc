import type { Dialect } from '../database/dialect.js'
import { insertJoined } from '../database/insert.js'
import { toColumn } from '../database/parameters.js'
import type { EventData } from '../events/event.js'
import type { Scope } from '../events/scope.js'
import { readings } from './event-data.js'
import type { TransactionKey, TransactionRow } from './queries.js'
import * as queries from './queries.js'
import type { MeterSample } from './samples.js'

// What the bookings of all versions have in common.

/** One commit of the ledger for one charge point. */
export interface BookingScope extends Omit<Scope, 'tell'> {
  dialect: Dialect
  known: Known
  /** Tells of the charge point, once it is committed. */
  tell<T extends 'transaction' | 'meter-values'>(type: T, data: EventData[T]): void
}

/** Facts about a charge point that are cached, so that not every message has to query them. */
export interface Known {
  /** Keys of the latest transactions that are over. */
  over?: Set<string>
  /** False if the charge point certainly has no open transaction. */
  mayHaveOpen: boolean
  /** Whether the latest boot, or one before, closed what may go on. */
  mayGoOn?: boolean
}

/** Number of attempts to insert a transaction under a key that may be taken. */
export const MAX_ATTEMPTS = 5

/** Should the commit fail, the next meter values find that it is open. */
export function noteOver(known: Known, { transaction_id }: TransactionRow): void {
  const { over } = known
  if (over === undefined) return
  over.add(transaction_id)
  const [oldest] = over
  if (over.size > queries.MAX_OVER && oldest !== undefined) over.delete(oldest)
}

export async function insertSamples({ trx, dialect }: BookingScope, rows: readonly MeterRow[]): Promise<void> {
  await insertJoined(trx, [{ table: 'meter_values', rows, ignoreConflicts: true }], dialect)
}

/** The place in a row of a message that names none. */
export const NOWHERE: Place = { evseId: 0, connectorId: 0 }

export interface Place {
  evseId: number
  connectorId: number
}

export function placeOf({ evse_id, connector_id }: TransactionRow): Place {
  return { evseId: evse_id, connectorId: connector_id }
}

export type MeterRow = ReturnType<typeof meterRows>[number]

export function meterRows(key: TransactionKey, place: Place, samples: readonly MeterSample[], now: number) {
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

/** What is told of meter values; without a transaction `transactionId` is empty. A place that nobody named is absent. */
export function measured({
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

export function parse(json: string | null): object {
  return json === null ? {} : (JSON.parse(json) as object)
}
