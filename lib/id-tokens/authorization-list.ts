import { type Static, Type } from '@sinclair/typebox'
import { sql } from 'kysely'
import { toDateTime } from '../date-time.js'
import { fold, type Reader } from '../events/scope.js'

export const AuthorizationRecord = Type.Object({
  at: Type.String({ format: 'date-time' }),
  chargePoint: Type.String(),
  evseId: Type.Optional(
    Type.Integer({ description: 'EVSE; in OCPP 1.6 the connector. Absent if the message names none' })
  ),
  idToken: Type.String(),
  type: Type.Optional(Type.String({ description: 'OCPP 2.x only' })),
  status: Type.String({ description: 'In the answer to the charge point', examples: ['Accepted'] }),
  reason: Type.String({
    description:
      'What decided: known (as the status of the id token says), unknown, expired, in-use (another transaction is open), certificate, no-authorization (a start without identification)',
    examples: ['unknown']
  }),
  attempts: Type.Optional(Type.Integer({ description: 'Number of equal answers within a second. Absent: one' }))
})
export type AuthorizationRecord = Static<typeof AuthorizationRecord>

export interface AuthorizationPosition {
  timestamp: number
  id: number
}

/** An absent member does not filter. */
export interface AuthorizationFilter {
  chargePoint?: string
  idToken?: string
  status?: string
  /** Whether the id token was known when it was asked for; `false`: and it still is not. */
  known?: boolean
  /** Only the latest answer about each id token. */
  distinct?: boolean
  /** Epoch milliseconds. */
  from?: number
  /** Not included. */
  to?: number
  limit: number
  behind?: AuthorizationPosition
}

/** A page of answers, newest first. */
export function authorizationsQuery(db: Reader, filter: AuthorizationFilter) {
  const { chargePoint, idToken, status, known, distinct = false, from, to, limit, behind } = filter
  let query = db
    .selectFrom('authorizations')
    .innerJoin('charge_points', 'charge_points.id', 'authorizations.charge_point_id')
    .selectAll('authorizations')
    .select('identity')
    .orderBy('authorizations.received_at', 'desc')
    .orderBy('authorizations.id', 'desc')
    .limit(limit)
  if (chargePoint !== undefined) {
    const owner = db.selectFrom('charge_points as owner').select('owner.id')
    query = query.where('charge_point_id', '=', owner.where('owner.identity_key', '=', fold(chargePoint)))
  }
  if (idToken !== undefined) query = query.where('token_key', '=', fold(idToken))
  if (status !== undefined) query = query.where('status', '=', status)
  if (known === true) query = query.where('reason', 'not in', ['unknown', 'no-authorization'])
  if (known === false) query = query.where('reason', '=', 'unknown').where(STILL_UNKNOWN)
  if (distinct) query = query.where(IS_LATEST)
  if (from !== undefined) query = query.where('authorizations.received_at', '>=', from)
  if (to !== undefined) query = query.where('authorizations.received_at', '<', to)
  if (behind !== undefined) {
    const { timestamp, id } = behind
    query = query.where(sql<boolean>`(authorizations.received_at, authorizations.id) < (${timestamp}, ${id})`)
  }
  return query
}

const STILL_UNKNOWN = sql<boolean>`not exists (select 1 from id_tokens
  where id_tokens.token_key = authorizations.token_key)`

const IS_LATEST = sql<boolean>`not exists (select 1 from authorizations later
  where later.token_key = authorizations.token_key
    and (later.received_at, later.id) > (authorizations.received_at, authorizations.id))`

export interface ListedAuthorization {
  record: AuthorizationRecord
  position: AuthorizationPosition
}

export async function listAuthorizations(db: Reader, filter: AuthorizationFilter): Promise<ListedAuthorization[]> {
  const rows = await authorizationsQuery(db, filter).execute()
  return rows.map((row) => ({
    record: {
      at: toDateTime(Number(row.received_at)),
      chargePoint: row.identity,
      ...(row.evse_id > 0 && { evseId: row.evse_id }),
      idToken: row.id_token,
      ...(row.type !== '' && { type: row.type }),
      status: row.status,
      reason: row.reason,
      ...(row.attempts > 1 && { attempts: row.attempts })
    },
    position: { timestamp: Number(row.received_at), id: row.id }
  }))
}
