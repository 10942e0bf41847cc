import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type DatabaseSettings, migrateDatabase, openDatabase } from '../../lib/database/open.js'
import { openSqlite } from '../../lib/database/sqlite.js'
import { run, runAll } from './child.js'
import { message } from './rows.js'
import { emptyDatabase, loggedActions, onBothDatabases, open, writerOf } from './support.js'

function db(settings: DatabaseSettings, ...args: string[]) {
  return run('scripts/db.ts', args, environment(settings))
}

function environment({ DATA_DIR, DATABASE_URL }: DatabaseSettings): Record<string, string> {
  return { DATA_DIR, ...(DATABASE_URL !== undefined && { DATABASE_URL }) }
}

onBothDatabases('npm run db', (dialect) => {
  it('migrates an empty database, and check finds nothing wrong with it, also while it is in use', async () => {
    const settings = await emptyDatabase(dialect)
    const migrating = db(settings, 'migrate')
    assert.equal(await migrating.exited(), 0, migrating.output())
    assert.match(migrating.output(), /done: 0001-initial/)
    open(settings)
    const check = db(settings, 'check')
    assert.equal(await check.exited(), 0, check.output())
    assert.match(check.output(), /^\d+\/\d+ audit_log$/m)
    assert.match(check.output(), /nothing is wrong/)
  })

  it('prunes while the back-end writes', async () => {
    const settings = await emptyDatabase(dialect)
    const database = open(settings)
    await migrateDatabase(database)
    const writer = writerOf(database)
    await writer.append('messages', [message('old'), { ...message('new'), created_at: Date.now() }])
    const pruning = db(settings, 'prune')
    let isOver = false
    const exited = pruning.exited().finally(() => {
      isOver = true
    })
    for (let index = 0; !isOver; index++) {
      await writer.append('meta', [{ key: `key ${index}`, value: '' }])
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(await exited, 0, pruning.output())
    assert.match(pruning.output(), /deleted 1 rows/)
    assert.deepEqual(await loggedActions(database), ['new'])
  })
})

describe('npm run db -- backup', () => {
  it('copies a database that is being written to, whole and for its owner only', async () => {
    const settings = await emptyDatabase('sqlite')
    const database = open(settings)
    await migrateDatabase(database)
    const writer = writerOf(database)
    const row = (name: string) => ({ ...message(name), payload: 'x'.repeat(1000) })
    await writer.append(
      'messages',
      Array.from({ length: 500 }, (_, index) => row(`before ${index}`))
    )
    const target = join(settings.DATA_DIR, 'copy.db')
    const backup = db(settings, 'backup', target)
    let isOver = false
    const exited = backup.exited().finally(() => {
      isOver = true
    })
    for (let index = 0; !isOver; index++) {
      await writer.append('messages', [row(`during ${index}`)])
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(await exited, 0, backup.output())
    assert.equal((await stat(target)).mode & 0o777, 0o600)
    const copy = openSqlite({ file: target })
    const rows = await copy.selectFrom('messages').select('action').orderBy('id').execute()
    await copy.destroy()
    const all = await loggedActions(database)
    assert.ok(rows.length >= 500)
    assert.deepEqual(
      rows.map(({ action }) => action),
      all.slice(0, rows.length)
    )
  })
})

describe('npm run db with an impossible command', () => {
  it('says how to use it, with exit code 2, and makes no database where there is none', async () => {
    const settings = await emptyDatabase('sqlite')
    const wrong = [[], ['restore'], ['backup'], ['check', 'more', 'evenmore'], ['toString']]
    const env = environment(settings)
    const outcomes = await runAll(
      'scripts/db.ts',
      [...wrong, ['check']].map((args) => ({ args, env }))
    )
    const check = outcomes.pop()
    for (const { code, output } of outcomes) {
      assert.equal(code, 2)
      assert.match(output, /^npm run db -- <command>/)
    }
    assert.equal(outcomes.length, wrong.length)
    assert.equal(check?.code, 1)
    assert.match(check.output, /^Failed: there is no .*ocpp\.db$/m)
    await assert.rejects(stat(join(settings.DATA_DIR, 'ocpp.db')))
  })

  it('neither overwrites a file nor migrates during a running back-end, and says why', async () => {
    const settings = await emptyDatabase('sqlite')
    const database = openDatabase(settings)
    const env = environment(settings)
    const [backup, migrate] = await runAll('scripts/db.ts', [
      { args: ['backup', join(settings.DATA_DIR, 'ocpp.db')], env },
      { args: ['migrate'], env }
    ])
    await database.close()
    assert.equal(backup?.code, 1)
    assert.match(backup.output, /^Failed: .*ocpp\.db exists already$/m)
    assert.equal(migrate?.code, 1)
    assert.match(migrate.output, /^Failed: .*ocpp\.db is in use by another process/m)
  })

  it('says what to do about a backup of PostgreSQL', async () => {
    const env = { DATABASE_URL: 'postgres://127.0.0.1:1/nobody', DATA_DIR: tmpdir() }
    const backup = run('scripts/db.ts', ['backup', 'copy.db'], env)
    assert.equal(await backup.exited(), 1)
    assert.match(backup.output(), /^Failed: this is PostgreSQL: use pg_dump$/m)
  })
})
