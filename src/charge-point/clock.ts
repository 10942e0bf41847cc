import { TickClock } from '../tick-clock.js'

const clocks = new Map<number, TickClock>()

/** The clock with this tick in milliseconds, which all charge points of a process share. */
export function clockOf(tick: number): TickClock {
  const clock = clocks.get(tick) ?? new TickClock(tick)
  clocks.set(tick, clock)
  return clock
}

/** Calls `listener` every `tick` milliseconds. Returns what ends that. */
export function onEvery(tick: number, listener: () => void): () => void {
  return clockOf(tick).every(listener)
}
