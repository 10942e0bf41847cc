import { type Static, Type } from '@sinclair/typebox'
import { sql } from 'kysely'
import { chunks, fold, type Reader } from '../events/scope.js'
import { invalidCursor, type Page, type PageQuery, pageOf, readCursor } from '../http/paging.js'
import { oneOf } from '../http/records.js'

/** The statuses of a connector in the words of 2.x, of which there are fewer. */
export const AVAILABILITIES = ['Available', 'Occupied', 'Reserved', 'Unavailable', 'Faulted'] as const
type Availability = (typeof AVAILABILITIES)[number]

/** Statuses of 1.6 that mean Occupied in 2.x. [1.6 §7.7] */
const OCCUPIED = ['Occupied', 'Preparing', 'Charging', 'SuspendedEVSE', 'SuspendedEV', 'Finishing'] as const

/** Every member that an answer has. */
export const ConnectorRecord = Type.Object({
  chargePoint: Type.String({ description: 'Identity' }),
  evseId: Type.Optional(
    Type.Integer({
      description:
        'EVSE; in OCPP 1.6 the connector id. Absent: the whole charge point, which is connector 0 of OCPP 1.6'
    })
  ),
  connectorId: Type.Integer({ description: '0: the whole EVSE, in OCPP 1.6 the whole charge point' }),
  status: oneOf(AVAILABILITIES, 'State, the same values for all versions'),
  reportedStatus: Type.String({
    description: 'Status as the charge point reported it, e.g. `SuspendedEV` of OCPP 1.6'
  }),
  since: Type.String({
    format: 'date-time',
    description: 'When the charge point first reported this state, by its clock'
  }),
  reportedAt: Type.String({ format: 'date-time', description: 'When the charge point last reported it, by its clock' }),
  errorCode: Type.Optional(
    Type.String({ description: '1.6: `errorCode`; 2.x: `techCode` of the `Problem` event of this connector' })
  ),
  info: Type.Optional(Type.String({ description: '1.6: `info`; 2.x: `techInfo` of that event' })),
  vendorId: Type.Optional(Type.String({ description: 'OCPP 1.6 only' })),
  vendorErrorCode: Type.Optional(Type.String({ description: 'OCPP 1.6 only' }))
})
type ConnectorRecord = Static<typeof ConnectorRecord>

export interface ConnectorFilter {
  status?: Availability
  chargePoint?: string
}

interface ConnectorPlace {
  chargePointId: number
  evseId: number
  connectorId: number
}

export interface ConnectorsPage {
  filter: ConnectorFilter
  limit: number
  behind?: ConnectorPlace
}

/** A page of the connectors of all charge points that were not removed. */
export async function listConnectors(db: Reader, page: ConnectorsPage): Promise<Page<ConnectorRecord>> {
  const rows = await readRows(db, page)
  const problems = await readProblems(db, rows)
  return pageOf(rows, page.limit, {
    show: (row) => recordOf(row, problems.get(placeOf(row))),
    keyOf: placeOf
  })
}

/**
 * The place that the cursor of a page tells.
 *
 * @throws `INVALID_QUERY`
 */
export function readPlace(query: PageQuery): ConnectorPlace | undefined {
  const cursor = readCursor(query)
  if (cursor === undefined) return undefined
  const [, chargePointId, evseId, connectorId] = /^(\d{1,15})\.(\d{1,9})\.(\d{1,9})$/.exec(cursor) ?? []
  if (connectorId === undefined) throw invalidCursor()
  return { chargePointId: Number(chargePointId), evseId: Number(evseId), connectorId: Number(connectorId) }
}

type Row = Awaited<ReturnType<typeof readRows>>[number]
type Place = Pick<Row, 'charge_point_id' | 'evse_id' | 'connector_id'>

export function placeOf({ charge_point_id, evse_id, connector_id }: Place): string {
  return `${charge_point_id}.${evse_id}.${connector_id}`
}

/** Start of the present status with the present error code. Repeated reports of the same status do not change it. */
export const SINCE = sql<number | null>`(
  select min(h.timestamp) from status_history h
  where h.charge_point_id = connectors.charge_point_id and h.evse_id = connectors.evse_id
    and h.connector_id = connectors.connector_id and h.timestamp <= connectors.timestamp
    and h.timestamp > coalesce((
      select max(d.timestamp) from status_history d
      where d.charge_point_id = connectors.charge_point_id and d.evse_id = connectors.evse_id
        and d.connector_id = connectors.connector_id and d.timestamp < connectors.timestamp
        and (d.status <> connectors.status or d.error_code <> coalesce(connectors.error_code, ''))
    ), -62135596800001)
)`

/** One row more than the page shows, to know whether another page follows. */
function readRows(db: Reader, { filter: { status, chargePoint }, limit, behind }: ConnectorsPage) {
  let query = db
    .selectFrom('connectors')
    .innerJoin('charge_points', 'charge_points.id', 'connectors.charge_point_id')
    .selectAll('connectors')
    .select(['charge_points.identity', SINCE.as('since')])
    .where('charge_points.removed_at', 'is', null)
  if (chargePoint !== undefined) query = query.where('charge_points.identity_key', '=', fold(chargePoint))
  if (status !== undefined) {
    query = query.where('connectors.status', 'in', status === 'Occupied' ? OCCUPIED : [status])
  }
  if (behind !== undefined) {
    const { chargePointId, evseId, connectorId } = behind
    query = query.where(
      sql<boolean>`(connectors.charge_point_id, connectors.evse_id, connectors.connector_id)
        > (${chargePointId}, ${evseId}, ${connectorId})`
    )
  }
  return query
    .orderBy('connectors.charge_point_id')
    .orderBy('connectors.evse_id')
    .orderBy('connectors.connector_id')
    .limit(limit + 1)
    .execute()
}

interface ProblemReport {
  tech_code: string | null
  tech_info: string | null
}

/** The last reported problem of faulted connectors of 2.x, whose StatusNotification has no error code. [2.x G05] */
export async function readProblems(
  db: Reader,
  rows: readonly (Place & Pick<Row, 'status'>)[]
): Promise<Map<string, ProblemReport>> {
  const faulted = rows.filter(({ evse_id, status }) => evse_id > 0 && status === 'Faulted')
  const found = new Map<string, ProblemReport>()
  for (const ids of chunks([...new Set(faulted.map((row) => row.charge_point_id))])) {
    const events = await db
      .selectFrom('device_events')
      .select(['charge_point_id', 'evse_id', 'connector_id', 'actual_value', 'tech_code', 'tech_info'])
      .where('charge_point_id', 'in', ids)
      .where('variable', '=', 'Problem')
      .orderBy('timestamp')
      .orderBy('id')
      .execute()
    for (const event of events) {
      if (event.actual_value === 'true') found.set(placeOf(event), event)
      else found.delete(placeOf(event))
    }
  }
  return found
}

function recordOf(row: Row, problem: ProblemReport | undefined): ConnectorRecord {
  const { identity, evse_id, connector_id, status } = row
  const evseId = evse_id === 0 ? connector_id : evse_id
  const errors = {
    errorCode: row.error_code ?? problem?.tech_code,
    info: row.info ?? problem?.tech_info,
    vendorId: row.vendor_id,
    vendorErrorCode: row.vendor_error_code
  }
  const known = Object.entries(errors).filter(([, value]) => typeof value === 'string')
  return {
    chargePoint: identity,
    ...(evseId > 0 && { evseId }),
    connectorId: connector_id,
    status: availabilityOf(status),
    reportedStatus: status,
    since: new Date(Number(row.since ?? row.timestamp)).toISOString(),
    reportedAt: new Date(Number(row.timestamp)).toISOString(),
    ...Object.fromEntries(known)
  }
}

function availabilityOf(status: string): Availability {
  return AVAILABILITIES.find((word) => word === status) ?? 'Occupied'
}
