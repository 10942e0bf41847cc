import type { Static } from '@sinclair/typebox'
import { isConfirmed, type ProfileRow } from '../charge-points/charging-profiles.js'
import { defined } from '../charge-points/defined.js'
import type { ChargePointRow } from '../charge-points/rows.js'
import { toDateTime } from '../date-time.js'
import type { Reader } from '../events/scope.js'
import { displayedIds } from '../ledger/namesakes.js'
import type { ChargingProfileRecord } from './records.js'

/** The profile with the id comes after it. */
export interface ProfilesPage {
  limit: number
  behind?: number
}

/** The ledger of profiles of a charge point, in the order in which they were accepted or reported. */
export function listProfiles(db: Reader, chargePointId: number, { limit, behind = 0 }: ProfilesPage) {
  return db
    .selectFrom('charging_profiles')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('id', '>', behind)
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** How rows of the ledger are shown; the ids of transactions are those that the charge point uses. */
export async function profileViewer(db: Reader, chargePoint: ChargePointRow) {
  const names = await displayedIds(db, chargePoint.id)
  return (row: ProfileRow): Static<typeof ChargingProfileRecord> => ({
    profileId: row.profile_id,
    source: row.source,
    confirmed: isConfirmed(row, chargePoint),
    updatedAt: toDateTime(row.updated_at),
    payload: JSON.parse(row.payload),
    ...defined({
      evseId: row.evse_id || undefined,
      connectorId: row.connector_id || undefined,
      stackLevel: row.stack_level ?? undefined,
      purpose: row.purpose ?? undefined,
      kind: row.kind ?? undefined,
      transactionId: row.transaction_id === null ? undefined : (names.get(row.transaction_id) ?? row.transaction_id),
      acceptedAt: row.accepted_at === null ? undefined : toDateTime(row.accepted_at)
    })
  })
}
