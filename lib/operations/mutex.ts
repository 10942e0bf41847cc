/** What is not to be done twice at a time. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Does it when all that came before under the same key is over, however that ended. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const turn = before.then(work, work)
    const isOver = turn.then(
      () => undefined,
      () => undefined
    )
    this.#last.set(key, isOver)
    try {
      return await turn
    } finally {
      if (this.#last.get(key) === isOver) this.#last.delete(key)
    }
  }
}
