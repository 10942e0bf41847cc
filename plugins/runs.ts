import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import { giveUpCalls } from '../lib/calls/rows.js'
import { endRun, HEARTBEAT_MS, isAlive, type Run, renewRun } from '../lib/calls/runs.js'
import type { Scope } from '../lib/events/scope.js'

declare module 'fastify' {
  interface FastifyInstance {
    runs: Runs
  }
}

type Cleaner = (scope: Pick<Scope, 'trx'>) => Promise<void>

/** This process among all that use the database. With PostgreSQL there may be several. */
export interface Runs {
  readonly runId: string
  /** Resolves after the first clean-up of data of dead processes. */
  readonly started: Promise<void>
  /** Whether the process with this id still runs. */
  isAlive(runId: string): Promise<boolean>
  /** Adds a clean-up of data of dead processes. All clean-ups run in one commit. */
  onDeath(cleaner: Cleaner): void
}

const CLEANING_FAILED = 'could not clean up after processes that died: retrying'

async function runs(app: FastifyInstance): Promise<void> {
  const { database, store, log } = app
  const run: Run = { runId: randomUUID(), isAlone: database.dialect === 'sqlite' }
  const cleaners: Cleaner[] = [giveUpCalls]
  let isFirst = true

  async function renew(): Promise<void> {
    await store.write(async (trx) => {
      const hasDied = await renewRun({ trx }, run)
      if (isFirst || hasDied) for (const clean of cleaners) await clean({ trx })
    })
    isFirst = false
  }

  const warn = (err: unknown) => log.warn({ err }, CLEANING_FAILED)
  let timer: NodeJS.Timeout | undefined
  const started = new Promise<void>((resolve) => {
    const attempt = () => renew().then(resolve, warn)
    background(database.ready.then(attempt), log, CLEANING_FAILED)
    timer = setInterval(() => {
      if (database.isReady()) background(attempt(), log, CLEANING_FAILED)
    }, HEARTBEAT_MS).unref()
  })
  app.decorate('runs', {
    runId: run.runId,
    started,
    isAlive: (runId) => isAlive(store.db, run, runId),
    onDeath: (cleaner) => cleaners.push(cleaner)
  })
  app.addHook('onClose', async () => {
    clearInterval(timer)
    if (database.isReady()) await store.write((trx) => endRun({ trx }, run)).catch(warn)
  })
}

export default fp(runs, { fastify: '5.x', name: 'runs', dependencies: ['database', 'store'] })
