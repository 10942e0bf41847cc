import cluster, { type Worker } from 'node:cluster'
import type { Log } from '../log.js'
import { answerMetrics } from '../metrics/workers.js'
import { type Config, ConfigError } from '../settings/settings.js'

/** The message that tells a worker to stop. */
const STOP = 'stop'
/** How long a worker that died stays away, in milliseconds: twice as long each time, unless it was well for a minute. */
const MIN_DELAY_MS = 1_000
const MAX_DELAY_MS = 30_000
const WELL_MS = 60_000
/** How long workers may take to stop. Milliseconds. They take 25 s themselves. */
const STOP_MS = 28_000
/** Interval at which they are told to. Milliseconds. */
const TELL_EVERY_MS = 500
const CONNECT_TIMEOUT_MS = 5_000

/** Whether this process starts workers, instead of serving itself. */
export function hasWorkers({ WORKERS }: Pick<Config, 'WORKERS'>): boolean {
  return WORKERS > 1 && cluster.isPrimary
}

/** Whether this process is one of several workers. */
export const isWorker = cluster.isWorker

/** Whether this process is the first worker, or has no others beside it. One of several prints what concerns all. */
export function isFirstWorker(): boolean {
  return cluster.worker === undefined || process.env.WORKER_NUMBER === '1'
}

/**
 * In a worker: calls back when the process that started it tells it to stop, or is gone. A worker does not stop at a
 * signal of the terminal or of a service manager, which its parent gets as well, but when its parent says so.
 */
export function onStop(stop: () => void): void {
  if (cluster.worker === undefined) return
  process.on('message', (message) => {
    if (message === STOP) stop()
  })
  process.once('disconnect', stop)
  if (!process.connected) stop()
}

/** Several nodes on this machine that share the ports. */
export class Workers {
  readonly #log: Log
  #isStopping = false
  #hasListened = false
  #exitCode = 0
  readonly #numbers = new Map<Worker, number>()
  #ended: (() => void) | undefined

  constructor(log: Log) {
    this.#log = log
  }

  /** Starts the workers. Resolves with the exit code when all of them have stopped. */
  async run(count: number): Promise<number> {
    answerMetrics()
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve
    })
    for (let number = 1; number <= count; number++) this.#fork(number, MIN_DELAY_MS)
    await ended
    return this.#exitCode
  }

  /** Tells all workers to stop: each closes its connections one after the other. */
  stop(): void {
    if (this.#isStopping) return
    this.#isStopping = true
    const tellAll = () => {
      for (const worker of this.#numbers.keys()) tell(worker)
    }
    tellAll()
    // One that is still starting does not listen yet.
    setInterval(tellAll, TELL_EVERY_MS).unref()
    setTimeout(() => {
      this.#exitCode = 1
      for (const worker of this.#numbers.keys()) worker.process.kill('SIGKILL')
    }, STOP_MS).unref()
    this.#endIfOver()
  }

  /** Passes a signal on, e.g. to read certificates again. */
  signal(signal: NodeJS.Signals): void {
    for (const worker of this.#numbers.keys()) worker.process.kill(signal)
  }

  #fork(number: number, delay: number): void {
    const worker = cluster.fork({ WORKER_NUMBER: String(number) })
    const startedAt = performance.now()
    this.#numbers.set(worker, number)
    worker.once('listening', () => {
      this.#hasListened = true
    })
    // It may have died while it was told something.
    worker.on('error', () => undefined)
    worker.once('exit', (code, signal) => {
      this.#numbers.delete(worker)
      this.#exited({ number, code, signal, delay: performance.now() - startedAt > WELL_MS ? MIN_DELAY_MS : delay })
    })
  }

  #exited({ number, code, signal, delay }: { number: number; code: number | null; signal: string; delay: number }) {
    if (this.#isStopping) {
      if (code !== 0) this.#exitCode = 1
      this.#endIfOver()
      return
    }
    if (!this.#hasListened && code === 1) {
      // It has said why, and the others would say the same.
      this.#exitCode = 1
      this.stop()
      return
    }
    this.#log.error({ worker: number, code, signal, retryIn: delay }, 'a worker has ended: it is started again')
    setTimeout(() => {
      if (!this.#isStopping) this.#fork(number, Math.min(2 * delay, MAX_DELAY_MS))
    }, delay)
  }

  #endIfOver(): void {
    if (this.#numbers.size === 0) this.#ended?.()
  }
}

function tell(worker: Worker): void {
  if (worker.isConnected()) worker.send(STOP)
}

/**
 * Whether PostgreSQL takes the connections of all workers. While it cannot be reached the workers start, and wait for it.
 *
 * @throws ConfigError
 */
export async function checkConnections(config: Config): Promise<void> {
  const { DATABASE_URL, DATABASE_POOL_SIZE, WORKERS } = config
  const allowed = await maxConnections(DATABASE_URL)
  // Each has one more that holds its lock.
  const needed = WORKERS * (DATABASE_POOL_SIZE + 1)
  if (allowed === undefined || needed <= allowed) return
  throw new ConfigError(
    `WORKERS: ${WORKERS} workers with DATABASE_POOL_SIZE=${DATABASE_POOL_SIZE} need ${needed} connections, but ` +
      `PostgreSQL takes ${allowed} (max_connections without those for superusers)`
  )
}

async function maxConnections(url: string | undefined): Promise<number | undefined> {
  // Not with SQLite.
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query(
      "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as allowed"
    )
    return rows[0]?.allowed
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => undefined)
  }
}
