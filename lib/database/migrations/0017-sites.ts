import type { Migration } from 'kysely'

/** Places with charge points, and the names that operators give to charge points. */
export function sites(): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('sites')
        .addColumn('site_id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('name_key', 'text', (column) => column.notNull())
        .addColumn('address', 'text')
        .addColumn('latitude', 'double precision')
        .addColumn('longitude', 'double precision')
        .addColumn('time_zone', 'text')
        .addColumn('notes', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('sites_name').on('sites').columns(['name_key', 'site_id']).execute()
      await db.schema.alterTable('charge_points').addColumn('name', 'text').execute()
      await db.schema.alterTable('charge_points').addColumn('name_key', 'text').execute()
      await db.schema
        .alterTable('charge_points')
        .addColumn('site_id', 'text', (column) => column.references('sites.site_id'))
        .execute()
      await db.schema
        .createIndex('charge_points_site')
        .on('charge_points')
        .columns(['site_id', 'identity_key'])
        .where('site_id', 'is not', null)
        .execute()
    }
  }
}
