import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { limitRecordOf, TransactionLimitRecord } from '../../../lib/ledger/limit-records.js'
import { checkDecimals, withLimit } from '../../../lib/ledger/limits.js'
import { findTransactionById } from '../../../lib/ledger/read.js'
import { TransactionLimitBody } from '../../../lib/money/transaction-limit.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { textLike } from '../../../lib/text-like.js'
import type {} from '../../../plugins/transaction-limits.js'

const Params = Type.Object({ id: textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits') })
type OneTransaction = { Params: Static<typeof Params> }

const TAGS = { tags: ['Transactions'] }
const UNKNOWN = { 404: { UNKNOWN_TRANSACTION: 'no such transaction' } }

const PUT = `Limits that are left out stay as they are. A limit can be raised, not lowered or removed. An OCPP 2.1 charge point that has reported a
limit in \`TxCtrlr.SupportedLimits\` obeys that limit by itself, and is asked to stop the transaction only when it is 5 % beyond the limit; any
other charge point is asked when the limit is reached.`

/** Limits of transactions. */
export default async function transactionLimits(app: FastifyInstance): Promise<void> {
  addRead(app)
  addPut(app)
}

function addRead(app: FastifyInstance): void {
  app.get<OneTransaction>(
    '/transactions/:id/limit',
    {
      config: { scope: 'transactions:read', problems: UNKNOWN },
      schema: {
        ...TAGS,
        params: Params,
        response: { 200: TransactionLimitRecord },
        operationId: 'getTransactionLimit',
        summary: 'Show the limits of a transaction',
        description: 'Those of the back-end, what the charge point was told of them, and its own.'
      }
    },
    async ({ params }) => limitRecordOf((await existing(app, params.id)).row)
  )
}

function addPut(app: FastifyInstance): void {
  const { ledger, transactionLimits } = app
  app.put<OneTransaction & { Body: TransactionLimitBody }>(
    '/transactions/:id/limit',
    {
      config: {
        scope: 'transactions:write',
        problems: {
          ...UNKNOWN,
          409: {
            LIMIT_LOWERED: 'a limit cannot be lowered',
            NO_TARIFF: 'the transaction has no tariff, and so no cost',
            TRANSACTION_ENDED: 'the transaction is over'
          },
          422: { INVALID_LIMIT: 'a limit has more than six decimals' }
        }
      },
      schema: {
        ...TAGS,
        params: Params,
        body: TransactionLimitBody,
        response: { 200: TransactionLimitRecord },
        operationId: 'putTransactionLimit',
        summary: 'Limit a running transaction, or raise its limits',
        description: PUT
      }
    },
    async ({ params, body }) => {
      checkDecimals(body)
      const { row, record } = await existing(app, params.id)
      const changed = await ledger.changeLimits(record.chargePoint, row.id, (present) => withLimit(present, body))
      if (changed === undefined) throw unknown(params.id)
      await transactionLimits.tell(record.chargePoint, changed)
      return limitRecordOf(changed)
    }
  )
}

/** @throws `UNKNOWN_TRANSACTION` */
async function existing({ database }: FastifyInstance, id: string) {
  const found = await findTransactionById(database.db, Number(id), Date.now())
  if (found === undefined) throw unknown(id)
  return found
}

function unknown(id: string): ProblemError {
  return new ProblemError(404, 'UNKNOWN_TRANSACTION', `no transaction ${id}`)
}
