import { sql, type Transaction } from 'kysely'
import type { Schema } from '../database/schema.js'
import { type Change, chunks } from '../events/scope.js'
import { type CountedViolation, KindLimits, keyOf, MAX_NAMED, MAX_OF_ONE } from './book.js'

/** A counted violation with the id of its charge point. */
export interface StoredViolation extends CountedViolation {
  chargePointId: number
}

/** Maximum number of rows in one statement, within the parameter limits of both databases. */
const ROWS = 50

/**
 * Adds the counts to the stored ones, except for kinds beyond the limits of a charge point, and for charge points that
 * were removed.
 */
export async function saveViolations(trx: Transaction<Schema>, counted: readonly StoredViolation[]): Promise<void> {
  // In a fixed order, so that two processes lock the rows in the same one.
  const rows = (await withinLimits(trx, counted)).sort(
    (one, other) => one.chargePointId - other.chargePointId || (keyOf(one) < keyOf(other) ? -1 : 1)
  )
  for (const some of chunks(rows, ROWS)) {
    await trx
      .insertInto('violations')
      .values(some.map(toRow))
      .onConflict((conflict) =>
        conflict.columns(['charge_point_id', 'direction', 'action', 'pointer', 'rule']).doUpdateSet({
          protocol: sql.ref('excluded.protocol'),
          code: sql.ref('excluded.code'),
          message_id: sql.ref('excluded.message_id'),
          last_at: sql.ref('excluded.last_at'),
          refused: sql`violations.refused + excluded.refused`,
          delivered: sql`violations.delivered + excluded.delivered`,
          suggestions: sql`coalesce(excluded.suggestions, violations.suggestions)`,
          last_refused_at: sql`coalesce(excluded.last_refused_at, violations.last_refused_at)`,
          last_delivered_at: sql`coalesce(excluded.last_delivered_at, violations.last_delivered_at)`
        })
      )
      .execute()
  }
}

/** A charge point that connects again after its removal starts without violations: it may be another device. */
export const forgetViolations: Change = async ({ trx, chargePointId }) => {
  await trx.deleteFrom('violations').where('charge_point_id', '=', chargePointId).execute()
}

async function withinLimits(trx: Transaction<Schema>, counted: readonly StoredViolation[]): Promise<StoredViolation[]> {
  const byChargePoint = new Map<number, StoredViolation[]>()
  for (const one of counted) {
    const kinds = byChargePoint.get(one.chargePointId)
    if (kinds === undefined) byChargePoint.set(one.chargePointId, [one])
    else kinds.push(one)
  }
  const kept: StoredViolation[] = []
  for (const ids of chunks([...byChargePoint.keys()])) {
    const stored = await countStored(trx, ids)
    for (const { id, kinds } of stored) {
      const wanted = byChargePoint.get(id) ?? []
      // Usually there is room for all kinds, and the existing ones need not be read.
      const isRoomy = Number(kinds) + wanted.length <= MAX_NAMED
      kept.push(...(isRoomy ? wanted : await withinLimitsOf(trx, id, wanted)))
    }
  }
  return kept
}

function countStored(trx: Transaction<Schema>, ids: readonly number[]) {
  return trx
    .selectFrom('charge_points')
    .leftJoin('violations', 'violations.charge_point_id', 'charge_points.id')
    .select((of) => ['charge_points.id', of.fn.count<number>('violations.id').as('kinds')])
    .where('charge_points.id', 'in', ids)
    .where('charge_points.removed_at', 'is', null)
    .groupBy('charge_points.id')
    .execute()
}

async function withinLimitsOf(trx: Transaction<Schema>, id: number, wanted: readonly StoredViolation[]) {
  const stored = await trx
    .selectFrom('violations')
    .select(['direction', 'action', 'pointer', 'rule', 'code'])
    .where('charge_point_id', '=', id)
    .limit(MAX_OF_ONE)
    .execute()
  const limits = new KindLimits()
  for (const kind of stored) limits.take(kind)
  const known = new Set(stored.map(keyOf))
  return wanted.filter((kind) => known.has(keyOf(kind)) || limits.take(kind))
}

function toRow(counted: StoredViolation) {
  const { chargePointId, protocol, direction, action, pointer, rule, code, refused, delivered, suggestions } = counted
  return {
    charge_point_id: chargePointId,
    protocol,
    direction,
    action,
    pointer,
    rule,
    code,
    refused,
    delivered,
    suggestions: suggestions === undefined ? null : JSON.stringify(suggestions),
    message_id: counted.messageId,
    first_at: counted.firstAt,
    last_at: counted.lastAt,
    last_refused_at: counted.lastRefusedAt ?? null,
    last_delivered_at: counted.lastDeliveredAt ?? null
  }
}
