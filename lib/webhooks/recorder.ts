import { setTimeout as sleep } from 'node:timers/promises'
import type { Writer } from '../database/writer.js'
import { type AttemptResult, saveAttempts } from './deliveries.js'

export interface RecorderOptions {
  writer: Pick<Writer, 'write'>
  onTrouble: (error: unknown) => void
}

interface Waiting {
  result: AttemptResult
  resolve(): void
}

/** Maximum number of results per commit. */
const MAX_BATCH = 500
const RETRY_MS = 1_000

/** Saves the outcome of attempts, many in one commit, and retries until they are saved. */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #stop = new AbortController()
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  /**
   * Resolves when the outcome is saved or the recorder is closed. In the second case the event is delivered once more.
   */
  add(result: AttemptResult): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ result, resolve })
      this.#running ??= this.#run()
    })
  }

  /** Saves the waiting results, if the database answers. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { writer, onTrouble } = this.#options
    const { signal } = this.#stop
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH)
      try {
        const results = batch.map(({ result }) => result)
        await writer.write((trx) => saveAttempts(trx, results))
      } catch (error) {
        onTrouble(error)
        if (!signal.aborted) {
          this.#waiting.unshift(...batch)
          await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
          continue
        }
      }
      for (const { resolve } of batch) resolve()
    }
    this.#running = undefined
  }
}
