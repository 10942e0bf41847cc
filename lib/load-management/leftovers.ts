import type { Reader } from '../events/scope.js'
import { keyOf, type LoadManagementBody } from './plant.js'
import { callToClear, type OcppCall, OWN_IDS, profileIdOf } from './profiles.js'

// Profiles of load management at EVSEs that no site controls any more. The ledger of profiles knows them, whichever process has
// sent them and whatever has become of the configuration, until the charge point confirms that it has them no more.

/** A profile to be taken away. */
export interface Leftover {
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
    .where('profile_id', '>=', OWN_IDS.first)
    .where('profile_id', '<=', OWN_IDS.last)
    .where('source', '=', 'CSO')
    .where('removed_at', 'is', null)
  return chargePointId === undefined ? query : query.where('charge_point_id', '=', chargePointId)
}

/** The profiles at EVSEs that are not controlled, of all charge points or of one. */
export async function findLeftovers(db: Reader, chargePointId?: number): Promise<Leftover[]> {
  const rows = await ownProfilesQuery(db, chargePointId).execute()
  if (rows.length === 0) return []
  const controlled = await controlledEvses(db)
  const found = new Map<string, Leftover>()
  for (const { id, identity, protocol, site_id, profile_id: profileId, ...row } of rows) {
    const evseId = row.evse_id || row.connector_id
    const kind = row.purpose === 'TxProfile' ? 'limit' : 'fallback'
    const keys = site_id === null ? undefined : controlled.get(site_id)
    const isControlled = evseId === 0 ? hasAny(keys, identity) : keys?.has(keyOf({ identity, evseId })) === true
    if (isControlled || protocol === null || profileId !== profileIdOf(evseId, kind)) continue
    found.set(`${id} ${profileId}`, { chargePointId: Number(id), identity, protocol, profileId })
  }
  return [...found.values()]
}

/** Whether any EVSE of the charge point is one of these: the maximum of the whole charge point may limit it. */
function hasAny(keys: ReadonlySet<string> = new Set(), identity: string): boolean {
  return [...keys].some((key) => key.startsWith(`${identity.toLowerCase()} `))
}

/** The keys of the EVSEs of each site whose mode is `control`. */
async function controlledEvses(db: Reader): Promise<Map<string, Set<string>>> {
  const rows = await db
    .selectFrom('load_management')
    .select(['site_id', 'document'])
    .where('mode', '=', 'control')
    .execute()
  return new Map(
    rows.map(({ site_id, document }) => [
      site_id,
      new Set((JSON.parse(document) as LoadManagementBody).evses.map((evse) => keyOf(evse)))
    ])
  )
}

export interface LeftoversOptions {
  db: Reader
  /** Those of these charge points that this process may call. */
  here: (identities: readonly string[]) => ReadonlySet<string>
  call: (identity: string, call: OcppCall) => Promise<unknown>
  onError: (error: unknown) => void
}

/** Also without a reason: another process may have ended in the middle. Milliseconds. */
const EVERY_MS = 30_000
const MIN_RETRY_MS = 10_000
const MAX_RETRY_MS = 300_000

/** Takes profiles away that are left, until the charge points confirm it. */
export class Leftovers {
  readonly #options: LeftoversOptions
  readonly #clearing = new Map<number, Promise<void>>()
  /** Charge points that did not confirm. */
  readonly #retries = new Map<number, { failures: number; at: number }>()
  #isWanted = true
  #sweptAt = 0

  constructor(options: LeftoversOptions) {
    this.#options = options
  }

  /** Something may be left: the next sweep looks for it. */
  want(): void {
    this.#isWanted = true
  }

  /** Looks for profiles that are left if it is time. Resolves when the calls are on their way. */
  async sweep(): Promise<void> {
    const now = Date.now()
    const isRetry = [...this.#retries.values()].some(({ at }) => at <= now)
    if (!this.#isWanted && !isRetry && now - this.#sweptAt < EVERY_MS) return
    this.#isWanted = false
    this.#sweptAt = now
    try {
      const left = await findLeftovers(this.#options.db)
      const ids = new Set(left.map(({ chargePointId }) => chargePointId))
      for (const id of this.#retries.keys()) if (!ids.has(id)) this.#retries.delete(id)
      const here = this.#options.here(left.map(({ identity }) => identity))
      for (const { chargePointId, identity } of left) {
        const isWaiting = (this.#retries.get(chargePointId)?.at ?? 0) > now
        if (isWaiting || !here.has(identity) || this.#clearing.has(chargePointId)) continue
        const done = this.#clear(chargePointId).finally(() => this.#clearing.delete(chargePointId))
        this.#clearing.set(chargePointId, done)
      }
    } catch (error) {
      this.#isWanted = true
      this.#options.onError(error)
    }
  }

  /** A charge point that is there again is asked at once. */
  reconnected(): void {
    for (const [id, { failures }] of this.#retries) this.#retries.set(id, { failures, at: 0 })
    this.want()
  }

  /** Resolves when no call is on its way. */
  async idle(): Promise<void> {
    while (this.#clearing.size > 0) await Promise.all(this.#clearing.values())
  }

  /** Asks a charge point for one profile after another: meanwhile a site may take control again. Never rejects. */
  async #clear(chargePointId: number): Promise<void> {
    const { db, call, onError } = this.#options
    try {
      const asked = new Set<number>()
      for (;;) {
        const next = (await findLeftovers(db, chargePointId)).find(({ profileId }) => !asked.has(profileId))
        if (next === undefined) break
        asked.add(next.profileId)
        // Any answer of the protocol means that the profile is not there any more. [1.6 §5.5; 2.x K10]
        await call(next.identity, callToClear(next.protocol, next.profileId))
      }
      this.#retries.delete(chargePointId)
    } catch (error) {
      const failures = (this.#retries.get(chargePointId)?.failures ?? 0) + 1
      const wait = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** Math.min(failures - 1, 5))
      this.#retries.set(chargePointId, { failures, at: Date.now() + wait })
      onError(error)
    }
  }
}
