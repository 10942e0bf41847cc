/** A vehicle at the cable. */
export interface Ev {
  /** Wh */
  readonly capacity: number
  /** Maximum power with a battery that is neither full nor cold. W. */
  readonly maxPower: number
  /** Phases of the on-board AC charger. */
  readonly phases: 1 | 3
  /** State of charge, 0 to 1. */
  soc: number
  /** Whether it takes nothing until it is plugged in again. */
  isAsleep?: boolean
}

export type CurrentKind = 'AC' | 'DC'

/** State of charge above which the power of the battery decreases. */
const TAPER_FROM = 0.8
/** Share of its maximum power that the battery takes just before it is full. */
const TAPER_TO = 0.1
/** Minimum power of a vehicle: 6 A on one phase. W. [IEC 61851-1] */
export const MIN_POWER = 6 * 230
const HOUR = 3_600_000

/** A compact car for AC, a larger one for DC. */
export function defaultEv(kind: CurrentKind, soc = 0.35): Ev {
  return kind === 'AC'
    ? { capacity: 60_000, maxPower: 11_000, phases: 3, soc }
    : { capacity: 75_000, maxPower: 120_000, phases: 3, soc }
}

/** Power that the vehicle takes without a limit. W. */
export function acceptedPower({ soc, maxPower, isAsleep = false }: Ev): number {
  if (soc >= 1 || isAsleep) return 0
  if (soc <= TAPER_FROM) return maxPower
  const taper = (soc - TAPER_FROM) / (1 - TAPER_FROM)
  return maxPower * (1 - taper * (1 - TAPER_TO))
}

/** Power under a limit; 0 when the limit is below the minimum of a vehicle. W. */
export function powerUnder(ev: Ev, limit: number): number {
  if (limit < MIN_POWER) return 0
  return Math.min(acceptedPower(ev), limit)
}

/** Charges at a power in W for some milliseconds. Returns the energy in Wh. */
export function charge(ev: Ev, power: number, milliseconds: number): number {
  const room = (1 - ev.soc) * ev.capacity
  const energy = Math.min(room, (power * milliseconds) / HOUR)
  ev.soc = energy >= room ? 1 : ev.soc + energy / ev.capacity
  return energy
}
