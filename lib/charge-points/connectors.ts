import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import { type Change, lastOfEach, type Scope } from '../events/scope.js'
import { beginningOf } from '../ledger/clock.js'

/** What a connector may be, in 1.6 or in 2.x. */
export const CONNECTOR_STATUSES = [
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEVSE',
  'SuspendedEV',
  'Finishing',
  'Occupied',
  'Reserved',
  'Unavailable',
  'Faulted'
] as const satisfies readonly (v16.ChargePointStatus | v21.ConnectorStatusEnumType)[]

/** 1.6 knows connectors only: EVSE 0. Connector 0, and EVSE 0, is the whole. */
export interface ConnectorStatus {
  evseId: number
  connectorId: number
  status: string
  errorCode?: string
  info?: string
  vendorId?: string
  vendorErrorCode?: string
  /** Epoch milliseconds, of the charge point's clock. */
  timestamp: number
  /** When the connection began over which it came. Default: it came over none. */
  connectedAt?: number
}

/** A status, and whose it is. */
export interface OwnedStatus extends ConnectorStatus {
  chargePointId: number
}

/** The present state, and one more line of its history; the same again adds none. */
export function saveConnectorStatus(status: ConnectorStatus): Change {
  return ({ trx, chargePointId, now }) => saveConnectorStatuses({ trx, now }, [{ ...status, chargePointId }])
}

/** The same for many, of any charge points; of two of the same place the later one is the present state. */
export async function saveConnectorStatuses(
  { trx, now }: Pick<Scope, 'trx' | 'now'>,
  statuses: readonly OwnedStatus[]
): Promise<void> {
  const rows = statuses.map((status) => ({
    charge_point_id: status.chargePointId,
    evse_id: status.evseId,
    connector_id: status.connectorId,
    status: status.status,
    info: status.info ?? null,
    vendor_id: status.vendorId ?? null,
    vendor_error_code: status.vendorErrorCode ?? null,
    timestamp: status.timestamp
  }))
  const states = rows.map((row, index) => ({
    ...row,
    error_code: statuses[index]?.errorCode ?? null,
    updated_at: now
  }))
  const places = lastOfEach(states, (row) => `${row.charge_point_id} ${row.evse_id} ${row.connector_id}`)
  await trx
    .insertInto('connectors')
    // Always in the same order, so that two that commit at once do not wait for each other in a circle.
    .values(places.sort((a, b) => a.charge_point_id - b.charge_point_id))
    .onConflict((conflict) =>
      conflict.columns(['charge_point_id', 'evse_id', 'connector_id']).doUpdateSet((of) => ({
        status: of.ref('excluded.status'),
        error_code: of.ref('excluded.error_code'),
        info: of.ref('excluded.info'),
        vendor_id: of.ref('excluded.vendor_id'),
        vendor_error_code: of.ref('excluded.vendor_error_code'),
        timestamp: of.ref('excluded.timestamp'),
        updated_at: of.ref('excluded.updated_at')
      }))
    )
    .execute()
  await trx
    .insertInto('status_history')
    .values(rows.map((row, index) => ({ ...row, error_code: statuses[index]?.errorCode ?? '', received_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await trx
    .insertInto('connector_states')
    .values(statuses.flatMap((status) => marks(status, now)))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** What began before the connection: the latest of such states is known again since the connection began. */
function marks({ chargePointId, evseId, connectorId, status, timestamp, connectedAt = 0 }: OwnedStatus, now: number) {
  const place = { charge_point_id: chargePointId, evse_id: evseId, connector_id: connectorId }
  const mark = { ...place, state: status, received_at: now }
  const startedAt = beginningOf({ timestamp, receivedAt: now })
  const began = { ...mark, started_at: startedAt }
  return startedAt < connectedAt ? [began, { ...mark, state: 'Resumed', started_at: connectedAt }] : [began]
}
