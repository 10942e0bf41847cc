import { type Static, Type } from '@sinclair/typebox'
import { InvalidQueryError } from '../http/paging.js'

const MAX_TIMEOUT = 300_000

export const TimeoutQuery = Type.Object(
  { timeout: Type.Optional(Type.String({ description: `Milliseconds for each call, 1 to ${MAX_TIMEOUT}` })) },
  { additionalProperties: false }
)
export type TimeoutQuery = Static<typeof TimeoutQuery>

/** @throws InvalidQueryError */
export function readTimeout({ timeout }: TimeoutQuery): { timeout?: number } {
  if (timeout === undefined) return {}
  const number = /^\d{1,6}$/.test(timeout) ? Number(timeout) : 0
  if (number >= 1 && number <= MAX_TIMEOUT) return { timeout: number }
  throw new InvalidQueryError(`timeout must be an integer from 1 to ${MAX_TIMEOUT}`)
}
