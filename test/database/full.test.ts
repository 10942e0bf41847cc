import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { sql } from 'kysely'
import { migrateDatabase } from '../../lib/database/open.js'
import { message, meta } from './rows.js'
import { metaKeys, open, storageError, writerOf } from './support.js'

const directory = mkdtempSync(join(tmpdir(), 'database-full-'))
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory]).status === 0
after(() => {
  if (isMounted) spawnSync('umount', ['-l', directory])
  rmSync(directory, { recursive: true, force: true })
})

describe('a full disk', { skip: isMounted ? false : 'no file system can be mounted here' }, () => {
  it('rejects data that cannot be stored, damages nothing, and stores again when there is space', async () => {
    const database = open({ DATA_DIR: join(directory, 'data'), DATABASE_POOL_SIZE: 2 })
    await migrateDatabase(database)
    const writer = writerOf(database)
    await writer.append('meta', [meta('before')])
    fillUp(join(directory, 'ballast'))
    const acknowledged: string[] = []
    await assert.rejects(async () => {
      for (let index = 0; index < 10_000; index++) {
        const action = `A${index}`
        await writer.append('messages', [{ ...message(action), payload: 'x'.repeat(2_000) }])
        acknowledged.push(action)
      }
    }, storageError('full'))
    rmSync(join(directory, 'ballast'))
    await writer.append('meta', [meta('after')])
    assert.deepEqual(await metaKeys(database), ['after', 'before'])
    const rows = await database.db.selectFrom('messages').select('action').orderBy('id').execute()
    assert.deepEqual(
      rows.map(({ action }) => action),
      acknowledged
    )
    const { rows: integrity } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(database.db)
    assert.deepEqual(integrity, [{ integrity_check: 'ok' }])
  })
})

function fillUp(file: string): void {
  for (const size of [1 << 16, 1 << 12]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
    }
  }
}
