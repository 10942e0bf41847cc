import type { Form } from './forms.js'
import type { ToldSchedule } from './lease-proof.js'
import { mayHold } from './leases.js'
import { tolerated, usedOf } from './measured.js'
import { type PlantEvse, wattsOf } from './plant.js'
import { type EvseState, isMeasured } from './reserve.js'

// Whether a fallback that was accepted is really there: some charge points accept a TxDefaultProfile and do not keep it.

export const FALLBACK_PROOFS = ['kept', 'unproven', 'missing'] as const
/** `unproven` counts like `kept`: it was never disproved. */
export type FallbackProof = (typeof FALLBACK_PROOFS)[number]

/** What an EVSE has shown of its fallback, and how often in a row it did not have it. */
export interface ShownFallback {
  proof: Exclude<FallbackProof, 'unproven'>
  times: number
  /** The forms in which it was accepted and not kept. */
  lost: Form[]
}

/** What is known of an EVSE: one that has shown that it has no fallback counts for itself, whatever its kind does. */
export function fallbackProofAt(
  { limitFallback }: Pick<PlantEvse, 'limitFallback'>,
  { shown }: Pick<EvseState, 'shown'>
): FallbackProof {
  return shown?.proof === 'missing' ? 'missing' : (limitFallback ?? shown?.proof ?? 'unproven')
}

/** Whether the EVSE has a fallback, as far as it is known. */
export function hasFallback({ fallback, shown }: Pick<EvseState, 'fallback' | 'shown'>): boolean {
  return fallback !== undefined && shown?.proof !== 'missing'
}

/** The fallback that a charge point is asked about. */
export interface AskedFallback {
  evse: PlantEvse
  voltage: number
  /** A. */
  fallback: number
}

/** Of limits, which charge points round. A. */
const ROUNDING_A = 0.5

/** Whether one of these limits is more than the fallback. `undefined`: they are in another unit. */
function isAbove(limits: readonly number[], unit: unknown, { evse, voltage, fallback }: AskedFallback) {
  if (unit !== evse.unit) return undefined
  const [most, rounding] =
    evse.unit === 'A' ? [fallback, ROUNDING_A] : [wattsOf(evse, fallback, voltage), ROUNDING_A * voltage]
  return limits.some((limit) => limit > most + rounding)
}

/** A charging profile as a charge point of 2.x reports it. */
export interface ReportedProfile {
  chargingSchedule?: {
    chargingRateUnit?: unknown
    chargingSchedulePeriod?: { limit?: number }[]
  }[]
}

/**
 * What the reported profile of the fallback shows.
 *
 * @param reported `null`: the charge point has none with this id
 */
export function proofInProfile(
  reported: ReportedProfile | null,
  asked: AskedFallback
): ShownFallback['proof'] | undefined {
  if (reported === null) return 'missing'
  const [schedule] = reported.chargingSchedule ?? []
  const limits = (schedule?.chargingSchedulePeriod ?? []).flatMap(({ limit }) => limit ?? [])
  if (schedule === undefined || limits.length === 0) return undefined
  const isMore = isAbove(limits, schedule.chargingRateUnit, asked)
  return isMore === undefined ? undefined : isMore ? 'missing' : 'kept'
}

/**
 * What the composite schedule shows of an EVSE with a transaction that nothing but its fallback limits. Some charge points leave
 * the TxDefaultProfile out of it, so a current that was measured since counts more than a schedule that says more.
 */
export function proofInSchedule(
  { status, unit, periods = [] }: ToldSchedule,
  asked: AskedFallback & { state: EvseState; now: number }
): ShownFallback['proof'] | undefined {
  const [first] = periods
  const limits = periods.flatMap(({ limit }) => limit ?? [])
  if (status !== 'Accepted' || first === undefined || first.start > 0 || limits.length < periods.length)
    return undefined
  const isMore = isAbove(limits, unit, asked)
  if (isMore === false) return 'kept'
  const { state, now } = asked
  const { measured } = state
  const isObeyed =
    measured !== undefined && isMeasured(state, now) && usedOf(measured).most <= tolerated(asked.fallback)
  return isMore === undefined || isObeyed ? undefined : 'missing'
}

/** Whether the fallback alone limits the transaction, for long enough for a sample. */
export function isFallbackAlone(state: EvseState, { now, settle }: { now: number; settle: number }): boolean {
  const { transaction, possible, fallbackAt = 0, replaced } = state
  if (transaction?.poweredAt === undefined || possible.some((one) => mayHold(one, state, now))) return false
  const since = Math.max(fallbackAt, transaction.poweredAt, replaced?.until ?? 0, ...possible.map(({ until }) => until))
  return now - since >= Math.max(settle, SAMPLED_MS)
}

/** Samples come every ten seconds where the charge point can do that. Milliseconds. */
const SAMPLED_MS = 30_000

// --- what follows --------------------------------------------------------------------------------------------------

/** Before another form is tried. Milliseconds. */
const NEXT_FORM_MS = 1_000
/** So many forms are tried without a pause. */
const FORMS = 6
/** More are forgotten. */
const MAX_LOST = 20
const MIN_RETRY_MS = 10_000
const MAX_RETRY_MS = 300_000

/**
 * The charge point has shown something of the fallback that it accepted then. Where it is not there, nothing limits the EVSE: the
 * fallback is installed again, in another form.
 *
 * @param fallbackAt epoch milliseconds
 */
export function withShown(
  state: EvseState,
  { proof, fallbackAt }: { proof: ShownFallback['proof']; fallbackAt: number | undefined },
  now: number
): EvseState {
  if (state.fallbackAt !== fallbackAt) return state
  const { times = 0, lost = [] } = state.shown ?? {}
  // A form that was accepted after others were not kept is the one to be learned.
  if (proof === 'kept') return { ...state, shown: { proof, times: 0, lost: [] }, ...(times > 0 && { isFound: true }) }
  const { fallback: _, form, isFound: _found, rung: _rung, ...rest } = state
  const shown = { proof, times: times + 1, lost: [...lost, ...(form === undefined ? [] : [form])].slice(-MAX_LOST) }
  if (state.pending?.kind === 'fallback') return { ...state, shown }
  const pause = times + 1 < FORMS ? NEXT_FORM_MS : Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** (times + 1 - FORMS))
  return { ...rest, shown, retryAt: now + pause }
}
