import type { RefusedChargePoints } from '../charge-points/refused.js'
import { fold, type Reader } from '../events/scope.js'
import { digest, type ProblemSource } from './problem.js'

// Id tokens and charge points that are refused again and again.

const WINDOW_MS = 600_000
/** Number of refusals within ten minutes that make a problem of an id token. */
const MIN_REFUSED = 3
const MAX_ID_TOKENS = 200
/** Strangers on the Internet try any number of identities. */
const MAX_CHARGE_POINTS = 50

/** Id tokens that the back-end rejected three times within ten minutes for the same charge point. */
export function refusedIdTokens(db: Reader, now: () => number = Date.now): ProblemSource {
  return async () => {
    const rows = await db
      .selectFrom('authorizations')
      .innerJoin('charge_points', 'charge_points.id', 'authorizations.charge_point_id')
      .select(['charge_point_id', 'identity', 'token_key'])
      .select(({ fn }) => [
        fn.max('id_token').as('id_token'),
        fn.max('status').as('status'),
        fn.sum<number>('attempts').as('attempts'),
        fn.min('authorizations.received_at').as('since')
      ])
      .where('authorizations.received_at', '>', now() - WINDOW_MS)
      .where('status', '!=', 'Accepted')
      .where('removed_at', 'is', null)
      .groupBy(['charge_point_id', 'identity', 'token_key'])
      .having(({ fn }) => fn.sum('attempts'), '>=', MIN_REFUSED)
      .orderBy('since')
      .limit(MAX_ID_TOKENS)
      .execute()
    return rows.map(({ charge_point_id, identity, token_key, id_token, status, attempts, since }) => ({
      id: `id-token-refused-${digest(`${charge_point_id} ${token_key}`)}`,
      kind: 'id-token-refused',
      severity: 'warning',
      since: Number(since),
      chargePoint: identity,
      idToken: id_token,
      detail: `an id token was refused ${attempts} times within 10 minutes: ${status}`
    }))
  }
}

/** Charge points that tried to connect within ten minutes and were refused. */
export function refusedChargePoints(
  refused: Pick<RefusedChargePoints, 'list'>,
  now: () => number = Date.now
): ProblemSource {
  return async () =>
    refused
      .list()
      .filter(({ lastAt }) => lastAt > now() - WINDOW_MS)
      .sort((one, other) => one.firstAt - other.firstAt)
      .slice(0, MAX_CHARGE_POINTS)
      .map(({ identity, firstAt, reason, remoteAddress }) => ({
        id: `charge-point-refused-${digest(fold(identity))}`,
        kind: 'charge-point-refused',
        severity: 'warning',
        since: firstAt,
        chargePoint: identity,
        detail: `was refused when it connected from ${remoteAddress}: ${reason}`
      }))
}
