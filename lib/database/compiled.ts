import type { CompiledQuery, Kysely } from 'kysely'
import type { Schema } from './schema.js'
import { keepPrepared } from './shape.js'

interface Compilable<Row> {
  compile(): CompiledQuery<Row>
}

type Query<Parameters, Row> = (db: Kysely<Schema>, parameters: Parameters) => Promise<Row[]>

/** Stands for a parameter while a query is compiled. */
class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Maximum number of sets of members for which one query is kept compiled. When there are more, all are forgotten. */
const MAX_SETS = 200

/**
 * A query that is built and compiled once for each dialect, and that PostgreSQL keeps prepared. Kysely takes longer to
 * build it than SQLite to answer it.
 *
 * @param build builds the query; may use the parameters as values of columns only
 */
export function compiled<Parameters extends object, Row>(
  build: (db: Kysely<Schema>, parameters: Parameters) => Compilable<Row>
): Query<Parameters, Row> {
  const known = new Map<unknown, CompiledQuery<Row>>()
  const placeholders = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as Parameters
  return async (db, parameters) => {
    const dialect = db.getExecutor().adapter.constructor
    let query = known.get(dialect)
    if (query === undefined) {
      query = build(db, placeholders).compile()
      known.set(dialect, query)
      keepPrepared(query.sql)
    }
    const values = parameters as Readonly<Record<string, unknown>>
    const bound = query.parameters.map((each) => (each instanceof Placeholder ? values[each.name] : each))
    const { rows } = await db.executeQuery<Row>({ ...query, parameters: bound } as CompiledQuery<Row>)
    return rows
  }
}

/** The same for a query whose columns are the members of `parameters`: it is compiled once for each set of members. */
export function compiledForColumns<Parameters extends object, Row>(
  build: (db: Kysely<Schema>, parameters: Parameters) => Compilable<Row>
): Query<Parameters, Row> {
  const queries = new Map<string, Query<Parameters, Row>>()
  return (db, parameters) => {
    const values = parameters as Readonly<Record<string, unknown>>
    const columns = Object.keys(values).filter((column) => values[column] !== undefined)
    const key = columns.join(' ')
    let query = queries.get(key)
    if (query === undefined) {
      if (queries.size >= MAX_SETS) queries.clear()
      query = compiled((built, all: Parameters) => build(built, pick(all, columns)))
      queries.set(key, query)
    }
    return query(db, parameters)
  }
}

function pick<Parameters extends object>(parameters: Parameters, names: readonly string[]): Parameters {
  const values = parameters as Readonly<Record<string, unknown>>
  return Object.fromEntries(names.map((name) => [name, values[name]])) as Parameters
}
