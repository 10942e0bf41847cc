import { fold } from './scope.js'

export interface WatchOptions {
  /** Looks again whenever there is news. */
  isDone: () => Promise<boolean>
  /** Milliseconds. */
  timeout: number
  signal: AbortSignal
}

/** Waits for reports that come in parts. */
export class ReportWatch {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** There is news of a charge point's report. */
  notice(identity: string): void {
    for (const wake of this.#waiting.get(fold(identity)) ?? []) wake()
  }

  /** Answers whether it is done: in time, and before the signal. */
  async wait(identity: string, { isDone, timeout, signal }: WatchOptions): Promise<boolean> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
    const key = fold(identity)
    let isNews = true
    let resume: () => void = () => undefined
    const wake = () => {
      isNews = true
      resume()
    }
    this.#add(key, wake)
    deadline.addEventListener('abort', wake)
    try {
      for (;;) {
        if (isNews) {
          isNews = false
          if (await isDone()) return true
        }
        if (deadline.aborted) return false
        if (!isNews) await new Promise<void>((resolve) => (resume = resolve))
      }
    } finally {
      deadline.removeEventListener('abort', wake)
      this.#remove(key, wake)
    }
  }

  #add(key: string, wake: () => void): void {
    const waiting = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, waiting.add(wake))
  }

  #remove(key: string, wake: () => void): void {
    const waiting = this.#waiting.get(key)
    waiting?.delete(wake)
    if (waiting?.size === 0) this.#waiting.delete(key)
  }
}
