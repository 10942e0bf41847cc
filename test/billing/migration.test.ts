import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MIGRATIONS, migrate } from '../../lib/database/migrations.js'
import { emptyDatabase, onBothDatabasesAlways, open } from '../database/support.js'

const NAME = '0067-signed-values'

const reading = {
  charge_point_id: 1,
  transaction_id: '7',
  evse_id: 1,
  connector_id: 1,
  timestamp: 1_000,
  measurand: 'Energy.Active.Import.Register',
  context: 'Transaction.Begin',
  unit: 'Wh',
  raw: '5',
  format: 'Raw',
  signed_data: null as string | null,
  inferred_id: null as number | null,
  received_at: 2_000
}

onBothDatabasesAlways('the migration to signed values', (dialect) => {
  it('takes those of transactions that were stored with the meter values', async () => {
    const { db, writeDb } = open(await emptyDatabase(dialect))
    const before = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < NAME))
    await migrate(writeDb, { dialect, migrations: before })
    const signed_data = '{"signedMeterData":"QQ==","encodingMethod":"OCMF"}'
    await writeDb
      .insertInto('charge_points')
      .values({ identity_key: 'a', identity: 'A', created_at: 0, updated_at: 0 })
      .execute()
    await writeDb
      .insertInto('meter_values')
      .values([
        { ...reading },
        { ...reading, format: 'SignedData', raw: 'OCMF|1' },
        { ...reading, timestamp: 3_000, signed_data },
        // The same value came twice, and this one outside of transactions.
        { ...reading, timestamp: 4_000, format: 'SignedData', raw: 'OCMF|1' },
        { ...reading, transaction_id: '', format: 'SignedData', raw: 'OCMF|2' },
        { ...reading, transaction_id: '', timestamp: 5_000, inferred_id: 9, format: 'SignedData', raw: 'OCMF|3' }
      ])
      .execute()
    await migrate(writeDb, { dialect })
    const rows = await db.selectFrom('signed_values').selectAll().orderBy('id').execute()
    assert.deepEqual(
      rows.map(({ transaction_id, inferred_id, timestamp, form, value }) => [
        transaction_id,
        inferred_id,
        timestamp,
        form,
        value
      ]),
      [
        ['7', null, 1_000, 'SignedData', 'OCMF|1'],
        ['7', null, 3_000, 'signedMeterValue', signed_data],
        ['', 9, 5_000, 'SignedData', 'OCMF|3']
      ]
    )
  })
})
