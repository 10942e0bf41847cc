import type { Migration } from 'kysely'

/** The default tariffs that charge points were sent, with their answers, and those that they have reported. */
export function stationTariffs(): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('station_tariffs')
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull().references('charge_points.id'))
        .addColumn('evse_id', 'integer', (column) => column.notNull())
        .addColumn('slot', 'text', (column) => column.notNull())
        .addColumn('ocpp_id', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('set_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('station_tariffs_pkey', ['charge_point_id', 'evse_id', 'slot'])
        .execute()
      await db.schema
        .createTable('tariff_reports')
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull().references('charge_points.id'))
        .addColumn('evse_id', 'integer', (column) => column.notNull())
        .addColumn('assignments', 'text', (column) => column.notNull())
        .addColumn('reported_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('tariff_reports_pkey', ['charge_point_id', 'evse_id'])
        .execute()
    }
  }
}
