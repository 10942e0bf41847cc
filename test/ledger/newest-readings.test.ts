import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Kysely, KyselyPlugin } from 'kysely'
import type { Schema } from '../../lib/database/schema.js'
import { metersNow, registersOf } from '../../lib/ledger/meter.js'
import { newestOf } from '../../lib/ledger/newest.js'
import { newestTotals } from '../../lib/ledger/newest-totals.js'
import { powersNow, readingsNow } from '../../lib/ledger/power.js'
import type { TransactionRow } from '../../lib/ledger/queries.js'
import { listOpenFigures } from '../../lib/ledger/read.js'
import { meterSince } from '../../lib/ledger/registers.js'
import { migrated, onBothDatabasesAlways } from '../database/support.js'

const NOW = Date.UTC(2026, 2, 1)
const REGISTER = 'Energy.Active.Import.Register'
const POWER = 'Power.Active.Import'

/** Numbers that are the same in each run. */
function createRandom(): (most: number) => number {
  let seed = 11
  return (most) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % most
  }
}

type Reading = Record<'measurand' | 'phase' | 'context' | 'location' | 'unit' | 'format', string> & {
  at: number
  value: number | null
}

/** Readings of a meter that says little or much, in an order that is not that of its clock. */
function readingsOf(random: (most: number) => number): Reading[] {
  const pick = <T>(...some: T[]): T => some[random(some.length)] as T
  const isRegular = random(3) > 0
  const unitOf = (measurand: string) =>
    measurand === REGISTER ? pick('Wh', 'Wh', 'kWh', 'Fahrenheit') : pick('W', 'kW', '')
  return Array.from({ length: 1 + random(isRegular ? 30 : 90) }, () => ({
    at: NOW + random(12) * 1_000,
    value: pick<number | null>(random(900), random(900), random(900), null, -1),
    measurand: isRegular ? pick(REGISTER, POWER) : pick(REGISTER, POWER, 'SoC', 'Voltage', 'Voltage', 'Voltage'),
    phase: isRegular ? '' : pick('', '', 'L1', 'L2', 'L3'),
    context: random(40) === 0 ? pick('Transaction.Begin', 'Transaction.End') : 'Sample.Periodic',
    location: isRegular ? '' : pick('', 'Outlet', 'Inlet', 'EV'),

    format: random(20) === 0 ? 'SignedData' : 'Raw'
  })).map((reading) => ({ ...reading, unit: unitOf(reading.measurand) }))
}

async function addTransaction(db: Kysely<Schema>, id: number, random: (most: number) => number): Promise<void> {
  const place = { charge_point_id: 1, evse_id: 0, connector_id: 1, transaction_id: String(id) }
  await db
    .insertInto('transactions')
    .values({
      ...place,
      ocpp16_id: id,
      protocol: 'ocpp1.6',
      status: 'open',
      meter_start: random(5) === 0 ? null : 100,
      inferred_readings: random(6) === 0 ? 1 : 0,
      created_at: NOW,
      updated_at: NOW
    })
    .execute()
  const values = readingsOf(random).map(({ at, ...reading }) => {
    return { ...place, timestamp: at, received_at: at, ...reading, raw: String(reading.value) }
  })
  await db
    .insertInto('meter_values')
    .values(values)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

onBothDatabasesAlways('the newest readings of open transactions', (dialect) => {
  it('tell the same meter and power as all of their readings', async () => {
    const { db, writeDb } = await migrated(dialect)
    const random = createRandom()
    const times = { created_at: NOW, updated_at: NOW }
    await writeDb
      .insertInto('charge_points')
      .values({ id: 1, identity: 'CP', identity_key: 'cp', ...times })
      .execute()
    for (let id = 1; id <= 120; id++) await addTransaction(writeDb, id, random)
    const rows = (await db.selectFrom('transactions').selectAll().orderBy('id').execute()) as TransactionRow[]
    const all = await Promise.all(rows.map(async (row) => meterSince(row.meter_start, await registersOf(db, row))))
    assert.deepEqual(await metersNow(db, rows), all)
    const quick = await newestTotals(db, rows)
    assert.ok(quick.size > 20 && quick.size < 100, `${quick.size} of both kinds`)
    const slow = await readingsNow(db, rows)
    const powers = await powersNow(db, rows, { few: await newestOf(db, rows) })
    const told = rows.flatMap(({ id }) => slow.get(id)?.powerW ?? [])
    assert.ok(told.length > 20)
    for (const { id } of rows) assert.equal(powers.get(id)?.powerW, slow.get(id)?.powerW, String(id))
    const receivedAt = (found: typeof powers) => rows.map(({ id }) => powers.has(id) && found.get(id)?.receivedAt)
    assert.deepEqual(receivedAt(powers), receivedAt(slow))
  })

  it('cost few queries, however many transactions are open', async () => {
    const { db, writeDb } = await migrated(dialect)
    const random = createRandom()
    const times = { created_at: NOW, updated_at: NOW }
    await writeDb
      .insertInto('charge_points')
      .values({ id: 1, identity: 'CP', identity_key: 'cp', ...times })
      .execute()
    const costOf = async () => {
      let queries = 0
      const counting: KyselyPlugin = {
        transformQuery: ({ node }) => {
          queries++
          return node
        },
        transformResult: async ({ result }) => result
      }
      const found = await listOpenFigures(db.withPlugin(counting), { limit: 1_000 }, { from: NOW, now: NOW })
      return { queries, transactions: found.length }
    }
    for (let id = 1; id <= 15; id++) await addTransaction(writeDb, id, random)
    const few = await costOf()
    for (let id = 16; id <= 150; id++) await addTransaction(writeDb, id, random)
    const many = await costOf()
    assert.deepEqual([few.transactions, many.transactions], [15, 150])
    // Those of which all readings are needed are read 50 at once.
    assert.ok(many.queries <= few.queries + 4, `${few.queries}, then ${many.queries}`)
  })
})
