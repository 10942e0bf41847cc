import { type Static, Type } from '@sinclair/typebox'
import { toDateTime } from '../date-time.js'
import { fold, type Reader } from '../events/scope.js'
import { type Settlement, SettlementRecord } from './settlements.js'

// Reading what became of payments.

export const SETTLEMENT_STATUSES = ['Settled', 'Canceled', 'Rejected', 'Failed'] as const

const text = (description: string) => Type.Optional(Type.String({ description }))

/** A payment as the list shows it. */
export const ListedSettlement = Type.Object({
  id: Type.Integer({ description: 'Rises with time' }),
  chargePoint: Type.String(),
  transaction: Type.Optional(Type.Integer({ description: '`id` of the transaction; absent if it was not known' })),
  transactionId: text('As the charge point told it'),
  ...SettlementRecord.properties,
  statusInfo: text('As the charge point told it'),
  receiptId: text('Of a receipt that the charge point made'),
  vatNumber: text('Of the company that paid'),
  vatCompany: Type.Optional(Type.Unknown({ description: 'The address of the company that paid' })),
  receivedAt: Type.String({ format: 'date-time' })
})
export type ListedSettlement = Static<typeof ListedSettlement>

/** An absent member does not filter. */
export interface SettlementFilter {
  chargePoint?: string
  /** Our id. */
  transaction?: number
  pspRef?: string
  status?: (typeof SETTLEMENT_STATUSES)[number]
  /** Epoch milliseconds, of the time of receipt. */
  from?: number
  /** Exclusive. */
  to?: number
  /** Only settlements with a lower id. */
  before?: number
  limit: number
}

/** The settlements, latest first. */
export async function listSettlements(
  db: Reader,
  { chargePoint, transaction, pspRef, status, from, to, before, limit }: SettlementFilter
): Promise<ListedSettlement[]> {
  let query = db
    .selectFrom('settlements')
    .innerJoin('charge_points', 'charge_points.id', 'settlements.charge_point_id')
    .select(['settlements.id', 'identity', 'transaction_ref', 'document', 'settled_at', 'received_at'])
    .orderBy('settlements.id', 'desc')
    .limit(limit)
  if (chargePoint !== undefined) query = query.where('identity_key', '=', fold(chargePoint))
  if (transaction !== undefined) query = query.where('transaction_ref', '=', transaction)
  if (pspRef !== undefined) query = query.where('psp_ref', '=', pspRef)
  if (status !== undefined) query = query.where('settlements.status', '=', status)
  if (from !== undefined) query = query.where('received_at', '>=', from)
  if (to !== undefined) query = query.where('received_at', '<', to)
  if (before !== undefined) query = query.where('settlements.id', '<', before)
  return (await query.execute()).map(({ identity, transaction_ref, document, settled_at, received_at, id }) => {
    const told = JSON.parse(document) as Settlement
    const { transactionId, pspRef: reference, status: outcome, settlementAmount } = told
    const { statusInfo, receiptId, vatNumber, vatCompany } = told
    return {
      id,
      chargePoint: identity,
      ...(transaction_ref !== null && { transaction: Number(transaction_ref) }),
      ...(transactionId !== undefined && { transactionId }),
      ...{ pspRef: reference, status: outcome, amount: settlementAmount, settledAt: toDateTime(Number(settled_at)) },
      ...(statusInfo !== undefined && { statusInfo }),
      ...(receiptId !== undefined && { receiptId }),
      ...(vatNumber !== undefined && { vatNumber }),
      ...(vatCompany !== undefined && { vatCompany }),
      receivedAt: toDateTime(Number(received_at))
    }
  })
}
