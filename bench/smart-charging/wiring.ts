import type { Visit } from './visits.js'

/** The phases rotate from one EVSE to the next, so that one-phase cars do not all load L1. */
export const ROTATIONS = ['L1L2L3', 'L2L3L1', 'L3L1L2'] as const

/** Indices of the phases of the garage that a car loads. */
export function phasesAt({ evse, phases }: Pick<Visit, 'evse' | 'phases'>): number[] {
  return phases === 3 ? [0, 1, 2] : [evse % 3]
}
