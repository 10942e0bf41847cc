import { sql } from 'kysely'
import type { Reader } from '../events/scope.js'

/** The next number in the order of connections to all nodes. PostgreSQL only. */
export async function nextEpoch(db: Reader): Promise<number> {
  const { rows } = await sql<{ epoch: string }>`select nextval('connection_epochs')::text as epoch`.execute(db)
  return Number(rows[0]?.epoch)
}
