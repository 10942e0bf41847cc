import assert from 'node:assert/strict'
import { it } from 'node:test'
import { statusRows } from '../../lib/charge-points/connectors.js'
import { MESSAGES } from '../../lib/charge-points/message-log.js'
import { meterRows } from '../../lib/ledger/booking.js'
import { samplesOf16 } from '../../lib/ledger/samples.js'
import { message, meta } from './rows.js'
import { migrated, onBothDatabases, writerOf } from './support.js'

// The messages that come most are inserted by statements whose texts are kept, with arrays on PostgreSQL.

/** Texts with a meaning of their own in an array of PostgreSQL, in a key, or in a column of SQLite. */
const ODD = [
  '',
  'null',
  'NULL',
  '{a,b}',
  'a,b',
  '"',
  '\\',
  '\\"',
  'a\nb',
  ' x ',
  '5.0',
  'ä😀',
  'a\0b',
  "'; drop table x"
]

onBothDatabases('rows of a shape', (dialect) => {
  async function open() {
    const database = await migrated(dialect)
    const writer = writerOf(database, { lanes: 1 })
    // The first charge point.
    await writer.append('charge_points', [{ id: 1, identity: 'A', identity_key: 'a', created_at: 0, updated_at: 0 }])
    return { ...database, writer }
  }

  for (const count of [1, 15, 17, 200, 1100]) {
    it(`are stored as they are, in their order, ${count} at once`, async () => {
      const { db, writer } = await open()
      const rows = Array.from({ length: count }, (_, index) => {
        const text = ODD[index % ODD.length] ?? ''
        return [1, index, 'in', 2, text, text, text, index % 3 === 0 ? null : text]
      })
      await Promise.all(rows.map((row) => writer.record([{ shape: MESSAGES, rows: [row] }], { key: 'a' })))
      const stored = await db.selectFrom('messages').selectAll().orderBy('id').execute()
      const clean = (value: unknown) => (typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value)
      assert.deepEqual(
        stored.map((row) => MESSAGES.own.map((column) => row[column as keyof typeof row])),
        rows.map((row) => row.map(clean))
      )
    })
  }

  it('have their shared values, also when two of them are equal as joined text', async () => {
    const { db, writer } = await open()
    const places: [string, string][] = [...ODD.map((odd): [string, string] => [odd, 'b']), ['a\nb', 'c'], ['a', 'b\nc']]
    const sampled = Array.from({ length: 3 }, () => places).flat()
    await Promise.all(
      sampled.map(([unit, location], index) => {
        const sampledValue = [{ value: `${index}`, unit, location } as never]
        const samples = samplesOf16([{ timestamp: '2026-01-01T00:00:00Z', sampledValue }], 0)
        const owner = { chargePointId: 1, transactionId: `${index}`, place: { evseId: 0, connectorId: 1 }, now: 5 }
        return writer.record([...meterRows(owner, samples), ...meterRows(owner, samples)], { key: 'a' })
      })
    )
    const stored = await db.selectFrom('meter_values').selectAll().execute()
    const shown = stored.sort((a, b) => Number(a.value) - Number(b.value))
    assert.deepEqual(
      shown.map(({ value, raw, unit, location, inferred_id }) => [value, raw, unit, location, inferred_id]),
      sampled.map(([unit, place], index) => [index, `${index}`, unit.replace('\0', '\ufffd'), place, null])
    )
  })

  it('replace the old one of their key, the last of a batch', async () => {
    const { db, writer } = await open()
    const told = (status: string, timestamp: number) => {
      const owner = { chargePointId: 1, now: timestamp }
      return writer.record(statusRows(owner, { evseId: 0, connectorId: 1, status, timestamp }), { key: 'a' })
    }
    await told('Available', 1)
    await Promise.all([told('Preparing', 2), told('Charging', 3), told('Charging', 3)])
    const connectors = await db.selectFrom('connectors').select(['status', 'updated_at']).execute()
    assert.deepEqual(connectors, [{ status: 'Charging', updated_at: 3 }])
    const history = await db.selectFrom('status_history').select('status').orderBy('timestamp').execute()
    assert.deepEqual(
      history.map(({ status }) => status),
      ['Available', 'Preparing', 'Charging']
    )
  })

  it('reject only those of their message when one is wrong', async () => {
    const { db, writer } = await open()
    const rows = (id: number) => statusRows({ chargePointId: id, now: 1 }, { ...STATUS, timestamp: 1 })
    const results = await Promise.allSettled([1, 99, 1].map((id) => writer.record(rows(id))))
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled']
    )
    assert.equal((await db.selectFrom('connectors').selectAll().execute()).length, 1)
  })

  it('are seen by a later job of the same key, which shares their transaction', async () => {
    const { db, writer } = await open()
    const before = writer.counters.commits
    const table = { table: 'meta', rows: [meta('seen')], ignoreConflicts: false } as const
    const recorded = writer.record([table], { key: 'a' })
    const found = await writer.write((trx) => trx.selectFrom('meta').selectAll().where('key', '=', 'seen').execute(), {
      key: 'a'
    })
    await recorded
    assert.deepEqual([found.length, writer.counters.commits - before], [1, 1])
    await writer.append('messages', [message('after')])
    assert.equal((await db.selectFrom('messages').selectAll().execute()).length, 1)
  })

  it('that a job adds are seen by a later job of the same key, which shares their transaction', async () => {
    const { writer } = await open()
    const before = writer.counters.commits
    const adding = writer.write(async (_trx, append) => append('meta', [meta('added')]), { key: 'a' })
    const found = await writer.write((trx) => trx.selectFrom('meta').selectAll().where('key', '=', 'added').execute(), {
      key: 'a'
    })
    await adding
    assert.deepEqual([found.length, writer.counters.commits - before], [1, 1])
  })
})

const STATUS = { evseId: 0, connectorId: 1, status: 'Charging' }
