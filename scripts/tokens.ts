import { existsSync } from 'node:fs'
import { stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { parseTime } from 'fastify-ocpp'
import { appliedMigrations, knownMigrations } from '../lib/database/migrations.js'
import { explain, type OpenDatabase, openDatabase, sqliteFile } from '../lib/database/open.js'
import { GroupCommitWriter } from '../lib/database/writer.js'
import { toDateTime } from '../lib/date-time.js'
import type { Scope } from '../lib/events/scope.js'
import { type AuditEntry, beginAudit, completeAudit } from '../lib/operators/audit.js'
import { OPERATOR_SCOPES, type OperatorScope } from '../lib/operators/scopes.js'
import {
  createToken,
  deleteToken,
  insertToken,
  listTokens,
  type NewOperatorToken,
  type OperatorTokenRow,
  scopesOf,
  TOKEN_NAME
} from '../lib/operators/tokens.js'
import type { Config } from '../lib/settings/settings.js'
import { type Command, runCommand, UsageError } from './command-line.js'

// `npm run tokens -- <command>`: creates, lists and revokes operator tokens, whether the back-end is running or not. The
// settings in the environment and in .env name the database.

const USAGE = `npm run tokens -- <command>

  create --name <name> --scope <scope> [--scope <scope> …] [--expires <date-time or days, e.g. 90d>]
  list
  revoke <name>

scopes: ${OPERATOR_SCOPES.join(', ')}
`
/** Milliseconds that a command waits while another process writes to the database. */
const BUSY_TIMEOUT_MS = 10_000
const DAY_MS = 86_400_000
const PAGE = 500
/** The name of the operator in the audit log. */
const OPERATOR = 'command-line'

/** An error of the user, not of the database. */
class RefusedError extends Error {}

const commands: Record<string, Command> = {
  create: runCreate,
  list: runList,
  revoke: runRevoke
}

await runCommand(commands, USAGE)

async function runCreate(config: Config, args: readonly string[]): Promise<void> {
  const wanted = wantedToken(args)
  const { name, scopes, expiresAt } = wanted
  const token = createToken()
  const body = { name, scopes, ...(expiresAt !== null && { expiresAt: toDateTime(expiresAt) }) }
  const isNew = await change(config, { ...entryOf('create', name), body: JSON.stringify(body) }, async (trx) => {
    const row = await insertToken({ trx, now: Date.now() }, token, wanted)
    return row !== undefined
  })
  if (!isNew) throw new RefusedError(`there is an operator token ${name} already`)
  console.error('The token, shown this once:')
  stdout.write(`${token}\n`)
}

async function runList(config: Config, args: readonly string[]): Promise<void> {
  if (args.length > 0) throw new UsageError(USAGE)
  await withDatabase(config, async ({ db }) => {
    for (let behind = 0, rows: OperatorTokenRow[] = []; ; behind = rows.at(-1)?.id ?? 0) {
      rows = await listTokens(db, { behind, limit: PAGE })
      for (const row of rows) console.log(line(row))
      if (rows.length < PAGE) return
    }
  })
}

async function runRevoke(config: Config, [name, ...others]: readonly string[]): Promise<void> {
  if (name === undefined || others.length > 0) throw new UsageError(USAGE)
  if (!(await change(config, entryOf('revoke', name), (trx) => deleteToken({ trx }, name)))) {
    throw new RefusedError(`there is no operator token ${name}`)
  }
  console.log(`revoked ${name}; a back-end that runs believes in it for two seconds more at most`)
}

function wantedToken(args: readonly string[]): NewOperatorToken {
  const { name = '', scope = [], expires } = options(args)
  if (!new RegExp(TOKEN_NAME).test(name)) {
    throw new UsageError(`--name must be of a-z 0-9 . _ -, 64 at most, and not operator, command-line or self`)
  }
  const scopes = OPERATOR_SCOPES.filter((known) => scope.includes(known))
  const unknown = scope.find((text) => !OPERATOR_SCOPES.includes(text as OperatorScope))
  if (unknown !== undefined || scopes.length === 0)
    throw new UsageError(`--scope must be ${OPERATOR_SCOPES.join(', ')}`)
  return { name, scopes, expiresAt: expires === undefined ? null : expiry(expires) }
}

function options(args: readonly string[]): {
  name?: string | undefined
  scope?: string[] | undefined
  expires?: string | undefined
} {
  try {
    const text = { type: 'string' } as const
    return parseArgs({ args, options: { name: text, scope: { ...text, multiple: true }, expires: text } }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`)
  }
}

/** Parses a date-time with a time zone, or a number of days from now. */
function expiry(text: string): number {
  const days = /^(\d{1,5})d$/.exec(text)?.[1]
  const isDateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i.test(text)
  const time =
    days === undefined
      ? isDateTime
        ? (parseTime(text) ?? Number.NaN)
        : Number.NaN
      : Date.now() + Number(days) * DAY_MS
  if (time > Date.now()) return time
  throw new UsageError('--expires must be in the future, e.g. 90d or 2030-01-01T00:00:00Z')
}

function entryOf(command: string, name: string): AuditEntry {
  const path = `/operator-tokens/${encodeURIComponent(name)}`
  return { operator: OPERATOR, method: 'CLI', route: `tokens ${command}`, path, body: null, remoteAddress: null }
}

/** Makes a change and writes its audit entry in one transaction. Without a change there is no entry. */
async function change(
  config: Config,
  entry: AuditEntry,
  work: (trx: Scope['trx']) => Promise<boolean>
): Promise<boolean> {
  return withDatabase(config, async ({ writeDb, dialect }) => {
    const writer = new GroupCommitWriter({ db: writeDb, dialect })
    const isDone = await writer.write(async (trx) => {
      const now = Date.now()
      const isDone = await work(trx)
      if (isDone) {
        const id = await beginAudit({ trx, now }, entry)
        await completeAudit({ trx, now }, id, { status: entry.body === null ? 204 : 201 })
      }
      return isDone
    })
    await writer.close()
    return isDone
  })
}

function line(row: OperatorTokenRow): string {
  const { name, expires_at: expires, last_used_at: used } = row
  const end =
    expires === null ? 'never expires' : `${expires > Date.now() ? 'expires' : 'expired'} ${toDateTime(expires)}`
  const use = used === null ? 'never used' : `used ${toDateTime(used)}`
  return [name, scopesOf(row).join(' '), end, use].join('\t')
}

async function withDatabase<T>(config: Config, work: (database: OpenDatabase) => Promise<T>): Promise<T> {
  const file = sqliteFile(config)
  if (config.DATABASE_URL === undefined && !existsSync(file)) {
    throw new Error(`there is no ${file}: start the back-end once, or name its DATA_DIR`)
  }
  let database: OpenDatabase | undefined
  try {
    database = openDatabase(config, { exclusive: false, busyTimeout: BUSY_TIMEOUT_MS })
    await demandSchema(database)
    return await work(database)
  } catch (error) {
    throw error instanceof RefusedError ? error : new Error(explain(error, config), { cause: error })
  } finally {
    await database?.close()
  }
}

async function demandSchema({ db }: OpenDatabase): Promise<void> {
  const applied = await appliedMigrations(db)
  if (knownMigrations().every((name) => applied.includes(name))) return
  throw new RefusedError('the database is older than this program: start the back-end, which brings it up to date')
}
