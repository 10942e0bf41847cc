import { type Change, fold, held } from '../events/scope.js'

/** An entry as it was sent: with `idTag` in 1.6, with `idToken` in 2.x. */
export interface LocalListEntry {
  idTag?: string
  idToken?: { idToken: string; type: string }
  idTagInfo?: object
  idTokenInfo?: object
}

export interface LocalListUpdate {
  version: number
  isFull: boolean
  entries: readonly LocalListEntry[]
}

/** The charge point has accepted a list. [1.6 §5.15; 2.x D01] */
export function saveLocalList({ version, isFull, entries }: LocalListUpdate): Change {
  return held(async ({ trx, chargePointId, now }) => {
    const known = await trx
      .selectFrom('local_lists')
      .select('entries')
      .where('charge_point_id', '=', chargePointId)
      .executeTakeFirst()
    const before = known === undefined || known.entries === null ? undefined : JSON.parse(known.entries)
    const after = isFull ? merge([], entries) : before && merge(before, entries)
    const values = { version, entries: after === undefined ? null : JSON.stringify(after), updated_at: now }
    await trx
      .insertInto('local_lists')
      .values({ charge_point_id: chargePointId, ...values })
      .onConflict((conflict) => conflict.column('charge_point_id').doUpdateSet(values))
      .execute()
  })
}

/** Stores the reported version of the list. If it differs from ours, the entries are unknown. [1.6 §5.9; 2.x D02] */
export function saveLocalListVersion(version: number): Change {
  return async ({ trx, chargePointId, now }) => {
    await trx
      .insertInto('local_lists')
      .values({ charge_point_id: chargePointId, version, updated_at: now })
      .onConflict((conflict) =>
        conflict
          .column('charge_point_id')
          .doUpdateSet({ version, entries: null, updated_at: now })
          .where('local_lists.version', '!=', version)
      )
      .execute()
  }
}

/** Applies an update to a list. An entry without info removes the entry of its id token. */
export function merge(before: readonly LocalListEntry[], entries: readonly LocalListEntry[]): LocalListEntry[] {
  const list = new Map(before.map((entry) => [keyOf(entry), entry]))
  for (const entry of entries) {
    if (entry.idTagInfo === undefined && entry.idTokenInfo === undefined) list.delete(keyOf(entry))
    else list.set(keyOf(entry), entry)
  }
  return [...list.values()]
}

/** The entries of an update that turns the list `before` into the list `after`. */
export function difference(before: readonly LocalListEntry[], after: readonly LocalListEntry[]): LocalListEntry[] {
  const known = new Map(before.map((entry) => [keyOf(entry), JSON.stringify(entry)]))
  const wanted = new Set(after.map(keyOf))
  const gone = before.filter((entry) => !wanted.has(keyOf(entry)))
  return [...after.filter((entry) => known.get(keyOf(entry)) !== JSON.stringify(entry)), ...gone.map(withoutInfo)]
}

function withoutInfo({ idTag, idToken }: LocalListEntry): LocalListEntry {
  return idToken === undefined ? { idTag: idTag ?? '' } : { idToken }
}

function keyOf({ idTag, idToken }: LocalListEntry): string {
  return fold(idToken === undefined ? (idTag ?? '') : `${idToken.idToken} ${idToken.type}`)
}
