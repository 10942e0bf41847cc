import { type Static, Type } from '@sinclair/typebox'
import { fromDateTime, toDateTime } from '../date-time.js'
import type { Reader, Scope } from '../events/scope.js'
import { timeOf } from '../ledger/clock.js'
import { findNewest } from '../ledger/namesakes.js'
import { displayedIdOf, type TransactionRow } from '../ledger/queries.js'

// What became of payments at charge points, as they tell it. [2.1 C21-C25]

/** The payment of a transaction, on its receipt. */
export const SettlementRecord = Type.Object({
  pspRef: Type.String({ description: 'The reference of the payment service provider' }),
  status: Type.String({ description: 'Settled, Canceled, Rejected or Failed' }),
  amount: Type.Number({ description: 'As the charge point told it' }),
  settledAt: Type.String({ format: 'date-time' })
})
export type SettlementRecord = Static<typeof SettlementRecord>

/** NotifySettlement, as far as it is understood here; it is kept whole. */
export interface Settlement {
  transactionId?: string
  pspRef: string
  status: 'Settled' | 'Canceled' | 'Rejected' | 'Failed'
  statusInfo?: string
  settlementAmount: number
  settlementTime: string
  receiptId?: string
  receiptUrl?: string
  vatCompany?: object
  vatNumber?: string
}

/**
 * Books the outcome of a payment in one commit for its charge point, which is held. A message that comes again changes
 * nothing. Returns its transaction, if it is known.
 */
export async function bookSettlement(
  { trx, chargePointId, now, tell }: Scope,
  chargePoint: string,
  settlement: Settlement
): Promise<TransactionRow | undefined> {
  const { transactionId, pspRef, status } = settlement
  const row = transactionId === undefined ? undefined : await findNewest(trx, chargePointId, transactionId)
  const document = JSON.stringify(settlement)
  const known = await trx
    .selectFrom('settlements')
    .select('id')
    .where('charge_point_id', '=', chargePointId)
    .where('psp_ref', '=', pspRef)
    .where('document', '=', document)
    .limit(1)
    .executeTakeFirst()
  if (known !== undefined) return row
  const settledAt = timeOf({ timestamp: fromDateTime(settlement.settlementTime), receivedAt: now })
  await trx
    .insertInto('settlements')
    .values({
      charge_point_id: chargePointId,
      transaction_ref: row?.id ?? null,
      transaction_id: transactionId ?? null,
      psp_ref: pspRef,
      status,
      settled_at: settledAt,
      document,
      received_at: now
    })
    .execute()
  if (row !== undefined && status === 'Settled') await billAfterAll(trx, row.id, now)
  tell({ type: 'settlement', chargePoint, data: settlementData(settlement, { settledAt, id: row?.id }) })
  return row
}

/** A payment that failed was made at last. */
async function billAfterAll(db: Reader, transactionRef: number, now: number): Promise<void> {
  await db
    .updateTable('pending_receipts')
    .set({ state: 'waiting', reason: null, changed_at: now })
    .where('transaction_ref', '=', transactionRef)
    .where('state', '=', 'blocked')
    .where('reason', '=', NOT_SETTLED)
    .execute()
}

/** Why a transaction whose payment failed gets no receipt. [2.1 C25] */
export const NOT_SETTLED = 'not-settled'

function settlementData(settlement: Settlement, { settledAt, id }: { settledAt: number; id: number | undefined }) {
  const { transactionId, pspRef, status, statusInfo, settlementAmount, receiptId, vatCompany, vatNumber } = settlement
  return {
    ...(id !== undefined && { id }),
    ...(transactionId !== undefined && { transactionId }),
    pspRef,
    status,
    amount: settlementAmount,
    settledAt: toDateTime(settledAt),
    ...(statusInfo !== undefined && { statusInfo }),
    ...(receiptId !== undefined && { receiptId }),
    ...(vatCompany !== undefined && { vatCompany }),
    ...(vatNumber !== undefined && { vatNumber })
  }
}

/** The outcome of the payment of a transaction: the latest one counts. `undefined`: none was told. */
export async function settlementOf(db: Reader, row: TransactionRow): Promise<SettlementRecord | undefined> {
  const latest = await db
    .selectFrom('settlements')
    .select(['document', 'settled_at'])
    // The end of a transaction may come after its payment.
    .where((eb) =>
      eb.or([
        eb('transaction_ref', '=', row.id),
        eb.and([
          eb('transaction_ref', 'is', null),
          eb('charge_point_id', '=', row.charge_point_id),
          eb('transaction_id', '=', displayedIdOf(row))
        ])
      ])
    )
    .orderBy('settled_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (latest === undefined) return undefined
  const { pspRef, status, settlementAmount } = JSON.parse(latest.document) as Settlement
  return { pspRef, status, amount: settlementAmount, settledAt: toDateTime(latest.settled_at) }
}
