import { sql } from 'kysely'
import { migrateDatabase, openDatabase } from '../../dist/lib/database/open.js'

const DAY = 86_400_000
const STEP = 50_000
/** Tables of numbers are made by SQLite itself. */
const numbers = (from, to) =>
  sql`(with recursive n(i) as (select ${sql.lit(from)} union all select i + 1 from n where i < ${sql.lit(to)}) select i from n) as n`

/**
 * Charge points with a connector each, transactions over the last year, and an open transaction of CP-2 with readings of two
 * measurands in each second of the last day.
 *
 * @param {Record<string, string>} settings
 * @param {{ chargePoints: number, transactions: number, seconds: number }} size
 * @returns {Promise<{ transaction: number, from: number, to: number }>}
 */
export async function fill(settings, { chargePoints, transactions, seconds }) {
  const database = openDatabase({ DATABASE_POOL_SIZE: 2, ...settings })
  const db = database.writeDb
  const now = Date.now()
  const [begin, step] = [now - 365 * DAY, Math.floor((365 * DAY) / transactions)]
  try {
    await migrateDatabase(database)
    await sql`pragma synchronous = off`.execute(db)
    await sql`insert into charge_points (identity, identity_key, vendor, model, protocol, last_seen_at, created_at, updated_at)
      select 'CP-' || i, 'cp-' || i, 'Vendor ' || (i % 7), 'Model ' || (i % 31), 'ocpp1.6', ${sql.lit(now)} - i * 1000,
        ${sql.lit(begin)}, ${sql.lit(begin)} from ${numbers(1, chargePoints)}`.execute(db)
    await sql`insert into connectors (charge_point_id, evse_id, connector_id, status, timestamp, updated_at)
      select i, 0, 1, case when i % 500 = 0 then 'Faulted' else 'Available' end, ${sql.lit(begin)}, ${sql.lit(begin)}
      from ${numbers(1, chargePoints)}`.execute(db)
    for (let from = 1; from <= transactions; from += STEP) {
      const rows = numbers(from, Math.min(transactions, from + STEP - 1))
      const end = sql`${sql.lit(begin)} + i * ${sql.lit(step)}`
      await sql`insert into transactions (charge_point_id, transaction_id, protocol, status, connector_id, id_token, group_id,
          start_timestamp, end_timestamp, meter_start, meter_stop, energy_wh, duration, cost, currency, created_at, ended_at, updated_at)
        select 1 + (i * 7919) % ${sql.lit(chargePoints)}, cast(i as text), 'ocpp1.6', 'ended', 1, 'TAG-' || (i % 5000),
          'GROUP-' || (i % 50), ${end} - 3600000, ${end}, 0, 20000, 20000, 3600, 7.8, 'EUR', ${end} - 3600000, ${end}, ${end}
        from ${rows}`.execute(db)
    }
    return await addLongOne(db, { now, seconds })
  } finally {
    await database.close()
  }
}

async function addLongOne(db, { now, seconds }) {
  const from = Math.floor((now - seconds * 1_000) / 1_000) * 1_000
  await sql`insert into transactions (charge_point_id, transaction_id, ocpp16_id, protocol, status, connector_id, id_token,
      start_timestamp, meter_start, created_at, updated_at)
    values (2, '900001', 900001, 'ocpp1.6', 'open', 1, 'TAG-1', ${sql.lit(from)}, 0, ${sql.lit(from)}, ${sql.lit(from)})`.execute(
    db
  )
  const { rows } = await sql`select id from transactions where transaction_id = '900001'`.execute(db)
  for (const [measurand, unit, value] of [
    ['Power.Active.Import', 'W', sql`11000 + i % 400`],
    ['Energy.Active.Import.Register', 'Wh', sql`i * 3`]
  ]) {
    await sql`insert into meter_values (charge_point_id, timestamp, received_at, connector_id, value, transaction_id, measurand, unit, raw)
      select 2, ${sql.lit(from)} + i * 1000, ${sql.lit(from)} + i * 1000, 1, ${value}, '900001', ${sql.lit(measurand)},
        ${sql.lit(unit)}, cast(${value} as text) from ${numbers(0, seconds - 1)}`.execute(db)
  }
  return { transaction: Number(rows[0].id), from, to: from + seconds * 1_000 }
}
