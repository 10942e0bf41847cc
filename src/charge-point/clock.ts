interface Clock {
  ticks: Set<() => void>
  timer: NodeJS.Timeout
}

const clocks = new Map<number, Clock>()

/** Calls `tick` every so many milliseconds, with one timer for a whole fleet; keeps no process alive. Returns its end. */
export function onEvery(milliseconds: number, tick: () => void): () => void {
  const clock = clocks.get(milliseconds) ?? startClock(milliseconds)
  clock.ticks.add(tick)
  return () => {
    clock.ticks.delete(tick)
    if (clock.ticks.size > 0 || clocks.get(milliseconds) !== clock) return
    clearInterval(clock.timer)
    clocks.delete(milliseconds)
  }
}

function startClock(milliseconds: number): Clock {
  const ticks = new Set<() => void>()
  const timer = setInterval(() => {
    for (const tick of ticks) tick()
  }, milliseconds).unref()
  const clock = { ticks, timer }
  clocks.set(milliseconds, clock)
  return clock
}
