/** A vehicle at the cable. */
export interface Ev {
  /** Wh */
  readonly capacity: number
  /** W it takes at most, with a battery that is neither full nor cold. */
  readonly maxPower: number
  /** Phases of its AC charger. */
  readonly phases: 1 | 3
  /** State of charge, 0 to 1. */
  soc: number
}

export type CurrentKind = 'AC' | 'DC'

/** State of charge from which the battery takes less and less. */
const TAPER_FROM = 0.8
/** Share of its power that the battery still takes just before it is full. */
const TAPER_TO = 0.1
/** A vehicle takes no less than 6 A of one phase. [IEC 61851-1] */
export const MIN_POWER = 6 * 230
const HOUR = 3_600_000

/** A compact car on AC, something bigger on DC. */
export function defaultEv(kind: CurrentKind, soc = 0.35): Ev {
  return kind === 'AC'
    ? { capacity: 60_000, maxPower: 11_000, phases: 3, soc }
    : { capacity: 75_000, maxPower: 120_000, phases: 3, soc }
}

/** W that the vehicle would take if nobody limited it. */
export function acceptedPower({ soc, maxPower }: Ev): number {
  if (soc >= 1) return 0
  if (soc <= TAPER_FROM) return maxPower
  const taper = (soc - TAPER_FROM) / (1 - TAPER_FROM)
  return maxPower * (1 - taper * (1 - TAPER_TO))
}

/** W that flow under a limit; nothing when the limit is below what a vehicle can do with. */
export function powerUnder(ev: Ev, limit: number): number {
  if (limit < MIN_POWER) return 0
  return Math.min(acceptedPower(ev), limit)
}

/** Charges for some milliseconds at a power in W; the Wh that went in. */
export function charge(ev: Ev, power: number, milliseconds: number): number {
  const room = (1 - ev.soc) * ev.capacity
  const energy = Math.min(room, (power * milliseconds) / HOUR)
  ev.soc = energy >= room ? 1 : ev.soc + energy / ev.capacity
  return energy
}
