import { sql } from 'kysely'
import { migrateDatabase, openDatabase } from '../../dist/lib/database/open.js'

/** Rows in one statement. */
const STEP = 100_000
const NEW_YEAR = Date.UTC(2026, 0, 1)

/**
 * Years of an operator with many charge points: a transaction every second, of 5,000 id tokens, one in 1,000 of them
 * open, one in 10,000 ended by a power loss.
 *
 * @param {Record<string, string>} settings
 * @param {{ chargePoints: number, transactions: number }} size
 */
export async function fill(settings, { chargePoints, transactions }) {
  const database = openDatabase({ DATABASE_POOL_SIZE: 2, ...settings })
  const isSqlite = settings.DATABASE_URL === undefined
  const db = database.writeDb
  const numbers = (from, to) =>
    isSqlite
      ? sql`(with recursive n(i) as (select ${sql.lit(from)} union all select i + 1 from n where i < ${sql.lit(to)}) select i from n) as n`
      : sql`generate_series(${sql.lit(from)}::bigint, ${sql.lit(to)}::bigint) as n(i)`
  try {
    await migrateDatabase(database)
    if (isSqlite) await sql`pragma synchronous = off`.execute(db)
    await sql`insert into charge_points (identity, identity_key, vendor, model, serial_number, last_seen_at, created_at, updated_at)
      select 'CP-' || i, 'cp-' || i, 'Vendor ' || (i % 7), 'Model ' || (i % 31), 'SN' || i, ${sql.lit(NEW_YEAR)} + i * 1000,
        ${sql.lit(NEW_YEAR)}, ${sql.lit(NEW_YEAR)} from ${numbers(1, chargePoints)}`.execute(db)
    await sql`insert into connectors (charge_point_id, evse_id, connector_id, status, timestamp, updated_at)
      select i, 0, 1, case when i % 500 = 0 then 'Faulted' else 'Available' end, ${sql.lit(NEW_YEAR)}, ${sql.lit(NEW_YEAR)}
      from ${numbers(1, chargePoints)}`.execute(db)
    for (let from = 1; from <= transactions; from += STEP) {
      const rows = numbers(from, Math.min(transactions, from + STEP - 1))
      await sql`insert into transactions (charge_point_id, transaction_id, ocpp16_id, start_key, protocol, status, connector_id,
          id_token, group_id, start_timestamp, end_timestamp, meter_start, meter_stop, energy_wh, duration, stop_reason,
          created_at, updated_at)
        select 1 + (i * 7919) % ${sql.lit(chargePoints)}, cast(i as text), i, 'start-' || i, 'ocpp1.6',
          case when i % 1000 = 0 then 'open' else 'ended' end, 1, 'TAG-' || (i % 5000), 'GROUP-' || (i % 50),
          ${sql.lit(NEW_YEAR)} + i * 1000, ${sql.lit(NEW_YEAR)} + i * 1000 + 3600000, 0, 20000, 20000, 3600,
          case when i % 10000 = 0 then 'PowerLoss' else 'Local' end,
          ${sql.lit(NEW_YEAR)} + i * 1000, ${sql.lit(NEW_YEAR)} + i * 1000 from ${rows}`.execute(db)
      process.stderr.write(`\rfilling: ${Math.min(transactions, from + STEP - 1)} transactions `)
    }
    process.stderr.write('\n')
    // Autovacuum does the same by itself, a minute later.
    if (!isSqlite) await sql`vacuum analyze`.execute(db)
  } finally {
    await database.close()
  }
}
