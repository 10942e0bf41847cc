import { parseTime } from 'fastify-ocpp'
import { ProblemError } from '../problem-error.js'

/** Rejects a query parameter. */
export function invalidQuery(message: string): ProblemError {
  return new ProblemError(400, 'INVALID_QUERY', message)
}

/** Thrown by the lists that read a cursor of their own form. */
export function invalidCursor(): ProblemError {
  return invalidQuery('cursor must be the `nextCursor` of a page')
}

/**
 * The epoch milliseconds of a date-time in a request, or of the start of a date in UTC.
 *
 * @throws `INVALID_QUERY` if the text is no valid time, e.g. on February 30
 */
export function readTime(name: string, text: string): number {
  const time = parseTime(isDate(text) ? `${text}T00:00:00Z` : text)
  if (time === undefined) throw invalidQuery(`${name} must be a date-time`)
  return time
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text)
}

const MAX_LIMIT = 1000
const DEFAULT_LIMIT = 100

/** Query parameters of a list. They are text, because Fastify does not convert them here. */
export interface PageQuery {
  limit?: string
  cursor?: string
}

/** @throws `INVALID_QUERY` */
export function readLimit({ limit }: PageQuery): number {
  if (limit === undefined) return DEFAULT_LIMIT
  const number = /^\d{1,4}$/.test(limit) ? Number(limit) : 0
  if (number < 1 || number > MAX_LIMIT) throw invalidQuery(`limit must be an integer from 1 to ${MAX_LIMIT}`)
  return number
}

/** A cursor that hides its key: clients must not depend on its form. */
export function writeCursor(key: string | number): string {
  return Buffer.from(String(key)).toString('base64url')
}

/**
 * The key of the last row before the page, or `undefined` for the first page.
 *
 * @throws `INVALID_QUERY`
 */
export function readCursor({ cursor }: PageQuery): string | undefined {
  if (cursor === undefined) return undefined
  const key = Buffer.from(cursor, 'base64url').toString()
  if (key === '' || writeCursor(key) !== cursor) throw invalidCursor()
  return key
}

/** @throws `INVALID_QUERY` */
export function readIdCursor(query: PageQuery): number | undefined {
  const key = readCursor(query)
  if (key === undefined) return undefined
  if (!/^\d{1,15}$/.test(key)) throw invalidCursor()
  return Number(key)
}

export interface Page<T> {
  items: T[]
  /** The cursor of the next page. Absent on the last page. */
  nextCursor?: string
}

/** A page of rows. The query has to ask for one row more than `limit`, which shows whether there is a next page. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  { show, keyOf }: { show: (row: R) => T; keyOf: (row: R) => string | number }
): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const items = shown.map(show)
  return rows.length > limit && last !== undefined ? { items, nextCursor: writeCursor(keyOf(last)) } : { items }
}
