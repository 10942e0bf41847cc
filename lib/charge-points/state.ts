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
import { isConfirmed, type ProfileRow } from './charging-profiles.js'
import { BOOT_COLUMNS, LOCAL_LIST_COLUMNS, STATE_COLUMNS } from './columns.js'
import type { ChargePointRow } from './rows.js'

/** Tables of which all rows of the charge point are shown, in this order. */
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

/** Scopes that these blocks need in addition to the scope for charge points. */
const GUARDED: Readonly<Partial<Record<StateBlock, OperatorScope>>> = {
  reservations: 'id-tokens:read',
  localList: 'id-tokens:read',
  readings: 'transactions:read',
  transactions: 'transactions:read'
}

/** Tables of messages: the scope that a row needs depends on its action. */
const BY_ACTION: ReadonlySet<string> = new Set(['report_requests', 'notifications'] satisfies (keyof Schema)[])

export type StateBlock = keyof typeof WHOLE | keyof typeof LATEST | 'localList' | 'readings' | 'transactions'

/** The names of the blocks, in the order of the answer. */
export const STATE_BLOCK_NAMES = [
  ...Object.keys(WHOLE),
  ...Object.keys(LATEST),
  ...['localList', 'readings', 'transactions']
] as StateBlock[]

/** The scope that a block needs in addition to the scope for charge points. */
export function scopeOfBlock(name: StateBlock): OperatorScope | undefined {
  return GUARDED[name]
}

/**
 * The state of a charge point, by block. A block whose scope the reader lacks is left out.
 *
 * @param wanted default: all blocks, and the latest progress
 */
export async function readState(
  db: Reader,
  row: ChargePointRow,
  may: May,
  wanted?: ReadonlySet<StateBlock>
): Promise<Json> {
  const of: Of = { db, chargePoint: row, chargePointId: row.id, visible: visibleActions(may) }
  const blocks: [name: StateBlock, read: () => Promise<unknown>][] = [
    ...entriesOf(WHOLE).map(([name, block]): [StateBlock, () => Promise<unknown>] => [name, () => whole(of, block)]),
    ...entriesOf(LATEST).map(([name, table]): [StateBlock, () => Promise<unknown>] => [name, () => latest(of, table)]),
    ['localList', () => localList(of)],
    ['readings', () => latestReadings(db, row.id)],
    ['transactions', () => transactions(db, row)]
  ]
  const state: Json = { ...summary(row), ...(wanted === undefined && (await lastProgress(db, row.id))) }
  for (const [name, read] of blocks) {
    if (wanted?.has(name) === false) continue
    const scope = GUARDED[name]
    const block = scope === undefined || may(scope) ? await read() : undefined
    if (block !== undefined) state[name] = block
  }
  return state
}

function entriesOf<Name extends string, Value>(blocks: Readonly<Record<Name, Value>>): [Name, Value][] {
  return Object.entries(blocks) as [Name, Value][]
}

const PROVISIONED = { name: 'value', boot_status: 'value', security_profile: 'value', notes: 'value' } as const
const TIMES = {
  last_boot_at: 'time',
  last_seen_at: 'time',
  last_connected_at: 'time',
  last_disconnected_at: 'time',
  created_at: 'time'
} as const

/** The facts of the last boot, and the settings of an operator. */
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
    ...(row.site_id !== null && { site: row.site_id }),
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

/** The charge point whose rows are read, and the visible actions. `undefined` means all actions. */
interface Of {
  readonly db: Reader
  readonly chargePoint: ChargePointRow
  readonly chargePointId: number
  readonly visible: readonly string[] | undefined
}

async function whole(
  { db, chargePoint, chargePointId, visible }: Of,
  [table, order]: (typeof WHOLE)[keyof typeof WHOLE]
) {
  let query = db.selectFrom(table).selectAll().where('charge_point_id', '=', chargePointId).limit(MAX_WHOLE)
  if (visible !== undefined && BY_ACTION.has(table)) query = query.where(db.dynamic.ref('action'), 'in', visible)
  for (const column of order) query = query.orderBy(db.dynamic.ref(column))
  const rows = await query.execute()
  const named =
    table === 'reservations' || table === 'charging_profiles' ? await withNames(db, chargePointId, rows) : rows
  const shown = table === 'reservations' ? named.map(expired) : named.map((row) => doubted(table, row, chargePoint))
  return shown.map((row) => toJson(row, STATE_COLUMNS[table]))
}

/** A charge point that has booted may have lost charging profiles. */
function doubted(table: string, row: object, chargePoint: ChargePointRow): object {
  if (table !== 'charging_profiles') return row
  return { ...row, confirmed: Number(isConfirmed(row as ProfileRow, chargePoint)) }
}

/** Replaces keys of transactions by the ids that the charge point uses. */
async function withNames(db: Reader, chargePointId: number, rows: readonly object[]): Promise<object[]> {
  const names = await displayedIds(db, chargePointId)
  return rows.map((row) => {
    const { transaction_id: key } = row as { transaction_id?: string | null }
    return typeof key === 'string' ? { ...row, transaction_id: names.get(key) ?? key } : row
  })
}

/** A charge point of 1.6 sends no message when a reservation expires. */
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

/** The last report of each kind of progress. */
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

/** The latest transactions, in the same form as in the list of transactions. */
async function transactions(db: Reader, { identity }: ChargePointRow): Promise<StateTransaction[]> {
  const filter = { chargePoint: identity, order: '-startedAt', limit: MAX_LATEST } as const
  const found = await listTransactions(db, filter, Date.now())
  return found.map(({ record, row: { last_seq_no } }) => ({
    ...record,
    ...(last_seq_no !== null && { seqNo: last_seq_no })
  }))
}
