import { InvalidQueryError } from './errors.js'

/** A query string as Fastify parsed it. */
export type Query = Readonly<Record<string, unknown>>

interface Range {
  min: number
  max: number
}

/** @throws `OCPP_ERR_INVALID_QUERY` */
export function integer(query: Query, name: string, { min, max }: Range): number | undefined {
  const value = text(query, name)
  if (value === undefined) return undefined
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= min && number <= max)) {
    throw new InvalidQueryError(name, `must be an integer from ${min} to ${max}`)
  }
  return number
}

/** @throws `OCPP_ERR_INVALID_QUERY` */
export function choice<Value extends string>(query: Query, name: string, values: readonly Value[]): Value | undefined {
  const value = text(query, name)
  const chosen = values.find((candidate) => candidate === value)
  if (value !== undefined && chosen === undefined) {
    throw new InvalidQueryError(name, `must be one of ${values.join(', ')}`)
  }
  return chosen
}

const MAX_TEXT = 256

/** @throws `OCPP_ERR_INVALID_QUERY` */
export function text(query: Query, name: string): string | undefined {
  const value = query[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw new InvalidQueryError(name, 'must be given only once')
  if (value.length > MAX_TEXT) throw new InvalidQueryError(name, `must have at most ${MAX_TEXT} characters`)
  return value
}
