import { isSameForm } from './forms.js'
import { isSentHeld } from './leases.js'
import type { PlantEvse } from './plant.js'
import type { EvseState } from './reserve.js'
import { writtenLease } from './writes.js'

// In OCPP 2.1 a limit may be a Dynamic profile. Its `duration` counts from each update, so that updates renew it, and they are
// nothing that a charge point has to keep over a boot [2.1 K28]. When a call arrived that was not answered, nobody knows: then its
// limit ends with the profile, at `validTo`.

export interface DynamicLease {
  /** Seconds from when the charge point takes it. */
  duration: number
  /** Epoch milliseconds. */
  validTo: number
  /** The charge point has the profile, and gets another value for it. */
  isUpdate?: true
}

/** A limit that may be said by a Dynamic profile. */
export interface SaidDynamically {
  /** Absent: by another one. */
  dynamic?: DynamicLease
  /** The latest end of its lease, because nobody knows when exactly the call arrived. Epoch milliseconds. */
  latest?: number
}

/** A profile lasts for so many leases. */
const LEASES = 4
/** So many leases before its end it is replaced. */
const LAST_LEASES = 2

interface Ends {
  now: number
  /** Seconds that the limit is to hold. */
  lease: number
  /** Seconds of a whole lease. */
  whole: number
  /** When less is allowed, less the time that a current takes to follow. Epoch milliseconds. */
  edge: number
}

/** How a limit is said by a Dynamic profile; `undefined`: it is said by a TxProfile, which ends at an exact time. */
export function dynamicLease(
  evse: Pick<PlantEvse, 'form' | 'writesPerDay'> | undefined,
  state: EvseState,
  { now, lease, whole, edge }: Ends
): DynamicLease | undefined {
  if (evse?.form.profile !== 'dynamic' || lease !== whole || state.isUnleased === true) return undefined
  const { sent, isDoubtful } = state
  const known = sent?.dynamic
  const isKnown = known?.duration === lease && isSameForm(sent?.form, evse.form)
  const lasts = ({ validTo }: DynamicLease) => validTo <= edge && validTo - now >= LAST_LEASES * lease * 1000
  if (known !== undefined && isKnown && !isDoubtful && isSentHeld(state, now) && lasts(known)) {
    return { ...known, isUpdate: true }
  }
  const life = Math.max(LEASES * lease, writtenLease(evse, lease))
  const fresh = { duration: lease, validTo: Math.min(now + life * 1000, edge) }
  return lasts(fresh) ? fresh : undefined
}

/** The latest end of a limit that was accepted. Epoch milliseconds. */
export function latestEnd({ until, dynamic }: { until: number; dynamic?: DynamicLease }, now: number): number {
  return dynamic === undefined ? until : Math.min(dynamic.validTo, now + dynamic.duration * 1000)
}
