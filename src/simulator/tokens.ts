/** Verdict of the CSMS, the local list or the cache on an id token. */
export interface TokenAnswer {
  readonly status: string
  readonly groupId: string | undefined
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined
}

/** An entry of the local list or of the cache. */
export interface KnownToken extends TokenAnswer {
  /** The idTagInfo or idTokenInfo of the CSMS. */
  readonly info: unknown
}

/** The local authorization list and the authorization cache. [1.6 §3.4; 2.x C10, D] */
export class TokenStore {
  listVersion = 0
  #list: Map<string, KnownToken> | undefined
  #cache: Map<string, KnownToken> | undefined

  get listSize(): number {
    return this.#list?.size ?? 0
  }

  listed(idToken: string): KnownToken | undefined {
    return this.#list?.get(fold(idToken))
  }

  /** Replaces or updates the list; an entry without `known` is removed. */
  updateList(isFull: boolean, version: number, entries: readonly { idToken: string; known?: KnownToken }[]): void {
    if (isFull) this.#list = undefined
    this.#list ??= new Map()
    for (const { idToken, known } of entries) {
      if (known === undefined) this.#list.delete(fold(idToken))
      else this.#list.set(fold(idToken), known)
    }
    this.listVersion = version
  }

  cached(idToken: string, now: number): KnownToken | undefined {
    const known = this.#cache?.get(fold(idToken))
    return known?.expiresAt !== undefined && known.expiresAt <= now ? undefined : known
  }

  remember(idToken: string, answer: TokenAnswer): void {
    this.#cache ??= new Map()
    this.#cache.set(fold(idToken), { ...answer, info: undefined })
  }

  clearCache(): void {
    this.#cache = undefined
  }

  forget(idToken: string): boolean {
    return this.#cache?.delete(fold(idToken)) ?? false
  }
}

// An idTag and an identifierString are compared without regard to case. [1.6 §7.28; 2.x Part 2]
function fold(idToken: string): string {
  return idToken.toLowerCase()
}
