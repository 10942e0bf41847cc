export interface WatchOptions {
  /** Returns those of the ids whose tokens or sign-ins are valid. */
  valid: (ids: readonly number[]) => Promise<ReadonlySet<number>>
  /** Called when `end` has thrown. */
  onError: (error: unknown) => void
  /** Milliseconds between two checks. Default: 2000. */
  interval?: number
}

const INTERVAL_MS = 2_000

interface Watched {
  id: number
  end: () => void
}

/** Ends long answers, such as event streams, when their token or their sign-in ends. */
export class TokenWatch {
  readonly #options: WatchOptions
  readonly #watched = new Set<Watched>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** Calls `end` when the id is not valid any more, unless the returned function was called before. */
  add(id: number, end: () => void): () => void {
    const watched = { id, end }
    this.#watched.add(watched)
    this.#timer ??= setInterval(() => this.lookSoon(), this.#options.interval ?? INTERVAL_MS).unref()
    return () => {
      this.#watched.delete(watched)
      if (this.#watched.size === 0) this.stop()
    }
  }

  /** Checks now, without waiting for the result. */
  lookSoon(): void {
    this.look().catch(this.#options.onError)
  }

  /** Checks now. If the database does not answer, nothing ends. */
  async look(): Promise<void> {
    const watched = [...this.#watched]
    const ids = [...new Set(watched.map(({ id }) => id))]
    if (ids.length === 0) return
    const valid = await this.#options.valid(ids).catch(() => undefined)
    if (valid === undefined) return
    for (const { id, end } of watched) if (!valid.has(id)) end()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
