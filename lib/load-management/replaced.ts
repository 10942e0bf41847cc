import { CallError, InvalidResponseError, parseTime } from 'fastify-ocpp'
import type { Writer } from '../database/writer.js'
import { type Change, held, type Reader } from '../events/scope.js'
import { isOfBackend } from './calls.js'
import { controlledEvses, type LeftoversOptions, ownProfilesQuery } from './leftovers.js'
import { keyOf } from './plant.js'
import { is16, isOwnProfile, isRival, type OcppCall } from './profiles.js'
import { Rounds, type Stop } from './rounds.js'

// Profiles of operators that control replaces or deletes, because they would decide in place of its own. They are installed again
// when control has ended and its own profiles are gone.

/** A profile, and where it is. */
interface ProfilePlace {
  profile_id: number
  evse_id: number
  connector_id: number
  purpose: string | null
  stack_level: number | null
}

// --- what is replaced ----------------------------------------------------------------------------------------------

/** The charge point and the EVSE that a call is for. */
export interface Replacing {
  chargePointId: number
  protocol: string
  evseId: number
}

/** Before a profile of ours is sent: remembers the profiles of operators that it replaces, or that are deleted for it. */
export async function rememberReplaced(
  { db, writer }: { db: Reader; writer: Pick<Writer, 'write'> },
  { chargePointId, protocol, evseId }: Replacing,
  call: OcppCall
): Promise<void> {
  const rows = await db
    .selectFrom('charging_profiles')
    .select(['charge_point_id', 'evse_id', 'connector_id', 'profile_id', 'stack_level', 'purpose', 'transaction_id'])
    .select(['payload', 'source'])
    .where('charge_point_id', '=', chargePointId)
    .where('source', '=', 'CSO')
    // What nobody answered was perhaps never there.
    .where('message_id', '=', '')
    .execute()
  const coming = placeIn(call.payload)
  const replaced = rows.filter((row) => {
    const isSame = coming !== undefined && isReplacedBy(row, coming)
    return !isOwnProfile(row.profile_id) && (isSame || isRival(row, { protocol, evseId }))
  })
  if (replaced.length === 0) return
  await writer.write(async (trx) => {
    for (const { source: _, ...row } of replaced) {
      const values = { ...row, replaced_at: Date.now() }
      await trx
        .insertInto('replaced_profiles')
        .values(values)
        .onConflict((conflict) =>
          conflict.columns(['charge_point_id', 'evse_id', 'connector_id', 'profile_id']).doUpdateSet(values)
        )
        .execute()
    }
  })
}

/** By its id, or because it is in the same place. [1.6 §5.16; 2.x K01.FR.05, K01.FR.06] */
function isReplacedBy(row: ProfilePlace, coming: ProfilePlace): boolean {
  const members = ['evse_id', 'connector_id', 'purpose', 'stack_level'] as const
  return row.profile_id === coming.profile_id || members.every((member) => row[member] === coming[member])
}

interface AnyProfile {
  id?: number
  chargingProfileId?: number
  stackLevel?: number
  chargingProfilePurpose?: string
}

/** The profile of a SetChargingProfile of any version. */
function placeIn(payload: unknown): ProfilePlace | undefined {
  const request = (payload ?? {}) as {
    connectorId?: number
    evseId?: number
    csChargingProfiles?: AnyProfile
    chargingProfile?: AnyProfile
  }
  const { csChargingProfiles, chargingProfile = csChargingProfiles } = request
  if (chargingProfile === undefined) return undefined
  return {
    profile_id: chargingProfile.id ?? chargingProfile.chargingProfileId ?? 0,
    evse_id: request.evseId ?? 0,
    connector_id: request.connectorId ?? 0,
    purpose: chargingProfile.chargingProfilePurpose ?? null,
    stack_level: chargingProfile.stackLevel ?? null
  }
}

// --- what operators decide meanwhile -------------------------------------------------------------------------------

/** The end of a call that somebody has made. */
interface Ended {
  request: unknown
  result: unknown
  operator: string | null
}

/** The effect of what operators do to the profiles of a charge point on those that would be installed again. */
export function forgottenAfter(
  action: 'SetChargingProfile' | 'ClearChargingProfile',
  { request, result, operator }: Ended
): Change | undefined {
  if (isOfBackend(operator)) return undefined
  if (action === 'ClearChargingProfile') return forgetCleared(request)
  return (result as { status?: string }).status === 'Accepted' ? forgetReplacedBy(request) : undefined
}

/** An operator has installed another profile in the same place: that is wanted now. */
function forgetReplacedBy(request: unknown): Change {
  const coming = placeIn(request)
  return forget((row) => coming !== undefined && isReplacedBy(row, coming))
}

interface Criteria {
  id?: number
  connectorId?: number
  evseId?: number
  chargingProfilePurpose?: string
  stackLevel?: number
}

/** An operator has deleted profiles: those that match are wanted no more. All criteria must match. [1.6 §5.5; 2.x K10] */
function forgetCleared(request: unknown): Change {
  const { chargingProfileId, chargingProfileCriteria, ...criteria16 } = (request ?? {}) as Criteria & {
    chargingProfileId?: number
    chargingProfileCriteria?: Criteria
  }
  const { id = chargingProfileId, connectorId, evseId, ...more } = { ...criteria16, ...chargingProfileCriteria }
  return forget((row) => {
    const { chargingProfilePurpose: purpose, stackLevel } = more
    return (
      (id === undefined || row.profile_id === id) &&
      (connectorId === undefined || row.connector_id === connectorId) &&
      (evseId === undefined || row.evse_id === evseId) &&
      (purpose === undefined || row.purpose === purpose) &&
      (stackLevel === undefined || row.stack_level === stackLevel)
    )
  })
}

function forget(isMeant: (row: ProfilePlace) => boolean): Change {
  return held(async ({ trx, chargePointId }) => {
    const rows = await trx
      .selectFrom('replaced_profiles')
      .select(['id', 'profile_id', 'evse_id', 'connector_id', 'purpose', 'stack_level'])
      .where('charge_point_id', '=', chargePointId)
      .execute()
    for (const row of rows)
      if (isMeant(row)) await trx.deleteFrom('replaced_profiles').where('id', '=', row.id).execute()
  })
}

// --- what is put back ----------------------------------------------------------------------------------------------

/** A profile that can be installed again. */
interface Former extends Stop {
  id: number
  call: OcppCall
  /** Whether its time or its transaction is over. */
  isOver: boolean
  profileId: number
}

/** Those of EVSEs that are not controlled any more and have no profile of ours, of all charge points or of one. */
async function findFormer(db: Reader, chargePointId?: number): Promise<Former[]> {
  let query = db
    .selectFrom('replaced_profiles')
    .innerJoin('charge_points', 'charge_points.id', 'replaced_profiles.charge_point_id')
    .leftJoin('transactions', (join) =>
      join
        .onRef('transactions.charge_point_id', '=', 'replaced_profiles.charge_point_id')
        .onRef('transactions.transaction_id', '=', 'replaced_profiles.transaction_id')
    )
    .select(['replaced_profiles.id', 'replaced_profiles.charge_point_id', 'charge_points.site_id'])
    .select(['charge_points.identity', 'charge_points.protocol'])
    .select(['replaced_profiles.evse_id', 'replaced_profiles.connector_id', 'replaced_profiles.profile_id'])
    .select(['replaced_profiles.purpose', 'replaced_profiles.payload'])
    .select('transactions.status')
    .where('charge_points.removed_at', 'is', null)
    .orderBy('replaced_profiles.id')
  if (chargePointId !== undefined) query = query.where('replaced_profiles.charge_point_id', '=', chargePointId)
  const rows = await query.execute()
  if (rows.length === 0) return []
  const controlled = await controlledEvses(db)
  const own = await ownProfilesQuery(db, chargePointId).execute()
  return rows.flatMap(({ id, charge_point_id, identity, protocol, site_id, payload, purpose, status, ...row }) => {
    const evseId = row.evse_id || row.connector_id
    const keys = site_id === null ? undefined : controlled.get(site_id)
    const isControlled =
      evseId === 0
        ? [...(keys ?? [])].some((key) => key.startsWith(`${identity.toLowerCase()} `))
        : keys?.has(keyOf({ identity, evseId })) === true
    const isOurs = own.some((other) => {
      const place = other.evse_id || other.connector_id
      return other.id === charge_point_id && (evseId === 0 || place === 0 || place === evseId)
    })
    if (isControlled || isOurs || protocol === null) return []
    const profile = JSON.parse(payload) as { validTo?: string }
    const ends = profile.validTo === undefined ? undefined : parseTime(profile.validTo)
    const isOver = (ends !== undefined && ends <= Date.now()) || (purpose === 'TxProfile' && status !== 'open')
    const request = is16(protocol)
      ? { connectorId: row.connector_id, csChargingProfiles: profile }
      : { evseId: row.evse_id, chargingProfile: profile }
    const call = { action: 'SetChargingProfile', payload: request }
    return [
      { id: Number(id), chargePointId: Number(charge_point_id), identity, call, isOver, profileId: row.profile_id }
    ]
  })
}

export type ReplacedOptions = LeftoversOptions & {
  writer: Pick<Writer, 'write'>
  /** Called when a charge point does not take its former profile. It is not sent again. */
  onRefused?: (identity: string, profileId: number) => void
}

/** Visits that install profiles of operators again, until the charge points have answered. */
export function replacedRounds(options: ReplacedOptions): Rounds {
  const { db, here, onError } = options
  return new Rounds({ here, onError, find: () => findFormer(db), visit: (id) => putBack(options, id) })
}

/** One after another: meanwhile a site may take control again. */
async function putBack({ db, writer, call, onRefused }: ReplacedOptions, chargePointId: number): Promise<void> {
  for (;;) {
    const [next] = await findFormer(db, chargePointId)
    if (next === undefined) return
    if (!next.isOver && !(await isTaken(call, next))) onRefused?.(next.identity, next.profileId)
    await writer.write((trx) => trx.deleteFrom('replaced_profiles').where('id', '=', next.id).execute())
  }
}

/** @throws if the charge point has not answered */
async function isTaken(call: LeftoversOptions['call'], { identity, call: wanted }: Former): Promise<boolean> {
  try {
    const { status } = (await call(identity, wanted)) as { status?: string }
    return status === 'Accepted'
  } catch (error) {
    if (error instanceof CallError || error instanceof InvalidResponseError) return false
    throw error
  }
}
