import type { Migration } from 'kysely'

/** The earliest time of the next receipt, so that an export knows up to where it is complete. */
export function issueTimes(): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('receipt_series').addColumn('not_before', 'bigint').execute()
      await db.schema.alterTable('billing_exports').addColumn('until_at', 'bigint').execute()
    }
  }
}
