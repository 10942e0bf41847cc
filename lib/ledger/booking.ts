import type { Dialect } from '../database/dialect.js'
import { insertJoined, type Rows } from '../database/insert.js'
import { toColumn } from '../database/parameters.js'
import { InsertShape } from '../database/shape.js'
import type { EventData } from '../events/event.js'
import { LazyEvent, type LazyKind } from '../events/lazy.js'
import type { Scope } from '../events/scope.js'
import { readings } from './event-data.js'
import type { TransactionRow } from './queries.js'
import * as queries from './queries.js'
import type { MeterSample } from './samples.js'
import { signedRows } from './signed-values.js'

// Functions that the bookings of all versions share.

/** One commit of the ledger for one charge point. */
export interface BookingScope extends Omit<Scope, 'tell'> {
  dialect: Dialect
  known: Known
  /** Whether transactions get receipts. */
  hasReceipts: boolean
  /** Publishes an event about the charge point after the commit. */
  tell<T extends 'transaction' | 'meter-values' | 'cost'>(type: T, data: EventData[T]): void
}

/** Facts about a charge point that are cached, so that not every message has to query them. */
export interface Known {
  /** Keys of the latest transactions that have ended. */
  over?: Set<string>
  /** `false` if the charge point certainly has no open transaction. */
  mayHaveOpen: boolean
  /** Our ids of transactions by their keys; `undefined` for a key without a transaction. The latest ones. */
  ids?: Map<string, number | undefined>
  /** Whether the latest boot, or an earlier one, closed a transaction that may go on. */
  mayGoOn?: boolean
}

/** Number of attempts to insert a transaction under a key that may be taken. */
export const MAX_ATTEMPTS = 5

/** Caches that a transaction has ended. If the commit fails, the next meter values correct this. */
export function noteOver(known: Known, { transaction_id }: TransactionRow): void {
  const { over } = known
  if (over === undefined) return
  over.add(transaction_id)
  const [oldest] = over
  if (over.size > queries.MAX_OVER && oldest !== undefined) over.delete(oldest)
}

/** Number of ids that are cached for a charge point: a hostile one can invent any number of keys. */
const MAX_IDS = 20

/** Caches our id of a transaction. Neither a key nor an id is ever used again. */
export function noteId(known: Known, key: string, id: number | undefined): void {
  known.ids ??= new Map()
  known.ids.delete(key)
  known.ids.set(key, id)
  const [oldest] = known.ids.keys()
  if (known.ids.size > MAX_IDS && oldest !== undefined) known.ids.delete(oldest)
}

export async function insertSamples({ trx, dialect }: BookingScope, rows: readonly Rows[]): Promise<void> {
  await insertJoined(trx, rows, dialect)
}

/** The columns of the place if the message names none. */
export const NOWHERE: Place = { evseId: 0, connectorId: 0 }

export interface Place {
  evseId: number
  connectorId: number
}

export function placeOf({ evse_id, connector_id }: TransactionRow): Place {
  return { evseId: evse_id, connectorId: connector_id }
}

const METER_VALUES = new InsertShape({
  table: 'meter_values',
  shared: ['measurand', 'phase', 'context', 'location', 'unit', 'format'],
  own: {
    charge_point_id: 'bigint',
    transaction_id: 'text',
    evse_id: 'bigint',
    connector_id: 'bigint',
    timestamp: 'bigint',
    received_at: 'bigint',
    value: 'double precision',
    raw: 'text',
    signed_data: 'text',
    inferred_id: 'bigint'
  },
  onConflict: 'ignore'
})

/** The owner of these meter values. */
export interface MeterOwner {
  chargePointId: number
  transactionId: string
  place: Place
  now: number
}

/** The rows of meter values, and those of signed ones. Values that are stored already are skipped. */
export function meterRows(
  owner: MeterOwner,
  samples: readonly MeterSample[],
  inferredIdOf: (sample: MeterSample) => number | null = () => null
): Rows[] {
  const { chargePointId, transactionId, place, now } = owner
  const evseId = toColumn(place.evseId)
  const connectorId = toColumn(place.connectorId)
  const rows = samples.map((sample) => [
    sample.measurand,
    sample.phase,
    sample.context,
    sample.location,
    sample.unit,
    sample.format,
    chargePointId,
    transactionId,
    evseId,
    connectorId,
    sample.timestamp,
    now,
    sample.value,
    sample.raw,
    sample.signed_data,
    inferredIdOf(sample)
  ])
  const signed = signedRows(owner, samples, inferredIdOf)
  const meterValues = { shape: METER_VALUES, rows }
  return signed === undefined ? [meterValues] : [meterValues, signed]
}

interface Measured {
  /** Our id of the transaction. */
  id?: number | undefined
  transactionId: string
  evseId?: number
  connectorId?: number
  samples: readonly MeterSample[]
}

/**
 * The data of the event for meter values. `transactionId` is empty outside of transactions. A place that no message
 * told is absent.
 */
export function measured({ id, transactionId, evseId, connectorId, samples }: Measured): EventData['meter-values'] {
  return {
    ...(id !== undefined && { id }),
    ...(evseId !== undefined && { evseId }),
    ...(connectorId !== undefined && { connectorId }),
    ...(transactionId !== '' && { transactionId }),
    readings: readings(samples)
  }
}

/** Estimated UTF-16 units of an event and of each sample, beside the texts of the charge point. */
const EVENT_SIZE = 300
const SAMPLE_SIZE = 300

const METER_VALUES_EVENT: LazyKind<'meter-values', Measured> = {
  type: 'meter-values',
  sizeOf({ samples }) {
    let size = EVENT_SIZE
    for (const { measurand, phase, context, location, unit, raw, signed_data } of samples) {
      size +=
        SAMPLE_SIZE + measurand.length + phase.length + context.length + location.length + unit.length + raw.length
      size += signed_data?.length ?? 0
    }
    return size
  },
  dataOf: measured
}

/** The event of MeterValues. */
export function meterValuesEvent(chargePoint: string, told: Measured): LazyEvent<'meter-values', Measured> {
  return new LazyEvent(METER_VALUES_EVENT, chargePoint, told)
}

export function parse(json: string | null): object {
  return json === null ? {} : (JSON.parse(json) as object)
}
