import assert from 'node:assert/strict'
import { it } from 'node:test'
import { CompiledQuery, sql } from 'kysely'
import { waitingCallsQuery } from '../../lib/charge-points/summary.js'
import type { Dialect } from '../../lib/database/dialect.js'
import type { OpenDatabase } from '../../lib/database/open.js'
import { CONNECTOR_MARKS } from '../../lib/ledger/connector-marks.js'
import { edgesQuery, samplesQuery } from '../../lib/ledger/meter.js'
import { newestQuery } from '../../lib/ledger/newest.js'
import { latestSamples } from '../../lib/ledger/power.js'
import type { TransactionRow } from '../../lib/ledger/queries.js'
import { sumsQuery, TRANSACTION_ORDERS, type TransactionFilter, transactionsQuery } from '../../lib/ledger/read.js'
import { READING_ORDERS, readingsQuery } from '../../lib/ledger/readings.js'
import { ownProfilesQuery } from '../../lib/load-management/leftovers.js'
import { migrated, onBothDatabases } from './support.js'

const FILTERS: Record<string, Partial<TransactionFilter>> = {
  'no filter': {},
  'the charge point': { chargePoint: 'CP-1' },
  'the id token': { idToken: 'AA' },
  'the group': { groupId: 'GG' },
  'the stop reason': { stopReason: 'PowerLoss' },
  'the transaction id': { transactionId: 'T-1' },
  'the remote start': { remoteStartId: 7 },
  'those that are open': { status: 'open' },
  'those that ended': { status: 'ended' },
  'those that we closed': { status: 'closed' },
  'charge point and status': { chargePoint: 'CP-1', status: 'open' },
  'a period': { from: 1_000, to: 2_000 },
  'a period of a charge point': { chargePoint: 'CP-1', from: 1_000, to: 2_000 },
  'a period of an id token': { idToken: 'AA', from: 1_000, to: 2_000 }
}
/** Filters that leave so few rows that sorting them costs nothing. */
const FEW = new Set(['the transaction id', 'the remote start', 'charge point and status'])
/** Those whose index is in the order of the start only: what is asked for by it is read in whole, and sorted. */
const STARTED_ONLY = new Set([
  'the id token',
  'the group',
  'the stop reason',
  'those that are open',
  'those that we closed',
  'a period of an id token'
])

/** How the database goes about it. */
async function planOf({ db, dialect }: OpenDatabase & { dialect: Dialect }, query: CompiledQuery): Promise<string> {
  if (dialect === 'sqlite') {
    const { rows } = await db.executeQuery<{ detail: string }>(
      CompiledQuery.raw(`explain query plan ${query.sql}`, [...query.parameters])
    )
    return rows.map(({ detail }) => detail).join('\n')
  }
  return db.connection().execute(async (connection) => {
    // There are no rows here, of which a scan would be the best plan.
    for (const scan of ['seqscan', 'bitmapscan', 'sort'])
      await sql`set ${sql.ref(`enable_${scan}`)} = off`.execute(connection)
    const { rows } = await connection.executeQuery<{ 'QUERY PLAN': string }>(
      CompiledQuery.raw(`explain ${query.sql}`, [...query.parameters])
    )
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  })
}

const SCAN = { sqlite: /SCAN transactions(?! USING (?:COVERING )?INDEX)/, postgres: /Seq Scan on transactions/ }
const SORT = { sqlite: /TEMP B-TREE/, postgres: /Sort/ }

onBothDatabases('a page of transactions by', (dialect) => {
  for (const [name, filter] of Object.entries(FILTERS)) {
    it(`${name} reads no more of the table than it shows`, async () => {
      const database = { ...(await migrated(dialect)), dialect }
      for (const order of TRANSACTION_ORDERS) {
        for (const behind of [undefined, { timestamp: 1_500, id: 5 }]) {
          const page = { ...filter, order, limit: 101, ...(behind && { behind }) }
          const plan = await planOf(database, transactionsQuery(database.db, page).compile())
          assert.doesNotMatch(plan, SCAN[dialect], plan)
          // A page that begins in the middle is not reached by reading all before it.
          if (behind && dialect === 'sqlite') assert.match(plan, /SEARCH transactions USING/, plan)
          const maySort = FEW.has(name) || (STARTED_ONLY.has(name) && order.endsWith('receivedAt'))
          if (!maySort) assert.doesNotMatch(plan, SORT[dialect], `${order}\n${plan}`)
        }
      }
    })
  }
})

const READINGS = {
  sqlite: /SEARCH meter_values USING (?:COVERING )?INDEX/,
  postgres: /Index (?:Only )?Scan.* on meter_values/
}

onBothDatabases('a page of meter values', (dialect) => {
  it('of a charge point is read by its index, wherever it begins', async () => {
    const database = { ...(await migrated(dialect)), dialect }
    for (const order of READING_ORDERS) {
      for (const more of [{}, { from: 1_000, to: 2_000 }, { behind: { timestamp: 1_500, id: 5 } }]) {
        const page = { chargePointId: 1, order, limit: 1_000, ...more }
        const plan = await planOf(database, readingsQuery(database.db, page).compile())
        assert.match(plan, READINGS[dialect], plan)
        if (dialect === 'sqlite') assert.doesNotMatch(plan, SORT.sqlite, plan)
      }
    }
  })
})

onBothDatabases('the states of a connector', (dialect) => {
  it('are read by the indexes of both of their tables', async () => {
    const database = { ...(await migrated(dialect)), dialect }
    const query = database.db
      .selectFrom(CONNECTOR_MARKS.as('marks'))
      .select('state')
      .where('charge_point_id', '=', 1)
      .where('evse_id', '=', 0)
      .where('connector_id', '=', 1)
      .where('started_at', '<=', 1_000)
      .orderBy('started_at', 'desc')
      .limit(1)
    const plan = await planOf(database, query.compile())
    for (const table of ['status_history', 'connector_states']) {
      assert.match(plan, dialect === 'sqlite' ? new RegExp(`SEARCH ${table} USING`) : new RegExp(`Index.* on ${table}`))
      assert.doesNotMatch(plan, dialect === 'sqlite' ? new RegExp(`SCAN ${table}`) : new RegExp(`Seq Scan on ${table}`))
    }
  })
})

onBothDatabases('the list of transactions that we closed', (dialect) => {
  it('is read by an index of those', async () => {
    const database = { ...(await migrated(dialect)), dialect }
    const filter = { status: 'closed', order: '-startedAt', limit: 101 } as const
    const plan = await planOf(database, transactionsQuery(database.db, filter).compile())
    assert.match(plan, /transactions_closed_started/, plan)
  })
})

const READINGS_OF_SOME = {
  sqlite: /SEARCH meter_values USING INDEX meter_values_charge_point_id_transaction_id/,
  postgres: /Index Scan.* on meter_values/
}
const SCAN_READINGS = { sqlite: /SCAN (?:meter_values|v)\b/, postgres: /Seq Scan on meter_values/ }

onBothDatabases('the consumption of the open transactions of a page', (dialect) => {
  it('is read by the index of the readings of a transaction', async () => {
    const database = { ...(await migrated(dialect)), dialect }
    const rows = Array.from({ length: 50 }, (_, index) => ({
      id: index,
      charge_point_id: index,
      transaction_id: String(index),
      start_timestamp: 1_000,
      created_at: 1_000,
      ended_at: null,
      inferred_readings: index % 2
    })) as TransactionRow[]
    for (const query of [
      edgesQuery(database.db, rows).compile(),
      samplesQuery(
        database.db,
        rows.map((row) => ({ row, times: [1, 2, 3, 4] }))
      ).compile()
    ]) {
      const plan = await planOf(database, query)
      assert.match(plan, READINGS_OF_SOME[dialect], plan)
      assert.doesNotMatch(plan, SCAN_READINGS[dialect], plan)
    }
  })
})

onBothDatabases('the latest readings of open transactions', (dialect) => {
  it('are read by an index, newest first, without sorting all rows', async () => {
    const database = { ...(await migrated(dialect)), dialect }
    const rows = [0, 1].map((inferred_readings) => ({
      id: 1,
      charge_point_id: 1,
      transaction_id: '1',
      start_timestamp: 1_000,
      created_at: 1_000,
      inferred_readings
    })) as TransactionRow[]
    const newest = newestQuery(
      database.db,
      rows.map(({ id }) => id),
      { limit: 8, measurands: ['Power.Active.Import'] }
    )
    for (const query of [latestSamples(rows), newest]) {
      const plan = await planOf(database, query.compile(database.db))
      assert.match(plan, READINGS[dialect], plan)
      assert.doesNotMatch(plan, SCAN_READINGS[dialect], plan)
      assert.doesNotMatch(plan, SORT[dialect], plan)
    }
  })
})

onBothDatabases('the figures of a day', (dialect) => {
  it('are read by the index of when transactions began, and by that of calls without an answer', async () => {
    const database = { ...(await migrated(dialect)), dialect }
    const sums = await planOf(database, sumsQuery(database.db, 1_000).compile())
    assert.match(sums, /transactions_started/, sums)
    const calls = await planOf(database, waitingCallsQuery(database.db, undefined).compile())
    assert.match(calls, /calls_not_answered/, calls)
  })
})

onBothDatabases('the profiles of load management', (dialect) => {
  it('are found without reading those of others', async () => {
    const database = { ...(await migrated(dialect)), dialect }
    const plan = await planOf(database, ownProfilesQuery(database.db).compile())
    assert.match(plan, /charging_profiles_id/, plan)
  })
})
