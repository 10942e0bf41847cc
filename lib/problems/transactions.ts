import { sql } from 'kysely'
import type { Whereabouts } from '../charge-points/whereabouts.js'
import type { Reader } from '../events/scope.js'
import { minorDigits } from '../money/currency.js'
import { fromScaled } from '../money/exact.js'
import { type Problem, type ProblemSource, placeOf } from './problem.js'

// Open transactions of which too little is heard.

const MAX_PROBLEMS = 1_000
/** How long a transaction may be without meter values. Milliseconds. */
const MAX_SILENCE_MS = 1_800_000
/** How long missing events may take to arrive. Milliseconds. */
const MAX_LATE_MS = 300_000
/** How long missing events are a problem. Milliseconds. */
const MAX_AGE_MS = 604_800_000

export interface SilentOptions {
  whereabouts: Pick<Whereabouts, 'of'>
  /** When the back-end started: nobody could be connected before. Epoch milliseconds. */
  startedAt: number
  /** Epoch milliseconds. */
  now?: () => number
}

/** Open transactions of connected charge points without meter values for 30 minutes. */
export function silentTransactions(
  db: Reader,
  { whereabouts, startedAt, now = Date.now }: SilentOptions
): ProblemSource {
  return async () => {
    const rows = await silentQuery(db, now() - MAX_SILENCE_MS).execute()
    const identities = rows.map(({ identity_key }) => identity_key)
    const located = await whereabouts.of(db, identities)
    return rows.flatMap((row): Problem[] => {
      // A disconnected charge point is another problem.
      if (!located.has(row.identity_key)) return []
      const isMeasured = row.heard_at !== null
      const since = Number(row.heard_at ?? row.created_at)
      return [
        {
          id: `transaction-silent-${row.id}`,
          kind: 'transaction-silent',
          severity: 'warning',
          since,
          chargePoint: row.identity,
          ...placeOf(row),
          transaction: row.id,
          detail: isMeasured ? 'charges without meter values' : 'has had no meter values since its start',
          ...(since + MAX_SILENCE_MS <= startedAt && { isOld: true })
        }
      ]
    })
  }
}

/** The latest meter value of each open transaction is found by the index of its readings. */
export function silentQuery(db: Reader, before: number) {
  const latest = (condition: string) => `(select received_at from meter_values
    where meter_values.charge_point_id = transactions.charge_point_id and ${condition}
    order by timestamp desc limit 1)`
  const named = latest('meter_values.transaction_id = transactions.transaction_id')
  const inferred = latest(`meter_values.transaction_id = ''`)
  const heard = sql<number | null>`(case when inferred_readings = 1
    then coalesce(${sql.raw(inferred)}, ${sql.raw(named)}) else ${sql.raw(named)} end)`
  const open = db
    .selectFrom('transactions')
    .select(['id', 'charge_point_id', 'evse_id', 'connector_id', 'created_at', heard.as('heard_at')])
    .where('status', '=', sql.lit('open' as const))
    .where('created_at', '<', before)
  return db
    .selectFrom(open.as('open'))
    .innerJoin('charge_points', 'charge_points.id', 'open.charge_point_id')
    .select(['open.id', 'identity', 'identity_key', 'evse_id', 'connector_id', 'open.created_at', 'heard_at'])
    .where((eb) => eb.or([eb('heard_at', 'is', null), eb('heard_at', '<', before)]))
    .where('removed_at', 'is', null)
    .orderBy('open.id', 'desc')
    .limit(MAX_PROBLEMS)
}

/** Transactions with events that are missing, and that the charge point has not declared lost. */
export function incompleteTransactions(db: Reader, now: () => number = Date.now): ProblemSource {
  return async () => {
    const time = now()
    const rows = await db
      .selectFrom('transactions')
      .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
      .select(['transactions.id', 'identity', 'evse_id', 'connector_id', 'transactions.updated_at'])
      .where('missing_seq_nos', 'is not', null)
      .where((eb) => eb.or([eb('lost_seq_nos', 'is', null), eb('lost_seq_nos', '!=', eb.ref('missing_seq_nos'))]))
      .where('transactions.updated_at', '<', time - MAX_LATE_MS)
      .where('transactions.updated_at', '>', time - MAX_AGE_MS)
      .where('removed_at', 'is', null)
      .orderBy('transactions.id', 'desc')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.map((row) => ({
      id: `transaction-incomplete-${row.id}`,
      kind: 'transaction-incomplete',
      severity: 'warning',
      since: Number(row.updated_at),
      chargePoint: row.identity,
      ...placeOf(row),
      transaction: row.id,
      detail: 'events of the transaction are missing'
    }))
  }
}

/** Transactions of which the charge point calculated another cost than the back-end, in the last seven days. */
export function differingCosts(db: Reader, now: () => number = Date.now): ProblemSource {
  return async () => {
    const rows = await db
      .selectFrom('transaction_costs')
      .innerJoin('transactions', 'transactions.id', 'transaction_costs.transaction_ref')
      .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
      .select(['transactions.id', 'identity', 'evse_id', 'connector_id', 'transaction_costs.created_at'])
      .select(['difference_minor', 'transaction_costs.currency'])
      // A later figure of the charge point replaces this one.
      .where(
        sql<boolean>`difference_minor is not null and not exists (select 1 from transaction_costs as later
          where later.transaction_ref = transaction_costs.transaction_ref and later.id > transaction_costs.id
            and later.calculated_by = 'station')`
      )
      .where('transaction_costs.created_at', '>', now() - MAX_AGE_MS)
      .where('removed_at', 'is', null)
      .orderBy('transaction_costs.created_at', 'desc')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.map((row) => {
      const currency = row.currency ?? ''
      const difference = fromScaled(BigInt(row.difference_minor ?? 0), minorDigits(currency))
      const amount = `${Math.abs(difference)} ${currency} ${difference > 0 ? 'more' : 'less'}`
      return {
        id: `cost-differs-${row.id}`,
        kind: 'cost-differs',
        severity: 'warning',
        since: Number(row.created_at),
        chargePoint: row.identity,
        ...placeOf(row),
        transaction: row.id,
        detail: `the charge point calculated ${amount} than the back-end`
      }
    })
  }
}
