import { type Kysely, type Migration, Migrator, SqliteAdapter, sql } from 'kysely'
import type { Dialect } from './dialect.js'
import { initial } from './migrations/0001-initial.js'
import { tariffs } from './migrations/0002-tariffs.js'
import { audit } from './migrations/0003-audit.js'
import { calls } from './migrations/0004-calls.js'
import { webhooks } from './migrations/0005-webhooks.js'
import { tls } from './migrations/0006-tls.js'
import { ca } from './migrations/0007-ca.js'
import { operations } from './migrations/0008-operations.js'
import { lists } from './migrations/0009-lists.js'
import { receipts } from './migrations/0010-receipts.js'
import { transactionIdentity } from './migrations/0011-transaction-identity.js'
import { closedTransactions } from './migrations/0012-closed-transactions.js'
import { traits } from './migrations/0013-traits.js'
import { connectorStates } from './migrations/0014-connector-states.js'
import { awaitedStarts } from './migrations/0015-awaited-starts.js'
import { signIns } from './migrations/0016-sign-ins.js'
import { sites } from './migrations/0017-sites.js'
import { connections } from './migrations/0018-connections.js'
import { operationsDesk } from './migrations/0019-operations-desk.js'
import { profileLedger } from './migrations/0021-profile-ledger.js'
import { bulkOperations } from './migrations/0022-bulk-operations.js'
import { nodes } from './migrations/0025-nodes.js'
import { tariffVersions } from './migrations/0030-tariff-versions.js'
import { loadManagement } from './migrations/0040-load-management.js'
import { endedByOthers } from './migrations/0050-ended-by-others.js'
import { billing } from './migrations/0065-billing.js'
import { corrections } from './migrations/0066-corrections.js'
import { signedValues } from './migrations/0067-signed-values.js'
import { billingExports } from './migrations/0068-billing-exports.js'
import { boots } from './migrations/0075-boots.js'
import { reservationTimes } from './migrations/0076-reservation-times.js'
import { newestConnections } from './migrations/0079-newest-connections.js'
import { bootsOfProfiles } from './migrations/0080-boots-of-profiles.js'
import { retentionMarks } from './migrations/0082-retention-marks.js'
import { stationTariffs } from './migrations/0083-station-tariffs.js'
import { refusedTariffs } from './migrations/0084-refused-tariffs.js'
import { unplugged } from './migrations/0085-unplugged.js'
import { receiptLinks } from './migrations/0086-receipt-links.js'
import { settlements } from './migrations/0087-settlements.js'
import { signedEnergy } from './migrations/0088-signed-energy.js'
import { issueTimes } from './migrations/0089-issue-times.js'
import { learnedTraits } from './migrations/0090-learned-traits.js'
import { ownProfiles } from './migrations/0091-own-profiles.js'
import { transactionLimits } from './migrations/0092-transaction-limits.js'
import { failedSettlements } from './migrations/0093-failed-settlements.js'
import { transactionNeeds } from './migrations/0096-transaction-needs.js'
import { defaultNeeds } from './migrations/0097-default-needs.js'
import { askedProfiles } from './migrations/0098-asked-profiles.js'
import { sampleSettings } from './migrations/0100-sample-settings.js'
import { replacedProfiles } from './migrations/0108-replaced-profiles.js'
import type { Schema } from './schema.js'

/** By name, in the order of the names. A released migration never changes; every change is a new migration. */
export const MIGRATIONS: Record<string, (dialect: Dialect) => Migration> = {
  '0001-initial': initial,
  '0002-tariffs': tariffs,
  '0003-audit': audit,
  '0004-calls': calls,
  '0005-webhooks': webhooks,
  '0006-tls': tls,
  '0007-ca': ca,
  '0008-operations': operations,
  '0009-lists': lists,
  '0010-receipts': receipts,
  '0011-transaction-identity': transactionIdentity,
  '0012-closed-transactions': closedTransactions,
  '0013-traits': traits,
  '0014-connector-states': connectorStates,
  '0015-awaited-starts': awaitedStarts,
  '0016-sign-ins': signIns,
  '0017-sites': sites,
  '0018-connections': connections,
  '0019-operations-desk': operationsDesk,
  '0021-profile-ledger': profileLedger,
  '0022-bulk-operations': bulkOperations,
  '0025-nodes': nodes,
  '0030-tariff-versions': tariffVersions,
  '0040-load-management': loadManagement,
  '0050-ended-by-others': endedByOthers,
  '0065-billing': billing,
  '0066-corrections': corrections,
  '0067-signed-values': signedValues,
  '0068-billing-exports': billingExports,
  '0075-boots': boots,
  '0076-reservation-times': reservationTimes,
  '0079-newest-connections': newestConnections,
  '0080-boots-of-profiles': bootsOfProfiles,
  '0082-retention-marks': retentionMarks,
  '0083-station-tariffs': stationTariffs,
  '0084-refused-tariffs': refusedTariffs,
  '0085-unplugged': unplugged,
  '0086-receipt-links': receiptLinks,
  '0087-settlements': settlements,
  '0088-signed-energy': signedEnergy,
  '0089-issue-times': issueTimes,
  '0090-learned-traits': learnedTraits,
  '0091-own-profiles': ownProfiles,
  '0092-transaction-limits': transactionLimits,
  '0093-failed-settlements': failedSettlements,
  '0096-transaction-needs': transactionNeeds,
  '0097-default-needs': defaultNeeds,
  '0098-asked-profiles': askedProfiles,
  '0100-sample-settings': sampleSettings,
  '0108-replaced-profiles': replacedProfiles
}

/** The database was made by a newer program. */
export class TooNewError extends Error {
  override readonly name = 'TooNewError'
  constructor(migrations: readonly string[]) {
    super(`the database is newer than this program: it has the migration ${migrations.join(', ')}; update the program`)
  }
}

export interface MigrateOptions {
  dialect: Dialect
  /** Default: those of this program. */
  migrations?: Record<string, (dialect: Dialect) => Migration>
}

/**
 * Brings the database up to this program's schema, in one transaction.
 *
 * @returns the names of what was done
 * @throws TooNewError, or what the database threw
 */
export async function migrate(db: Kysely<Schema>, { dialect, migrations = MIGRATIONS }: MigrateOptions) {
  const known = Object.keys(migrations)
  const applied = await appliedMigrations(db)
  const newer = applied.filter((name) => !known.includes(name))
  if (newer.length > 0) throw new TooNewError(newer)
  // The migrator reads every column of every table before it finds that out.
  if (applied.length === known.length) return []
  const provider = {
    getMigrations: async () => Object.fromEntries(known.map((name) => [name, toMigration(migrations, name, dialect)]))
  }
  const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest()
  if (error !== undefined) throw error
  return results.filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName)
}

function toMigration(migrations: NonNullable<MigrateOptions['migrations']>, name: string, dialect: Dialect): Migration {
  return migrations[name]?.(dialect) ?? { up: async () => undefined }
}

/** The migrations the database has had; none when it is empty. */
export async function appliedMigrations(db: Kysely<Schema>): Promise<string[]> {
  if (!(await hasTable(db, 'kysely_migration'))) return []
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute()
  return rows.map(({ name }) => name)
}

/** Whether a table can be seen where the statements of `db` look for theirs. */
async function hasTable(db: Kysely<Schema>, name: string): Promise<boolean> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const find = isSqlite
    ? sql<{ found: unknown }>`select name as found from sqlite_master where type = 'table' and name = ${name}`
    : sql<{ found: unknown }>`select to_regclass(${name}) as found`
  const { rows } = await find.execute(db)
  return rows.some(({ found }) => found !== null)
}

/** The schema that this release creates in an empty database. */
export function knownMigrations(): string[] {
  return Object.keys(MIGRATIONS)
}
