import { sql } from 'kysely'
import type { Reader } from '../events/scope.js'
import { type DefaultTariff, defaultTariffs } from '../ledger/default-tariffs.js'
import { driftAt, readAllStationTariffs, refusalAt, reportAt, type StationTariffs } from '../price-messages/drift.js'
import { flagOf, readAllCostVariables } from '../price-messages/facts.js'
import { type Problem, type ProblemSource, placeOf } from './problem.js'

// Charge points that calculate costs with other tariffs than they should have.

const MAX_PROBLEMS = 1_000
/** Charge points that are compared at a time. */
const PART = 500

/** Default tariffs that a charge point has refused, or has in spite of what it should have. */
export function tariffDrift(db: Reader, now: () => number = Date.now): ProblemSource {
  return async () => {
    const found: Problem[] = []
    let behind = 0
    while (found.length < MAX_PROBLEMS) {
      const stations = await stationsOf(db, behind).execute()
      const last = stations.at(-1)
      if (last === undefined) break
      behind = last.id
      found.push(...(await ofStations(db, stations, now())))
    }
    return found.slice(0, MAX_PROBLEMS)
  }
}

/** How long a transaction that was calculated by another tariff is a problem. Milliseconds. */
const MAX_AGE_MS = 604_800_000

/** Transactions that a charge point calculates by another tariff, in the last seven days. */
export function otherTariffs(db: Reader, now: () => number = Date.now): ProblemSource {
  return async () => {
    const rows = await db
      .selectFrom('transactions')
      .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
      .select(['transactions.id', 'identity', 'evse_id', 'connector_id', 'other_tariff_id', 'transactions.updated_at'])
      .where('other_tariff_id', 'is not', null)
      .where('transactions.updated_at', '>', now() - MAX_AGE_MS)
      .where('removed_at', 'is', null)
      .orderBy('transactions.id', 'desc')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.map((row) => ({
      id: `tariff-drift-of-${row.id}`,
      kind: 'tariff-drift',
      severity: 'warning',
      since: Number(row.updated_at),
      chargePoint: row.identity,
      ...placeOf(row),
      transaction: row.id,
      detail: `calculates the transaction by the tariff ${row.other_tariff_id}, which is not that of the transaction`
    }))
  }
}

type Station = Awaited<ReturnType<ReturnType<typeof stationsOf>['execute']>>[number]

/** The charge points that have reported tariffs, or answered one. */
function stationsOf(db: Reader, behind: number) {
  const isIn = (table: 'tariff_reports' | 'station_tariffs') =>
    sql<boolean>`exists (select 1 from ${sql.table(table)} as own where own.charge_point_id = charge_points.id)`
  return db
    .selectFrom('charge_points')
    .select(['id', 'identity', 'identity_key', 'site_id'])
    .where('id', '>', behind)
    .where('removed_at', 'is', null)
    .where('protocol', '=', 'ocpp2.1')
    .where((eb) => eb.or([isIn('tariff_reports'), isIn('station_tariffs')]))
    .orderBy('id')
    .limit(PART)
}

async function ofStations(db: Reader, stations: readonly Station[], now: number): Promise<Problem[]> {
  const ids = stations.map(({ id }) => id)
  const variables = await readAllCostVariables(db, ids)
  const calculating = stations.filter(({ id }) => flagOf(variables.get(id) ?? new Map(), 'Enabled[Tariff]') === true)
  const wanted = await defaultTariffs(db, calculating, now)
  const known = await readAllStationTariffs(db, ids)
  return calculating.flatMap((station) => {
    const own = known.get(station.id)
    if (own === undefined) return []
    return (wanted.get(station.id) ?? []).flatMap((place) => problemAt(station, { place, own, now }) ?? [])
  })
}

function problemAt(
  { id, identity }: Station,
  { place, own, now }: { place: DefaultTariff; own: StationTariffs; now: number }
): Problem | undefined {
  const { evseId } = place
  const where = { chargePoint: identity, ...(evseId !== 0 && { evseId }) }
  const refusal = refusalAt(place, own.answers)
  if (refusal !== undefined) {
    const detail = `refused the tariff ${refusal.ocppId}: ${refusal.status}`
    return problem('tariff-refused', { key: `${id}-${evseId}`, since: refusal.at, detail, where })
  }
  const { state, detail = '' } = driftAt(place, own, now)
  if (state !== 'differs') return undefined
  const since = reportAt(evseId, own.reports)?.at ?? now
  return problem('tariff-drift', { key: `${id}-${evseId}`, since, detail, where })
}

interface Found {
  key: string
  since: number
  detail: string
  where: Pick<Problem, 'chargePoint' | 'evseId'>
}

function problem(kind: 'tariff-refused' | 'tariff-drift', { key, since, detail, where }: Found): Problem {
  return { id: `${kind}-${key}`, kind, severity: 'warning', since, ...where, detail }
}
