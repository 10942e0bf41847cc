import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type { Rows } from '../database/insert.js'
import { InsertShape } from '../database/shape.js'
import { LazyEvent, type LazyKind } from '../events/lazy.js'
import type { Change, Scope } from '../events/scope.js'
import { statusData } from '../events/status.js'
import { beginningOf } from '../ledger/clock.js'
import { isOwnMark } from '../ledger/connector-marks.js'

/** Every status of a connector, in 1.6 and in 2.x. */
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

/** In 1.6 the EVSE id is 0. Connector 0 or EVSE 0 means the whole charge point. */
export interface ConnectorStatus {
  evseId: number
  connectorId: number
  status: string
  errorCode?: string
  info?: string
  vendorId?: string
  vendorErrorCode?: string
  /** Epoch milliseconds, by the clock of the charge point. */
  timestamp: number
  /** Start of the connection that the status came over. Epoch milliseconds. Default: no connection. */
  connectedAt?: number
}

const CONNECTORS = new InsertShape({
  table: 'connectors',
  own: {
    charge_point_id: 'bigint',
    evse_id: 'bigint',
    connector_id: 'bigint',
    status: 'text',
    error_code: 'text',
    info: 'text',
    vendor_id: 'text',
    vendor_error_code: 'text',
    timestamp: 'bigint',
    updated_at: 'bigint'
  },
  onConflict: 'replace',
  keyLength: 3
})
const HISTORY = new InsertShape({
  table: 'status_history',
  shared: ['status', 'error_code'],
  own: {
    charge_point_id: 'bigint',
    evse_id: 'bigint',
    connector_id: 'bigint',
    info: 'text',
    vendor_id: 'text',
    vendor_error_code: 'text',
    timestamp: 'bigint',
    received_at: 'bigint'
  },
  onConflict: 'ignore'
})
const STATES = new InsertShape({
  table: 'connector_states',
  own: {
    charge_point_id: 'bigint',
    evse_id: 'bigint',
    connector_id: 'bigint',
    state: 'text',
    started_at: 'bigint',
    received_at: 'bigint'
  },
  onConflict: 'ignore'
})

/** Stores the present state of a connector and a row of its history. A repeated status adds no row. */
export function saveConnectorStatus(status: ConnectorStatus): Change {
  return async (scope) => scope.append(statusRows(scope, status))
}

/**
 * The rows of a status: the present state, a row of its history and, unless that row tells it, the beginning of the
 * state. If two statuses are of the same connector, the later one is the present state.
 */
export function statusRows(
  { chargePointId, now }: Pick<Scope, 'chargePointId' | 'now'>,
  told: ConnectorStatus
): Rows[] {
  const { evseId, connectorId, status, timestamp, connectedAt = 0 } = told
  const { errorCode, info = null, vendorId = null, vendorErrorCode = null } = told
  const place = [chargePointId, evseId, connectorId] as const
  const startedAt = beginningOf({ timestamp, receivedAt: now })
  const states = isOwnMark({ timestamp, receivedAt: now }) ? [] : [[...place, status, startedAt, now]]
  // A status from before the connection counts from its own time; the `Resumed` mark makes the latest such status
  // valid again.
  if (startedAt < connectedAt) states.push([...place, 'Resumed', connectedAt, now])
  const rows = [
    {
      shape: CONNECTORS,
      rows: [[...place, status, errorCode ?? null, info, vendorId, vendorErrorCode, timestamp, now]]
    },
    { shape: HISTORY, rows: [[status, errorCode ?? '', ...place, info, vendorId, vendorErrorCode, timestamp, now]] }
  ]
  return states.length === 0 ? rows : [...rows, { shape: STATES, rows: states }]
}

/** Estimated UTF-16 units of the event beside the texts of the charge point. */
const EVENT_SIZE = 400

const STATUS: LazyKind<'status', ConnectorStatus> = {
  type: 'status',
  sizeOf({ status, errorCode = '', info = '', vendorId = '', vendorErrorCode = '' }) {
    return EVENT_SIZE + status.length + errorCode.length + info.length + vendorId.length + vendorErrorCode.length
  },
  dataOf: statusData
}

/** The event of a StatusNotification. */
export function statusEvent(chargePoint: string, status: ConnectorStatus): LazyEvent<'status', ConnectorStatus> {
  return new LazyEvent(STATUS, chargePoint, status)
}
