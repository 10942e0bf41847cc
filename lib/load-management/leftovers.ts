import type { Reader } from '../events/scope.js'
import { keyOf } from './plant.js'
import { callToClear, type OcppCall, OWN_IDS, profileIdOf, STATION_ID } from './profiles.js'
import { Rounds, type RoundsOptions } from './rounds.js'
import { controlledSites } from './rows.js'
import { wantedStations } from './stations.js'

// Profiles of load management at EVSEs that no site controls any more. The ledger of profiles knows them, whichever process has
// sent them and whatever has become of the configuration, until the charge point confirms that it has them no more.

/** A profile to be taken away. */
interface Leftover {
  chargePointId: number
  identity: string
  protocol: string
  profileId: number
}

/** The profiles of load management, of all charge points or of one. */
export function ownProfilesQuery(db: Reader, chargePointId?: number) {
  const query = db
    .selectFrom('charging_profiles')
    .innerJoin('charge_points', 'charge_points.id', 'charging_profiles.charge_point_id')
    .select(['charge_points.id', 'identity', 'protocol', 'site_id', 'evse_id', 'connector_id', 'profile_id', 'purpose'])
    .select(['message_id', 'transaction_id'])
    .where('profile_id', '>=', OWN_IDS.first)
    .where('profile_id', '<=', OWN_IDS.last)
    .where('source', '=', 'CSO')
    .where('removed_at', 'is', null)
  return chargePointId === undefined ? query : query.where('charge_point_id', '=', chargePointId)
}

/** The profiles at EVSEs that are not controlled, of all charge points or of one. */
async function findLeftovers(db: Reader, chargePointId?: number): Promise<Leftover[]> {
  const rows = await ownProfilesQuery(db, chargePointId).execute()
  if (rows.length === 0) return []
  const controlled = await controlledEvses(db)
  const stations = await wantedStations(db)
  const found = new Map<string, Leftover>()
  for (const { id, identity, protocol, site_id, profile_id: profileId, ...row } of rows) {
    // That of a start comes with its transaction, and cannot be deleted before.
    if (row.purpose === 'TxProfile' && row.message_id !== '' && row.transaction_id === null) continue
    const evseId = row.evse_id || row.connector_id
    const kind = row.purpose === 'TxProfile' ? 'limit' : 'fallback'
    const isUnwanted = profileId === STATION_ID && !stations.has(`${site_id} ${identity.toLowerCase()}`)
    const keys = site_id === null ? undefined : controlled.get(site_id)
    const isControlled = evseId === 0 ? hasAny(keys, identity) : keys?.has(keyOf({ identity, evseId })) === true
    const isAlone = !isControlled && profileId === profileIdOf(evseId, kind)
    if (protocol === null || !(isUnwanted || isAlone)) continue
    found.set(`${id} ${profileId}`, { chargePointId: Number(id), identity, protocol, profileId })
  }
  return [...found.values()]
}

/** Whether any EVSE of the charge point is one of these: the maximum of the whole charge point may limit it. */
function hasAny(keys: ReadonlySet<string> = new Set(), identity: string): boolean {
  return [...keys].some((key) => key.startsWith(`${identity.toLowerCase()} `))
}

/** The keys of the EVSEs of each site whose mode is `control`. */
export async function controlledEvses(db: Reader): Promise<Map<string, Set<string>>> {
  const sites = await controlledSites(db)
  return new Map(sites.map(({ siteId, body }) => [siteId, new Set(body.evses.map((evse) => keyOf(evse)))]))
}

export type LeftoversOptions = Pick<RoundsOptions, 'here' | 'onError'> & {
  db: Reader
  call: (identity: string, call: OcppCall) => Promise<unknown>
  /** Called when the profiles of a charge point are gone. */
  onCleared?: () => void
}

/** Visits that take profiles away that are left, until the charge points confirm it. */
export function leftoversRounds({ db, call, here, onError, onCleared }: LeftoversOptions): Rounds {
  const visit = async (id: number) => {
    await clear(db, call, id)
    onCleared?.()
  }
  return new Rounds({ here, onError, visit, find: () => findLeftovers(db) })
}

/** Asks a charge point for one profile after another: meanwhile a site may take control again. */
async function clear(db: Reader, call: LeftoversOptions['call'], chargePointId: number): Promise<void> {
  const asked = new Set<number>()
  for (;;) {
    const next = (await findLeftovers(db, chargePointId)).find(({ profileId }) => !asked.has(profileId))
    if (next === undefined) return
    asked.add(next.profileId)
    // Any answer of the protocol means that the profile is not there any more. [1.6 §5.5; 2.x K10]
    await call(next.identity, callToClear(next.protocol, next.profileId))
  }
}
