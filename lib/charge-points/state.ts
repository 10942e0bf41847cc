import type { Selectable } from 'kysely'
import { type Json, toJson } from '../database/json.js'
import type { Schema } from '../database/schema.js'
import type { ReservationsTable } from '../database/schema-charge-points.js'
import type { StatusReportsTable } from '../database/schema-reports.js'
import type { Reader } from '../events/scope.js'
import { displayedIds } from '../ledger/namesakes.js'
import { listTransactions } from '../ledger/read.js'
import { latestReadings } from '../ledger/readings.js'
import type { StateTransaction } from '../ledger/records.js'
import { visibleActions } from '../operators/action-scopes.js'
import type { May, OperatorScope } from '../operators/scopes.js'
import { ownTraits } from '../traits/traits.js'
import { BOOT_COLUMNS, LOCAL_LIST_COLUMNS, STATE_COLUMNS } from './columns.js'
import type { ChargePointRow } from './rows.js'

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

/** The scopes that blocks need beside that of the charge point. */
const GUARDED: Readonly<Record<string, OperatorScope>> = {
  reservations: 'id-tokens:read',
  localList: 'id-tokens:read',
  readings: 'transactions:read',
  transactions: 'transactions:read'
}

/** Tables of messages: which scopes a row needs depends on its action. */
const BY_ACTION: ReadonlySet<string> = new Set(['report_requests', 'notifications'] satisfies (keyof Schema)[])

/** What is known of a charge point, by block; a block whose scope the reader lacks is left out. */
export async function readState(db: Reader, row: ChargePointRow, may: May): Promise<Json> {
  const of: Of = { db, chargePointId: row.id, visible: visibleActions(may) }
  const blocks: [name: string, read: () => Promise<unknown>][] = [
    ...Object.entries(WHOLE).map(([name, block]): [string, () => Promise<unknown>] => [name, () => whole(of, block)]),
    ...Object.entries(LATEST).map(([name, table]): [string, () => Promise<unknown>] => [name, () => latest(of, table)]),
    ['localList', () => localList(of)],
    ['readings', () => latestReadings(db, row.id)],
    ['transactions', () => transactions(db, row)]
  ]
  const state: Json = { ...summary(row), ...(await lastProgress(db, row.id)) }
  for (const [name, read] of blocks) {
    const scope = GUARDED[name]
    const block = scope === undefined || may(scope) ? await read() : undefined
    if (block !== undefined) state[name] = block
  }
  return state
}

const PROVISIONED = { boot_status: 'value', security_profile: 'value', notes: 'value' } as const
const TIMES = {
  last_boot_at: 'time',
  last_seen_at: 'time',
  last_connected_at: 'time',
  last_disconnected_at: 'time',
  created_at: 'time'
} as const

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
  return {
    identity: row.identity,
    registration: row.registration,
    enabled: row.enabled === 1,
    provisioned: row.provisioned === 1,
    hasPassword: row.credential !== null,
    highestSecurityProfile: row.highest_security_profile,
    ...toJson(row, PROVISIONED),
    ...toJson({ serial_number: row.expected_serial_number }, { serial_number: 'value' }),
    ...(row.traits !== null && { traits: ownTraits(row.traits) }),
    ...(row.last_boot_at !== null && { boot: toJson(boot, BOOT_COLUMNS) }),
    ...toJson(row, TIMES)
  }
}

/** Whose rows, and of which actions if not all. */
interface Of {
  readonly db: Reader
  readonly chargePointId: number
  readonly visible: readonly string[] | undefined
}

async function whole({ db, chargePointId, visible }: Of, [table, order]: (typeof WHOLE)[keyof typeof WHOLE]) {
  let query = db.selectFrom(table).selectAll().where('charge_point_id', '=', chargePointId).limit(MAX_WHOLE)
  if (visible !== undefined && BY_ACTION.has(table)) query = query.where(db.dynamic.ref('action'), 'in', visible)
  for (const column of order) query = query.orderBy(db.dynamic.ref(column))
  const rows = await query.execute()
  const named =
    table === 'reservations' || table === 'charging_profiles' ? await withNames(db, chargePointId, rows) : rows
  const shown = table === 'reservations' ? named.map(expired) : named
  return shown.map((row) => toJson(row, STATE_COLUMNS[table]))
}

/** The rows with the ids of transactions as the charge point knows them. */
async function withNames(db: Reader, chargePointId: number, rows: readonly object[]): Promise<object[]> {
  const names = await displayedIds(db, chargePointId)
  return rows.map((row) => {
    const { transaction_id: key } = row as { transaction_id?: string | null }
    return typeof key === 'string' ? { ...row, transaction_id: names.get(key) ?? key } : row
  })
}

/** A charge point of 1.6 does not tell that a reservation has expired. */
function expired(row: object): object {
  const { status, expires_at } = row as Pick<Selectable<ReservationsTable>, 'status' | 'expires_at'>
  const isOver = status === 'Accepted' && expires_at !== null && expires_at <= Date.now()
  return isOver ? { ...row, status: 'Expired' } : row
}

async function latest({ db, chargePointId, visible }: Of, table: (typeof LATEST)[keyof typeof LATEST]) {
  let query = db.selectFrom(table).selectAll().where('charge_point_id', '=', chargePointId)
  if (visible !== undefined && BY_ACTION.has(table)) query = query.where(db.dynamic.ref('action'), 'in', visible)
  const rows = await query.orderBy('id', 'desc').limit(MAX_LATEST).execute()
  return rows.map((row: object) => toJson(row, STATE_COLUMNS[table]))
}

async function localList({ db, chargePointId }: Of): Promise<Json | undefined> {
  const query = db.selectFrom('local_lists').selectAll().where('charge_point_id', '=', chargePointId)
  const list = await query.executeTakeFirst()
  return list && toJson(list, LOCAL_LIST_COLUMNS)
}

const KINDS: readonly StatusReportsTable['kind'][] = ['firmware', 'diagnostics', 'log', 'publishFirmware']

const PROGRESS = { status: 'value', request_id: 'requestId', details: 'json', received_at: 'time' } as const

/** The last report of each kind. */
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
    if (row !== undefined) found[kind] = toJson(row, PROGRESS)
  }
  return found
}

/** The latest, as their own list shows them. */
async function transactions(db: Reader, { identity }: ChargePointRow): Promise<StateTransaction[]> {
  const filter = { chargePoint: identity, order: '-startedAt', limit: MAX_LATEST } as const
  const found = await listTransactions(db, filter, Date.now())
  return found.map(({ record, row: { last_seq_no } }) => ({
    ...record,
    ...(last_seq_no !== null && { seqNo: last_seq_no })
  }))
}
