import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sql } from 'kysely'
import { putLoadManagement } from '../../lib/load-management/configuration.js'
import { claim, release } from '../../lib/load-management/rows.js'
import { migrated, onDatabases, writerOf } from '../database/support.js'

const HOUR = 3_600_000

onDatabases(
  'the control of a site',
  (dialect) => {
    it('belongs to one process at a time, however far their clocks are apart', async ({ mock }) => {
      const database = await migrated(dialect)
      const writer = writerOf(database)
      await sql`insert into sites (site_id, name, name_key, created_at, updated_at) values ('s', 's', 's', 0, 0)`.execute(
        database.writeDb
      )
      await putLoadManagement(
        writer,
        { siteId: 's', traitsOf: () => ({}) },
        { mode: 'control', circuits: [], evses: [] }
      )
      const right = Date.now()
      const clock = mock.method(Date, 'now', () => right)
      assert.equal(await claim(writer, 's', 'one'), 1)
      for (const shift of [HOUR, -HOUR]) {
        clock.mock.mockImplementation(() => right + shift)
        assert.equal(await claim(writer, 's', 'other'), undefined)
      }
      clock.mock.mockImplementation(() => right)
      assert.equal(await claim(writer, 's', 'one'), 1)
      await release(writer, 'one')
      clock.mock.mockImplementation(() => right + HOUR)
      assert.equal(await claim(writer, 's', 'other'), 2)
      await release(writer, 'other')
      clock.mock.mockImplementation(() => right - HOUR)
      assert.equal(await claim(writer, 's', 'one'), 3)
      assert.equal(await claim(writer, 'unknown', 'one'), undefined)
    })
  },
  ['postgres']
)
