import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Dialect } from '../../../lib/database/dialect.js'
import type { DatabaseSettings } from '../../../lib/database/open.js'
import { type Process, startProcess } from '../../app/process.js'
import { temporaryDirectory } from '../../app/support.js'
import { emptyDatabase } from '../../database/support.js'
import { freePort, type OwnPostgres } from '../../support/own-postgres.js'

/** The back-end as a process of its own, on a port that stays. */
export class Server {
  readonly url: string
  readonly database: DatabaseSettings
  readonly #settings: Record<string, string>
  readonly #directory: string
  #process: Process | undefined

  private constructor(port: number, database: DatabaseSettings) {
    this.url = `ws://127.0.0.1:${port}/ocpp`
    this.database = database
    this.#directory = database.DATA_DIR
    this.#settings = {
      PORT: String(port),
      DATA_DIR: database.DATA_DIR,
      LOG_LEVEL: 'warn',
      ...(database.DATABASE_URL !== undefined && { DATABASE_URL: database.DATABASE_URL })
    }
  }

  static async start(database: DatabaseSettings): Promise<Server> {
    const server = new Server(await freePort(), database)
    await server.restart()
    return server
  }

  /** The log since its last start. */
  get output(): string {
    return this.#process?.output() ?? ''
  }

  async restart(): Promise<void> {
    this.#process = await startProcess(this.#settings, this.#directory)
    await this.#process.url()
  }

  /** Without a word, as when the power fails. */
  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL')
    await this.#process?.exited()
  }

  async pause(milliseconds: number): Promise<void> {
    this.#process?.kill('SIGSTOP')
    await sleep(milliseconds)
    this.#process?.kill('SIGCONT')
  }
}

export interface Place {
  /** For SQLite. */
  disk?: Disk | undefined
  postgres?: OwnPostgres | undefined
}

/** Settings of an empty database, on a disk or a server of its own if there is one. */
export async function databaseOf(dialect: Dialect, { disk, postgres }: Place): Promise<DatabaseSettings> {
  if (postgres !== undefined) {
    return { DATA_DIR: await temporaryDirectory(), DATABASE_URL: postgres.url, DATABASE_POOL_SIZE: 8 }
  }
  if (disk === undefined) return emptyDatabase(dialect)
  const DATA_DIR = join(disk.path, 'data')
  await mkdir(DATA_DIR)
  return { DATA_DIR, DATABASE_POOL_SIZE: 2 }
}

/** A small disk in memory that can be filled up. */
export interface Disk {
  readonly path: string
  fill(): Promise<void>
  empty(): Promise<void>
}

/** undefined where nobody may mount one. */
export async function mountDisk(megabytes: number): Promise<Disk | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    await rm(path, { recursive: true })
    return undefined
  }
  after(async () => {
    execFileSync('umount', ['-l', path])
    await rmdir(path)
  })
  const ballast = join(path, 'ballast')
  return {
    path,
    fill: () => writeFile(ballast, Buffer.alloc(megabytes * 2 ** 20)).catch(isFull),
    empty: () => rm(ballast)
  }
}

function isFull(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOSPC') throw error
}

/** Breaks every connection of the back-end to its PostgreSQL database. */
export async function cutDatabase({ DATABASE_URL }: DatabaseSettings): Promise<void> {
  await withClient(DATABASE_URL, (client) =>
    client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
    )
  )
}

/** Lets nobody write to the books for a while. */
export async function slowDatabase({ DATABASE_URL }: DatabaseSettings, milliseconds: number): Promise<void> {
  await withClient(DATABASE_URL, async (client) => {
    await client.query('begin')
    await client.query('lock table transactions in exclusive mode')
    await sleep(milliseconds)
    await client.query('commit')
  })
}

async function withClient(url: string | undefined, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
