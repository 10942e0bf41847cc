import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { postgresDriver } from './driver.js'
import { StorageError, toStorageError } from './errors.js'
import { LockedError } from './lock.js'

/** Among the advisory locks of a database those of this program; 0x4f43 is "OC". The other half is the schema. */
const LOCK = "x'4f43'::int, hashtext(coalesce(current_schema(), ''))"
const IN_PG_LOCKS = `locktype = 'advisory' and classid = x'4f43'::int and objsubid = 2
  and objid::bigint = hashtext(coalesce(current_schema(), ''))::bigint & 4294967295
  and database = (select oid from pg_database where datname = current_database())`
const CONNECT_TIMEOUT_MS = 5_000
const QUERY_TIMEOUT_MS = 5_000
const END_TIMEOUT_MS = 1_000
/** With the time-out of a query well below the time after which the server gives up a peer that has gone silent. */
const HEARTBEAT_MS = 5_000
/** The server tests a silent connection after 10 s and then every 5 s, and gives it up after 3 tests. */
const SESSION = {
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
  idle_session_timeout: '0'
}

/** The process of the server that a connection talks to. */
interface Backend {
  pid: number
  /** Epoch milliseconds, because numbers are used again. */
  startedAt: number
}

/** Holder of the lock, as far as the server tells it. The holder may just have ended. */
export interface Holder extends Partial<Backend> {
  /** Absent on the machine of the server. */
  address?: string
}

/** The lock does not work through what is between this process and PostgreSQL. */
export class PoolerError extends Error {
  override readonly name = 'PoolerError'
  constructor() {
    super(
      'a connection pooler in transaction mode is in front of PostgreSQL: connect to PostgreSQL itself, or use a pooler in session mode'
    )
  }
}

/**
 * Makes sure that one process at a time serves a PostgreSQL database, or the nodes of one cluster: others would answer
 * chargers from different memories. It is an advisory lock of a session, on a connection of its own: the server takes it away when the
 * connection ends, however that comes about.
 */
export class ServerLock {
  readonly #url: string
  readonly #onLost: () => void
  /** Nodes of one cluster hold the lock together; nobody else can have it meanwhile. */
  readonly #isShared: boolean
  #client: pg.Client | undefined
  /** Where the lock was held last: when the network failed, the server may not have noticed yet. */
  #backend: Backend | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #isReleased = false

  constructor({ url, onLost, isShared = false }: { url: string; onLost: () => void; isShared?: boolean }) {
    this.#url = url
    this.#onLost = onLost
    this.#isShared = isShared
  }

  get isHeld(): boolean {
    return this.#client !== undefined
  }

  /**
   * Takes the lock, if it is free. Answers who has it otherwise; undefined when it is ours.
   *
   * @throws StorageError, PoolerError, or what the server said
   */
  async acquire(): Promise<Holder | undefined> {
    if (this.isHeld) return undefined
    const client = this.#newClient()
    try {
      await client.connect()
      await prepare(client)
      const holder = (await this.#take(client)) ? undefined : await this.#whoElse(client)
      if (holder !== undefined) {
        await client.end()
        return holder
      }
      await this.#checkPooling(client)
      this.#backend = await backendOf(client)
      if (this.#isReleased) await client.end()
      else this.#keep(client)
      return undefined
    } catch (error) {
      client.end().catch(() => undefined)
      throw toStorageError(error)
    }
  }

  /** Resolves when the server answers over the connection of the lock, which nothing else occupies. */
  async ping(): Promise<void> {
    if (this.#client === undefined) throw new StorageError('unavailable')
    await this.#client.query('select 1')
  }

  /** Lets others have it, for good. */
  async release(): Promise<void> {
    const client = this.#client
    this.#isReleased = true
    this.#forget()
    // The process ends anyway, and the connection with it.
    if (client !== undefined) await Promise.race([client.end(), sleep(END_TIMEOUT_MS, undefined, { ref: false })])
  }

  #newClient(): pg.Client {
    const { Client } = postgresDriver()
    const client = new Client({
      connectionString: this.#url,
      application_name: 'fastify-ocpp lock',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS
    })
    // An `error` event without a listener ends the process.
    client.on('error', () => this.#lose(client))
    client.on('end', () => this.#lose(client))
    return client
  }

  #keep(client: pg.Client): void {
    this.#client = client
    this.#heartbeat = setInterval(() => {
      isHeldBy(client).then(
        (isHeld) => isHeld || this.#lose(client),
        () => this.#lose(client)
      )
    }, HEARTBEAT_MS).unref()
  }

  #lose(client: pg.Client): void {
    if (this.#client !== client) return
    this.#forget()
    client.end().catch(() => undefined)
    this.#onLost()
  }

  #forget(): void {
    clearInterval(this.#heartbeat)
    this.#client = undefined
  }

  /** Answers who has the lock, unless that is what is left of our own connection, or it has just become free. */
  async #whoElse(client: pg.Client): Promise<Holder | undefined> {
    const holder = await holderOf(client)
    const own = this.#backend
    if (own !== undefined && holder?.pid === own.pid && holder.startedAt === own.startedAt) {
      await client.query('select pg_terminate_backend($1)', [own.pid])
    }
    if (await this.#takeSoon(client)) return undefined
    return (await holderOf(client)) ?? {}
  }

  async #take(client: pg.Client, from = ''): Promise<boolean> {
    const shared = this.#isShared ? '_shared' : ''
    const statement = `select pg_try_advisory_lock${shared}(${LOCK}) as held ${from}`
    const { rows } = await client.query<{ held: boolean }>(statement)
    return rows[0]?.held === true
  }

  /** The server may need a moment to notice a cut connection. */
  #takeSoon(client: pg.Client): Promise<boolean> {
    return this.#take(client, 'from pg_sleep(0.1)')
  }

  /**
   * A pooler hands out connections of its own, under numbers of its own. In transaction mode a second client gets the
   * connection of ours between two transactions, and the lock with it.
   */
  async #checkPooling(client: pg.Client): Promise<void> {
    const before = await backendOf(client)
    if ((client as { processID?: unknown }).processID === before.pid) return
    const other = this.#newClient()
    try {
      await other.connect()
      await other.query('begin')
      const { pid } = await backendOf(other)
      // Or the pooler would keep the lock.
      const shared = this.#isShared ? '_shared' : ''
      if (pid === before.pid) await other.query(`select pg_advisory_unlock${shared}(${LOCK})`)
      if (pid === before.pid || !(await isHeldBy(client))) throw new PoolerError()
    } finally {
      await other.end().catch(() => undefined)
    }
  }
}

/** One line for whoever has to stop one of the two. */
export function lockedBy({ address, startedAt }: Holder): LockedError {
  const where = address === undefined ? '' : ` from ${address}`
  const since = startedAt === undefined ? '' : ` since ${new Date(startedAt).toISOString()}`
  return new LockedError(
    `DATABASE_URL: another back-end serves this database (connected${where}${since}); stop that one first, or give this one a database of its own; several of them need NATS_URL`
  )
}

/** Settings that this version of the server knows. */
async function prepare(client: pg.Client): Promise<void> {
  await client.query(
    `select set_config(wanted.name, wanted.value, false) from unnest($1::text[], $2::text[]) as wanted (name, value)
     where wanted.name in (select name from pg_settings)`,
    [Object.keys(SESSION), Object.values(SESSION)]
  )
}

async function isHeldBy(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `select 1 from pg_locks where granted and pid = pg_backend_pid() and ${IN_PG_LOCKS}`
  )
  return rowCount === 1
}

const BACKEND = 'pid, floor(extract(epoch from backend_start) * 1000)::text as started_at'

async function backendOf(client: pg.Client): Promise<Backend> {
  const { rows } = await client.query<{ pid: number; started_at: string }>(
    `select ${BACKEND} from pg_stat_activity where pid = pg_backend_pid()`
  )
  const [row] = rows
  if (row === undefined) throw new StorageError('unavailable')
  return { pid: row.pid, startedAt: Number(row.started_at) }
}

async function holderOf(client: pg.Client): Promise<Holder | undefined> {
  const { rows } = await client.query<{ pid: number; started_at: string | null; address: string | null }>(
    `select ${BACKEND}, host(client_addr) as address from pg_stat_activity
     where pid in (select pid from pg_locks where granted and ${IN_PG_LOCKS}) and pid <> pg_backend_pid() limit 1`
  )
  const [row] = rows
  if (row === undefined) return undefined
  const { pid, started_at, address } = row
  return {
    pid,
    ...(started_at !== null && { startedAt: Number(started_at) }),
    ...(address !== null && { address })
  }
}
