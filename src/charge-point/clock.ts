import { TickClock } from '../tick-clock.js'

const clocks = new Map<number, TickClock>()

/** The clock with a tick of this many milliseconds. All charge points of a process share it. */
export function clockOf(tick: number): TickClock {
  const clock = clocks.get(tick) ?? new TickClock(tick)
  clocks.set(tick, clock)
  return clock
}

/** Calls `listener` every `tick` milliseconds. Returns a function that stops it. */
export function onEvery(tick: number, listener: () => void): () => void {
  return clockOf(tick).every(listener)
}
