import assert from 'node:assert/strict'
import { it } from 'node:test'
import { CompiledQuery, sql } from 'kysely'
import { type CallFilter, callsQuery } from '../../lib/calls/rows.js'
import type { OpenDatabase } from '../../lib/database/open.js'
import { migrated, onBothDatabases } from '../database/support.js'

const FILTERS: Record<string, Partial<CallFilter>> = {
  'no filter': {},
  'the charge point': { chargePointId: 1 },
  'the action': { action: 'Reset' },
  'the operator': { operator: 'ann' },
  'those that wait': { status: 'queued' },
  'those that failed': { status: 'error' },
  'those that were answered': { status: 'answered' },
  'a period': { from: 1_000, to: 2_000 },
  'a period of a charge point': { chargePointId: 1, from: 1_000, to: 2_000 }
}

/** How the database goes about it. */
async function planOf({ db, dialect }: OpenDatabase, query: CompiledQuery): Promise<string> {
  if (dialect === 'sqlite') {
    const explained = CompiledQuery.raw(`explain query plan ${query.sql}`, [...query.parameters])
    const { rows } = await db.executeQuery<{ detail: string }>(explained)
    return rows.map(({ detail }) => detail).join('\n')
  }
  return db.connection().execute(async (connection) => {
    // There are no rows here, of which a scan would be the best plan.
    for (const way of ['seqscan', 'bitmapscan', 'sort', 'hashjoin', 'mergejoin']) {
      await sql`set ${sql.ref(`enable_${way}`)} = off`.execute(connection)
    }
    const explained = CompiledQuery.raw(`explain ${query.sql}`, [...query.parameters])
    const { rows } = await connection.executeQuery<{ 'QUERY PLAN': string }>(explained)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  })
}

const SCAN = { sqlite: /SCAN calls(?! USING (?:COVERING )?INDEX)|TEMP B-TREE/, postgres: /Seq Scan on calls|Sort/ }

onBothDatabases('a page of calls by', (dialect) => {
  for (const [name, filter] of Object.entries(FILTERS)) {
    it(`${name} reads no more of the table than it shows, and sorts nothing`, async () => {
      const database = await migrated(dialect)
      for (const behind of [undefined, { createdAt: 1_500, id: 5 }]) {
        const query = callsQuery(database.db, { ...filter, limit: 101, ...(behind && { behind }) })
        assert.doesNotMatch(await planOf(database, query.compile()), SCAN[dialect])
      }
    })
  }
})
