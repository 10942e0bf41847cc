import type { Operator } from './scopes.js'

export interface WatchOptions {
  /** Which of these tokens hold. */
  valid: (ids: readonly number[]) => Promise<ReadonlySet<number>>
  /** Told when `end` of something failed. */
  onError: (error: unknown) => void
  /** Milliseconds between two looks. Default: 2000. */
  interval?: number
}

const INTERVAL_MS = 2_000

interface Watched {
  tokenId: number
  end: () => void
}

/** Ends what goes on for long, such as a stream of events, when the token it began with holds no more. */
export class TokenWatch {
  readonly #options: WatchOptions
  readonly #watched = new Set<Watched>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** Calls `end` once the token is revoked or has expired, unless what is returned was called before. */
  add({ tokenId }: Operator, end: () => void): () => void {
    if (tokenId === undefined) return () => undefined
    const watched = { tokenId, end }
    this.#watched.add(watched)
    this.#timer ??= setInterval(() => this.lookSoon(), this.#options.interval ?? INTERVAL_MS).unref()
    return () => {
      this.#watched.delete(watched)
      if (this.#watched.size === 0) this.stop()
    }
  }

  /** Looks now; nobody waits for it. */
  lookSoon(): void {
    this.look().catch(this.#options.onError)
  }

  /** Looks now. A database that does not answer ends nothing. */
  async look(): Promise<void> {
    const watched = [...this.#watched]
    const ids = [...new Set(watched.map(({ tokenId }) => tokenId))]
    if (ids.length === 0) return
    const valid = await this.#options.valid(ids).catch(() => undefined)
    if (valid === undefined) return
    for (const { tokenId, end } of watched) if (!valid.has(tokenId)) end()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
