import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sql } from 'kysely'
import { receipts } from '../../lib/database/migrations/0010-receipts.js'
import { migrateDatabase } from '../../lib/database/open.js'
import { run } from './child.js'
import { emptyDatabase, onBothDatabases, open } from './support.js'

const TARIFF = { id: 'T', currency: 'EUR', pricePerKwh: 0, pricePerHour: 0, pricePerSession: 0, tax: 19 }
const OURS = JSON.stringify({ net: 0.5, tax: 0, total: 0.5 })
const OWN = JSON.stringify({ totalCost: { currency: 'EUR', typeOfCost: 'NormalCost', total: { inclTax: 3 } } })

/** A transaction of a release that took what it did not know for 0. */
function old(transactionId: string, tariff: object, more: object = {}) {
  return {
    charge_point_id: 1,
    transaction_id: transactionId,
    protocol: 'ocpp2.0.1',
    status: 'ended' as const,
    start_timestamp: Date.UTC(2026, 0, 1),
    meter_start: 5,
    meter_stop: 9,
    energy_wh: 4,
    duration: 60,
    cost: 0.5,
    currency: 'EUR',
    cost_details: OURS,
    tariff: JSON.stringify({ ...TARIFF, ...tariff }),
    created_at: Date.UTC(2026, 0, 1),
    updated_at: 0,
    ...more
  }
}

const perKwh = { pricePerKwh: 0.39 }
const ROWS = [
  old('known', { ...perKwh, pricePerHour: 1 }),
  old('no start', perKwh, { meter_start: null, energy_wh: null }),
  old('no stop', perKwh, { meter_stop: null, energy_wh: null }),
  old('backwards', perKwh, { meter_stop: 4, energy_wh: null }),
  old('no time', { pricePerHour: 1 }, { duration: null, energy_wh: null }),
  old('session', { pricePerSession: 1 }, { duration: null, energy_wh: null }),
  old('own', perKwh, { energy_wh: null, cost_details: OWN, cost: 3 }),
  old('open', perKwh, { energy_wh: null, status: 'open' }),
  old('no tariff', {}, { energy_wh: null, tariff: null, cost: null, cost_details: null })
]

onBothDatabases('costs of earlier releases', (dialect) => {
  it('stay as they were billed, and those of unknown quantities are marked and listed', async () => {
    const settings = await emptyDatabase(dialect)
    const database = open(settings)
    await migrateDatabase(database)
    const { writeDb } = database
    // As the release before left it.
    for (const column of ['registers', 'cost_unknown', 'own_cost']) {
      await writeDb.schema.alterTable('transactions').dropColumn(column).execute()
    }
    await writeDb.schema.alterTable('webhooks').dropColumn('scopes').execute()
    await writeDb
      .insertInto('charge_points')
      .values({ identity_key: 'cp-1', identity: 'CP-1', created_at: 0, updated_at: 0 })
      .execute()
    await writeDb.insertInto('transactions').values(ROWS).execute()
    await receipts(dialect).up(writeDb.withTables())
    const { rows } = await sql<{ transaction_id: string; cost: number; cost_unknown: string | null; own_cost: string }>`
      select transaction_id, cost, cost_unknown, own_cost from transactions order by id`.execute(writeDb)
    assert.deepEqual(
      rows.map(({ transaction_id, cost, cost_unknown }) => [transaction_id, cost, cost_unknown]),
      [
        ['known', 0.5, null],
        ['no start', 0.5, 'no-start-register'],
        ['no stop', 0.5, 'no-stop-register'],
        ['backwards', 0.5, 'meter-went-backwards'],
        ['no time', 0.5, 'no-duration'],
        ['session', 0.5, null],
        ['own', 3, null],
        ['open', 0.5, null],
        ['no tariff', null, null]
      ]
    )
    const own = rows.find(({ transaction_id }) => transaction_id === 'own')?.own_cost
    assert.deepEqual(JSON.parse(own ?? ''), { seqNo: -1, timestamp: 0, details: JSON.parse(OWN) })

    const { DATA_DIR, DATABASE_URL } = settings
    const listing = run('scripts/db.ts', ['doubtful'], {
      DATA_DIR,
      ...(DATABASE_URL !== undefined && { DATABASE_URL })
    })
    assert.equal(await listing.exited(), 0, listing.output())
    const lines = listing.output().trim().split('\r\n')
    assert.deepEqual(lines.slice(0, 2), [
      'id,chargePoint,transactionId,startedAt,cost,currency,costUnknown',
      '2,CP-1,no start,2026-01-01T00:00:00.000Z,0.5,EUR,no-start-register'
    ])
    assert.equal(lines.length, 5)
  })
})
