import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { FastifyInstance } from 'fastify'
import type { Cluster } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import { endRun, HEARTBEAT_MS, isAlive, type Run, renewRun } from '../lib/calls/runs.js'
import type { Scope } from '../lib/events/scope.js'
import { backendVersion } from '../lib/version.js'

declare module 'fastify' {
  interface FastifyInstance {
    runs: Runs
  }
}

/** Cleans up after processes that have no row in `runs` any more. */
export type Cleaner = (scope: Pick<Scope, 'trx' | 'tell' | 'append'>) => Promise<void>

/** This process among all that use the database. With PostgreSQL there may be several. */
export interface Runs {
  readonly runId: string
  /** The name of this process among several. */
  readonly node: string
  /** Resolves after the first clean-up of data of dead processes, which begins when all plugins are registered. */
  readonly started: Promise<void>
  /** Whether the process with this id still runs. */
  isAlive(runId: string): Promise<boolean>
  /** Adds a clean-up of data of dead processes, while plugins are registered. All clean-ups run in one commit. */
  onDeath(cleaner: Cleaner): void
  /** Calls back when others took this process for dead and have cleaned up after it, e.g. because it stood still. */
  onRevival(revive: Cleaner): void
}

const CLEANING_FAILED = 'could not clean up after processes that died: retrying'

interface RunsOptions {
  cluster?: Cluster | undefined
}

async function runs(app: FastifyInstance, { cluster }: RunsOptions): Promise<void> {
  const { database, store, log } = app
  const runId = randomUUID()
  const node = cluster?.node ?? `${hostname()}-${runId.slice(0, 8)}`
  const run: Run = { runId, isAlone: database.dialect === 'sqlite', node, version: backendVersion() }
  const cleaners: Cleaner[] = []
  const revivers: Cleaner[] = []
  let isFirst = true

  async function renew(): Promise<void> {
    const { dead, isNew } = await store.write(async (trx, tell, append) => {
      const renewal = await renewRun({ trx }, run)
      if (isFirst || renewal.dead.length > 0) for (const clean of cleaners) await clean({ trx, tell, append })
      if (renewal.isNew && !isFirst) for (const revive of revivers) await revive({ trx, tell, append })
      return renewal
    })
    if (dead.length > 0) log.warn({ runs: dead }, 'cleaned up after processes that died')
    if (isNew && !isFirst) log.warn('other nodes took this process for dead, because it did not renew its lease')
    isFirst = false
  }

  const warn = (err: unknown) => log.warn({ err }, CLEANING_FAILED)
  let timer: NodeJS.Timeout | undefined
  const started = new Promise<void>((resolve) => {
    const attempt = () => renew().then(resolve, warn)
    // Not before: the plugins that are registered after this one add their clean-ups.
    app.addHook('onReady', async () => {
      background(database.ready.then(attempt), log, CLEANING_FAILED)
      timer = setInterval(() => {
        if (database.isReady()) background(attempt(), log, CLEANING_FAILED)
      }, HEARTBEAT_MS).unref()
    })
  })
  app.decorate('runs', {
    runId,
    node,
    started,
    isAlive: (runId) => isAlive(store.db, run, runId),
    onDeath: (cleaner) => cleaners.push(cleaner),
    onRevival: (revive) => revivers.push(revive)
  })
  app.addHook('onClose', async () => {
    clearInterval(timer)
    if (database.isReady()) await store.write((trx) => endRun({ trx }, run)).catch(warn)
  })
}

export default fp(runs, { fastify: '5.x', name: 'runs', dependencies: ['database', 'store'] })
