import { setImmediate as nextTurn } from 'node:timers/promises'
import { CompiledQuery, type Insertable, type Transaction } from 'kysely'
import type { Dialect } from './dialect.js'
import type { Schema } from './schema.js'

/** Rows of one table to be inserted. */
export interface Rows {
  table: keyof Schema
  rows: readonly Readonly<Record<string, unknown>>[]
  /** Whether rows whose unique key exists already are skipped. */
  ignoreConflicts: boolean
}

export type Row<T extends keyof Schema> = Insertable<Schema[T]>

/** Rows in one statement: a power of two, so that few different statements are ever prepared. */
const MAX_ROWS = 128
/** Maximum number of rows that are considered for joining at a time. */
const MAX_JOINED = 1024

/** Number of inserts after which other work gets a turn of the event loop. */
const QUERIES_IN_A_TURN = 8

/** Inserts the rows of a batch, joined. SQLite works within the turn of the event loop, so others get a turn in between. */
export async function insertJoined(trx: Transaction<Schema>, batch: readonly Rows[], dialect: Dialect): Promise<void> {
  let queries = 0
  for (const query of joinedInserts(batch, dialect)) {
    if (++queries % QUERIES_IN_A_TURN === 0) await nextTurn()
    await trx.executeQuery(query)
  }
}

/**
 * The inserts of a batch, joined: one statement for many rows of the same table and columns. Written as text, because
 * building it value by value is most of the time that an insert takes. Made as they are asked for: a message of 45 000
 * samples would otherwise hold up everybody else.
 */
export function* joinedInserts(batch: readonly Rows[], dialect: Dialect): Generator<CompiledQuery> {
  for (const part of parts(batch)) {
    for (const group of groups(part).values()) yield* statements(group, dialect)
  }
}

/** The same rows in the same order, {@link MAX_JOINED} at a time. */
function* parts(batch: readonly Rows[]): Generator<Rows[]> {
  let part: Rows[] = []
  let room = MAX_JOINED
  for (const { rows, ...where } of batch) {
    for (let from = 0; from < rows.length; ) {
      const some = rows.slice(from, from + room)
      part.push({ ...where, rows: some })
      from += some.length
      room -= some.length
      if (room > 0) continue
      yield part
      part = []
      room = MAX_JOINED
    }
  }
  yield part
}

interface Group {
  table: string
  columns: readonly string[]
  ignoreConflicts: boolean
  values: unknown[][]
}

function groups(batch: readonly Rows[]): Map<string, Group> {
  const found = new Map<string, Group>()
  for (const { table, rows, ignoreConflicts } of batch) {
    for (const row of rows) {
      const columns = Object.keys(row).filter((column) => row[column] !== undefined)
      const key = `${table} ${ignoreConflicts} ${columns}`
      const group = found.get(key) ?? { table, columns, ignoreConflicts, values: [] }
      group.values.push(columns.map((column) => row[column]))
      found.set(key, group)
    }
  }
  return found
}

function* statements({ values, ...shape }: Group, dialect: Dialect): Generator<CompiledQuery> {
  for (let from = 0; from < values.length; ) {
    const count = Math.min(MAX_ROWS, 2 ** Math.floor(Math.log2(values.length - from)))
    const text = insertText({ ...shape, count, dialect })
    yield CompiledQuery.raw(text, values.slice(from, from + count).flat())
    from += count
  }
}

interface Shape extends Omit<Group, 'values'> {
  count: number
  dialect: Dialect
}

function insertText({ table, columns, ignoreConflicts, count, dialect }: Shape): string {
  const names = columns.map(quote).join(', ')
  const tuple = (row: number) =>
    `(${columns.map((_, column) => (dialect === 'sqlite' ? '?' : `$${row * columns.length + column + 1}`)).join(', ')})`
  const tuples = Array.from({ length: count }, (_, row) => tuple(row)).join(', ')
  return `insert into ${quote(table)} (${names}) values ${tuples}${ignoreConflicts ? ' on conflict do nothing' : ''}`
}

/** Table and column names come from the program; the check guards against SQL injection all the same. */
function quote(name: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new TypeError('not the name of a table or column')
  return `"${name}"`
}
