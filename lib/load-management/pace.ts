import { leastOf } from './plant.js'
import { type EvseState, inForce } from './reserve.js'
import type { Site } from './site.js'

// How soon a limit may follow another one: contactors wear out, and charge points take profiles one after another.

/** Between two limits of an EVSE, unless a circuit is above its own. Milliseconds. */
const PACE_MS = 10_000
/** A paused car starts again so much later, if another one has taken its place. Milliseconds. */
const PAUSE_MS = 300_000

/** Whether the last limit was accepted long enough ago for another one that safety does not need. */
export function isPaced({ sent }: Pick<EvseState, 'sent'>, now: number): boolean {
  return sent === undefined || now - sent.at >= PACE_MS
}

/** The EVSEs whose car was paused and has to wait before it starts again. */
export function pausedOf(site: Site): Set<string> {
  const { now } = site.input
  const lastStart = Math.max(...[...site.states.values()].map(({ servedSince = 0 }) => servedSince))
  const isPaused = ([key, state]: [string, EvseState]) => {
    if (!isRecentlyPaused(state, now) || lastStart <= (state.waitingSince ?? 0)) return false
    return inForce(state, now) < leastOf(site.evses.get(key))
  }
  return new Set([...site.states].filter(isPaused).map(([key]) => key))
}

/** Whether a car was paused so lately that it does not start again yet. */
export function isRecentlyPaused({ served, waitingSince = 0 }: EvseState, now: number): boolean {
  return served > 0 && now - waitingSince < PAUSE_MS
}
