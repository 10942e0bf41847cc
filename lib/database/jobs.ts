import { setImmediate as nextTurn } from 'node:timers/promises'
import { type DatabaseConnection, Transaction } from 'kysely'
import type { Dialect } from './dialect.js'
import { insertJoined, type Rows } from './insert.js'
import type { Schema } from './schema.js'
import { settled } from './settled.js'
import type { Append, Job } from './writer.js'

/** A job of a batch, or rows that are only added. */
export interface Work {
  job?: Job<unknown> | undefined
  rows?: readonly Rows[] | undefined
  key?: string | undefined
  /** See `JobOptions`. */
  apart?: boolean | undefined
}

export interface BatchOptions {
  trx: Transaction<Schema>
  /** The connection of the transaction. */
  connection: DatabaseConnection
  dialect: Dialect
  /** Makes the form of the first argument of `append` into rows. */
  rowsOf(...parameters: Parameters<Append>): readonly Rows[]
}

/** Milliseconds that the jobs of a batch may block the event loop before other work gets a turn. */
const MAX_TURN_MS = 10

/**
 * The work of one transaction. A job sees the rows that were added under its key before it; all others are inserted
 * after the jobs.
 */
export class BatchOfJobs {
  readonly #options: BatchOptions
  readonly #pipelined: Transaction<Schema> | undefined
  #appended: Rows[] = []
  /** Keys of the jobs and entries whose rows wait. */
  readonly #added = new Set<string>()
  /** Jobs that run at the same time. */
  #running: Promise<void>[] = []
  readonly #runningKeys = new Set<string>()
  #turnStarted = performance.now()

  constructor(options: BatchOptions) {
    this.#options = options
    if (options.dialect === 'postgres') this.#pipelined = pipelined(options.trx, options.connection)
  }

  /** @throws what the first job that failed threw; none runs any more */
  async run(batch: readonly Work[]): Promise<unknown[]> {
    const results = new Array<unknown>(batch.length).fill(undefined)
    try {
      for (const [index, work] of batch.entries()) {
        await this.#take(work, (result) => {
          results[index] = result
        })
      }
    } finally {
      await this.#finish()
    }
    await this.#insert()
    return results
  }

  async #take({ job, rows, key, apart }: Work, resolve: (result: unknown) => void): Promise<void> {
    if (key !== undefined && this.#runningKeys.has(key)) await this.#finish()
    if (job === undefined) {
      if (rows !== undefined) this.#appended.push(...rows)
      if (key !== undefined) this.#added.add(key)
      return
    }
    if (key !== undefined && this.#added.has(key)) {
      await this.#finish()
      await this.#insert()
    }
    if (performance.now() - this.#turnStarted > MAX_TURN_MS) {
      await nextTurn()
      this.#turnStarted = performance.now()
    }
    if (this.#pipelined !== undefined && key !== undefined && apart === true) {
      this.#runningKeys.add(key)
      const running = job(this.#pipelined, this.#appendFor(key)).then(resolve)
      // It may fail while others are still handed out. Whoever waits for it is told.
      running.catch(() => undefined)
      this.#running.push(running)
      return
    }
    await this.#finish()
    resolve(await job(this.#options.trx, this.#appendFor(key)))
  }

  /** Waits for the jobs that run. */
  async #finish(): Promise<void> {
    if (this.#running.length === 0) return
    const running = this.#running
    this.#running = []
    this.#runningKeys.clear()
    await settled(running)
  }

  async #insert(): Promise<void> {
    const { trx, dialect } = this.#options
    const rows = this.#appended
    this.#appended = []
    this.#added.clear()
    await insertJoined(this.#pipelined ?? trx, rows, dialect)
  }

  #appendFor(key: string | undefined): Append {
    return (...parameters: unknown[]) => {
      this.#appended.push(...this.#options.rowsOf(...(parameters as Parameters<Append>)))
      if (key !== undefined) this.#added.add(key)
    }
  }
}

/**
 * The same transaction, whose statements do not wait for one another: they are sent at once, and the server executes
 * them in their order.
 */
function pipelined(trx: Transaction<Schema>, connection: DatabaseConnection): Transaction<Schema> {
  const executor = trx.getExecutor().withConnectionProvider({ provideConnection: (consumer) => consumer(connection) })
  // Only what begins and ends transactions would use the others.
  const unused = {} as never
  return new Transaction<Schema>({ config: unused, driver: unused, dialect: unused, executor })
}
