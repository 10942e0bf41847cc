import { type Static, Type } from '@sinclair/typebox'
import { type Selectable, sql } from 'kysely'
import type { ConnectorsTable } from '../database/schema-charge-points.js'
import { toDateTime } from '../date-time.js'
import { chunks, type Reader } from '../events/scope.js'
import { oneOf } from '../http/records.js'
import { metersNow } from '../ledger/meter.js'
import { type PresentReadings, readingsNow } from '../ledger/power.js'
import type { TransactionRow } from '../ledger/queries.js'
import { timeShown } from '../ledger/receipt.js'
import type { Meter } from '../ledger/registers.js'
import { placeOf, readProblems, SINCE } from './connector-list.js'
import { connectorState, SHOWN_STATES } from './connector-state.js'
import { CONNECTOR_STATUSES } from './connectors.js'
import type { ChargePointRow } from './rows.js'

// Present activity of the connectors of charge points, for lists: a page costs the same few queries however many
// charge points it has.

const PresentTransaction = Type.Object({
  id: Type.Integer({ description: 'In `/transactions/{id}`' }),
  startedAt: Type.Optional(Type.String({ format: 'date-time' })),
  energyWh: Type.Optional(Type.Number()),
  powerW: Type.Optional(Type.Number({ description: 'Active power that the car takes, as it was measured last' })),
  soc: Type.Optional(Type.Number({ description: 'State of charge in per cent' })),
  at: Type.Optional(
    Type.String({ format: 'date-time', description: 'When `powerW` and `soc` were measured, by the charge point' })
  )
})
type PresentTransaction = Static<typeof PresentTransaction>

export const PresentConnector = Type.Object({
  evseId: Type.Optional(
    Type.Integer({ description: 'Of 1.6 the connector id. Absent: connector 0 of 1.6, the whole charge point' })
  ),
  connectorId: Type.Optional(
    Type.Integer({ description: '0: the whole EVSE, in 1.6 the whole charge point. Absent: not told' })
  ),
  status: Type.Optional(oneOf(CONNECTOR_STATUSES, 'As the charge point reported it. Absent: never reported')),
  state: oneOf(
    SHOWN_STATES,
    'The same words for all versions. In 2.x the charging state of the transaction tells what an occupied connector is ' +
      'busy with. Of a charge point that is away it is the last state'
  ),
  errorCode: Type.Optional(Type.String()),
  info: Type.Optional(Type.String()),
  since: Type.Optional(
    Type.String({ format: 'date-time', description: 'When the status was first reported, by the charge point' })
  ),
  transaction: Type.Optional({ ...PresentTransaction, description: 'The open one. With the scope transactions:read' })
})
export type PresentConnector = Static<typeof PresentConnector>

type ConnectorRow = Selectable<ConnectorsTable> & { since: number | null }

/** The connectors of these charge points, by row id of the charge point. */
export async function connectorsOf(
  db: Reader,
  chargePoints: readonly ChargePointRow[],
  { withTransactions }: { withTransactions: boolean }
): Promise<Map<number, PresentConnector[]>> {
  const ids = chargePoints.map(({ id }) => id)
  const rows = await connectorRows(db, ids)
  const open = await openTransactions(db, ids)
  const problems = await readProblems(db, rows)
  const use = withTransactions ? await useOf(db, open) : undefined
  const show = (place: OnePlace) => toRecord(place, { use, problem: problems.get(placeOf(place)) })
  const connectors = groupBy(rows)
  const transactions = groupBy(open)
  return new Map(
    chargePoints.map(({ id, protocol }) => {
      const places = placesOf(connectors.get(id) ?? [], transactions.get(id) ?? [])
      return [id, places.map((place) => show({ ...place, protocol }))]
    })
  )
}

async function connectorRows(db: Reader, ids: readonly number[]): Promise<ConnectorRow[]> {
  const found: ConnectorRow[] = []
  for (const some of chunks(ids)) {
    const query = db
      .selectFrom('connectors')
      .selectAll()
      .select(SINCE.as('since'))
      .where('charge_point_id', 'in', some)
      .orderBy('charge_point_id')
      .orderBy('evse_id')
      .orderBy('connector_id')
    found.push(...(await query.execute()))
  }
  return found
}

/** The open transactions of these charge points, the latest first. */
export async function openTransactions(db: Reader, ids: readonly number[]): Promise<TransactionRow[]> {
  const found: TransactionRow[] = []
  for (const some of chunks(ids)) {
    const query = db
      .selectFrom('transactions')
      .selectAll()
      .where('charge_point_id', 'in', some)
      // A literal, because otherwise the partial index is not used.
      .where('status', '=', sql.lit('open' as const))
    found.push(...(await query.execute()))
  }
  return found.sort((one, other) => other.id - one.id)
}

interface Use {
  meters: ReadonlyMap<number, Meter>
  readings: ReadonlyMap<number, PresentReadings>
}

async function useOf(db: Reader, open: readonly TransactionRow[]): Promise<Use> {
  const meters = await metersNow(db, open)
  const byId = open.flatMap(({ id }, index): [number, Meter][] => {
    const meter = meters[index]
    return meter === undefined ? [] : [[id, meter]]
  })
  return { meters: new Map(byId), readings: await readingsNow(db, open) }
}

function groupBy<T extends { charge_point_id: number }>(rows: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const row of rows) {
    const known = groups.get(row.charge_point_id)
    if (known === undefined) groups.set(row.charge_point_id, [row])
    else known.push(row)
  }
  return groups
}

interface OnePlace {
  charge_point_id: number
  evse_id: number
  connector_id: number
  /** Absent: the connector is known by a transaction only. */
  row?: ConnectorRow
  transaction?: TransactionRow
  protocol?: string | null
}

/** The connectors that reported a status, then those that only a transaction names. */
function placesOf(connectors: readonly ConnectorRow[], open: readonly TransactionRow[]): OnePlace[] {
  const shown = new Set<TransactionRow>()
  const told = connectors.map((row): OnePlace => {
    const { charge_point_id, evse_id, connector_id } = row
    const isOnly = connectors.filter((other) => other.evse_id === evse_id).length === 1
    const transaction = open.find((one) => isAt(one, row, isOnly))
    if (transaction !== undefined) shown.add(transaction)
    return { charge_point_id, evse_id, connector_id, row, ...(transaction && { transaction }) }
  })
  const others = open.filter((one) => !shown.has(one) && !told.some((place) => isSamePlace(one, place)))
  return [...told, ...others.map(placeOfTransaction)]
}

function placeOfTransaction(transaction: TransactionRow): OnePlace {
  const { charge_point_id, evse_id, connector_id } = transaction
  return { charge_point_id, evse_id, connector_id, transaction }
}

function isSamePlace(one: Pick<OnePlace, 'evse_id' | 'connector_id'>, other: typeof one): boolean {
  return one.evse_id === other.evse_id && one.connector_id === other.connector_id
}

/** A transaction of 2.x may name the EVSE only. */
function isAt(transaction: TransactionRow, row: ConnectorRow, isOnly: boolean): boolean {
  if (isSamePlace(transaction, row)) return true
  const isOfEvse = row.evse_id > 0 && transaction.evse_id === row.evse_id && transaction.connector_id === 0
  return isOfEvse && (isOnly || row.status === 'Occupied')
}

interface Known {
  /** Absent: transactions are not shown. */
  use: Use | undefined
  problem: { tech_code: string | null; tech_info: string | null } | undefined
}

function toRecord({ row, transaction, protocol, ...place }: OnePlace, { use, problem }: Known): PresentConnector {
  const { evse_id, connector_id } = place
  const evseId = evse_id === 0 ? connector_id : evse_id
  const errorCode = row?.error_code ?? problem?.tech_code
  const info = row?.info ?? problem?.tech_info
  const status = CONNECTOR_STATUSES.find((word) => word === row?.status)
  return {
    ...(evseId > 0 && { evseId }),
    ...((row !== undefined || connector_id > 0) && { connectorId: connector_id }),
    ...(status !== undefined && { status }),
    state: connectorState({ protocol, status, chargingState: transaction?.charging_state }),
    ...(typeof errorCode === 'string' && { errorCode }),
    ...(typeof info === 'string' && { info }),
    ...(row !== undefined && { since: toDateTime(Number(row.since ?? row.timestamp)) }),
    ...(transaction !== undefined && use !== undefined && { transaction: toTransaction(transaction, use) })
  }
}

function toTransaction(row: TransactionRow, { meters, readings }: Use): PresentTransaction {
  const { id, start_timestamp, created_at } = row
  const startedAt = timeShown(start_timestamp, created_at)
  const energy = meters.get(id)?.energy
  return {
    id,
    ...(startedAt !== undefined && { startedAt }),
    ...(typeof energy === 'number' && { energyWh: energy }),
    ...presentMembers(readings.get(id))
  }
}

function presentMembers(readings: PresentReadings | undefined) {
  if (readings === undefined) return {}
  const { receivedAt: _, at, ...told } = readings
  return { ...told, at: toDateTime(at) }
}
