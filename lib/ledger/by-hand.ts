import { type Static, Type } from '@sinclair/typebox'
import type { TransactionRow } from './queries.js'
import { type Meter, meterBetween } from './registers.js'

// A transaction that an operator closes, because no report of its end will come.

/** The operator who closed a transaction, and the known values of its end. */
export interface ByHand {
  operator: string
  note: string
  /** Wh. */
  meterStop?: number
  /** Epoch milliseconds. */
  endedAt?: number
}

export const CloseBody = Type.Object(
  {
    meterStop: Type.Optional(
      Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Wh. Default: the last reading' })
    ),
    endedAt: Type.Optional(
      Type.String({ format: 'date-time', description: 'Default: the time of the last message about the transaction' })
    ),
    note: Type.String({ minLength: 1, maxLength: 1000, description: 'Why, for the audit log and the transaction' })
  },
  {
    additionalProperties: false,
    examples: [{ meterStop: 18_400, note: 'The charge point was replaced; read off its meter' }]
  }
)
export type CloseBody = Static<typeof CloseBody>

export function byHandOf({ closed_by }: Pick<TransactionRow, 'closed_by'>): ByHand | undefined {
  return closed_by === null ? undefined : (JSON.parse(closed_by) as ByHand)
}

/** The meter of a closed transaction. A value from an operator takes precedence over the last reading. */
export function meterByHand(row: Pick<TransactionRow, 'closed_by'>, read: Meter): Meter {
  const { meterStop } = byHandOf(row) ?? {}
  return meterStop === undefined ? read : meterBetween(read.start, meterStop)
}
