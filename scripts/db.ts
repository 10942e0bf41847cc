import { existsSync } from 'node:fs'
import { sql } from 'kysely'
import { backup } from '../lib/database/backup.js'
import { appliedMigrations, knownMigrations } from '../lib/database/migrations.js'
import { explain, migrateDatabase, type OpenDatabase, openDatabase, sqliteFile } from '../lib/database/open.js'
import { prune } from '../lib/database/retention.js'
import { GroupCommitWriter } from '../lib/database/writer.js'
import { lineOfCsv, toCsv } from '../lib/http/csv.js'
import { DOUBTFUL_COLUMNS, doubtfulTransactions } from '../lib/ledger/doubtful.js'
import type { Config } from '../lib/settings/settings.js'
import { type Command, runCommand, UsageError } from './command-line.js'

// `npm run db -- <command>`: maintains the database that the settings in the environment and in .env name.

const USAGE = `npm run db -- <command>

  backup <file>  copies the SQLite database to a new file; the back-end may be running
  check          checks the database for damage, and whether its schema belongs to this version of the program
  doubtful       lists, as CSV, the transactions that are over and whose cost is unknown; those that have a cost were
                 billed by an earlier release, which took unknown quantities for 0
  migrate        brings the schema up to date; the back-end does the same at every start
  prune          deletes the rows that the retention settings do not keep
`
/** Milliseconds that a command waits while another process writes to the database. */
const BUSY_TIMEOUT_MS = 10_000

/** `check` has found faults; the message lists them. */
class ProblemsError extends Error {}

const commands: Record<string, Command> = {
  backup: (config, args) => runBackup(config, argumentOf(args)),
  check: (config, args) => withoutArguments(args, () => withDatabase(config, { exclusive: false }, check)),
  doubtful: (config, args) => withoutArguments(args, () => withDatabase(config, { exclusive: false }, listDoubtful)),
  migrate: (config, args) =>
    withoutArguments(args, () => withDatabase(config, { exclusive: true, mayCreate: true }, runMigrate)),
  prune: (config, args) =>
    withoutArguments(args, () => withDatabase(config, { exclusive: false }, (database) => runPrune(database, config)))
}

await runCommand(commands, USAGE)

function argumentOf([argument, ...others]: readonly string[]): string {
  if (argument === undefined || others.length > 0) throw new UsageError(USAGE)
  return argument
}

async function withoutArguments(args: readonly string[], work: () => Promise<void>): Promise<void> {
  if (args.length > 0) throw new UsageError(USAGE)
  await work()
}

interface Needs {
  exclusive: boolean
  mayCreate?: boolean
}

async function withDatabase(
  config: Config,
  { exclusive, mayCreate = false }: Needs,
  work: (database: OpenDatabase) => Promise<void>
): Promise<void> {
  const file = sqliteFile(config)
  if (!mayCreate && config.DATABASE_URL === undefined && !existsSync(file)) throw new Error(`there is no ${file}`)
  let database: OpenDatabase | undefined
  try {
    database = openDatabase(config, { exclusive, busyTimeout: BUSY_TIMEOUT_MS })
    await work(database)
  } catch (error) {
    throw error instanceof ProblemsError ? error : new Error(explain(error, config), { cause: error })
  } finally {
    await database?.close()
  }
}

async function runBackup(config: Config, target: string): Promise<void> {
  if (config.DATABASE_URL !== undefined) throw new Error('this is PostgreSQL: use pg_dump')
  await backup({ file: sqliteFile(config), target, onProgress: (percent) => console.log(`${percent} %`) })
  console.log(`copied to ${target}`)
}

async function runMigrate(database: OpenDatabase): Promise<void> {
  const applied = await migrateDatabase(database)
  console.log(applied.length === 0 ? 'the schema is up to date' : `done: ${applied.join(', ')}`)
}

async function listDoubtful({ db }: OpenDatabase): Promise<void> {
  process.stdout.write(toCsv(DOUBTFUL_COLUMNS, []))
  for await (const line of doubtfulTransactions(db)) process.stdout.write(lineOfCsv(DOUBTFUL_COLUMNS, line))
}

async function runPrune({ db, writeDb, dialect }: OpenDatabase, settings: Config): Promise<void> {
  const writer = new GroupCommitWriter({ db: writeDb, dialect })
  const onProgress = (table: string, deleted: number) => {
    if (deleted % 10_000 < 500) console.log(`${table}: ${deleted} rows`)
  }
  const rows = await prune({ db, writer, settings, onProgress })
  await writer.close()
  console.log(`deleted ${rows} rows`)
}

async function check({ db, dialect }: OpenDatabase): Promise<void> {
  const applied = await appliedMigrations(db)
  const tables = await db.introspection.getTables()
  const problems: string[] = []
  for (const [index, { name }] of tables.entries()) {
    console.log(`${index + 1}/${tables.length} ${name}`)
    if (dialect === 'sqlite') problems.push(...(await damage(db, name)))
    else await sql`select 1 from ${sql.table(name)} limit 1`.execute(db)
  }
  const missing = knownMigrations().filter((name) => !applied.includes(name))
  const unknown = applied.filter((name) => !knownMigrations().includes(name))
  if (missing.length > 0) problems.push(`migrations to come: ${missing.join(', ')}`)
  if (unknown.length > 0) problems.push(`migrations of a newer program: ${unknown.join(', ')}`)
  if (problems.length > 0) throw new ProblemsError(problems.join('\n'))
  console.log('nothing is wrong')
}

/** Faults that SQLite finds in one table and its indexes. */
async function damage(db: OpenDatabase['db'], table: string): Promise<string[]> {
  const integrity = await sql<{ integrity_check: string }>`pragma integrity_check(${sql.lit(table)})`.execute(db)
  const references = await sql<{ rowid: number }>`pragma foreign_key_check(${sql.lit(table)})`.execute(db)
  return [
    ...integrity.rows.map((row) => row.integrity_check).filter((line) => line !== 'ok'),
    ...references.rows.map(({ rowid }) => `${table} ${rowid} belongs to nothing`)
  ]
}
