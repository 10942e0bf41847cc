import { type Static, Type } from '@sinclair/typebox'
import { sql } from 'kysely'
import { compiled } from '../database/compiled.js'
import { toDateTime } from '../date-time.js'
import type { Change, Reader } from '../events/scope.js'
import { oneOf } from '../http/records.js'
import { CONNECTOR_MARKS, type ConnectorMark, IS_OWN_MARK } from '../ledger/connector-marks.js'
import { type ConnectorState, STATES } from './connector-state.js'

// The history of connector states, from which idle fees and uptime are computed. Times without an interval are unknown.

export const StateRecord = Type.Object({
  evseId: Type.Optional(
    Type.Integer({
      description:
        'EVSE; in OCPP 1.6 the connector id. Absent: the whole charge point, which is connector 0 of OCPP 1.6'
    })
  ),
  connectorId: Type.Integer({ description: '0: the whole EVSE, in OCPP 1.6 the whole charge point' }),
  state: oneOf(
    STATES,
    'The same values for all versions; derived from connector status and charging state in OCPP 2.x'
  ),
  from: Type.String({ format: 'date-time', description: 'Start of the interval, not before `from` of the query' }),
  to: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'End of the interval, not after `to` of the query. Absent: the state continues'
    })
  ),
  duration: Type.Optional(Type.Number({ description: 'Seconds. Absent: the state continues' }))
})
export type StateRecord = Static<typeof StateRecord>

export const STATE_COLUMNS = Object.keys(StateRecord.properties) as (keyof StateRecord)[]

/** The beginning of a state, as it is stored. `Occupied`, `Ended` and `Resumed` depend on what was before. */
export type Mark = Pick<ConnectorMark, 'id' | 'evse_id' | 'connector_id' | 'state' | 'started_at'>

export interface Interval {
  /** Id of the mark that begins it. */
  id: number
  evseId: number
  connectorId: number
  state: ConnectorState
  /** When it began, also before the range. */
  startedAt: number
  from: number
  to?: number
}

const PLUGGED_IN: readonly string[] = ['Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing']

/** The state that a word of a mark means after another state. */
function stateAfter(before: string, word: string, lastKnown: string): string {
  if (word === 'Resumed') return lastKnown
  // A cable is plugged in. The report says nothing about the flow of energy.
  if (word === 'Occupied') return PLUGGED_IN.includes(before) ? before : 'Preparing'
  // The end of a transaction of 2.x, which may arrive after the connector became available.
  if (word === 'Ended') return before === 'Available' ? before : 'Finishing'
  return word
}

/** The intervals of marks, which are in the order of time, within `[from, to)`; in the order of their beginnings. */
export function intervalsOf(marks: readonly Mark[], { from, to }: { from: number; to: number }): Interval[] {
  const intervals: Interval[] = []
  const places = new Map<string, { state: string; lastKnown: string; open?: Interval }>()
  for (const { id, evse_id: evseId, connector_id: connectorId, state: word, started_at } of marks) {
    const key = `${evseId} ${connectorId}`
    const place = places.get(key) ?? { state: 'Unknown', lastKnown: 'Unknown' }
    const state = stateAfter(place.state, word, place.lastKnown)
    if (state === place.state) continue
    if (place.open !== undefined) place.open.to = started_at
    const known = STATES.find((one) => one === state)
    const open = known && { id, evseId, connectorId, state: known, startedAt: started_at, from: started_at }
    if (open !== undefined) intervals.push(open)
    places.set(key, { state, lastKnown: known ?? place.lastKnown, ...(open && { open }) })
  }
  return intervals
    .filter((each) => each.from < to && (each.to ?? to) > from && each.from !== each.to)
    .map((each) => ({ ...each, from: Math.max(each.from, from), ...(each.to && { to: Math.min(each.to, to) }) }))
    .sort((a, b) => a.startedAt - b.startedAt || a.id - b.id)
}

/** Maximum number of marks in one answer: a charge point may report states without limit. */
export const MAX_MARKS = 20_000

/** The marks of a charge point that matter in `[from, to)`, in the order of time: at most one more than `MAX_MARKS`. */
export async function marksOf(
  db: Reader,
  chargePointId: number,
  { from, to }: { from: number; to: number }
): Promise<Mark[]> {
  // Includes marks before the range, from which the state at its beginning follows.
  const { rows } = await sql<Mark>`
    select m.id, m.evse_id, m.connector_id, m.state, m.started_at from ${CONNECTOR_MARKS} as m
    where m.charge_point_id = ${chargePointId} and m.started_at < ${to}
      and m.started_at >= coalesce((
        select max(b.timestamp) from status_history b
        where b.charge_point_id = m.charge_point_id and b.evse_id = m.evse_id and b.connector_id = m.connector_id
          and b.timestamp <= ${from} and b.status <> 'Occupied' and ${IS_OWN_MARK}
      ), 0)
      and m.started_at >= coalesce((
        select max(b.started_at) from connector_states b
        where b.charge_point_id = m.charge_point_id and b.evse_id = m.evse_id and b.connector_id = m.connector_id
          and b.started_at <= ${from} and b.state not in ('Occupied', 'Ended', 'Resumed', 'Unknown')
      ), 0)
    order by m.started_at, m.received_at, m.id limit ${MAX_MARKS + 1}`.execute(db)
  return rows.map((row) => ({ ...row, id: Number(row.id), started_at: Number(row.started_at) }))
}

export function stateRecord({ evseId, connectorId, state, from, to }: Interval, end: number): StateRecord {
  const shownEvse = evseId === 0 ? connectorId : evseId
  // An interval that goes on ends with a range in the past.
  const until = to ?? (end <= Date.now() ? end : undefined)
  return {
    ...(shownEvse > 0 && { evseId: shownEvse }),
    connectorId,
    state,
    from: toDateTime(from),
    ...(until !== undefined && { to: toDateTime(until), duration: (until - from) / 1000 })
  }
}

/** From `at` on, the state of connectors without a report since `untoldSince` is unknown. */
export function stateUnknown(at: number, untoldSince = Number.MAX_SAFE_INTEGER): Change {
  return markAll('Unknown', { at, untoldSince })
}

/** A charge point that reconnects without a boot reports only changes. [1.6 §4.9; 2.x G01] */
export function stateResumed(at: number): Change {
  return markAll('Resumed', { at, untoldSince: at })
}

function markAll(state: string, { at, untoldSince }: { at: number; untoldSince: number }): Change {
  return async ({ trx, chargePointId, now }) => {
    await insertMarks(trx, { state, at, untoldSince, chargePointId, now })
  }
}

interface Marks {
  state: string
  at: number
  untoldSince: number
  chargePointId: number
  now: number
}

const insertMarks = compiled((db, { state, at, untoldSince, chargePointId, now }: Marks) => {
  // Not before the last report.
  const startedAt = sql`case when updated_at > cast(${at} as bigint) then updated_at else cast(${at} as bigint) end`
  const query = sql`
    insert into connector_states (charge_point_id, evse_id, connector_id, state, started_at, received_at)
    select charge_point_id, evse_id, connector_id, cast(${state} as text), ${startedAt}, cast(${now} as bigint)
    from connectors
    where charge_point_id = cast(${chargePointId} as bigint) and updated_at < cast(${untoldSince} as bigint)
    on conflict do nothing`
  return { compile: () => query.compile(db) }
})
