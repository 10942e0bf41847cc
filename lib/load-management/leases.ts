import type { PlantEvse } from './plant.js'
import type { EvseState, Possible } from './reserve.js'

// Whether limits end by themselves. The lease of a limit is the `duration` of its schedule, and some charge points ignore that:
// at them a limit holds until it is replaced, or until its transaction has ended.

export const LEASES = ['kept', 'unproven', 'ignored'] as const
/** `unproven` counts like `kept`: it was never disproved. */
export type Lease = (typeof LEASES)[number]

/** What is known of an EVSE: by the trait of its charge point, or else by what the EVSE itself has shown. */
export function leaseAt({ limitLease }: Pick<PlantEvse, 'limitLease'>, { lease }: Pick<EvseState, 'lease'>): Lease {
  return limitLease ?? lease ?? 'unproven'
}

/** The state with what is known of the leases now: it decides what may be in force. */
export function withLease(state: EvseState, evse: Pick<PlantEvse, 'limitLease'> | undefined): EvseState {
  const isUnleased = evse !== undefined && leaseAt(evse, state) === 'ignored'
  if (isUnleased === (state.isUnleased === true)) return state
  const { isUnleased: _, ...rest } = state
  return isUnleased ? { ...rest, isUnleased } : rest
}

type Ending = Pick<EvseState, 'isUnleased'>

/** Whether a limit may be in force. Without a lease, the one that was not replaced does not end. */
export function mayHold({ until, isReplaced }: Possible, { isUnleased }: Ending, now: number): boolean {
  return until > now || (isUnleased === true && isReplaced !== true)
}

/** Whether the limit that was accepted last is in force. */
export function isSentHeld({ sent, isUnleased }: Pick<EvseState, 'sent'> & Ending, now: number): boolean {
  return sent !== undefined && (sent.until > now || isUnleased === true)
}

/** The limits that may outlive their transaction, because nothing ends them. A. */
export function outliving({ transaction, possible, isUnleased, fallback = 0 }: EvseState, now: number): number[] {
  if (transaction !== undefined || isUnleased !== true) return []
  return possible
    .filter((one) => mayHold(one, { isUnleased }, now) && one.amperes > fallback)
    .map(({ amperes }) => amperes)
}
