import { toDateTime } from '../date-time.js'
import { chunks, type Reader } from '../events/scope.js'
import type { DefaultTariff } from '../ledger/default-tariffs.js'
import { type Assignment, NO_ANSWER, THERE } from './station-tariffs.js'

// How the tariffs that a charge point has differ from those that it should have.

/** The answer to a tariff that a charge point was sent. */
export interface Answered {
  evseId: number
  isLater: boolean
  ocppId: string
  status: string
  /** Epoch milliseconds. */
  at: number
}

/** What a charge point has reported about one EVSE; 0: about all of them. */
export interface Reported {
  evseId: number
  assignments: readonly Assignment[]
  /** Epoch milliseconds. */
  at: number
}

/** The stored facts about one charge point. */
export interface StationTariffs {
  answers: readonly Answered[]
  reports: readonly Reported[]
}

const NOTHING: StationTariffs = { answers: [], reports: [] }

export async function readStationTariffs(db: Reader, chargePointId: number): Promise<StationTariffs> {
  return (await readAllStationTariffs(db, [chargePointId])).get(chargePointId) ?? NOTHING
}

/** Those of several charge points, by id. */
export async function readAllStationTariffs(
  db: Reader,
  chargePointIds: readonly number[]
): Promise<ReadonlyMap<number, StationTariffs>> {
  const found = new Map<number, { answers: Answered[]; reports: Reported[] }>()
  const of = (id: number) => {
    const known = found.get(id) ?? { answers: [], reports: [] }
    found.set(id, known)
    return known
  }
  for (const part of chunks(chargePointIds)) {
    const sent = await db.selectFrom('station_tariffs').selectAll().where('charge_point_id', 'in', part).execute()
    for (const { charge_point_id, evse_id: evseId, slot, ocpp_id: ocppId, status, set_at: at } of sent) {
      of(charge_point_id).answers.push({ evseId, isLater: slot === 'later', ocppId, status, at })
    }
    const told = await db.selectFrom('tariff_reports').selectAll().where('charge_point_id', 'in', part).execute()
    for (const { charge_point_id, evse_id: evseId, assignments, reported_at: at } of told) {
      of(charge_point_id).reports.push({ evseId, assignments: JSON.parse(assignments) as Assignment[], at })
    }
  }
  return found
}

/** The latest answers at an EVSE, about the present and the later tariff. An answer for all EVSEs counts at each. */
export function answersAt(evseId: number, answers: readonly Answered[]): Answered[] {
  const here = answers.filter((one) => one.evseId === evseId || one.evseId === 0).sort((a, b) => b.at - a.at)
  return [false, true].flatMap((isLater) => here.find((one) => one.isLater === isLater) ?? [])
}

/** The tariffs at an EVSE as last reported; `undefined`: never. */
export function reportAt(evseId: number, reports: readonly Reported[]): Reported | undefined {
  // A report about all EVSEs replaces older ones about one.
  const report = reports.find((one) => one.evseId === evseId) ?? reports.find((one) => one.evseId === 0)
  if (report === undefined || evseId === 0) return report
  const assignments = report.assignments.filter(({ evseIds }) => evseIds === undefined || evseIds.includes(evseId))
  return { ...report, assignments }
}

export interface Drift {
  state: 'none' | 'differs' | 'unknown'
  /** Absent if there is none. */
  detail?: string
}

/** The refusal of a tariff that is still wanted at an EVSE. */
export function refusalAt({ evseId, tariff, next }: DefaultTariff, answers: readonly Answered[]): Answered | undefined {
  const wanted = [tariff?.ocppTariffId, next?.ocppTariffId]
  return answersAt(evseId, answers).find(
    ({ status, ocppId }) => wanted.includes(ocppId) && !THERE.includes(status) && status !== NO_ANSWER
  )
}

/** Compares what should be at an EVSE with the last report. */
export function driftAt(place: DefaultTariff, { answers, reports }: StationTariffs, now: number): Drift {
  const { evseId, tariff, next } = place
  const report = reportAt(evseId, reports)
  if (report === undefined) return { state: 'unknown', detail: 'the charge point has not reported its tariffs' }
  if (answersAt(evseId, answers).some(({ at }) => at > report.at)) {
    return { state: 'unknown', detail: 'the charge point has not reported its tariffs since it got one' }
  }
  const detail = differenceOf({ tariff, next }, report.assignments, now)
  return detail === undefined ? { state: 'none' } : { state: 'differs', detail }
}

function differenceOf(
  { tariff, next }: Pick<DefaultTariff, 'tariff' | 'next'>,
  assignments: readonly Assignment[],
  now: number
): string | undefined {
  const defaults = assignments
    .filter(({ kind }) => kind === 'DefaultTariff')
    .sort((a, b) => (a.validFrom ?? 0) - (b.validFrom ?? 0))
  const present = defaults.filter(({ validFrom = 0 }) => validFrom <= now)
  const waiting = defaults.filter(({ validFrom = 0 }) => validFrom > now)
  const wanted = tariff?.ocppTariffId
  const latest = present.filter(({ validFrom }) => validFrom === present.at(-1)?.validFrom)
  const has = (latest.find(({ ocppId }) => ocppId !== wanted) ?? latest[0])?.ocppId
  if (has !== wanted) {
    if (wanted === undefined) return `has the default tariff ${has}, and none applies`
    return has === undefined
      ? `has no default tariff instead of ${wanted}`
      : `has the default tariff ${has} instead of ${wanted}`
  }
  const missing = next !== undefined && !waiting.some(({ ocppId }) => ocppId === next.ocppTariffId)
  if (missing) return `does not have the later tariff ${next.ocppTariffId}`
  const stray = waiting.find(({ ocppId }) => ocppId !== next?.ocppTariffId)
  if (stray === undefined) return undefined
  return `has ${stray.ocppId} as a tariff from ${toDateTime(stray.validFrom ?? now)}, which is not to apply then`
}
