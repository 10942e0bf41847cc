import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import { Issuing, type IssuingOptions } from '../../lib/billing/issuing.js'
import type { OpenDatabase } from '../../lib/database/open.js'
import { Commits } from '../../lib/events/commits.js'
import billing from '../../plugins/billing.js'
import { migrated, onBothDatabases, writerOf } from '../database/support.js'
import { deferred } from '../support/wait.js'
import { chargeMany, checkNumbers, POLICY } from './many.js'
import { SELLER } from './support.js'

type Before = (identity: string) => Promise<void>

/** The store of a database with transactions that are due. `before` runs before each commit. */
async function storeOf(database: OpenDatabase, count: number, before: Before): Promise<Commits> {
  await chargeMany(database, count)
  const store = new Commits({ db: database.db, writer: writerOf(database) })
  const commit = store.commit.bind(store)
  return Object.assign(store, {
    commit: async (...args: Parameters<typeof commit>) => {
      await before(args[0])
      return commit(...args)
    }
  })
}

function issuingOf(store: Commits, options: Partial<IssuingOptions> = {}) {
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  return { errors, issuing: new Issuing({ store, policy: POLICY, onError, ...options }) }
}

/** Blocks the first commit. */
function gate() {
  const [began, opened] = [deferred(), deferred()]
  const commits: string[] = []
  const before: Before = async (identity) => {
    commits.push(identity)
    began.resolve()
    await opened.promise
  }
  return { commits, before, began: began.promise, open: opened.resolve }
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.then(() => {
    settled = true
  })
  for (let turn = 0; turn < 20; turn++) await nextTurn()
  return settled
}

onBothDatabases('issuing', (dialect) => {
  it('goes on with the others after a failure, and tries that one again in the next run', async () => {
    const database = await migrated(dialect)
    const failing = new Set(['MANY-1'])
    const commits: string[] = []
    const store = await storeOf(database, 4, async (identity) => {
      commits.push(identity)
      if (failing.has(identity)) throw new Error('test')
    })
    const { issuing, errors } = issuingOf(store)
    await issuing.run()
    assert.deepEqual([commits.length, errors.length], [4, 1])
    assert.deepEqual(await checkNumbers(database), { receipts: 3, notes: 0 })
    failing.clear()
    await issuing.run()
    assert.deepEqual([commits.length, errors.length], [5, 1])
    assert.deepEqual(await checkNumbers(database), { receipts: 4, notes: 0 })
  })

  it('is not held up by many transactions that fail each time', async () => {
    const database = await migrated(dialect)
    const store = await storeOf(database, 103, async (identity) => {
      if (failing.has(identity)) throw new Error('test')
    })
    const due = await database.db
      .selectFrom('pending_receipts')
      .innerJoin('transactions', 'transactions.id', 'transaction_ref')
      .innerJoin('charge_points', 'charge_points.id', 'charge_point_id')
      .select('identity')
      .orderBy('changed_at')
      .orderBy('transactions.id')
      .limit(100)
      .execute()
    const failing = new Set(due.map(({ identity }) => identity))
    const { issuing, errors } = issuingOf(store)
    await issuing.run()
    // All of them failed: nothing could be written, or so it seems.
    assert.equal(errors.length, 100)
    await issuing.run()
    assert.deepEqual(await checkNumbers(database), { receipts: 3, notes: 0 })
    failing.clear()
    await issuing.run()
    assert.deepEqual([errors.length, await checkNumbers(database)], [100, { receipts: 103, notes: 0 }])
  })

  it('stops before the next receipt, and its end waits for the one that is being issued', async () => {
    const database = await migrated(dialect)
    const { commits, before, began, open } = gate()
    const { issuing } = issuingOf(await storeOf(database, 3, before))
    const running = issuing.run()
    await began
    const stopped = issuing.stop()
    assert.equal(await isSettled(stopped), false)
    open()
    await Promise.all([stopped, running])
    await issuing.run()
    assert.equal(commits.length, 1)
    assert.deepEqual(await checkNumbers(database), { receipts: 1, notes: 0 })
  })

  it('stops when another node has to do it', async () => {
    const database = await migrated(dialect)
    let isOurs = true
    const store = await storeOf(database, 3, async () => {
      isOurs = false
    })
    await issuingOf(store, { mayIssue: () => isOurs }).issuing.run()
    assert.deepEqual(await checkNumbers(database), { receipts: 1, notes: 0 })
  })

  it('gives each transaction one receipt when two nodes do it at once', async () => {
    const database = await migrated(dialect)
    const store = await storeOf(database, 5, async () => undefined)
    const nodes = [issuingOf(store), issuingOf(store)]
    await Promise.all(nodes.flatMap(({ issuing }) => [issuing.run(), issuing.run()]))
    assert.deepEqual(
      nodes.flatMap(({ errors }) => errors),
      []
    )
    assert.deepEqual(await checkNumbers(database), { receipts: 5, notes: 0 })
  })

  it('is over before the app is closed', async () => {
    const database = await migrated(dialect)
    const { before, began, open } = gate()
    const app = Fastify()
    for (const name of ['database', 'store', 'ocpp', 'drain']) app.register(fp(async () => undefined, { name }))
    const decorators: Record<string, unknown> = {
      store: await storeOf(database, 2, before),
      database: { isReady: () => true },
      config: { ...SELLER, RECEIPT_SERIES: 'T', FINAL_AFTER: 0, PUBLIC_PAGES: [] },
      ocpp: {},
      isDraining: false
    }
    for (const [name, value] of Object.entries(decorators)) app.decorate(name, value)
    await app.register(billing)
    const running = app.issuing?.run(0)
    await began
    const closed = app.close()
    assert.equal(await isSettled(closed), false)
    open()
    await Promise.all([closed, running])
    assert.deepEqual(await checkNumbers(database), { receipts: 1, notes: 0 })
  })
})
