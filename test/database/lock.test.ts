import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { migrateDatabase, openDatabase } from '../../lib/database/open.js'
import { inLong } from '../support/long.js'
import { run } from './child.js'
import { emptyDatabase, loggedActions, open } from './support.js'

describe('a SQLite file', () => {
  it('is refused to a second process with the name of its holder, until the holder has ended', async () => {
    const settings = await emptyDatabase('sqlite')
    const other = run('test/database/scribe.ts', [settings.DATA_DIR])
    await other.writes('open')
    assert.throws(() => openDatabase(settings), {
      name: 'LockedError',
      message: new RegExp(`ocpp\\.db is in use by another process \\(pid ${other.process.pid}\\); stop that one first`)
    })
    // Looking is allowed.
    await loggedActions(open(settings, { exclusive: false }))
    other.process.kill('SIGKILL')
    await other.exited()
    await migrateDatabase(open(settings))
  })

  it('is refused to the back-end while another has it: one line, exit code 1', inLong, async () => {
    const settings = await emptyDatabase('sqlite')
    open(settings)
    const backend = run('server.ts', [], { PORT: '0', DATA_DIR: settings.DATA_DIR })
    assert.equal(await backend.exited(), 1)
    assert.match(
      backend.output(),
      new RegExp(`^Cannot start: .*ocpp\\.db is in use .*\\(pid ${process.pid}\\).*\n$`, 'm')
    )
  })

  it('is free again once it is closed', async () => {
    const settings = await emptyDatabase('sqlite')
    await openDatabase(settings).close()
    await openDatabase(settings).close()
  })

  it('and the files beside it can be read by its owner only', async () => {
    const settings = await emptyDatabase('sqlite')
    const DATA_DIR = join(settings.DATA_DIR, 'data')
    await migrateDatabase(open({ ...settings, DATA_DIR }))
    const mode = async (path: string) => (await stat(path)).mode & 0o777
    assert.equal(await mode(DATA_DIR), 0o700)
    for (const suffix of ['', '-wal', '-shm']) assert.equal(await mode(join(DATA_DIR, `ocpp.db${suffix}`)), 0o600)
  })
})
