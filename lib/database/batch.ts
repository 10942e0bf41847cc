import { StorageError } from './errors.js'

interface Waiting<T> {
  item: T
  resolve(): void
  reject(error: unknown): void
}

/**
 * Commits many small things of one kind at once: what comes while one commit is under way goes into the next, in the
 * order it came. A commit of two hundred statuses in two statements costs little more than one of a single status.
 */
export class BatchedCommits<T> {
  readonly #commit: (items: readonly T[]) => Promise<void>
  readonly #maxItems: number
  #waiting: Waiting<T>[] = []
  #isRunning = false

  constructor(commit: (items: readonly T[]) => Promise<void>, maxItems = 200) {
    this.#commit = commit
    this.#maxItems = maxItems
  }

  /**
   * Resolves once it is committed.
   *
   * @throws StorageError, or what its commit threw
   */
  add(item: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (!this.#isRunning) this.#run().catch(reject)
    })
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#waiting.length > 0) await this.#commitTogether(this.#waiting.splice(0, this.#maxItems))
    this.#isRunning = false
  }

  async #commitTogether(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#commit(batch.map(({ item }) => item))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      // The database would take none of them; else one is to blame, and only that one shall be refused.
      if (error instanceof StorageError || batch.length === 1) for (const { reject } of batch) reject(error)
      else for (const waiting of batch) await this.#commitTogether([waiting])
    }
  }
}
