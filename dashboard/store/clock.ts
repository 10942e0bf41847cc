import { computed, type ReadonlySignal, signal } from '@preact/signals'

/** Differences below this are ignored: answers have whole seconds, and take a while. */
const TOLERANCE_MS = 2_000

/** The time of the server, which ticks each second while the tab is visible. */
export interface Clock {
  /** Epoch milliseconds by the clock of the server. */
  readonly now: ReadonlySignal<number>
  /** How far the clock of the browser is behind that of the server, in milliseconds. */
  readonly offset: ReadonlySignal<number>
  serverTime(time: number): void
}

export function createClock(document: Document): Clock {
  const local = signal(Date.now())
  const offset = signal(0)
  setInterval(() => {
    if (document.visibilityState === 'visible') local.value = Date.now()
  }, 1_000)
  return {
    now: computed(() => local.value + offset.value),
    offset,
    serverTime(time) {
      const difference = time + 500 - Date.now()
      const told = Math.abs(difference) < TOLERANCE_MS ? 0 : difference
      if (Math.abs(told - offset.value) >= TOLERANCE_MS) offset.value = told
    }
  }
}
