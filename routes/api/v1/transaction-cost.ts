import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { receiptStateOf } from '../../../lib/billing/list.js'
import { ReceiptState } from '../../../lib/billing/records.js'
import { ChangeTariffBody, TransactionCostRecord } from '../../../lib/ledger/cost-records.js'
import { findTransactionById } from '../../../lib/ledger/read.js'
import { explainCost } from '../../../lib/ledger/transaction-cost.js'
import { CALL_PROBLEMS, together } from '../../../lib/openapi/problems.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { textLike } from '../../../lib/text-like.js'

const Params = Type.Object({ id: textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits') })
type OneTransaction = { Params: Static<typeof Params> }

/** The cost of a transaction, and whether it has a receipt. */
const CostRecord = Type.Object({ ...TransactionCostRecord.properties, receipt: Type.Optional(ReceiptState) })

const TAGS = { tags: ['Transactions'] }
const UNKNOWN = { 404: { UNKNOWN_TRANSACTION: 'no such transaction' } }

/** The cost of a transaction, how it was calculated, and its tariff. */
export default async function transactionCost(app: FastifyInstance): Promise<void> {
  addRead(app)
  addChange(app)
}

function addRead(app: FastifyInstance): void {
  app.get<OneTransaction>(
    '/transactions/:id/cost',
    {
      config: { scope: 'transactions:read', problems: UNKNOWN },
      schema: {
        ...TAGS,
        params: Params,
        response: { 200: CostRecord },
        operationId: 'getTransactionCost',
        summary: 'Show how the cost of a transaction came about',
        description:
          'Period by period, with the reason of each price, and beside it what the charge point calculated; and whether it has a receipt.'
      }
    },
    async ({ params }) => shown(app, params.id)
  )
}

function addChange(app: FastifyInstance): void {
  const { prices } = app
  app.post<OneTransaction & { Body: ChangeTariffBody }>(
    '/transactions/:id/tariff',
    {
      config: {
        scope: 'tariffs:write',
        problems: together(CALL_PROBLEMS, UNKNOWN, {
          409: {
            CURRENCY_CHANGE: 'the tariff has another currency',
            NO_TARIFF_VERSION: 'the transaction began without a tariff, or with one of an earlier release',
            TARIFF_REFUSED: 'the charge point calculates the cost itself and does not take the tariff',
            TRANSACTION_ENDED: 'the transaction is over'
          },
          422: { UNKNOWN_TARIFF: 'no such tariff' }
        })
      },
      schema: {
        ...TAGS,
        params: Params,
        body: ChangeTariffBody,
        response: { 200: CostRecord },
        operationId: 'changeTransactionTariff',
        summary: 'Change the tariff of a running transaction',
        description:
          'From now on. A charge point of OCPP 2.1 that calculates the cost itself has to accept the tariff first. The fixed fee is not charged again. A change during a transaction may need the consent of the driver.'
      }
    },
    async ({ params, body, operator }) => {
      const { row, record } = await existing(app, params.id)
      const { tariffId } = body
      await prices.changes.change({ row, identity: record.chargePoint, tariffId, operator: operator?.name ?? '' })
      return shown(app, params.id)
    }
  )
}

/** @throws `UNKNOWN_TRANSACTION` */
async function shown(app: FastifyInstance, id: string): Promise<Static<typeof CostRecord>> {
  const { db } = app.database
  const { row } = await existing(app, id)
  const [cost, receipt] = await Promise.all([explainCost(db, row, Date.now()), receiptStateOf(db, row.id)])
  return { ...cost, ...(receipt !== undefined && { receipt }) }
}

/** @throws `UNKNOWN_TRANSACTION` */
async function existing({ database }: FastifyInstance, id: string) {
  const found = await findTransactionById(database.db, Number(id), Date.now())
  if (found === undefined) throw new ProblemError(404, 'UNKNOWN_TRANSACTION', `no transaction ${id}`)
  return found
}
