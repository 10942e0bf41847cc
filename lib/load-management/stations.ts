import { CallError } from 'fastify-ocpp'
import { type BootedChargePoint, isConfirmed, type ProfileRow } from '../charge-points/charging-profiles.js'
import { toDateTime } from '../date-time.js'
import { chunks, type Reader } from '../events/scope.js'
import { type KnownOf, knownOf } from '../traits/book.js'
import { choiceOf, type Form } from './forms.js'
import type { LeftoversOptions } from './leftovers.js'
import type { ControlOptions } from './options.js'
import { DEFAULTS } from './plant.js'
import { answerOf, callToAsk, is16, isOwnProfile, type OcppCall, STATION_ID } from './profiles.js'
import { Rounds } from './rounds.js'
import { controlledSites, highestLevels, type Member } from './rows.js'

// The maximum of a charge point with several EVSEs, as its own profile. Nothing relies on it: it makes the charge point share its
// maximum itself, also while it is away. The ledger of profiles knows whether it is there.

/** A charge point that is to get its maximum. */
interface StationToSet {
  chargePointId: number
  identity: string
  protocol: string
  /** A of each phase. */
  maximum: number
  /** V. */
  voltage: number
  known: KnownOf
}

interface Wanted {
  maximum: number
  voltage: number
}

/** The maxima that the sites in the mode `control` want, by site and folded identity. Without an EVSE, a charge point gets none. */
export async function wantedStations(db: Reader): Promise<Map<string, Wanted>> {
  const wanted = new Map<string, Wanted>()
  for (const { siteId, body } of await controlledSites(db)) {
    const { stations = [], evses, voltage = DEFAULTS.voltage } = body
    const used = new Set(evses.map(({ identity }) => identity.toLowerCase()))
    for (const { identity, maximum } of stations) {
      const folded = identity.toLowerCase()
      if (used.has(folded)) wanted.set(`${siteId} ${folded}`, { maximum, voltage })
    }
  }
  return wanted
}

type Row = Pick<
  ProfileRow,
  'profile_id' | 'evse_id' | 'connector_id' | 'purpose' | 'confirmed' | 'updated_at' | 'boots' | 'payload'
>

/** The charge points, or the one, that do not have the maximum that their site wants. */
async function findStations(db: Reader, chargePointId?: number): Promise<StationToSet[]> {
  const wanted = await wantedStations(db)
  if (wanted.size === 0) return []
  const sites = [...new Set([...wanted.keys()].map((key) => key.slice(0, key.indexOf(' '))))]
  let query = db
    .selectFrom('charge_points')
    .select(['id', 'identity', 'identity_key', 'protocol', 'site_id', 'boots', 'last_boot_at', 'boot_reason'])
    .select(['traits', 'vendor', 'model', 'firmware_version'])
    .where('site_id', 'in', sites)
    .where('removed_at', 'is', null)
    .where('protocol', 'is not', null)
  if (chargePointId !== undefined) query = query.where('id', '=', chargePointId)
  const found = (await query.execute()).flatMap((row) => {
    const want = wanted.get(`${row.site_id} ${row.identity_key}`)
    return want === undefined ? [] : [{ row, want }]
  })
  const profiles = await maximaOf(
    db,
    found.map(({ row }) => Number(row.id))
  )
  return found.flatMap(({ row, want }): StationToSet[] => {
    const { id, identity, protocol } = row
    if (protocol === null || isSettled(profiles.get(Number(id)) ?? [], row, want)) return []
    return [{ chargePointId: Number(id), identity, protocol, ...want, known: knownOf(row) }]
  })
}

/** The maxima that charge points have of this CSMS. */
async function maximaOf(db: Reader, ids: readonly number[]): Promise<Map<number, Row[]>> {
  const found = new Map<number, Row[]>()
  for (const part of chunks([...ids])) {
    const rows = await db
      .selectFrom('charging_profiles')
      .select(['charge_point_id', 'profile_id', 'evse_id', 'connector_id', 'purpose', 'confirmed', 'updated_at'])
      .select(['boots', 'payload'])
      .where('charge_point_id', 'in', part)
      .where('source', '=', 'CSO')
      .where('purpose', 'in', Object.values(PURPOSE))
      .execute()
    for (const { charge_point_id, ...row } of rows) {
      const id = Number(charge_point_id)
      found.set(id, [...(found.get(id) ?? []), row])
    }
  }
  return found
}

/** Whether nothing is to be done: it has this maximum, or an operator has set another one in its place. */
function isSettled(rows: readonly Row[], chargePoint: BootedChargePoint, wanted: Wanted): boolean {
  return rows.some((row) => {
    if (!isOwnProfile(row.profile_id)) return true
    return row.profile_id === STATION_ID && isConfirmed(row, chargePoint) && isSame(row.payload, wanted)
  })
}

function isSame(payload: string, { maximum, voltage }: Wanted): boolean {
  const { chargingSchedule } = JSON.parse(payload) as { chargingSchedule?: Schedule | Schedule[] }
  const [schedule] = [chargingSchedule ?? []].flat()
  const [period] = schedule?.chargingSchedulePeriod ?? []
  return period?.limit === limitIn(schedule?.chargingRateUnit === 'W' ? 'W' : 'A', { maximum, voltage })
}

interface Schedule {
  chargingRateUnit?: unknown
  chargingSchedulePeriod?: { limit?: number }[]
}

// --- calls ---------------------------------------------------------------------------------------------------------

const PURPOSE = { v16: 'ChargePointMaxProfile', v2: 'ChargingStationMaxProfile' } as const
const PHASES = 3
/** So long before now its schedule starts, which never ends. Milliseconds. */
const STARTED_MS = 86_400_000

/** In W it is that of all phases. */
function limitIn(unit: Form['unit'], { maximum, voltage }: Wanted): number {
  return unit === 'A' ? maximum : Math.floor(maximum * voltage * PHASES)
}

type Said = Pick<Form, 'unit' | 'stackLevel'>

/** The call that installs the maximum. It may not be Relative. [1.6 §3.13.1; 2.x K01.FR.38] */
export function callForStation(
  station: Pick<StationToSet, 'protocol' | 'maximum' | 'voltage'>,
  said: Said,
  now: number
) {
  const { unit, stackLevel } = said
  const schedule = {
    startSchedule: toDateTime(now - STARTED_MS),
    chargingRateUnit: unit,
    chargingSchedulePeriod: [{ startPeriod: 0, limit: limitIn(unit, station) }]
  }
  const common = { stackLevel, chargingProfileKind: 'Absolute' }
  if (is16(station.protocol)) {
    const named = { chargingProfileId: STATION_ID, chargingProfilePurpose: PURPOSE.v16 }
    const csChargingProfiles = { ...named, ...common, chargingSchedule: schedule }
    return { action: 'SetChargingProfile', payload: { connectorId: 0, csChargingProfiles } } satisfies OcppCall
  }
  const named = { id: STATION_ID, chargingProfilePurpose: PURPOSE.v2 }
  const chargingProfile = { ...named, ...common, chargingSchedule: [{ id: STATION_ID, ...schedule }] }
  return { action: 'SetChargingProfile', payload: { evseId: 0, chargingProfile } } satisfies OcppCall
}

/** How it is said: as the traits have it, then in the other unit, then at the highest level. */
function formsOf({ base, fixed, highestLevel }: ReturnType<typeof choiceOf>): Said[] {
  const { unit, stackLevel } = base
  const other = fixed.unit ?? (unit === 'A' ? ('W' as const) : ('A' as const))
  const highest = fixed.stackLevel ?? highestLevel ?? stackLevel
  const forms = [
    { unit, stackLevel },
    { unit: other, stackLevel },
    { unit, stackLevel: highest },
    { unit: other, stackLevel: highest }
  ]
  const texts = forms.map((form) => JSON.stringify(form))
  return forms.filter((_, index) => texts.indexOf(texts[index] ?? '') === index)
}

export type StationsOptions = LeftoversOptions & Pick<ControlOptions, 'traitsOf'>

/** A charge point that refuses its maximum in each form is left alone then, until it connects again. */
const MAX_FAILURES = 5

/** Visits that install the maxima of charge points. */
export function stationRounds(options: StationsOptions): Rounds {
  const { db, here, onError } = options
  return new Rounds({
    ...{ here, onError, maxFailures: MAX_FAILURES },
    find: () => findStations(db),
    visit: async (chargePointId) => {
      const [station] = await findStations(db, chargePointId)
      if (station !== undefined) await install(options, station)
    }
  })
}

async function install({ db, call, traitsOf = () => ({}) }: StationsOptions, station: StationToSet): Promise<void> {
  const { chargePointId, identity, protocol, known } = station
  const levelOf = async () => (await highestLevels(db, [{ id: chargePointId } as Member])).get(chargePointId)
  let highestLevel = await levelOf()
  for (let isFirst = true; ; isFirst = false) {
    const applied = traitsOf(known)
    const most = [highestLevel, applied.maxStackLevel?.value].filter((level) => typeof level === 'number')
    const choice = choiceOf(applied, {
      ...{ needsId: false, isOnly: false, hasDynamic: false },
      highestLevel: most.length === 0 ? undefined : Math.min(...most)
    })
    for (const said of formsOf(choice))
      if (await isTaken(call(identity, callForStation(station, said, Date.now())))) return
    if (!isFirst || highestLevel !== undefined) break
    // The highest level is asked for once it may matter.
    await call(identity, callToAsk(protocol))
    highestLevel = await levelOf()
    if (highestLevel === undefined) break
  }
  throw new Error(`${identity} does not take the maximum of the whole charge point`)
}

/** @throws if there was no answer */
async function isTaken(answer: Promise<unknown>): Promise<boolean> {
  try {
    return answerOf(await answer) === 'accepted'
  } catch (error) {
    if (error instanceof CallError) return false
    throw error
  }
}
