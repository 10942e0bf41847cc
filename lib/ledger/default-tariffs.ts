import { sql } from 'kysely'
import { chunks } from '../events/scope.js'
import type { AppliesTo } from '../money/tariff.js'
import type { Db } from './queries.js'
import type { TariffVersion } from './snapshot.js'
import { type Candidate, rank, versionAt } from './which-tariff.js'

// The tariffs that apply to drivers of whom nothing is known, as charge points are told them beforehand.

/** The tariffs at one EVSE; in 1.6 at one connector. */
export interface DefaultTariff {
  /** 0: all EVSEs, if the charge point has not reported any. */
  evseId: number
  /** `undefined`: none applies. */
  tariff: TariffVersion | undefined
  /** The one that replaces it, because it becomes valid later. */
  next: TariffVersion | undefined
}

/** A charge point. */
export interface Station {
  id: number
  identity_key: string
  site_id: string | null
}

/** The default tariffs of each of these charge points at a time, one for each EVSE, by id of the charge point. */
export async function defaultTariffs(
  db: Db,
  stations: readonly Station[],
  at: number
): Promise<ReadonlyMap<number, readonly DefaultTariff[]>> {
  const [candidates, evses, validFrom] = [
    await candidatesOf(db, stations),
    await evsesOf(db, stations),
    await laterTimes(db, at)
  ]
  const versions = new Map<string, Promise<TariffVersion | undefined>>()
  const version = (tariffId: string, time: number) => {
    const key = `${time} ${tariffId}`
    const known = versions.get(key) ?? versionAt(db, tariffId, time)
    versions.set(key, known)
    return known
  }
  const found = new Map<number, readonly DefaultTariff[]>()
  for (const { id, identity_key, site_id } of stations) {
    const own = [...(candidates.get('') ?? []), ...(candidates.get(identity_key) ?? [])].sort(byId)
    const places: DefaultTariff[] = []
    for (const evseId of evses.get(id) ?? [0]) {
      const situation = { site: site_id, chargePoint: identity_key, evseId, groups: [], idToken: undefined }
      const ranked = rank(own, { ...situation, kind: 'adhoc' }).filter(({ isAtEvse }) => isAtEvse)
      const applying = async (time: number) => {
        for (const { tariff_id } of ranked) {
          const one = await version(tariff_id, time)
          if (one !== undefined) return one
        }
        return undefined
      }
      const tariff = await applying(at)
      const times = ranked.flatMap(({ tariff_id }) => validFrom.get(tariff_id) ?? [])
      places.push({ evseId, tariff, next: await nextOf({ tariff, times, applying }) })
    }
    found.set(id, places)
  }
  return found
}

interface Ahead {
  tariff: TariffVersion | undefined
  /** When versions become valid. */
  times: readonly number[]
  applying: (time: number) => Promise<TariffVersion | undefined>
}

/** The tariff that applies after the present one. Of those that become valid later still nothing is told yet. */
async function nextOf({ tariff, times, applying }: Ahead): Promise<TariffVersion | undefined> {
  for (const time of [...new Set(times)].sort((a, b) => a - b)) {
    const later = await applying(time)
    if (later !== undefined && later.versionId !== tariff?.versionId) return later
  }
  return undefined
}

function byId(a: Candidate, b: Candidate): number {
  return a.tariff_id < b.tariff_id ? -1 : 1
}

/** By the charge point that they are for; '': more than one. */
async function candidatesOf(db: Db, stations: readonly Station[]): Promise<ReadonlyMap<string, Candidate[]>> {
  let query = db
    .selectFrom('tariffs')
    .select(['tariff_id', 'applies_to', 'priority', 'charge_point_key'])
    .where('enabled', '=', sql.lit(1 as const))
  const [only, ...others] = stations
  if (only !== undefined && others.length === 0) {
    const { identity_key } = only
    query = query.where((eb) => eb.or([eb('charge_point_key', 'is', null), eb('charge_point_key', '=', identity_key)]))
  }
  const rows = await query.execute()
  const found = new Map<string, Candidate[]>()
  for (const { tariff_id, applies_to, priority, charge_point_key } of rows) {
    const appliesTo = JSON.parse(applies_to) as AppliesTo
    const key = charge_point_key ?? ''
    found.set(key, [...(found.get(key) ?? []), { tariff_id, appliesTo, priority }])
  }
  return found
}

/** The EVSEs that the charge points have reported; in 1.6 the connectors. */
async function evsesOf(db: Db, stations: readonly Station[]): Promise<ReadonlyMap<number, number[]>> {
  const found = new Map<number, number[]>()
  for (const part of chunks(stations.map(({ id }) => id))) {
    const rows = await db
      .selectFrom('connectors')
      .select(['charge_point_id', 'evse_id', 'connector_id'])
      .where('charge_point_id', 'in', part)
      .where('connector_id', '>', 0)
      .orderBy('evse_id')
      .orderBy('connector_id')
      .execute()
    for (const { charge_point_id, evse_id, connector_id } of rows) {
      const evseId = evse_id || connector_id
      const known = found.get(charge_point_id) ?? []
      if (!known.includes(evseId)) found.set(charge_point_id, [...known, evseId])
    }
  }
  return found
}

/** When versions become valid after a time, by tariff. */
async function laterTimes(db: Db, at: number): Promise<ReadonlyMap<string, number[]>> {
  const rows = await db
    .selectFrom('tariff_versions')
    .select(['tariff_id', 'valid_from'])
    .where('valid_from', '>', at)
    .execute()
  const found = new Map<string, number[]>()
  for (const { tariff_id, valid_from } of rows) {
    if (valid_from !== null) found.set(tariff_id, [...(found.get(tariff_id) ?? []), valid_from])
  }
  return found
}
