import type { Measured } from './measured.js'
import { type Phase, type Plant, phasesOf } from './plant.js'

// The lines that a car loads. Most one-phase cars charge at three-phase EVSEs, and what they do not use is free for others.

/** A on the lines L1, L2 and L3 of a charge point. */
export type Lines = readonly [number, number, number]

/** Lines that carry current, and since when only they do. */
export interface SeenLines {
  used: readonly boolean[]
  /** Epoch milliseconds. */
  since: number
  /** Whether that was so for long enough to count on it. */
  isProven: boolean
}

/** Below it a line carries nothing, above `CLEAR` a car certainly charges. A. */
const NOTHING = 0.5
const CLEAR = 5
const PROOF_MS = 60_000

/** A line counts as unused when it carries nothing for a minute while another one carries a clear current. */
export function seenLines(before: SeenLines | undefined, lines: Lines | undefined, now: number): SeenLines | undefined {
  if (lines === undefined) return undefined
  const used = lines.map((amperes) => amperes >= NOTHING)
  const isNew = used.some((isUsed, line) => isUsed && before?.used[line] === false)
  // A pause, or a car that is nearly full, proves nothing.
  if (Math.max(...lines) <= CLEAR) return isNew ? undefined : before
  const isSame = before?.used.every((isUsed, line) => isUsed === used[line]) === true
  // A line that has become idle counts only when it stays so.
  if (before?.isProven === true && !isNew && !isSame) return before
  if (before === undefined || !isSame) return { used, since: now, isProven: false }
  return { ...before, isProven: before.isProven || now - before.since >= PROOF_MS }
}

/** Whether lines that a car does not use can be seen at the EVSE. What is said in W may all be on one line. */
export function mayShowLines(evse: Plant['evses'][number]): boolean {
  return phasesOf(evse).length === 3 && evse.unit !== 'W'
}

/** The phases of the site that carry the current of an EVSE. Only a three-phase EVSE with a car that was seen has idle lines. */
export function loadedPhases(evse: Plant['evses'][number], seen: SeenLines | undefined): readonly Phase[] {
  if (!mayShowLines(evse) || seen?.isProven !== true) return phasesOf(evse)
  const used = [0, 1, 2].filter((line) => seen.used[line] === true)
  return used.map((line) => phaseOf(evse, line))
}

/** The phases of the site that the car of an EVSE loads, by the lines that were seen. */
export function seenPhases(evse: Plant['evses'][number], { used }: SeenLines): readonly Phase[] {
  const wired = phasesOf(evse)
  return wired.length < 3 ? wired : [0, 1, 2].filter((line) => used[line] === true).map((line) => phaseOf(evse, line))
}

/** The currents that an EVSE certainly had on phases of the site, in A: of several lines, only those that were told. */
export function certainLoad(
  evse: Plant['evses'][number],
  { amperes, lines, used }: Pick<Measured, 'amperes' | 'lines' | 'used'>
): [Phase, number][] {
  const wired = phasesOf(evse)
  // One line, or two in series, between which the voltage is higher.
  const least = used === undefined ? amperes : used[0] / (evse.unit === 'W' ? wired.length : 1)
  if (wired.length < 3) return wired.map((phase) => [phase, Math.min(amperes, least)])
  return (lines ?? []).map((current, line) => [phaseOf(evse, line), current])
}

/** The phase of the site to which a line of a charge point is wired. */
function phaseOf({ wiring }: Plant['evses'][number], line: number): Phase {
  return wiring.slice(line * 2, line * 2 + 2) as Phase
}
