import { parseTime } from 'fastify-ocpp'
import { type CompositePeriod, type CompositeSchedule, compositeScheduleInTurns } from 'fastify-ocpp/smart-charging'
import type * as v21 from 'fastify-ocpp/v21'
import { displayedIdOf, findOpen, type TransactionRow } from '../ledger/queries.js'
import { isOwnProfile } from '../load-management/profiles.js'
import { type Question, readFacts, type Subject } from './facts.js'

// The needs of an EV by ISO 15118, and the offer that it gets within the limits. [2.x K15-K17]

/** The offer to an EV. */
export interface Offer {
  evseId: number
  chargingProfile: v21.ChargingProfileType
}

/** Ids of offers start here, so that they are not those of operators or of load management. */
const FIRST_ID = 1_800_000_000
/** Seconds of an offer to an EV that does not say when it leaves. */
const USUAL_S = 86_400
/** Periods of an offer, where the EV takes more. [2.x PeriodsPerSchedule is at least 24] */
const MAX_PERIODS = 24

/** The running transaction at an EVSE. */
async function transactionAt({ db, chargePoint }: Subject, evseId: number): Promise<TransactionRow | undefined> {
  return (await findOpen(db, chargePoint.id, { evseId })).at(-1)
}

/** Without the plan of the EV, which must not limit its own successor. */
async function scheduleOf(subject: Subject, question: Question) {
  const { input } = await readFacts(subject, question)
  const transactions = input.state?.transactions?.map(({ evSchedule: _, ...transaction }) => transaction) ?? []
  return compositeScheduleInTurns({ ...input, state: { ...input.state, transactions } } as typeof input)
}

/**
 * The profile for an EV with these needs: within the limits that are known, at most what the EV can take, until it leaves.
 *
 * @returns `undefined` if nothing limits the EVSE, or no transaction is running there: nobody steers this EV
 */
export async function offerFor(
  subject: Subject,
  { evseId, chargingNeeds, maxScheduleTuples = MAX_PERIODS }: v21.NotifyEVChargingNeedsRequest,
  now: number
): Promise<Offer | undefined> {
  const transaction = await transactionAt(subject, evseId)
  if (transaction === undefined) return undefined
  const { requestedEnergyTransfer, v2xChargingParameters } = chargingNeeds
  // What an EV tells by ISO 15118-20 is power, with alternating current, too.
  const unit = requestedEnergyTransfer.startsWith('DC') || v2xChargingParameters !== undefined ? 'W' : 'A'
  const duration = secondsUntil(chargingNeeds.departureTime, now)
  const schedule = await scheduleOf(subject, { evseId, start: now, duration, unit })
  if (schedule.status !== 'Accepted' || schedule.periods.every(({ limit }) => limit === null)) return undefined
  const most = maximumOf(chargingNeeds, unit)
  const periods = shortened(schedule.periods, Math.max(1, Math.min(maxScheduleTuples, MAX_PERIODS)))
  const chargingSchedulePeriod = periods.map(({ start, limit, numberPhases }) => ({
    startPeriod: start,
    limit: lowestOf(limit, most, unit),
    ...(numberPhases !== undefined && { numberPhases })
  }))
  const id = FIRST_ID + evseId
  return {
    evseId,
    chargingProfile: {
      id,
      stackLevel: 0,
      chargingProfilePurpose: 'TxProfile',
      chargingProfileKind: 'Absolute',
      transactionId: displayedIdOf(transaction),
      chargingSchedule: [
        { id, startSchedule: new Date(now).toISOString(), duration, chargingRateUnit: unit, chargingSchedulePeriod }
      ]
    }
  }
}

function secondsUntil(departureTime: string | undefined, now: number): number {
  const departure = departureTime === undefined ? undefined : parseTime(departureTime)
  if (departure === undefined || departure <= now) return USUAL_S
  return Math.min(USUAL_S, Math.max(1, Math.ceil((departure - now) / 1000)))
}

/** The maximum of the EV itself: A of each phase, or W. */
function maximumOf(needs: v21.ChargingNeedsType, unit: 'A' | 'W'): number {
  const { acChargingParameters: ac, dcChargingParameters: dc, v2xChargingParameters: v2x } = needs
  if (unit === 'A') return ac?.evMaxCurrent ?? Number.POSITIVE_INFINITY
  return Math.min(
    dc?.evMaxPower ?? Number.POSITIVE_INFINITY,
    dc === undefined ? Number.POSITIVE_INFINITY : dc.evMaxCurrent * dc.evMaxVoltage,
    v2x?.maxChargePower ?? Number.POSITIVE_INFINITY
  )
}

/** Where neither a profile nor the EV limits: the most that a charge point can mean. */
const UNLIMITED = { A: 1000, W: 1_000_000 }

function lowestOf(limit: number | null, most: number, unit: 'A' | 'W'): number {
  const lowest = Math.min(limit ?? Number.POSITIVE_INFINITY, most, UNLIMITED[unit])
  return Math.floor(Math.max(0, lowest) * 10) / 10
}

/** The last of the periods that fit has the lowest of the limits after it. [2.x K15.FR.04 maxScheduleTuples] */
function shortened(periods: readonly CompositePeriod[], count: number): CompositePeriod[] {
  const [last, ...rest] = periods.slice(count - 1)
  if (last === undefined || rest.length === 0) return [...periods]
  const limits = [last, ...rest].flatMap(({ limit }) => limit ?? [])
  return [...periods.slice(0, count - 1), { ...last, limit: limits.length === 0 ? null : Math.min(...limits) }]
}

/** Limits are rounded. */
const ROUNDING = 0.11

/**
 * The seconds for which limits are known. The limit of load management is renewed before it ends, at a value that nobody knows yet:
 * that the fallback would follow is no reason to refuse a plan.
 */
function knownFor({ periods }: CompositeSchedule): number {
  const isLeased = ({ by }: CompositePeriod) =>
    by.some((one) => one.purpose === 'TxProfile' && 'id' in one && one.id !== undefined && isOwnProfile(one.id))
  const first = periods.findIndex(isLeased)
  const end = first < 0 ? undefined : periods.slice(first).find((period) => !isLeased(period))
  return end?.start ?? Number.POSITIVE_INFINITY
}

/** Whether the schedule of an EV is within the limits that it was offered. [2.x K16, K17] */
export async function isWithin(subject: Subject, request: v21.NotifyEVChargingScheduleRequest): Promise<boolean> {
  const { evseId, timeBase, chargingSchedule } = request
  const { chargingRateUnit: unit, chargingSchedulePeriod, duration = USUAL_S } = chargingSchedule
  const start = parseTime(timeBase) ?? Date.now()
  const allowed = await scheduleOf(subject, { evseId, start, duration: Math.min(Math.max(1, duration), USUAL_S), unit })
  if (allowed.status !== 'Accepted') return true
  const planned = [...chargingSchedulePeriod].sort((one, other) => one.startPeriod - other.startPeriod)
  const end = Math.min(duration, knownFor(allowed))
  const edges = [...planned.map(({ startPeriod }) => startPeriod), ...allowed.periods.map((period) => period.start)]
  return edges.every((edge) => {
    const wish = planned.findLast(({ startPeriod }) => startPeriod <= edge)?.limit
    const limit = allowed.periods.findLast((period) => period.start <= edge)?.limit ?? null
    return edge >= end || wish === undefined || limit === null || wish <= limit + ROUNDING
  })
}

/** Members of a period that an update of a dynamic profile has, too. [2.1 ChargingScheduleUpdateType] */
const UPDATED = [
  ...(['limit', 'limit_L2', 'limit_L3', 'dischargeLimit', 'dischargeLimit_L2', 'dischargeLimit_L3'] as const),
  ...(['setpoint', 'setpoint_L2', 'setpoint_L3'] as const),
  ...(['setpointReactive', 'setpointReactive_L2', 'setpointReactive_L3'] as const)
]

/**
 * The present values of a dynamic profile of ours; `undefined` if the charge point has none with this id. Those of load management are
 * not told: each answer would renew a limit of which load management knows nothing. [2.1 K28]
 */
export async function dynamicValues(
  { db, chargePoint }: Subject,
  profileId: number
): Promise<v21.ChargingScheduleUpdateType | undefined> {
  if (isOwnProfile(profileId)) return undefined
  const row = await db
    .selectFrom('charging_profiles')
    .select('payload')
    .where('charge_point_id', '=', chargePoint.id)
    .where('profile_id', '=', profileId)
    .where('source', '=', 'CSO')
    .where('kind', '=', 'Dynamic')
    .orderBy('id', 'desc')
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { chargingSchedule } = JSON.parse(row.payload) as v21.ChargingProfileType
  const period: Partial<v21.ChargingSchedulePeriodType> = chargingSchedule[0]?.chargingSchedulePeriod[0] ?? {}
  const values = UPDATED.filter((name) => period[name] !== undefined).map((name) => [name, period[name]])
  return Object.fromEntries(values) as v21.ChargingScheduleUpdateType
}
