import type { Dialect } from './dialect.js'
import type { Schema } from './schema.js'

/**
 * The treatment of a row whose unique key exists already. `replace`: its other columns replace those of the old row.
 */
export type OnConflict = 'reject' | 'ignore' | 'replace'

export interface ShapeOptions {
  table: keyof Schema
  /**
   * Columns of type text whose values many rows have in common: each value is bound once for all rows of a statement,
   * because binding takes SQLite longer than inserting.
   */
  shared?: readonly string[]
  /** The other columns, those of the unique key first. With their types the statements may stay prepared. */
  own: readonly string[] | Readonly<Record<string, ColumnType>>
  /** Default: reject. */
  onConflict?: OnConflict
  /** Number of columns of the unique key. Only for `replace`, which has no shared columns. */
  keyLength?: number
}

export type ColumnType = 'bigint' | 'double precision' | 'text'

/** A row of a shape: the values of the shared columns, then those of its own. */
export type ShapedRow = readonly unknown[]

/** Names of statements that PostgreSQL keeps prepared, by their text. */
const names = new Map<string, string>()
/** Each connection keeps them in the memory of the server. */
const MAX_PREPARED = 500

/** Only for statements whose text is fixed in the program. Beyond some hundreds they are not kept. */
export function keepPrepared(text: string): void {
  if (!names.has(text) && names.size < MAX_PREPARED) names.set(text, `hot_${names.size}`)
}

/** The name under which PostgreSQL keeps a statement prepared; `undefined` for a statement that is not kept. */
export function statementName(text: string): string | undefined {
  return names.get(text)
}

/** Numbers of rows for which SQLite has a statement each; beyond only powers of two, so that few are ever prepared. */
const MAX_EXACT = 16
const MAX_ROWS = 128

/** The inserts of one table with fixed columns. The text for each number of rows is put together once. */
export class InsertShape {
  readonly table: keyof Schema
  readonly shared: readonly string[]
  readonly own: readonly string[]
  readonly onConflict: OnConflict
  readonly keyLength: number
  readonly #types: readonly ColumnType[] | undefined
  readonly #texts = { sqlite: new Map<number, string>(), postgres: new Map<number, string>() }
  #arrayText: string | undefined
  #whole: InsertShape | undefined

  constructor({ table, shared = [], own, onConflict = 'reject', keyLength = 0 }: ShapeOptions) {
    this.table = table
    this.shared = shared
    this.own = 'length' in own ? (own as readonly string[]) : Object.keys(own)
    this.#types = 'length' in own ? undefined : Object.values(own)
    this.onConflict = onConflict
    this.keyLength = keyLength
  }

  /** The same columns in the same order without shared ones: for few rows, and for PostgreSQL, where arrays cost less. */
  get whole(): InsertShape {
    if (this.shared.length === 0) return this
    if (this.#whole === undefined) {
      const types = this.own.map((column, index) => [column, this.#types?.[index] ?? 'text'] as const)
      const own = Object.fromEntries([...this.shared.map((column) => [column, 'text'] as const), ...types])
      this.#whole = new InsertShape({ table: this.table, own, onConflict: this.onConflict })
    }
    return this.#whole
  }

  /** The number of the next `left` rows that one statement inserts. */
  rowsOf(left: number, dialect: Dialect): number {
    if (this.#types !== undefined && (dialect === 'postgres' || left <= MAX_EXACT)) return left
    return Math.min(MAX_ROWS, 2 ** Math.floor(Math.log2(left)))
  }

  /** Whether PostgreSQL gets the values of each own column as an array, in the same statement for any number of rows. */
  get takesArrays(): boolean {
    return this.#types !== undefined
  }

  /** The statement for any number of rows. Parameters: an array for each column. */
  arrayText(): string {
    if (this.#arrayText === undefined) {
      const arrays = this.#types?.map((type, index) => `$${index + 1}::${type}[]`) ?? []
      this.#arrayText = this.#insert(`select * from unnest(${arrays.join(', ')})`)
      keepPrepared(this.#arrayText)
    }
    return this.#arrayText
  }

  /** The statement for `count` rows. Parameters: the shared values, then the own values of each row. */
  text(count: number, dialect: Dialect): string {
    const known = this.#texts[dialect].get(count)
    if (known !== undefined) return known
    const text = this.#write(count, dialect === 'sqlite' ? '?' : '$')
    this.#texts[dialect].set(count, text)
    return text
  }

  #write(count: number, sign: string): string {
    const { shared, own } = this
    const common = shared.map((_, index) => `${sign}${index + 1}`)
    const tuple = (row: number) => {
      const first = shared.length + row * own.length + 1
      return `(${[...common, ...own.map((_, index) => `${sign}${first + index}`)].join(', ')})`
    }
    const tuples = Array.from({ length: count }, (_, row) => tuple(row)).join(', ')
    return this.#insert(`values ${tuples}`)
  }

  #insert(rows: string): string {
    const columns = [...this.shared, ...this.own].map(quote).join(', ')
    return `insert into ${quote(this.table)} (${columns}) ${rows}${this.#conflictClause()}`
  }

  #conflictClause(): string {
    if (this.onConflict === 'reject') return ''
    if (this.onConflict === 'ignore') return ' on conflict do nothing'
    const key = this.own.slice(0, this.keyLength).map(quote).join(', ')
    const others = [...this.shared, ...this.own.slice(this.keyLength)]
    const news = others.map((column) => `${quote(column)} = excluded.${quote(column)}`).join(', ')
    return ` on conflict (${key}) do update set ${news}`
  }
}

/** Table and column names come from the program; this check is a second defence against SQL injection. */
function quote(name: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new TypeError('not the name of a table or column')
  return `"${name}"`
}
