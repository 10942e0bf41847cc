import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type TableMetadata } from 'kysely'
import type { Dialect } from '../../lib/database/dialect.js'
import { type OpenDatabase, openDatabase } from '../../lib/database/open.js'
import { type Document, METHODS } from '../../lib/openapi/document.js'
import { type Process, startProcess } from '../app/process.js'
import { BEARER, TOKEN, temporaryDirectory } from '../app/support.js'
import { administer, SERVER } from '../database/support.js'
import { until, within } from '../support/wait.js'
import { PATIENCE_MS } from './peer.js'

/** Connections to PostgreSQL, which come as they are needed and stay. */
const POOL_SIZE = 4
/** Nobody is slowed down here, and nothing is asked for or written by the clock. */
const SETTINGS = {
  OPERATOR_TOKEN: TOKEN,
  OCPP_MESSAGE_RATE: '100000',
  OCPP_MESSAGE_BURST: '1000000',
  API_RATE_LIMIT: '0',
  TRANSACTION_GAP_DELAY: '86400',
  DATABASE_POOL_SIZE: String(POOL_SIZE)
}

/** What changes without a message that was accepted: logs, calls of ours, and signs of life. */
const IGNORED_TABLES = new Set([
  'messages',
  'calls',
  'runs',
  'meta',
  'idempotency_keys',
  'audit_log',
  'security_events',
  'violations'
])
const IGNORED_COLUMNS = new Set(['last_seen_at', 'last_connected_at', 'last_disconnected_at', 'updated_at'])

/** Of a log that says what is wrong and is no flood: lines for each frame that came in. */
const MAX_LINES_PER_FRAME = 2
/** That it came, that it was answered, and why not. */
const MAX_LINES_PER_REQUEST = 3
/** Of pino; fatal is higher. */
const ERROR_LEVEL = 50
/** The most that is still needed when all is over. */
const MAX_KEPT_BYTES = 96 * 1_048_576

export interface Answer {
  status: number
  text: string
}

/** What the process needs. */
interface Needs {
  heap: number
  sockets: number
}

/** The whole back-end as a process of its own, with a look into its database. */
export class FuzzedBackend {
  readonly url: string
  readonly document: Document
  readonly #process: Process
  readonly #database: OpenDatabase
  #tables: readonly TableMetadata[] | undefined
  #requests = 0

  private constructor(process: Process, url: string, document: Document, database: OpenDatabase) {
    this.#process = process
    this.url = url
    this.document = document
    this.#database = database
  }

  /** Ends with the calling test. */
  static async start(dialect: Dialect, settings: Readonly<Record<string, string>> = {}): Promise<FuzzedBackend> {
    const DATA_DIR = await temporaryDirectory()
    const url = dialect === 'postgres' ? { DATABASE_URL: await createDatabase() } : {}
    const process = await startProcess({ ...SETTINGS, ...settings, ...url, DATA_DIR }, undefined, withCollector)
    const base = await process.url()
    await isReady(base)
    const database = openDatabase({ DATA_DIR, DATABASE_POOL_SIZE: 2, ...url }, { exclusive: false, busyTimeout: 5_000 })
    after(() => database.close())
    const document = (await (await fetch(`${base}/openapi.json`)).json()) as Document
    return new FuzzedBackend(process, base, document, database)
  }

  get chargerUrl(): string {
    return this.url.replace('http', 'ws')
  }

  /** A request of an operator with a body of JSON. */
  operate(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.send(method, path, body === undefined ? undefined : JSON.stringify(body))
  }

  /** The same with a body as it is. */
  async send(method: string, path: string, body?: string): Promise<Answer> {
    this.#requests++
    const request = fetch(`${this.url}${path}`, {
      method,
      headers: { ...BEARER, connection: 'close', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body })
    }).then(async (response) => ({ status: response.status, text: await response.text() }))
    return within(`${method} ${path}`, request, PATIENCE_MS)
  }

  /** All that is booked, a line for each row, once nothing of what went before changes it any more. */
  async books(): Promise<string[]> {
    let before = await this.#readBooks()
    for (;;) {
      const now = await this.#readBooks()
      if (now.length === before.length && now.every((line, index) => line === before[index])) return now
      before = now
    }
  }

  async #readBooks(): Promise<string[]> {
    const { db } = this.#database
    this.#tables ??= await db.introspection.getTables()
    const lines: string[] = []
    for (const { name, columns } of this.#tables) {
      if (IGNORED_TABLES.has(name)) continue
      const shown = columns.filter((column) => !IGNORED_COLUMNS.has(column.name)).map((column) => sql.ref(column.name))
      const { rows } = await sql`select ${sql.join(shown)} from ${sql.table(name)} order by 1`.execute(db)
      for (const row of rows) lines.push(`${name} ${JSON.stringify(row)}`)
    }
    return lines
  }

  /** Whatever was stored can be shown. */
  async assertShowsEverything(identities: readonly string[]): Promise<void> {
    const { items } = JSON.parse((await this.operate('GET', '/api/v1/transactions?limit=1000')).text)
    const ids: string[] = items.map(({ id }: { id: number }) => String(id))
    for (const [path, item] of Object.entries(this.document.paths)) {
      // It never ends.
      if (!METHODS.some((method) => method === 'get' && item[method] !== undefined) || path.endsWith('/events'))
        continue
      const places = path.includes('/transactions/{id}') ? ids : identities
      for (const place of path.includes('{') ? places : ['']) {
        const { status, text } = await this.operate('GET', path.replace(/\{\w+\}/, encodeURIComponent(place)))
        assert.ok(status < 500, `GET ${path} of ${place} is answered ${status} ${text}`)
      }
    }
  }

  /** What it needs when nobody is connected. */
  async needs(): Promise<Needs> {
    const mark = this.#process.output().length
    this.#process.kill('SIGWINCH')
    const found = () => /^memory (\{.*\})$/m.exec(this.#process.output().slice(mark))?.[1]
    await until('it tells its memory', () => found() !== undefined, PATIENCE_MS)
    const { heapUsed, external } = JSON.parse(found() ?? '{}')
    const { text } = await this.operate('GET', '/metrics')
    const sockets = Number(/^nodejs_active_resources\{type="TCPSocketWrap"\} (\d+)/m.exec(text)?.[1] ?? 0)
    return { heap: heapUsed + external, sockets }
  }

  /** That nothing in its log is an error of ours, and that it needs no more than before. */
  async assertSane(before: Needs, frames: number): Promise<void> {
    assert.deepEqual(this.#errors(), [])
    const { heap, sockets } = await this.#settledNeeds(before)
    const lines = this.#lines().length
    const most = frames * MAX_LINES_PER_FRAME + this.#requests * MAX_LINES_PER_REQUEST
    assert.ok(lines <= most, `${lines} lines of log for ${frames} frames and ${this.#requests} requests`)
    assert.ok(heap - before.heap < MAX_KEPT_BYTES, `memory grew from ${before.heap} to ${heap} bytes`)
    assert.ok(sockets <= before.sockets + POOL_SIZE, `${sockets} sockets are left of ${before.sockets}`)
  }

  /** Does it, and tells beside an error what the back-end had to say about it. */
  async explaining(job: () => Promise<void>): Promise<void> {
    try {
      await job()
    } catch (cause) {
      throw new Error([String(cause), ...this.#errors().slice(0, 3)].join('\n'), { cause })
    }
  }

  /** A connection takes a while to close. */
  async #settledNeeds(before: Needs): Promise<Needs> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const needs = await this.needs()
      if (needs.sockets <= before.sockets + POOL_SIZE || performance.now() > deadline) return needs
      await sleep(200)
    }
  }

  #lines(): string[] {
    return this.#process
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
  }

  #errors(): string[] {
    return this.#lines().filter((line) => Number(JSON.parse(line).level) >= ERROR_LEVEL)
  }
}

/** It listens before its database has answered. */
async function isReady(url: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await fetch(`${url}/health/ready`)).ok) {
    if (performance.now() > deadline) throw new Error('its database does not answer')
    await sleep(20)
  }
}

function withCollector([node = '', ...args]: string[]): string[] {
  return [node, '--expose-gc', '--import', import.meta.resolve('../abuse/collect.mjs'), ...args]
}

/** An empty one that goes when the calling test is over. */
async function createDatabase(): Promise<string> {
  const name = `fuzz_${process.pid}_${randomBytes(4).toString('hex')}`
  await administer(`create database ${name}`)
  after(() => administer(`drop database if exists ${name} with (force)`))
  const url = new URL(SERVER)
  url.pathname = name
  return url.href
}
