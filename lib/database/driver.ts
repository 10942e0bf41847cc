import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** The driver of PostgreSQL. Loaded when such a database is opened, because it makes every start slower. */
export function postgresDriver(): typeof import('pg') {
  return load('pg')
}
