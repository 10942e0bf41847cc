import { CompiledQuery, type DatabaseConnection, type Transaction } from 'kysely'
import type { Schema } from './schema.js'

/** Not SQL: the connections of both dialects take it as the word that their transaction is given up. */
export const ABANDON = 'abandon'

/**
 * The connection of a transaction, past the queue in which its statements wait for one another.
 *
 * A transaction whose job is still at work cannot just be rolled back: the job's next statement would be queued behind
 * the roll-back and be committed by itself.
 */
export function connectionOf(trx: Transaction<Schema>): Promise<DatabaseConnection> {
  return trx.getExecutor().provideConnection(async (connection) => connection)
}

/** From now on the connection refuses every statement, until the transaction is over. On PostgreSQL it is destroyed. */
export function abandon(connection: DatabaseConnection): void {
  connection.executeQuery(CompiledQuery.raw(ABANDON)).catch(() => undefined)
}
