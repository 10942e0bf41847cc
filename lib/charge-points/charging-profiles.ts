import { type Change, held } from '../events/scope.js'
import { findNewest } from '../ledger/namesakes.js'

export interface ChargingProfile {
  /** 1.6: 0. */
  evseId: number
  /** 2.x: 0. */
  connectorId: number
  profileId: number
  /** CSO when it was ours. */
  source: string
  stackLevel: number
  purpose: string
  kind: string
  transactionId?: string
  /** As OCPP spells it. */
  payload: object
}

const CSO = 'CSO'

/** The charge point has taken our profile, and let go of the one it replaces. [1.6 §5.16; 2.x K01] */
export function installChargingProfile(profile: ChargingProfile): Change {
  return held(async (scope) => {
    const { trx, chargePointId } = scope
    await trx
      .deleteFrom('charging_profiles')
      .where('charge_point_id', '=', chargePointId)
      .where('source', '=', CSO)
      .where(({ or, eb, and }) =>
        or([
          eb('profile_id', '=', profile.profileId),
          and({
            evse_id: profile.evseId,
            connector_id: profile.connectorId,
            stack_level: profile.stackLevel,
            purpose: profile.purpose
          })
        ])
      )
      .execute()
    await saveChargingProfiles([profile])(scope)
  })
}

/** Profiles that the charge point says it has. [2.x K09] */
export function saveChargingProfiles(profiles: readonly ChargingProfile[]): Change {
  return async ({ trx, chargePointId, now }) => {
    for (const profile of profiles) {
      const { transactionId } = profile
      const transaction = transactionId === undefined ? undefined : await findNewest(trx, chargePointId, transactionId)
      const values = {
        stack_level: profile.stackLevel,
        purpose: profile.purpose,
        kind: profile.kind,
        transaction_id: transaction?.transaction_id ?? transactionId ?? null,
        payload: JSON.stringify(profile.payload),
        updated_at: now
      }
      await trx
        .insertInto('charging_profiles')
        .values({
          charge_point_id: chargePointId,
          evse_id: profile.evseId,
          connector_id: profile.connectorId,
          profile_id: profile.profileId,
          source: profile.source,
          ...values
        })
        .onConflict((conflict) =>
          conflict.columns(['charge_point_id', 'evse_id', 'connector_id', 'profile_id', 'source']).doUpdateSet(values)
        )
        .execute()
    }
  }
}

/** What all of which is given has to be true of; with nothing given, of every profile. */
export interface ChargingProfileCriteria {
  profileId?: number | undefined
  evseId?: number | undefined
  connectorId?: number | undefined
  purpose?: string | undefined
  stackLevel?: number | undefined
  source?: string | undefined
}

/** The charge point has none of them any more. [1.6 §5.5; 2.x K10, K13] */
export function deleteChargingProfiles(criteria: ChargingProfileCriteria): Change {
  return async ({ trx, chargePointId }) => {
    const { profileId, evseId, connectorId, purpose, stackLevel, source } = criteria
    let query = trx.deleteFrom('charging_profiles').where('charge_point_id', '=', chargePointId)
    if (profileId !== undefined) query = query.where('profile_id', '=', profileId)
    if (evseId !== undefined) query = query.where('evse_id', '=', evseId)
    if (connectorId !== undefined) query = query.where('connector_id', '=', connectorId)
    if (purpose !== undefined) query = query.where('purpose', '=', purpose)
    if (stackLevel !== undefined) query = query.where('stack_level', '=', stackLevel)
    if (source !== undefined) query = query.where('source', '=', source)
    await query.execute()
  }
}
