import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { CSO } from '../charge-points/charging-profiles.js'
import type { Reader } from '../events/scope.js'
import { type CallMeans, callAnywhere } from './calls.js'
import type { ProfileQuestion } from './fallback-inquiries.js'
import type { ReportedProfile } from './fallback-proof.js'

// Asks a charge point of 2.x for one of its charging profiles. It reports to the node that it is connected to, which writes the
// report into the ledger of profiles. [2.x K09]

/** A limit may have to be lowered meanwhile, and a charge point answers one call at a time. Milliseconds. */
const TIMEOUT_MS = 5_000
/** Milliseconds between two looks at the ledger. */
const LOOK_MS = 100

/**
 * Resolves with the profile, to `null` if the charge point has none with this id, and to `undefined` if it does not report it in time.
 *
 * @param signal ends the wait for the report
 */
export async function askProfile(
  means: CallMeans,
  { identity, chargePointId, profileId }: ProfileQuestion,
  signal: AbortSignal
): Promise<ReportedProfile | null | undefined> {
  const before = await rowOf(means.db, chargePointId, profileId)
  const payload = { requestId: randomInt(1, 2 ** 31 - 1), chargingProfile: { chargingProfileId: [profileId] } }
  const call = { identity, action: 'GetChargingProfiles', payload, timeout: TIMEOUT_MS }
  const { status } = (await callAnywhere(means, call)) as { status?: unknown }
  if (status === 'NoProfiles') return null
  if (status !== 'Accepted') return undefined
  for (let waited = 0; waited < TIMEOUT_MS && !signal.aborted; waited += LOOK_MS) {
    const row = await rowOf(means.db, chargePointId, profileId)
    if (row === undefined) return before === undefined ? undefined : null
    if (row.id !== before?.id || row.updated_at !== before.updated_at) return JSON.parse(row.payload) as ReportedProfile
    await pause(LOOK_MS, undefined, { ref: false })
  }
  return undefined
}

/** A report writes the row anew. */
function rowOf(db: Reader, chargePointId: number, profileId: number) {
  return db
    .selectFrom('charging_profiles')
    .select(['id', 'updated_at', 'payload'])
    .where('charge_point_id', '=', chargePointId)
    .where('profile_id', '=', profileId)
    .where('source', '=', CSO)
    .where('message_id', '=', '')
    .executeTakeFirst()
}
