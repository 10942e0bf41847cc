import { hasBootedSince, type ProfileRow } from '../charge-points/charging-profiles.js'
import type { Reader } from '../events/scope.js'
import { isOwnProfile } from '../load-management/profiles.js'
import type { Subject } from './facts.js'

// What a charge point of 2.1 tells of its profiles: whether those of a purpose are still there after a boot.

/** The variable, which has an instance for each purpose that may be lost. [2.1 Part 2, SmartChargingCtrlr] */
const PERSISTENCE = { component: 'SmartChargingCtrlr', variable: 'ChargingProfilePersistence' } as const
const PURPOSES = ['TxProfile', 'LocalGeneration', 'ChargingStationExternalConstraints']

/** Whether profiles persist, by purpose, as far as the charge point has told it. */
async function persistenceOf(db: Reader, chargePointId: number): Promise<ReadonlyMap<string, boolean>> {
  const rows = await db
    .selectFrom('variables')
    .select(['variable_instance', 'value'])
    .where('charge_point_id', '=', chargePointId)
    .where('component', '=', PERSISTENCE.component)
    .where('variable', '=', PERSISTENCE.variable)
    .where('variable_instance', 'in', PURPOSES)
    .where('attribute', '=', 'Actual')
    .execute()
  return new Map(
    rows.flatMap(({ variable_instance, value }): [string, boolean][] => {
      const told = value?.toLowerCase()
      return told === 'true' || told === 'false' ? [[variable_instance, told === 'true']] : []
    })
  )
}

/** Profiles of before a boot, by what the charge point has told. The others have to be asked for. */
export interface Persistence {
  kept: ProfileRow[]
  lost: ProfileRow[]
}

/** Of every source. Those of load management are its own business. */
export async function byPersistence({ db, chargePoint }: Subject): Promise<Persistence> {
  const told = await persistenceOf(db, chargePoint.id)
  if (told.size === 0) return { kept: [], lost: [] }
  const rows = await db
    .selectFrom('charging_profiles')
    .selectAll()
    .where('charge_point_id', '=', chargePoint.id)
    .where('purpose', 'in', [...told.keys()])
    .where('message_id', '=', '')
    .where('confirmed', '=', 1)
    .orderBy('id')
    .execute()
  const before = rows.filter((row) => hasBootedSince(row, chargePoint) && !isOwnProfile(row.profile_id))
  return {
    kept: before.filter(({ purpose }) => told.get(purpose ?? '') === true),
    lost: before.filter(({ purpose }) => told.get(purpose ?? '') === false)
  }
}
