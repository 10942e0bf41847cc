import { type Migration, sql } from 'kysely'

/** For a node that looks for connections of its own that others have ended. */
export function endedByOthers(): Migration {
  return {
    async up(db) {
      await db.schema
        .createIndex('connections_run_id')
        .on('connections')
        .column('run_id')
        .where(sql.ref('is_open'), '=', 0)
        .where(sql.ref('disconnected_at'), 'is', null)
        .execute()
    }
  }
}
