import { type CompositeInput, type CompositeSchedule, compositeSchedule } from 'fastify-ocpp/smart-charging'
import type * as v16 from 'fastify-ocpp/v16'
import { type Change, held, type Scope } from '../events/scope.js'
import { bootsOf } from '../ledger/namesakes.js'
import { readFacts } from './facts.js'
import { type ReportedSchedule, readReported } from './reported.js'

// OCPP 1.6 has no message for a limit that somebody else has set, such as an energy manager at the charge point. It shows where
// the charge point itself tells a lower limit than its profiles come to.

/** The profile of the ledger that stands for such a limit. Ids of profiles are not negative. */
const OBSERVED_ID = -3
const SOURCE = 'Other'

/** So long it is believed, unless the charge point is asked again. Milliseconds. */
const BELIEVED_MS = 3_600_000
/** Composite schedules are often wrong: a lower limit, and one of 0, is not believed. A. [IEC 61851-1] */
const LEAST = 6
/** What some charge points tell when they know nothing. A. */
const MADE_UP = 48
/** Of limits, which have one decimal. A. */
const ROUNDING = 0.11
/** Seconds that are looked at: only what holds now is believed. */
const NOW_S = 60

/**
 * The limit of others that an answer shows, in A; `none`: the answer shows that there is none; `undefined`: it shows nothing, because
 * it is not in A, is about no profile, or is about one that the charge point may have or not.
 *
 * @param calculated without the limit that was observed before
 * @param before that limit: a profile that is no higher hides it
 */
export function observedIn(
  calculated: CompositeSchedule,
  reported: ReportedSchedule,
  before = 0
): number | 'none' | undefined {
  const [own] = calculated.periods
  const told = reported.periods?.findLast(({ start }) => start <= 0)?.limit
  if (reported.status !== 'Accepted' || reported.unit !== 'A' || told === undefined) return undefined
  const limit = own?.limit ?? null
  if (told < LEAST || told === MADE_UP) return undefined
  // Whatever its profiles come to, it may take more than that.
  if (limit === null || own?.uncertain !== undefined) return before > 0 && told > before + ROUNDING ? 'none' : undefined
  if (told <= limit - Math.max(1, limit * 0.05)) return told
  return told > before + ROUNDING ? 'none' : undefined
}

/** Takes note of the composite schedule that a charge point of 1.6 has told of a connector. Connector 0 is too often no sum. */
export function observeLimit(
  { connectorId }: v16.GetCompositeScheduleRequest,
  response: v16.GetCompositeScheduleResponse
): Change | undefined {
  if (connectorId === 0) return undefined
  return held(async (scope) => {
    const { trx, chargePointId, now } = scope
    const chargePoint = await trx
      .selectFrom('charge_points')
      .selectAll()
      .where('id', '=', chargePointId)
      .executeTakeFirstOrThrow()
    const question = { evseId: connectorId, start: now, duration: NOW_S, unit: 'A' as const }
    const subject = { db: trx, chargePoint, protocol: 'ocpp1.6' as const, isConnected: true }
    const { input } = await readFacts(subject, question)
    const own = withoutObserved(input)
    const before = limitOf(
      input.profiles.find((one) => one.evseId === connectorId && !own.profiles.includes(one as never))
    )
    const seen = observedIn(compositeSchedule(own), readReported(response, question), before)
    if (seen !== undefined) await forget(scope, connectorId)
    if (typeof seen === 'number') await keep(scope, { connectorId, limit: seen })
  })
}

/** The facts without limits that only a comparison has shown. */
export function withoutObserved(input: CompositeInput): CompositeInput {
  const profiles = input.profiles.filter(({ source, profile }) => {
    return source !== SOURCE || !('chargingProfileId' in profile) || profile.chargingProfileId !== OBSERVED_ID
  })
  return { ...input, profiles } as CompositeInput
}

function limitOf(observed: CompositeInput['profiles'][number] | undefined): number | undefined {
  const [schedule] = observed === undefined ? [] : [observed.profile.chargingSchedule].flat()
  return schedule?.chargingSchedulePeriod[0]?.limit
}

async function forget({ trx, chargePointId }: Scope, connectorId: number): Promise<void> {
  await trx
    .deleteFrom('charging_profiles')
    .where('charge_point_id', '=', chargePointId)
    .where('connector_id', '=', connectorId)
    .where('profile_id', '=', OBSERVED_ID)
    .where('source', '=', SOURCE)
    .execute()
}

async function keep(
  { trx, chargePointId, now }: Scope,
  { connectorId, limit }: { connectorId: number; limit: number }
) {
  const [seenAt, validTo] = [now, now + BELIEVED_MS].map((time) => new Date(time).toISOString())
  const purpose = 'ChargingStationExternalConstraints'
  const chargingSchedule = {
    startSchedule: seenAt,
    chargingRateUnit: 'A',
    chargingSchedulePeriod: [{ startPeriod: 0, limit }]
  }
  const payload = {
    ...{
      chargingProfileId: OBSERVED_ID,
      stackLevel: 0,
      chargingProfilePurpose: purpose,
      chargingProfileKind: 'Absolute'
    },
    ...{ validTo, chargingSchedule }
  }
  await trx
    .insertInto('charging_profiles')
    .values({
      charge_point_id: chargePointId,
      ...{
        connector_id: connectorId,
        profile_id: OBSERVED_ID,
        source: SOURCE,
        stack_level: 0,
        purpose,
        kind: 'Absolute'
      },
      payload: JSON.stringify(payload),
      // Nobody has told it: it is a conclusion.
      confirmed: 0,
      updated_at: now,
      boots: (await bootsOf(trx, chargePointId)).count
    })
    .execute()
}
