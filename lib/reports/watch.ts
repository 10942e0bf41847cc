import { fold } from '../events/scope.js'

export interface WatchOptions {
  /** Checked whenever parts arrive. */
  isDone: () => Promise<boolean>
  /** Timeout in milliseconds. */
  timeout: number
  signal: AbortSignal
}

/** Waits for reports that come in parts. */
export class ReportWatch {
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #closing = new AbortController()

  /** To be called when parts of a report arrived from this charge point. */
  notice(identity: string): void {
    for (const wake of this.#waiting.get(fold(identity)) ?? []) wake()
  }

  /** Resolves to whether the report was completed before the timeout, the signal and `close`. */
  async wait(identity: string, { isDone, timeout, signal }: WatchOptions): Promise<boolean> {
    const key = fold(identity)
    const overdue = new AbortController()
    const timer = setTimeout(() => overdue.abort(), timeout)
    const end = AbortSignal.any([overdue.signal, signal, this.#closing.signal])
    const news = new News()
    end.addEventListener('abort', news.tell)
    this.#add(key, news.tell)
    try {
      while (!(await isDone())) {
        if (end.aborted) return false
        await news.next()
      }
      return true
    } finally {
      clearTimeout(timer)
      end.removeEventListener('abort', news.tell)
      this.#remove(key, news.tell)
    }
  }

  /** Ends all waiting at shutdown. */
  close(): void {
    this.#closing.abort()
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

/** Checks again after each change, so that parts that arrived during a check are not missed. */
class News {
  #isThere = false
  #resume: () => void = () => undefined

  readonly tell = (): void => {
    this.#isThere = true
    this.#resume()
  }

  async next(): Promise<void> {
    if (!this.#isThere) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve
      })
    }
    this.#isThere = false
  }
}
