import { versionInfo } from 'fastify-ocpp'
import { CSO, isConfirmed, type ProfileRow } from '../charge-points/charging-profiles.js'
import { isOwnProfile } from '../load-management/profiles.js'
import { refuseMember } from './exchange.js'
import type { Lookup } from './operation.js'
import { namesOf, PURPOSES, type Purpose } from './profiles.js'

/** Our profile ids start here. Ids in raw calls are usually lower. */
const FIRST_PROFILE_ID = 1_000_000_000
const MAX_PLACES = 10_000
const MAX_LEVELS = 1001
const MAX_ID = 2 ** 31 - 1

/** What makes two profiles exclude each other. */
export interface Target {
  purpose: Purpose
  stackLevel: number
  /** 0: the whole charge point. In 1.6 the connector. */
  place: number
  /** Of the purpose transaction. */
  transactionKey: string | undefined
  validFrom?: string
  validTo?: string
}

/**
 * The same id for the same place, purpose and level, so that a repeated profile replaces itself even if an answer was
 * lost. In 2.x, where another profile of ours would exclude this one, its id: then it is replaced. [2.x K01.FR.05,
 * K01.FR.06, K01.FR.39]
 *
 * @param maxExternalId ids up to this one belong to other systems [2.x K01.FR.80]
 * @throws `INVALID_OPERATION` when the charge point has a profile that excludes this one and is not replaced by it
 */
export function profileIdFor(
  { chargePoint, protocol, now }: Pick<Lookup, 'chargePoint' | 'protocol' | 'now'>,
  target: Target,
  profiles: readonly ProfileRow[],
  maxExternalId = 0
): number {
  const own = profiles.filter(({ source }) => source === CSO)
  const usual = unusedId(target, own, maxExternalId)
  if (!versionInfo(protocol).hasDeviceModel) return usual
  // Load management clears its profiles itself.
  const others = own.filter((row) => {
    return row.profile_id !== usual && !isOwnProfile(row.profile_id) && isConfirmed(row, chargePoint)
  })
  const rivals = others.filter((row) => excludes(row, target, now))
  const elsewhere = rivals.find((row) => row.evse_id !== target.place && target.purpose !== 'transaction')
  if (elsewhere !== undefined) throw ofOtherPlace(elsewhere, target)
  const [rival] = rivals
  if (rival === undefined) return usual
  if (rivals.length === 1 && own.every(({ profile_id }) => profile_id !== usual)) return rival.profile_id
  const ids = rivals.map(({ profile_id }) => profile_id).join(', ')
  throw refuseMember(
    '/stackLevel',
    `is that of the charging profiles ${ids}, which apply at the same time: clear them first [2.x K01.FR.06, K01.FR.39]`
  )
}

function unusedId({ place, purpose, stackLevel }: Target, own: readonly ProfileRow[], maxExternalId: number): number {
  const first = Math.max(FIRST_PROFILE_ID, maxExternalId + 1)
  const cell = stackLevel * MAX_PLACES + (place % MAX_PLACES)
  const offset = purpose === 'priority' ? MAX_LEVELS * MAX_PLACES * 3 + cell : cell * 3 + PURPOSES.indexOf(purpose)
  // A profile of the same kind may be replaced, whatever its id.
  const others = own.filter((row) => !namesOf(purpose).includes(row.purpose ?? '') || row.stack_level !== stackLevel)
  const taken = new Set(others.map(({ profile_id }) => profile_id))
  let id = first + offset
  while (taken.has(id)) id++
  if (id > MAX_ID) {
    throw refuseMember('', `the charge point keeps profile ids up to ${maxExternalId} for others [2.x K01.FR.80]`)
  }
  return id
}

/** In 2.x a TxDefaultProfile of the whole charge point excludes those of EVSEs, and the other way round. */
function excludes(row: ProfileRow, target: Target, now: number): boolean {
  const { purpose, stackLevel, place, transactionKey } = target
  if (!namesOf(purpose).includes(row.purpose ?? '') || row.stack_level !== stackLevel) return false
  if (purpose === 'transaction' && row.transaction_id !== transactionKey) return false
  const isSamePlace = row.evse_id === place
  const isAbove = purpose === 'default' && (row.evse_id === 0 || place === 0)
  return (purpose === 'transaction' || isSamePlace || isAbove) && overlap(JSON.parse(row.payload), target, now)
}

interface Validity {
  validFrom?: string
  validTo?: string
}

/** A validity that is over excludes nothing. */
function overlap(one: Validity, other: Validity, now: number): boolean {
  const from = ({ validFrom }: Validity) => Math.max(now, validFrom === undefined ? now : Date.parse(validFrom))
  const to = ({ validTo }: Validity) => (validTo === undefined ? Number.POSITIVE_INFINITY : Date.parse(validTo))
  return from(one) < to(other) && from(other) < to(one) && to(one) > now
}

function ofOtherPlace({ profile_id, evse_id }: ProfileRow, { place }: Target) {
  const [clause, where] = place === 0 ? ['K01.FR.52', `EVSE ${evse_id}`] : ['K01.FR.53', 'the whole charge point']
  return refuseMember(
    '/stackLevel',
    `is that of charging profile ${profile_id} of ${where}: take another one, or clear that first [2.x ${clause}]`
  )
}
