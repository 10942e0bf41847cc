import { type Migration, sql } from 'kysely'

/** The energy that the signed values of a receipt tell, where another one is billed. */
export function signedEnergy(): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('receipts').addColumn('signed_wh', 'double precision').execute()
      await db.schema
        .createIndex('receipts_signed')
        .on('receipts')
        .column('issued_at')
        .where(sql.ref('signed_wh'), 'is not', null)
        .execute()
    }
  }
}
