import type { Selectable } from 'kysely'
import type {
  MeterValuesTable,
  ReservationsTable,
  Schema,
  StatusReportsTable,
  TransactionsTable
} from '../database/schema.js'
import type { ChargePointRow } from './charge-points.js'
import { dateTime, type Json, toJson } from './json.js'
import type { Reader } from './scope.js'

/** Tables of a charge point whose rows are all shown, in this order. */
const WHOLE = {
  connectors: ['connectors', ['evse_id', 'connector_id']],
  configuration: ['configuration_keys', ['key']],
  variables: [
    'variables',
    ['component', 'component_instance', 'evse_id', 'connector_id', 'variable', 'variable_instance', 'attribute']
  ],
  monitors: ['variable_monitors', ['monitor_id']],
  reservations: ['reservations', ['reservation_id']],
  chargingProfiles: ['charging_profiles', ['evse_id', 'connector_id', 'stack_level', 'profile_id']],
  displayMessages: ['display_messages', ['message_id']],
  certificates: ['certificates', ['type', 'serial_number']],
  reports: ['report_requests', ['action', 'request_id']]
} as const satisfies Record<string, readonly [keyof Schema, readonly string[]]>

/** Tables of which the latest rows are shown, newest first. */
const LATEST = {
  statusHistory: 'status_history',
  deviceEvents: 'device_events',
  securityEvents: 'security_events',
  progress: 'status_reports',
  notifications: 'notifications'
} as const satisfies Record<string, keyof Schema>

const MAX_LATEST = 50
const MAX_WHOLE = 20_000
/** Meter values among which the latest of each place are looked for. */
const MAX_METER_VALUES = 1_000

/** Everything that is known of a charge point, by block. */
export async function readState(db: Reader, row: ChargePointRow): Promise<Json> {
  const blocks: Json = {}
  for (const [name, [table, order]] of Object.entries(WHOLE)) blocks[name] = await whole(db, row.id, table, order)
  for (const [name, table] of Object.entries(LATEST)) blocks[name] = await latest(db, row.id, table)
  const list = await db.selectFrom('local_lists').selectAll().where('charge_point_id', '=', row.id).executeTakeFirst()
  return {
    ...summary(row),
    ...(await lastProgress(db, row.id)),
    ...blocks,
    ...(list !== undefined && { localList: toJson(list) }),
    readings: await readings(db, row.id),
    transactions: await transactions(db, row.id)
  }
}

/** What a charge point told at its last boot, and what an operator decided. */
export function summary(row: ChargePointRow): Json {
  const boot = {
    vendor: row.vendor,
    model: row.model,
    serial_number: row.serial_number,
    box_serial_number: row.box_serial_number,
    firmware_version: row.firmware_version,
    iccid: row.iccid,
    imsi: row.imsi,
    meter_type: row.meter_type,
    meter_serial_number: row.meter_serial_number,
    reason: row.boot_reason,
    protocol: row.protocol
  }
  const times = {
    last_boot_at: row.last_boot_at,
    last_seen_at: row.last_seen_at,
    last_connected_at: row.last_connected_at,
    last_disconnected_at: row.last_disconnected_at,
    created_at: row.created_at
  }
  return {
    identity: row.identity,
    registration: row.registration,
    enabled: row.enabled === 1,
    provisioned: row.provisioned === 1,
    hasPassword: row.credential !== null,
    highestSecurityProfile: row.highest_security_profile,
    ...toJson({ boot_status: row.boot_status, security_profile: row.security_profile, notes: row.notes }),
    ...toJson({ serial_number: row.expected_serial_number }),
    ...(row.last_boot_at !== null && { boot: toJson(boot) }),
    ...toJson(times)
  }
}

type BlockTable = (typeof WHOLE)[keyof typeof WHOLE][0]

async function whole(db: Reader, chargePointId: number, table: BlockTable, order: readonly string[]): Promise<Json[]> {
  let query = db.selectFrom(table).selectAll().where('charge_point_id', '=', chargePointId).limit(MAX_WHOLE)
  for (const column of order) query = query.orderBy(db.dynamic.ref(column))
  const rows = await query.execute()
  return rows.map((row) => {
    if (table === 'connectors') return ofConnector(row)
    return table === 'reservations' ? ofReservation(row) : toJson(row)
  })
}

/** In 1.6 a charge point does not tell that the time of a reservation is over. */
function ofReservation(row: object): Json {
  const { status, expires_at } = row as Pick<Selectable<ReservationsTable>, 'status' | 'expires_at'>
  const isOver = status === 'Accepted' && expires_at !== null && expires_at <= Date.now()
  return toJson(isOver ? { ...row, status: 'Expired' } : row)
}

/** Connector 0 is the charge point itself in 1.6, the whole EVSE in 2.x. */
function ofConnector(row: object): Json {
  return { ...toJson(row), connectorId: (row as { connector_id: number }).connector_id }
}

async function latest(db: Reader, chargePointId: number, table: (typeof LATEST)[keyof typeof LATEST]): Promise<Json[]> {
  const rows = await db
    .selectFrom(table)
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .orderBy('id', 'desc')
    .limit(MAX_LATEST)
    .execute()
  return rows.map(table === 'status_history' ? ofConnector : toJson)
}

const KINDS: readonly StatusReportsTable['kind'][] = ['firmware', 'diagnostics', 'log', 'publishFirmware']

/** The last word about each kind. */
async function lastProgress(db: Reader, chargePointId: number): Promise<Json> {
  const found: Json = {}
  for (const kind of KINDS) {
    const row = await db
      .selectFrom('status_reports')
      .select(['status', 'request_id', 'details', 'received_at'])
      .where('charge_point_id', '=', chargePointId)
      .where('kind', '=', kind)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (row !== undefined) found[kind] = toJson(row)
  }
  return found
}

/** The latest measured at each place, as numbers. */
async function readings(db: Reader, chargePointId: number): Promise<Json[]> {
  const rows = await db
    .selectFrom('meter_values')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('value', 'is not', null)
    .orderBy('timestamp', 'desc')
    .limit(MAX_METER_VALUES)
    .execute()
  const places = new Map<string, { timestamp: number; evse_id: number; connector_id: number; samples: Json[] }>()
  for (const { evse_id, connector_id, timestamp, ...row } of rows) {
    const key = `${evse_id} ${connector_id}`
    const place = places.get(key) ?? { evse_id, connector_id, timestamp, samples: [] }
    if (place.timestamp === timestamp) place.samples.push(sample(row))
    places.set(key, place)
  }
  return [...places.values()].map(toJson)
}

function sample({
  measurand,
  value,
  unit,
  phase,
  location,
  context
}: Pick<Selectable<MeterValuesTable>, 'measurand' | 'value' | 'unit' | 'phase' | 'location' | 'context'>): Json {
  return toJson({ measurand, value, unit, phase, location, context })
}

/** The latest, in the order in which they came. */
async function transactions(db: Reader, chargePointId: number): Promise<Json[]> {
  const rows = await db
    .selectFrom('transactions')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .orderBy('id', 'desc')
    .limit(MAX_LATEST)
    .execute()
  return rows.reverse().map(transaction)
}

function transaction(row: Selectable<TransactionsTable>): Json {
  return {
    id: row.transaction_id,
    ...toJson({ evse_id: row.evse_id, connector_id: row.connector_id, status: row.status, id_token: row.id_token }),
    ...(row.start_timestamp !== null && { startedAt: dateTime(row.start_timestamp) }),
    ...(row.end_timestamp !== null && { endedAt: dateTime(row.end_timestamp) }),
    ...toJson({
      meter_start: row.meter_start,
      meter_stop: row.meter_stop,
      energy_wh: row.energy_wh,
      stopped_reason: row.stop_reason,
      closed_reason: row.closed_reason,
      charging_state: row.charging_state,
      seq_no: row.last_seq_no
    })
  }
}
