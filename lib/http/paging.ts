import { parseTime } from 'fastify-ocpp'

/** Answered as a 400 problem. */
export class InvalidQueryError extends Error {
  readonly statusCode = 400
  readonly code = 'INVALID_QUERY'
}

/**
 * Epoch milliseconds of a date-time in a request; of a date its beginning in UTC.
 *
 * @throws InvalidQueryError when it is no moment, though it may look like one
 */
export function readTime(name: string, text: string): number {
  const time = parseTime(isDate(text) ? `${text}T00:00:00Z` : text)
  if (time === undefined) throw new InvalidQueryError(`${name} must be a date-time`)
  return time
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text)
}

const MAX_LIMIT = 1000
const DEFAULT_LIMIT = 100

/** Query parameters of a list, as text: Fastify converts nothing here. */
export interface PageQuery {
  limit?: string
  cursor?: string
}

/** @throws InvalidQueryError */
export function readLimit({ limit }: PageQuery): number {
  if (limit === undefined) return DEFAULT_LIMIT
  const number = /^\d{1,4}$/.test(limit) ? Number(limit) : 0
  if (number < 1 || number > MAX_LIMIT) throw new InvalidQueryError(`limit must be an integer from 1 to ${MAX_LIMIT}`)
  return number
}

/** Opaque to whoever gets it. */
export function writeCursor(key: string | number): string {
  return Buffer.from(String(key)).toString('base64url')
}

/**
 * What the page starts behind; undefined for the first one.
 *
 * @throws InvalidQueryError
 */
export function readCursor({ cursor }: PageQuery): string | undefined {
  if (cursor === undefined) return undefined
  const key = Buffer.from(cursor, 'base64url').toString()
  if (key === '' || writeCursor(key) !== cursor) throw new InvalidQueryError('cursor is not one that a page gave')
  return key
}

/** @throws InvalidQueryError */
export function readIdCursor(query: PageQuery): number | undefined {
  const key = readCursor(query)
  if (key === undefined) return undefined
  if (!/^\d{1,15}$/.test(key)) throw new InvalidQueryError('cursor is not one that a page gave')
  return Number(key)
}

export interface Page<T> {
  items: T[]
  /** Where the next page starts; absent on the last one. */
  nextCursor?: string
}

/** A page of rows of which one more than its limit was asked for. */
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
