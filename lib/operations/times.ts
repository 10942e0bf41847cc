import type { TSchema } from '@sinclair/typebox'
import { parseTime } from 'fastify-ocpp'
import { toDateTime } from '../date-time.js'
import { invalidRequest } from './exchange.js'

/**
 * A copy of a request in which every date-time is in UTC with milliseconds, as OCPP requires. Operators may write any
 * form of RFC 3339: with an offset, with a leap second, in lower case, with more digits. [2.x Part 2 §3.1.2]
 *
 * @param schema the schema of the request, which shows which texts are date-times
 * @throws `INVALID_OPERATION` if a date-time is invalid
 */
export function withUtcTimes<T>(schema: TSchema, request: T): T {
  return copy(schema, request, 'the request') as T
}

function copy(schema: TSchema, value: unknown, name: string): unknown {
  if (typeof value === 'string') return schema.format === 'date-time' ? utcTime(value, name) : value
  if (Array.isArray(value)) return value.map((item) => copy(schema.items ?? {}, item, name))
  if (typeof value !== 'object' || value === null) return value
  const properties: Record<string, TSchema> = schema.properties ?? {}
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => {
      const known = Object.hasOwn(properties, member) ? properties[member] : undefined
      return [member, known === undefined ? inner : copy(known, inner, member)]
    })
  )
}

function utcTime(text: string, name: string): string {
  const millis = parseTime(text)
  if (millis === undefined) throw invalidRequest(`${name} must be a date-time`)
  return toDateTime(millis)
}
