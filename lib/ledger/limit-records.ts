import { type Static, Type } from '@sinclair/typebox'
import { toDateTime } from '../date-time.js'
import { TransactionLimit } from '../money/transaction-limit.js'
import { limitsOf, ownLimitsOf, STOP_OUTCOMES, type StopAsked, type StopOutcome } from './limits.js'
import type { TransactionRow } from './queries.js'

/** The limits of a transaction as the operator API shows them. */
export const TransactionLimitRecord = Type.Object({
  transaction: Type.Integer({ description: '`id` of the transaction' }),
  limit: Type.Optional(
    Type.Object(TransactionLimit.properties, { description: 'Set by an operator, or by the id token at the start' })
  ),
  told: Type.Optional(
    Type.Object(TransactionLimit.properties, {
      description: 'The limits that the charge point was told; OCPP 2.1 only'
    })
  ),
  station: Type.Optional(
    Type.Object(TransactionLimit.properties, {
      description: 'The limits that the charge point last said the transaction has; OCPP 2.1 only'
    })
  ),
  stop: Type.Optional(
    Type.Object(
      {
        at: Type.String({ format: 'date-time', description: 'When the charge point was asked last' }),
        attempts: Type.Integer(),
        outcome: Type.Optional(
          Type.Unsafe<StopOutcome>({
            type: 'string',
            enum: [...STOP_OUTCOMES],
            description: 'failed: no usable answer. Absent: not answered yet'
          })
        )
      },
      { description: 'The charge point was asked to stop, because a limit was reached' }
    )
  ),
  exceededAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'When it was noticed that a limit is exceeded by more than 5 %' })
  )
})
export type TransactionLimitRecord = Static<typeof TransactionLimitRecord>

export function limitRecordOf(row: TransactionRow): TransactionLimitRecord {
  const { limit, told, stop } = limitsOf(row) ?? {}
  const station = ownLimitsOf(row)
  return {
    transaction: row.id,
    ...(limit !== undefined && { limit }),
    ...(told !== undefined && { told }),
    ...(station !== undefined && { station }),
    ...(stop !== undefined && { stop: stopOf(stop) }),
    ...(row.limit_exceeded_at !== null && { exceededAt: toDateTime(Number(row.limit_exceeded_at)) })
  }
}

function stopOf({ at, attempts, outcome }: StopAsked) {
  return { at: toDateTime(at), attempts, ...(outcome !== undefined && { outcome }) }
}
