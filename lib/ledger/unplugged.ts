import { sql } from 'kysely'
import { fold } from '../events/scope.js'
import { pricesOf } from '../money/tariff.js'
import type { BookingScope } from './booking.js'
import { beginningOf, timeOf } from './clock.js'
import { stoppedData } from './event-data.js'
import { observedOf } from './observed.js'
import type { Db, TransactionRow } from './queries.js'
import * as queries from './queries.js'
import { parseSnapshot, tariffsIn } from './snapshot.js'
import { durationUntil, totalsOf } from './totals.js'
import { recordCost } from './transaction-costs.js'

// Idle time after the end of a transaction of 1.6, until the car is unplugged. [OCA "OCPP & California Pricing
// Requirements" 3.4]

/** Configuration key. */
const AFTER_STOP = 'CustomIdleFeeAfterStop'

/** Whether idle time goes on after the end of this transaction, so that its cost is unknown until the car is unplugged. */
export async function awaitsUnplug(db: Db, row: TransactionRow, reason: string | undefined): Promise<boolean> {
  if (reason === 'EVDisconnected' || !hasIdlePrice(row)) return false
  return (await keyOf(db, row)) === true
}

function hasIdlePrice({ tariff }: TransactionRow): boolean {
  const documents = tariff === null ? [] : tariffsIn(parseSnapshot(tariff), 0)
  return documents.some(({ document }) => pricesOf(document, 'idleTime').length > 0)
}

/** `undefined`: the charge point has not reported the key. */
async function keyOf(db: Db, { charge_point_id }: TransactionRow): Promise<boolean | undefined> {
  const row = await db
    .selectFrom('configuration_keys')
    .select('value')
    .where('charge_point_id', '=', charge_point_id)
    .where(sql<boolean>`lower(key) = ${fold(AFTER_STOP)}`)
    .executeTakeFirst()
  return row?.value == null ? undefined : ['true', '1'].includes(fold(row.value))
}

/** A ConnectorUnplugged. The first one counts. */
export interface Unplugging {
  transactionId: number
  timestamp: number
}

/**
 * Books when the car was unplugged. Whoever has begun on this connector since then has unplugged it before.
 *
 * @returns `undefined` if the charge point has no such transaction
 */
export async function bookUnplugged(
  scope: BookingScope,
  { transactionId, timestamp }: Unplugging
): Promise<TransactionRow | undefined> {
  const { trx, chargePointId, now, tell } = scope
  const row = await queries.findTransaction(trx, { chargePointId, transactionId: String(transactionId) })
  if (row === undefined || row.ocpp16_id === null || row.unplugged_after !== null) return row
  const told = { timestamp: Math.min(timestamp, await nextStart(trx, row)), receivedAt: now }
  const unplugged_after = durationUntil(row, { ...told, timestamp: timeOf(told) })
  // The message is proof of the key, unless the charge point has reported that it is off.
  const isAfterStop = row.awaits_unplug === 1 || (hasIdlePrice(row) && (await keyOf(trx, row)) !== false)
  const known = { ...row, unplugged_after, awaits_unplug: isAfterStop ? (1 as const) : (0 as const) }
  const change = { unplugged_after, awaits_unplug: known.awaits_unplug, updated_at: now }
  if (row.status === 'open' || !isAfterStop) return queries.updateTransaction(trx, row, change)
  const observed = await observedOf(trx, known)
  const energy = row.energy_wh ?? ('no-stop-register' as const)
  const use = { energy, duration: row.duration, meterStart: row.meter_start, isFinal: true, observed }
  const settled = await queries.updateTransaction(trx, row, { ...totalsOf(known, use), ...change })
  await recordCost(scope, settled)
  tell('transaction', stoppedData(settled))
  return settled
}

/** When the next transaction of the connector began. */
async function nextStart(db: Db, row: TransactionRow): Promise<number> {
  const next = await db
    .selectFrom('transactions')
    .select(['start_timestamp', 'created_at'])
    .where('charge_point_id', '=', row.charge_point_id)
    .where('connector_id', '=', row.connector_id)
    .where('id', '>', row.id)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  if (next === undefined) return Number.POSITIVE_INFINITY
  return beginningOf({ timestamp: next.start_timestamp ?? next.created_at, receivedAt: next.created_at })
}
