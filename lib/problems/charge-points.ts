import { sql } from 'kysely'
import type { Whereabouts } from '../charge-points/whereabouts.js'
import type { Reader } from '../events/scope.js'
import { CONNECTOR_MARKS } from '../ledger/connector-marks.js'
import { type Problem, type ProblemSource, placeOf } from './problem.js'

// Connectors with a fault, and disconnected charge points.

/** Maximum number of problems of one kind. */
const MAX_PROBLEMS = 1_000

/**
 * When the fault of a connector began: a charge point reports it again after each boot, and some do so all the time. The
 * beginning is searched in the latest 1000 reports.
 */
const BEGAN = sql<number | null>`(
  select min(started_at) from (
    select state, started_at, sum(case when state in ('Faulted', 'Unknown', 'Resumed') then 0 else 1 end)
      over (order by started_at desc) as others
    from (
      select state, started_at from ${CONNECTOR_MARKS} as marks
      where marks.charge_point_id = connectors.charge_point_id
        and marks.evse_id = connectors.evse_id and marks.connector_id = connectors.connector_id
      order by started_at desc limit 1000
    ) latest
  ) counted
  where others = 0 and state = 'Faulted'
)`

/** Connectors that are Faulted, by their last status. */
export function faultedConnectors(db: Reader): ProblemSource {
  return async () => {
    const rows = await db
      .selectFrom('connectors')
      .innerJoin('charge_points', 'charge_points.id', 'connectors.charge_point_id')
      .select(['connectors.id', 'identity', 'evse_id', 'connector_id', 'error_code', 'info', 'connectors.timestamp'])
      .select(BEGAN.as('began_at'))
      // A literal, because otherwise the partial index is not used.
      .where('status', '=', sql.lit('Faulted'))
      .where('removed_at', 'is', null)
      .orderBy('connectors.charge_point_id')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.map((row) => ({
      id: `connector-faulted-${row.id}`,
      kind: 'connector-faulted',
      severity: 'critical',
      since: Number(row.began_at ?? row.timestamp),
      chargePoint: row.identity,
      ...placeOf(row),
      detail: `Faulted${faultOf(row)}`
    }))
  }
}

function faultOf({ error_code, info }: { error_code: string | null; info: string | null }): string {
  const told = [error_code === 'NoError' ? null : error_code, info].filter((text) => text !== null && text !== '')
  return told.length === 0 ? '' : `: ${told.join(', ')}`
}

/** How long a charge point may be disconnected. Milliseconds. */
export const MAX_AWAY_MS = 900_000
/** How long charge points that were charging may take to reconnect after a start of the back-end. Milliseconds. */
const COMING_BACK_MS = 60_000

export interface AwayOptions {
  whereabouts: Pick<Whereabouts, 'of'>
  /** When the back-end started: nobody could be connected before. Epoch milliseconds. */
  startedAt: number
  /** Epoch milliseconds. */
  now?: () => number
}

/** Charge points that are not connected: at once if they were charging, otherwise after 15 minutes. */
export function awayChargePoints(db: Reader, { whereabouts, startedAt, now = Date.now }: AwayOptions): ProblemSource {
  return async () => {
    const time = now()
    const rows = await awayQuery(db, time - MAX_AWAY_MS).execute()
    const identities = rows.map(({ identity_key }) => identity_key)
    const located = await whereabouts.of(db, identities)
    return rows.flatMap((row): Problem[] => {
      if (located.has(row.identity_key)) return []
      const isCharging = Number(row.open) > 0
      const since = Number(row.since)
      const patience = isCharging ? COMING_BACK_MS : MAX_AWAY_MS
      const isLong = time - startedAt >= patience && (isCharging || time - since >= MAX_AWAY_MS)
      if (!isLong && !(isCharging && since >= startedAt)) return []
      return [
        {
          id: `away-${row.id}`,
          kind: 'away',
          severity: isCharging ? 'critical' : 'warning',
          since,
          chargePoint: row.identity,
          detail: isCharging ? 'not connected; it was charging' : 'not connected',
          ...(!isCharging && since + MAX_AWAY_MS <= startedAt && { isOld: true })
        }
      ]
    })
  }
}

/** Charge points that were connected before and, according to the database, are not. */
export function awayQuery(db: Reader, before: number) {
  const since = sql<number>`coalesce(last_disconnected_at, last_seen_at, last_connected_at)`
  const open = sql<number>`(case when exists (select 1 from transactions
    where transactions.charge_point_id = charge_points.id and transactions.status = 'open') then 1 else 0 end)`
  const isGone = sql<boolean>`last_disconnected_at >= last_connected_at`
  return db
    .selectFrom('charge_points')
    .select(['id', 'identity', 'identity_key', since.as('since'), open.as('open')])
    .where('removed_at', 'is', null)
    .where('enabled', '=', 1)
    .where('last_connected_at', 'is not', null)
    .where((eb) =>
      eb.or([
        eb('last_seen_at', '<', before),
        eb.and([isGone, eb.or([eb(since, '<', before), sql<boolean>`${open} = 1`])])
      ])
    )
    .orderBy('id')
    .limit(MAX_PROBLEMS)
}
