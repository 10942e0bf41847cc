/** Runs one task at a time for each key, in the order of the calls. */
export class Mutex {
  /** The last task of each key: settles when it has ended, and never rejects. */
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs the task when all earlier tasks of the key have ended, whether they succeeded or failed. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const running = before.then(task)
    const ended = running.then(
      () => undefined,
      () => undefined
    )
    this.#last.set(key, ended)
    try {
      return await running
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key)
    }
  }
}
