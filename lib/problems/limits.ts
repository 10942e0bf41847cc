import type { Reader } from '../events/scope.js'
import { limitsOf } from '../ledger/limits.js'
import { LIMIT_NAMES } from '../money/transaction-limit.js'
import { type ProblemSource, placeOf } from './problem.js'

const MAX_PROBLEMS = 1_000
/** How long it is a problem. Milliseconds. */
const MAX_AGE_MS = 604_800_000

/** Transactions that went beyond a limit, in the last seven days. */
export function exceededLimits(db: Reader, now: () => number = Date.now): ProblemSource {
  return async () => {
    const rows = await exceededQuery(db, now() - MAX_AGE_MS).execute()
    return rows.map((row) => {
      const { limit = {}, stop } = limitsOf(row) ?? {}
      const limits = LIMIT_NAMES.flatMap((name) => (limit[name] === undefined ? [] : [`${name} ${limit[name]}`]))
      const asked =
        stop === undefined || stop.outcome === 'accepted' ? '' : ', and the charge point did not accept to stop'
      return {
        id: `limit-exceeded-${row.id}`,
        kind: 'limit-exceeded',
        severity: 'warning',
        since: Number(row.limit_exceeded_at),
        chargePoint: row.identity,
        ...placeOf(row),
        transaction: row.id,
        detail: `the transaction went beyond its limits: ${limits.join(', ')}${asked}`
      }
    })
  }
}

export function exceededQuery(db: Reader, from: number) {
  return db
    .selectFrom('transactions')
    .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
    .select(['transactions.id', 'identity', 'evse_id', 'connector_id', 'limits', 'limit_exceeded_at'])
    .where('limit_exceeded_at', '>', from)
    .where('removed_at', 'is', null)
    .orderBy('limit_exceeded_at', 'desc')
    .limit(MAX_PROBLEMS)
}
