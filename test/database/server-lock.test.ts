import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ServerLock } from '../../lib/database/server-lock.js'
import type {} from '../../plugins/database.js'
import { startProcess } from '../app/process.js'
import { startBackend } from '../app/support.js'
import { inLong } from '../support/long.js'
import { deferred, until, within } from '../support/wait.js'
import { run } from './child.js'
import { pooler } from './pooler.js'
import { administer, emptyDatabase, noPostgres, storageError } from './support.js'

/** A cold start, perhaps on a busy machine. */
const PATIENCE_MS = 60_000

async function database() {
  const { DATABASE_URL = '' } = await emptyDatabase('postgres', { withSchema: true })
  return DATABASE_URL
}

/** Ends the connection that holds the lock, as a restart of the server or a broken network would. */
function cut(url: string) {
  return administer("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objsubid = 2", url)
}

describe('a PostgreSQL database', { skip: noPostgres }, () => {
  it('is taken over by the waiting process when the earlier one ends in any way', async () => {
    const DATABASE_URL = await database()
    const first = await startProcess({ DATABASE_URL })
    await first.url()
    const second = await startBackend({ DATABASE_URL })
    assert.equal(second.app.database.isReady(), false)
    first.kill('SIGKILL')
    await within('the second one to be ready', second.app.database.ready, PATIENCE_MS)
  })

  it('can be maintained by the command line meanwhile', inLong, async () => {
    const DATABASE_URL = await database()
    const { app } = await startBackend({ DATABASE_URL })
    await app.database.ready
    for (const command of [
      ['scripts/db.ts', 'check'],
      ['scripts/db.ts', 'prune'],
      ['scripts/db.ts', 'migrate'],
      ['scripts/tokens.ts', 'list']
    ]) {
      const [file = '', ...args] = command
      const child = run(file, args, { DATABASE_URL })
      assert.equal(await child.exited(), 0, child.output())
    }
  })

  it('is served again after the connection of the lock was lost, and not written to in between', inLong, async () => {
    const DATABASE_URL = await database()
    const { app } = await startBackend({ DATABASE_URL })
    await app.database.ready
    const { writer } = app.database
    await cut(DATABASE_URL)
    await until('that is noticed', () => !app.database.isReady())
    await assert.rejects(writer.append('meta', [{ key: 'a', value: '' }]), storageError('unavailable'))
    await until('it is ready again', () => app.database.isReady())
    await writer.append('meta', [{ key: 'a', value: '' }])
  })

  it('is left to the process that was quicker after the connection of the lock broke', inLong, async () => {
    const DATABASE_URL = await database()
    const first = await startProcess({ DATABASE_URL })
    await first.url()
    const thief = new ServerLock({ url: DATABASE_URL, onLost: () => undefined })
    // It looks for the lock all the time, as nobody else does.
    const deadline = performance.now() + PATIENCE_MS
    await cut(DATABASE_URL)
    while ((await thief.acquire()) !== undefined) {
      assert.ok(performance.now() < deadline)
      await cut(DATABASE_URL)
    }
    assert.equal(await first.exited(), 1)
    assert.match(first.output(), /Cannot go on: DATABASE_URL: another back-end serves this database/)
    await thief.release()
  })
})

describe('the lock of a PostgreSQL database', { skip: noPostgres }, () => {
  it('is of one process, until it is released', async () => {
    const url = await database()
    const [one, two] = [0, 1].map(() => new ServerLock({ url, onLost: () => undefined })) as [ServerLock, ServerLock]
    assert.equal(await one.acquire(), undefined)
    assert.equal(await one.acquire(), undefined)
    const holder = await two.acquire()
    assert.ok(holder?.pid !== undefined && holder.startedAt !== undefined)
    assert.ok(Math.abs(Date.now() - holder.startedAt) < 60_000)
    assert.deepEqual([one.isHeld, two.isHeld], [true, false])
    await one.release()
    const deadline = performance.now() + PATIENCE_MS
    while ((await two.acquire()) !== undefined) assert.ok(performance.now() < deadline)
    await two.release()
  })

  it('reports when it is lost', async () => {
    const url = await database()
    const lost = deferred()
    const lock = new ServerLock({ url, onLost: lost.resolve })
    await lock.acquire()
    await cut(url)
    await within('it to tell', lost.promise)
    assert.equal(lock.isHeld, false)
    assert.equal(await lock.acquire(), undefined)
    await lock.release()
  })
})

describe('a pooler in front of PostgreSQL', { skip: noPostgres }, () => {
  for (const mode of ['transaction', 'session'] as const) {
    it(
      mode === 'transaction' ? 'is told of when it works in transaction mode' : 'is none to care about in session mode',
      async () => {
        const direct = await database()
        const url = await pooler(direct, mode)
        const lock = new ServerLock({ url, onLost: () => undefined })
        const locking = within('the answer', lock.acquire())
        if (mode === 'transaction') await assert.rejects(locking, { name: 'PoolerError', message: /transaction mode/ })
        else assert.equal(await locking, undefined)
        // The pooler does not keep what it was lent for a moment.
        const other = new ServerLock({ url: direct, onLost: () => undefined })
        assert.equal((await other.acquire()) === undefined, mode === 'transaction')
        await other.release()
        await lock.release()
      }
    )
  }

  it('in transaction mode ends the start with one line', inLong, async () => {
    const url = await pooler(await database(), 'transaction')
    const backend = await startProcess({ DATABASE_URL: url, LOG_LEVEL: 'fatal' })
    assert.equal(await backend.exited(), 1)
    assert.match(backend.output(), /DATABASE_URL: a connection pooler in transaction mode/)
  })

  it('is shared by the nodes of a cluster, and by nobody beside them', async () => {
    const url = await database()
    const lock = (isShared: boolean) => new ServerLock({ url, onLost: () => undefined, isShared })
    const [one, other, alone] = [lock(true), lock(true), lock(false)]
    assert.equal(await one.acquire(), undefined)
    assert.equal(await other.acquire(), undefined)
    assert.equal(typeof (await alone.acquire())?.pid, 'number')
    await Promise.all([one.release(), other.release()])
    assert.equal(await alone.acquire(), undefined)
    assert.equal(typeof (await lock(true).acquire())?.pid, 'number')
    await alone.release()
  })
})
