import { batch, type ReadonlySignal, signal } from '@preact/signals'
import { Problem } from '../api/problem.js'

/** Data from the server, and its age. */
export interface Query<T> {
  /** The last answer. It stays while the data is read again, and when that fails. */
  readonly data: ReadonlySignal<T | undefined>
  readonly problem: ReadonlySignal<Problem | undefined>
  readonly isLoading: ReadonlySignal<boolean>
  /** Whether `data` belongs to another key than the present one. */
  readonly isStale: ReadonlySignal<boolean>
  /** When `data` arrived, in epoch milliseconds. */
  readonly at: ReadonlySignal<number | undefined>
  /** Reads the data of `key`, unless it is there already. */
  ask(key: string): void
  /** Reads the data again. Several requests within a short time become one. */
  reload(): void
  /** Changes the data by an event. Does nothing before the first answer. */
  change(update: (data: T) => T): void
  stop(): void
}

export interface QueryOptions<T> {
  load: (key: string, signal: AbortSignal) => Promise<T>
  /** The smallest time from one request to the next of the same key, in milliseconds. */
  interval?: number
}

const INTERVAL_MS = 1_000
const RETRY_MS = 2_000

export function createQuery<T>({ load, interval = INTERVAL_MS }: QueryOptions<T>): Query<T> {
  const data = signal<T | undefined>(undefined)
  const problem = signal<Problem | undefined>(undefined)
  const isLoading = signal(false)
  const isStale = signal(false)
  const at = signal<number | undefined>(undefined)
  let key: string | undefined
  let running: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let beganAt = Number.NEGATIVE_INFINITY
  let isWantedAgain = false
  /** Updates during a request, whose answer may not contain them. */
  let missed: ((data: T) => T)[] = []

  function plan(wait: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      run().catch((error: unknown) => reportError(error))
    }, wait)
  }

  async function run(): Promise<void> {
    if (key === undefined) return
    running?.abort()
    const request = new AbortController()
    running = request
    missed = []
    isWantedAgain = false
    beganAt = performance.now()
    isLoading.value = true
    try {
      const answer = await load(key, request.signal)
      if (running !== request) return
      succeed(answer)
    } catch (error) {
      if (running !== request) return
      fail(error)
    }
    running = undefined
    isLoading.value = false
    if (isWantedAgain) reload()
  }

  function succeed(answer: T): void {
    batch(() => {
      data.value = missed.reduce((before, update) => update(before), answer)
      problem.value = undefined
      isStale.value = false
      at.value = Date.now()
    })
  }

  function fail(error: unknown): void {
    if (!(error instanceof Problem)) throw error
    problem.value = error
    const isPassing = error.status === 0 || error.status === 429 || error.status >= 500
    if (isPassing) plan(Math.max((error.retryAfter ?? 0) * 1_000, RETRY_MS))
  }

  function reload(): void {
    if (key === undefined) return
    if (running !== undefined) {
      isWantedAgain = true
      return
    }
    plan(Math.max(0, beganAt + interval - performance.now()))
  }

  return {
    data,
    problem,
    isLoading,
    isStale,
    at,
    ask(wanted) {
      if (wanted === key) return
      key = wanted
      isStale.value = data.value !== undefined
      problem.value = undefined
      clearTimeout(timer)
      run().catch((error: unknown) => reportError(error))
    },
    reload,
    change(update) {
      if (running !== undefined) missed.push(update)
      if (data.value !== undefined) data.value = update(data.value)
    },
    stop() {
      key = undefined
      clearTimeout(timer)
      running?.abort()
      running = undefined
    }
  }
}
