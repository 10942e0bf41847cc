import { Type } from '@sinclair/typebox'
import { parseTime } from 'fastify-ocpp'
import { invalidQuery } from '../http/paging.js'

const MAX_EXPIRY_S = 31_536_000

/** Query parameters for a call to a charge point that may not be connected. */
export const OfflineQuery = Type.Object({
  whenOffline: Type.Optional(
    Type.Unsafe<'fail' | 'queue'>({
      type: 'string',
      enum: ['fail', 'queue'],
      description: 'queue: the call waits until the charge point connects, behind earlier ones. Default: fail'
    })
  ),
  expiresIn: Type.Optional(
    Type.String({
      description: 'Maximum time that the call waits, in seconds, 1 to 31536000. Default: OFFLINE_CALLS_EXPIRY'
    })
  ),
  expiresAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'Time until which the call waits; instead of expiresIn' })
  )
})

export interface Offline {
  whenOffline?: 'fail' | 'queue'
  expiresIn?: string
  expiresAt?: string
}

const FAIL: Offline = {}

/**
 * Reads a query that no schema has checked.
 *
 * @throws `INVALID_QUERY`
 */
export function readOffline(query: unknown): Offline {
  const { whenOffline, expiresIn, expiresAt } = query as Record<string, unknown>
  if (whenOffline === undefined && expiresIn === undefined && expiresAt === undefined) return FAIL
  if (whenOffline !== undefined && whenOffline !== 'fail' && whenOffline !== 'queue') {
    throw invalidQuery('whenOffline must be fail or queue')
  }
  for (const [name, value] of Object.entries({ expiresIn, expiresAt })) {
    if (value === undefined) continue
    if (typeof value !== 'string') throw invalidQuery(`${name} must be given once`)
    if (whenOffline !== 'queue') throw invalidQuery(`${name} needs whenOffline=queue`)
  }
  return {
    ...(whenOffline !== undefined && { whenOffline }),
    ...(typeof expiresIn === 'string' && { expiresIn }),
    ...(typeof expiresAt === 'string' && { expiresAt })
  }
}

/**
 * Epoch milliseconds at which a waiting call expires.
 *
 * @throws `INVALID_QUERY`
 */
export function expiryOf({ expiresIn, expiresAt }: Offline, otherwise: number): number {
  const now = Date.now()
  if (expiresIn !== undefined && expiresAt !== undefined) {
    throw invalidQuery('give either expiresIn or expiresAt')
  }
  if (expiresAt !== undefined) {
    const time = parseTime(expiresAt) ?? Number.NaN
    if (time > now && time <= now + MAX_EXPIRY_S * 1000) return time
    throw invalidQuery('expiresAt must be an RFC 3339 date-time within the next 365 days')
  }
  const seconds = expiresIn === undefined ? otherwise : /^\d{1,8}$/.test(expiresIn) ? Number(expiresIn) : 0
  if (seconds >= 1 && seconds <= MAX_EXPIRY_S) return now + seconds * 1000
  throw invalidQuery(`expiresIn must be an integer from 1 to ${MAX_EXPIRY_S}`)
}
