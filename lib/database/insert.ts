import { setImmediate as nextTurn } from 'node:timers/promises'
import { CompiledQuery, type Insertable, type Transaction } from 'kysely'
import type { Dialect } from './dialect.js'
import { toArray } from './parameters.js'
import type { Schema } from './schema.js'
import { settled } from './settled.js'
import { InsertShape, type ShapedRow } from './shape.js'

/** Rows to be inserted. Rows of one shape cost least; rows as objects may have any columns. */
export type Rows =
  | { shape: InsertShape; rows: readonly ShapedRow[] }
  | {
      table: keyof Schema
      rows: readonly Readonly<Record<string, unknown>>[]
      /** Whether rows whose unique key exists already are skipped. */
      ignoreConflicts: boolean
    }

export type Row<T extends keyof Schema> = Insertable<Schema[T]>

/** Maximum number of rows that are considered for joining at a time. */
const MAX_JOINED = 1024
/** Shapes of rows that came as objects. When there are more, all are forgotten. */
const MAX_SHAPES = 200

/** Number of rows of a shape for which its shared values are bound by themselves: each value takes a statement more. */
const MIN_SHARED = 16

/** Number of inserts after which other work gets a turn of the event loop. */
const QUERIES_IN_A_TURN = 8

/**
 * Inserts the rows of a batch, joined. SQLite works within the turn of the event loop, so other work gets a turn in
 * between. PostgreSQL gets several statements at once, if the transaction allows that.
 */
export async function insertJoined(trx: Transaction<Schema>, batch: readonly Rows[], dialect: Dialect): Promise<void> {
  let sent: Promise<unknown>[] = []
  for (const query of joinedInserts(batch, dialect)) {
    if (sent.length === QUERIES_IN_A_TURN) {
      await settled(sent)
      sent = []
      await nextTurn()
    }
    sent.push(trx.executeQuery(query))
  }
  await settled(sent)
}

/**
 * The joined inserts of a batch: one statement for many rows of the same table, columns and shared values. Built as
 * text, because building the query with Kysely takes most of the time of an insert. Generated on demand, because a
 * message of 45 000 samples would otherwise block the event loop.
 */
export function* joinedInserts(batch: readonly Rows[], dialect: Dialect): Generator<CompiledQuery> {
  for (const part of parts(batch)) {
    for (const group of groups(part, dialect)) yield* statements(group, dialect)
  }
}

/** The same rows in the same order, {@link MAX_JOINED} at a time. */
function* parts(batch: readonly Rows[]): Generator<Rows[]> {
  let part: Rows[] = []
  let room = MAX_JOINED
  for (const each of batch) {
    for (let from = 0; from < each.rows.length; ) {
      const isWhole = from === 0 && each.rows.length <= room
      const some = isWhole ? each : ({ ...each, rows: each.rows.slice(from, from + room) } as Rows)
      part.push(some)
      from += some.rows.length
      room -= some.rows.length
      if (room > 0) continue
      yield part
      part = []
      room = MAX_JOINED
    }
  }
  yield part
}

/** Rows that share the text of their statement and the values of its shared columns, which are those of the first. */
interface Group {
  shape: InsertShape
  rows: ShapedRow[]
}

function groups(batch: readonly Rows[], dialect: Dialect): Group[] {
  const counts = new Map<InsertShape, number>()
  for (const each of batch) {
    if ('shape' in each) counts.set(each.shape, (counts.get(each.shape) ?? 0) + each.rows.length)
  }
  const isShared = (shape: InsertShape) => dialect === 'sqlite' && (counts.get(shape) ?? 0) >= MIN_SHARED
  const found: Group[] = []
  const byShape = new Map<InsertShape, Map<string, Group>>()
  const add = (shape: InsertShape, row: ShapedRow) => {
    const ofShape = byShape.get(shape) ?? new Map<string, Group>()
    byShape.set(shape, ofShape)
    const key = sharedKey(shape, row)
    const group = ofShape.get(key)
    if (group !== undefined && hasSameShared(group, row)) {
      group.rows.push(row)
      return
    }
    const made = { shape, rows: [row] }
    ofShape.set(key, made)
    found.push(made)
  }
  for (const each of batch) {
    if ('shape' in each) {
      const shape = isShared(each.shape) ? each.shape : each.shape.whole
      for (const row of each.rows) add(shape, row)
    } else {
      for (const row of each.rows) {
        const columns = Object.keys(row).filter((column) => row[column] !== undefined)
        const values = columns.map((column) => row[column])
        add(shapeOf(each.table, columns, each.ignoreConflicts), values)
      }
    }
  }
  return found
}

/** The same for rows with the same shared values. Others may have it as well: {@link hasSameShared} tells. */
function sharedKey({ shared }: InsertShape, row: ShapedRow): string {
  let key = ''
  for (let index = 0; index < shared.length; index++) key += `${row[index]}\n`
  return key
}

function hasSameShared({ shape, rows: [first = []] }: Group, row: ShapedRow): boolean {
  for (let index = 0; index < shape.shared.length; index++) if (first[index] !== row[index]) return false
  return true
}

const shapes = new Map<string, InsertShape>()

function shapeOf(table: keyof Schema, columns: readonly string[], ignoreConflicts: boolean): InsertShape {
  const key = `${table} ${ignoreConflicts} ${columns}`
  const known = shapes.get(key)
  if (known !== undefined) return known
  if (shapes.size >= MAX_SHAPES) shapes.clear()
  const shape = new InsertShape({ table, own: columns, onConflict: ignoreConflicts ? 'ignore' : 'reject' })
  shapes.set(key, shape)
  return shape
}

function* statements(group: Group, dialect: Dialect): Generator<CompiledQuery> {
  const { shape } = group
  const rows = shape.onConflict === 'replace' ? lastOfEach(group) : group.rows
  for (let from = 0; from < rows.length; ) {
    const count = shape.rowsOf(rows.length - from, dialect)
    const some = rows.slice(from, from + count)
    const takesArrays = dialect === 'postgres' && shape.takesArrays
    const text = takesArrays ? shape.arrayText() : shape.text(count, dialect)
    yield CompiledQuery.raw(text, takesArrays ? arraysOf(shape, some) : parametersOf(shape, some))
    from += count
  }
}

function parametersOf({ shared, own }: InsertShape, rows: readonly ShapedRow[]): unknown[] {
  const [first = []] = rows
  const parameters: unknown[] = first.slice(0, shared.length)
  const columns = shared.length + own.length
  for (const row of rows) {
    for (let column = shared.length; column < columns; column++) parameters.push(row[column])
  }
  return parameters
}

function arraysOf({ own }: InsertShape, rows: readonly ShapedRow[]): string[] {
  return own.map((_, column) => toArray(rows.map((row) => row[column])))
}

/**
 * The last row of each key, because one statement must not change a row twice. Always in the same order, so that two
 * concurrent commits do not deadlock.
 */
function lastOfEach({ shape: { shared, keyLength }, rows }: Group): ShapedRow[] {
  const keyOf = (row: ShapedRow) => row.slice(shared.length, shared.length + keyLength)
  const last = new Map(rows.map((row) => [keyOf(row).join(' '), row]))
  const order = (row: ShapedRow) => Number(row[shared.length])
  return [...last.values()].sort((a, b) => order(a) - order(b))
}
