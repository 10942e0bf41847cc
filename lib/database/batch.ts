import { StorageError } from './errors.js'

interface Waiting<T> {
  item: T
  resolve(): void
  reject(error: unknown): void
}

/**
 * Commits many small items of one kind at once: items that arrive during a commit go into the next one, in the order of
 * their arrival. A commit of two hundred statuses in two statements costs little more than one of a single status.
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
   * Resolves once the item is committed.
   *
   * @throws StorageError, or the error of the commit
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
      // A StorageError concerns all items. With any other error one item is at fault, and only that one is rejected.
      if (error instanceof StorageError || batch.length === 1) for (const { reject } of batch) reject(error)
      else for (const waiting of batch) await this.#commitTogether([waiting])
    }
  }
}
