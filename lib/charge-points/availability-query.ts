import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Static, Type } from '@sinclair/typebox'
import { type SqlBool, sql } from 'kysely'
import { toDateTime } from '../date-time.js'
import { fold, type Reader } from '../events/scope.js'
import {
  type Availability,
  type AvailabilityInterval,
  addUp,
  availabilityOf,
  type Known,
  type Span,
  type StateSpan,
  spansOf
} from './availability.js'
import { type Interval, intervalsOf, MAX_MARKS, marksOf } from './connector-states.js'

const seconds = (description: string) => Type.Number({ description })

export const AvailabilityRecord = Type.Object({
  start: Type.String({
    format: 'date-time',
    description: 'When the hour, day, week or month begins, in UTC; without `interval`, and for the first one, `from`'
  }),
  group: Type.Optional(
    Type.String({ examples: ['CP-1/1'], description: 'Charge point and EVSE, charge point, or site. Absent: no site' })
  ),
  chargePoint: Type.Optional(Type.String({ description: 'Unless the group is a site' })),
  evseId: Type.Optional(Type.Integer({ description: 'With `groupBy=evse`; of OCPP 1.6 the connector' })),
  time: seconds('Since the charge point first connected: the others are parts of it'),
  connected: seconds('The charge point was connected: the sum of `up`, `faulted`, `outOfService` and `unknown`'),
  up: seconds('Connected, and neither Faulted nor Unavailable'),
  faulted: seconds('Connected and Faulted'),
  outOfService: seconds('Connected and Unavailable'),
  unknown: seconds('Connected, and the state was not told'),
  occupied: seconds('Up with a cable plugged in')
})
export type AvailabilityRecord = Static<typeof AvailabilityRecord>

export const GROUPS = ['evse', 'chargePoint', 'site'] as const
export type Group = (typeof GROUPS)[number]

export interface AvailabilityFilter extends Span {
  /** Epoch milliseconds. */
  now: number
  interval?: AvailabilityInterval
  groupBy: Group
  /** Identities; case makes no difference. */
  chargePoints?: readonly string[]
  site?: string
}

/** Maximum number of charge points in one answer. */
export const MAX_CHARGE_POINTS = 500
/** Milliseconds of calculation before others have their turn. */
const TURN_MS = 5
/** Maximum number of connections of a charge point in one answer. */
const MAX_CONNECTIONS = 20_000

interface ChargePoint {
  id: number
  identity: string
  site_id: string | null
}

/** The charge points that match: at most one more than {@link MAX_CHARGE_POINTS}. */
export function matching(db: Reader, { chargePoints, site }: AvailabilityFilter): Promise<ChargePoint[]> {
  let query = db.selectFrom('charge_points').select(['id', 'identity', 'site_id']).where('removed_at', 'is', null)
  if (chargePoints !== undefined) query = query.where('identity_key', 'in', chargePoints.map(fold))
  if (site !== undefined) query = query.where('site_id', '=', site)
  return query
    .orderBy('identity_key')
    .limit(MAX_CHARGE_POINTS + 1)
    .execute()
}

/** A charge point has more data than one answer can contain. */
export class TooMuchError extends Error {}

/**
 * How long EVSEs were up, in the order of time and groups. Charge points are read one after the other.
 *
 * @throws TooMuchError
 */
export async function readAvailability(
  db: Reader,
  chargePoints: readonly ChargePoint[],
  filter: AvailabilityFilter
): Promise<AvailabilityRecord[]> {
  const range = { from: filter.from, to: Math.min(filter.to, filter.now) }
  const spans = spansOf(range, filter.interval)
  const groups = spans.map(() => new Map<string, { names: Names; all: Availability[] }>())
  let turnStarted = performance.now()
  for (const chargePoint of chargePoints) {
    const known = await knownOf(db, chargePoint, { range, now: filter.now })
    for (const [index, span] of spans.entries()) {
      for (const evseId of known.evseIds) {
        if (performance.now() - turnStarted > TURN_MS) {
          await nextTurn()
          turnStarted = performance.now()
        }
        const found = availabilityOf(known, evseId, span)
        if (found === undefined) continue
        const names = namesOf(filter.groupBy, chargePoint, evseId)
        const key = names.group ?? ''
        const group = groups[index]?.get(key) ?? { names, all: [] }
        groups[index]?.set(key, group)
        group.all.push(found)
      }
    }
  }
  return spans.flatMap(({ from }, index) =>
    [...(groups[index]?.values() ?? [])].flatMap(({ names, all }) => {
      const sum = addUp(all)
      return sum === undefined ? [] : [{ start: toDateTime(from), ...names, ...inSeconds(sum) }]
    })
  )
}

type Names = Pick<AvailabilityRecord, 'group' | 'chargePoint' | 'evseId'>

function namesOf(groupBy: Group, { identity, site_id: site }: ChargePoint, evseId: number): Names {
  switch (groupBy) {
    case 'evse':
      return { group: `${identity}/${evseId}`, chargePoint: identity, evseId }
    case 'chargePoint':
      return { group: identity, chargePoint: identity }
    case 'site':
      return site === null ? {} : { group: site }
  }
}

function inSeconds(sum: Availability): Availability {
  const { time, connected, up, faulted, outOfService, unknown, occupied } = sum
  return {
    time: time / 1000,
    connected: connected / 1000,
    up: up / 1000,
    faulted: faulted / 1000,
    outOfService: outOfService / 1000,
    unknown: unknown / 1000,
    occupied: occupied / 1000
  }
}

async function knownOf(
  db: Reader,
  { id, identity }: ChargePoint,
  { range, now }: { range: Span; now: number }
): Promise<Known> {
  const [first, rows, marks, connectors] = await Promise.all([
    db
      .selectFrom('connections')
      .select('connected_at')
      .where('charge_point_id', '=', id)
      .orderBy('connected_at')
      .limit(1)
      .executeTakeFirst(),
    connectionsIn(db, id, range),
    marksOf(db, id, range),
    db.selectFrom('connectors').select(['evse_id', 'connector_id']).where('charge_point_id', '=', id).execute()
  ])
  if (marks.length > MAX_MARKS) throw new TooMuchError(`${identity} has more than ${MAX_MARKS} changes of state`)
  if (rows.length > MAX_CONNECTIONS) throw new TooMuchError(`${identity} has more than ${MAX_CONNECTIONS} connections`)
  const states = intervalsOf(marks, range).map((interval) => placed(interval, range.to))
  const places = connectors.map(({ evse_id, connector_id }) => evseOf(evse_id, connector_id))
  const evseIds = new Set([...places, ...states.map(({ evseId }) => evseId)])
  return {
    connections: rows.map((row) => ({ from: row.connected_at, to: endOf(row, now) })),
    states,
    evseIds: [...evseIds].filter((evseId) => evseId > 0).sort((one, other) => one - other),
    since: first?.connected_at
  }
}

/** A connector of 1.6 can be used like an EVSE of 2.x. [1.6 §2.2] */
function evseOf(evseId: number, connectorId: number): number {
  return evseId === 0 ? connectorId : evseId
}

function placed({ evseId, connectorId, state, from, to }: Interval, end: number): StateSpan {
  const isOf16 = evseId === 0 && connectorId > 0
  return { evseId: evseOf(evseId, connectorId), connectorId: isOf16 ? 1 : connectorId, state, from, to: to ?? end }
}

interface Ended {
  connected_at: number
  disconnected_at: number | null
  last_seen_at: number | null
  is_open: number
}

function connectionsIn(db: Reader, chargePointId: number, { from, to }: Span): Promise<Ended[]> {
  return db
    .selectFrom('connections')
    .select(['connected_at', 'disconnected_at', 'last_seen_at', 'is_open'])
    .where('charge_point_id', '=', chargePointId)
    .where('connected_at', '<', to)
    .where(sql<SqlBool>`(is_open = 1 or coalesce(disconnected_at, last_seen_at, connected_at) >= ${from})`)
    .orderBy('connected_at')
    .limit(MAX_CONNECTIONS + 1)
    .execute()
}

/** The end of a connection. If its process died, the time of the last message of the charge point. */
function endOf({ connected_at, disconnected_at, last_seen_at, is_open }: Ended, now: number): number {
  return is_open === 1 ? now : (disconnected_at ?? last_seen_at ?? connected_at)
}
