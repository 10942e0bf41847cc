import { type Migration, sql } from 'kysely'
import type { Dialect } from '../dialect.js'

/**
 * What is known of the energy registers, why a cost is not known, and what a charge point has calculated itself. What
 * was billed stays as it is; a row that was billed as if an unknown quantity were 0 is marked.
 */
export function receipts(dialect: Dialect): Migration {
  const price = (name: string) =>
    dialect === 'postgres'
      ? sql`(tariff::json ->> ${sql.lit(name)})::double precision`
      : sql`json_extract(tariff, ${sql.lit(`$.${name}`)})`
  return {
    async up(db) {
      for (const column of ['registers', 'cost_unknown', 'own_cost']) {
        await db.schema.alterTable('transactions').addColumn(column, 'text').execute()
      }
      await db.schema.alterTable('webhooks').addColumn('scopes', 'text').execute()
      const details = `'{"seqNo":-1,"timestamp":0,"details":' || cost_details || '}'`
      await sql`update transactions set own_cost = ${sql.raw(details)} where cost_details like '%"totalCost"%'`.execute(
        db
      )
      await sql`
        update transactions set cost_unknown = case
          when energy_wh is not null or ${price('pricePerKwh')} = 0 then 'no-duration'
          when meter_start is null then 'no-start-register'
          when meter_stop is null then 'no-stop-register'
          else 'meter-went-backwards'
        end
        where tariff is not null and cost is not null and own_cost is null and status <> 'open'
          and ((energy_wh is null and ${price('pricePerKwh')} <> 0)
            or (duration is null and ${price('pricePerHour')} <> 0))`.execute(db)
    }
  }
}
