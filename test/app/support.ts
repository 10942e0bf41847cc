import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { type AppOptions, buildApp } from '../../app.js'
import type { Dialect } from '../../lib/database/dialect.js'
import { readConfig } from '../../lib/settings/settings.js'
import type {} from '../../plugins/csms/authorization.js'
import type {} from '../../plugins/database.js'
import type {} from '../../plugins/store.js'
import { administer, createWithSchema, fileWithSchema, onDatabases, urlOf } from '../database/support.js'
import { ALL_DATABASES, ORDINARY_DATABASES } from '../support/long.js'
import { listen, listenUntilClosed, type TestServer } from '../support/server.js'
import { within } from '../support/wait.js'

/** The operator token of the apps under test. */
export const TOKEN = 'token-of-the-test-operator'
export const BEARER = { authorization: `Bearer ${TOKEN}` }

/** The back-end on a free port, with these settings; closed when the calling test is over. */
export async function startBackend(
  settings: Record<string, string> = {},
  options: Omit<AppOptions, 'config'> = {},
  listenOn = listen
): Promise<TestServer> {
  const DATA_DIR = settings.DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'backend-')))
  if (settings.DATA_DIR === undefined && settings.DATABASE_URL === undefined) await fileWithSchema(DATA_DIR)
  const config = readConfig({ OPERATOR_TOKEN: TOKEN, ...settings, DATA_DIR })
  const server = await listenOn(await buildApp({ config, ...options }))
  // Hooks run in the order in which they are made: the back-end must be closed before its directory goes.
  if (settings.DATA_DIR === undefined) after(() => rm(DATA_DIR, { recursive: true, force: true }))
  return server
}

/** An empty directory that goes when the calling test is over, maybe before what the test has started has ended. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'backend-'))
  after(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }))
  return directory
}

/** The state of a charge point that the back-end shows to an operator. */
export async function stateOf({ app }: TestServer, identity: string) {
  const response = await app.inject({ url: `/api/v1/charge-points/${identity}/state`, headers: BEARER })
  return response.json()
}

/**
 * The back-end of a suite, on its database: the one that runs with these settings already, or else a new one, which finds
 * what earlier ones left. So the tests have charge points of their own, and whoever closes it gets a new one next time.
 * A test that needs one of its own says how it listens.
 */
export type Start = (settings?: Record<string, string>, listenOn?: typeof listen) => Promise<TestServer>

/** One back-end with these settings for all tests of the calling `describe`, which each have charge points of their own. */
export function shareBackend(start: Start, settings?: Record<string, string>): () => TestServer {
  let server: TestServer | undefined
  before(async () => {
    server = await start(settings, listenUntilClosed)
  })
  after(() => server?.close())
  return () => {
    assert.ok(server, 'the back-end runs while the tests of its suite run')
    return server
  }
}

/**
 * Back-ends for the tests of the calling file or `describe`, which have charge points of their own: one for each settings,
 * with a database of its own, until all tests are over.
 */
export function shareBackends(): (settings?: Record<string, string>) => Promise<TestServer> {
  const running = new Map<string, Promise<TestServer>>()
  const directories: string[] = []
  after(async () => {
    for (const server of running.values()) await (await server).close()
    for (const directory of directories) await rm(directory, { recursive: true, force: true })
  })
  const start = async (settings: Record<string, string>) => {
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'backend-'))
    directories.push(DATA_DIR)
    await fileWithSchema(DATA_DIR)
    return startBackend({ ...settings, DATA_DIR }, {}, listenUntilClosed)
  }
  return (settings = {}) => {
    const key = JSON.stringify(settings)
    const server = running.get(key) ?? start(settings)
    running.set(key, server)
    return server
  }
}

let databases = 0

/** The same tests on SQLite and, in the long suite, on PostgreSQL, each with a database of its own. */
export function onBothBackends(what: string, tests: (start: Start, dialect: Dialect) => void): void {
  onBackends(what, tests, ORDINARY_DATABASES)
}

/** The same tests on SQLite and on PostgreSQL, because what they test is the work of the database. */
export function onBothBackendsAlways(what: string, tests: (start: Start, dialect: Dialect) => void): void {
  onBackends(what, tests, ALL_DATABASES)
}

/**
 * The same tests on SQLite and, in the long suite, on PostgreSQL, all of them with one back-end, which costs far less than
 * one each: for tests that have charge points of their own and end nothing.
 */
export function onSharedBackend(
  what: string,
  tests: (start: () => Promise<TestServer>, dialect: Dialect) => void
): void {
  onBackends(what, tests, ORDINARY_DATABASES)
}

/** The same on SQLite and on PostgreSQL, because what they test is the work of the database. */
export function onSharedBackendAlways(
  what: string,
  tests: (start: () => Promise<TestServer>, dialect: Dialect) => void
): void {
  onBackends(what, tests, ALL_DATABASES)
}

/** The back-end of a suite. There is one at a time, because it locks its database. */
class Running {
  readonly #database: Record<string, string>
  #shared: { server: TestServer; settings: string } | undefined

  /** @param database settings that are complete when the first test begins */
  constructor(database: Record<string, string>) {
    this.#database = database
  }

  async start(settings: Record<string, string> = {}, listenOn?: typeof listen): Promise<TestServer> {
    const wanted = JSON.stringify(settings)
    const { server, settings: those } = this.#shared ?? {}
    if (server?.isClosed() === false && those === wanted && listenOn === undefined) return server
    await this.close()
    const started = await startBackend({ ...this.#database, ...settings }, {}, listenOn ?? listenUntilClosed)
    if (listenOn === undefined) this.#shared = { server: started, settings: wanted }
    // A busy machine may need longer for the migrations than the start waits.
    await within('the database', started.app.database.ready, 60_000)
    return started
  }

  async close(): Promise<void> {
    await this.#shared?.server.close()
    this.#shared = undefined
  }
}

function onBackends(what: string, tests: (start: Start, dialect: Dialect) => void, dialects: readonly Dialect[]): void {
  const each = (dialect: Dialect) => {
    const name = `backend_${process.pid}_${++databases}`
    const database: Record<string, string> = {}
    before(async () => {
      database.DATA_DIR = await mkdtemp(join(tmpdir(), 'backend-'))
      if (dialect === 'sqlite') return fileWithSchema(database.DATA_DIR)
      await createWithSchema(name)
      database.DATABASE_URL = urlOf(name)
    })
    const running = new Running(database)
    after(async () => {
      await running.close()
      await rm(database.DATA_DIR ?? '', { recursive: true, force: true })
      if (dialect === 'postgres') await administer(`drop database if exists ${name} with (force)`)
    })
    const start: Start = (settings, listenOn) => running.start(settings, listenOn)
    tests(start, dialect)
  }
  onDatabases(what, each, dialects)
}

/** A request of an operator. */
export async function operate(
  { app }: TestServer,
  method: 'GET' | 'PUT' | 'DELETE' | 'POST',
  path: string,
  payload?: object
) {
  const url = `/api/v1${path}`
  return app.inject({ method, url, headers: BEARER, ...(payload !== undefined && { payload }) })
}

/** The items of a list, once there are as many as wanted: what is written behind everything else comes later. */
export async function itemsOf(server: TestServer, path: string, count: number): Promise<Record<string, unknown>[]> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const { items } = (await operate(server, 'GET', path)).json()
    if (items.length >= count) return items
    if (performance.now() > deadline) throw new Error(`${items.length} of ${count} items: ${JSON.stringify(items)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
