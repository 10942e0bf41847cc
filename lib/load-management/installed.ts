import { type BootedChargePoint, isConfirmed, type ProfileRow } from '../charge-points/charging-profiles.js'
import { isRival, profileIdOf } from './profiles.js'
import { booted, type EvseState, isLasting } from './reserve.js'

// The state of an EVSE by the ledger of profiles: whether it has our profiles, and whether others decide in their place.
// Others install and delete profiles by raw calls, also on other nodes and while this process is away.

export type LedgerRow = Pick<
  ProfileRow,
  | 'id'
  | 'profile_id'
  | 'evse_id'
  | 'connector_id'
  | 'purpose'
  | 'source'
  | 'confirmed'
  | 'message_id'
  | 'accepted_at'
  | 'updated_at'
  | 'boots'
>

/** The EVSE that the profiles belong to. */
export interface Place {
  evseId: number
  protocol: string
  chargePoint: BootedChargePoint
}

/**
 * The current that may be in force by the ledger. An EVSE whose fallback is not the only profile that decides may supply
 * its maximum; a limit that is not there is sent again.
 *
 * @param known all profiles of the charge point
 */
export function withLedger(state: EvseState, known: readonly LedgerRow[], place: Place, now: number): EvseState {
  const { evseId, chargePoint } = place
  const isThere = (kind: 'fallback' | 'limit') => {
    // A maximum of the whole charge point may be the fallback of its only EVSE.
    const ids = kind === 'limit' ? [profileIdOf(evseId, kind)] : [profileIdOf(evseId, kind), profileIdOf(0, kind)]
    return known.some((row) => ids.includes(row.profile_id) && isConfirmed(row, chargePoint))
  }
  const isReplaced = known.some((row) => isRival(row, place) && !isPast(row, now))
  if (state.pending === undefined && state.fallback !== undefined && (isReplaced || !isThere('fallback'))) {
    return booted(state)
  }
  const holds = isLasting(state.sent) ? 'fallback' : 'limit'
  if (state.pending !== undefined || state.sent === undefined || isThere(holds)) return state
  const { sent: _, ...rest } = state
  return rest
}

/** A profile of a start waits for its transaction for this time. Milliseconds. */
const AWAITED_MS = 600_000

/** Whether a profile waits for a transaction that will not start any more. */
function isPast({ message_id, confirmed, accepted_at }: LedgerRow, now: number): boolean {
  return isAwaiting({ message_id, confirmed }) && now - Number(accepted_at ?? 0) > AWAITED_MS
}

/** Whether a profile is part of a start whose transaction is not known yet: it cannot be deleted before. */
function isAwaiting({ message_id, confirmed }: Pick<LedgerRow, 'message_id' | 'confirmed'>): boolean {
  return message_id !== '' && confirmed === 1
}

/** Ids of the profiles that decide in place of ours, and whether one waits for its transaction. */
export function rivalsOf(known: readonly LedgerRow[], place: Place, now: number) {
  const rivals = known.filter((row) => isRival(row, place) && !isPast(row, now))
  return {
    ids: rivals.filter((row) => !isAwaiting(row)).map(({ profile_id }) => profile_id),
    isAwaited: rivals.some(isAwaiting)
  }
}
