import { type Insertable, NoResultError, type Selectable, sql } from 'kysely'
import { compiledForColumns } from '../database/compiled.js'
import type { AuditLogTable } from '../database/schema-operators.js'
import { fold, type Reader, type Scope } from '../events/scope.js'

export type AuditRow = Selectable<AuditLogTable>

/** A change that is about to be carried out. */
export interface AuditEntry {
  operator: string
  method: string
  route: string
  /** The path below the API. */
  path: string
  /** The body as JSON without secrets. */
  body: string | null
  remoteAddress: string | null
}

/** The outcome of a change. */
export interface AuditOutcome {
  status: number
  /** The created resource, if only the answer names it. */
  target?: string
}

/** The position after which a page starts. */
export interface AuditPosition {
  at: number
  id: number
}

export interface AuditFilter {
  operator?: string
  target?: string
  /** Epoch milliseconds. */
  from?: number
  /** Exclusive. */
  to?: number
  before?: AuditPosition
  limit: number
}

type Transaction = Pick<Scope, 'trx' | 'now'>

const MAX_PATH = 1_000

/**
 * The target of a path: `charge-points/cp-1` for all changes of CP-1, `operator-tokens` for a collection.
 * Percent-encoding and case make no difference.
 */
export function targetOf(path: string): string {
  const [pathname = ''] = path.split('?')
  const segments = pathname.split('/').filter((segment) => segment !== '')
  return fold(segments.slice(0, 2).map(decode).join('/'))
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Saves a change before it is carried out. Returns its id. */
export async function beginAudit({ trx, now }: Transaction, entry: AuditEntry): Promise<number> {
  const { path, remoteAddress: remote_address, ...rest } = entry
  const begun = { ...rest, path: path.slice(0, MAX_PATH), target: targetOf(path), remote_address, created_at: now }
  const [row] = await insertEntry(trx, begun)
  if (row === undefined) throw new NoResultError({} as never)
  return row.id
}

const insertEntry = compiledForColumns((db, entry: Insertable<AuditLogTable>) =>
  db.insertInto('audit_log').values(entry).returning('id')
)

/** Saves the outcome of a change. */
export async function completeAudit({ trx, now }: Transaction, id: number, outcome: AuditOutcome): Promise<void> {
  await updateEntry(trx, { id, completed_at: now, ...outcome })
}

interface CompletedEntry extends AuditOutcome {
  id: number
  completed_at: number
}

const updateEntry = compiledForColumns((db, { id, ...outcome }: CompletedEntry) =>
  db.updateTable('audit_log').set(outcome).where('id', '=', id)
)

/** A page of changes, newest first. */
export function listAudit(db: Reader, filter: AuditFilter): Promise<AuditRow[]> {
  const { operator, target, from, to, before, limit } = filter
  let query = db.selectFrom('audit_log').selectAll()
  if (operator !== undefined) query = query.where('operator', '=', operator)
  if (target !== undefined) query = query.where('target', '=', targetOf(target))
  if (from !== undefined) query = query.where('created_at', '>=', from)
  if (to !== undefined) query = query.where('created_at', '<', to)
  if (before !== undefined) query = query.where(sql<boolean>`(created_at, id) < (${before.at}, ${before.id})`)
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}
