import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { PresentTransactionRecord } from '../../../lib/charge-points/open-transactions.js'
import { readTime } from '../../../lib/http/paging.js'
import { type ByHand, CloseBody } from '../../../lib/ledger/by-hand.js'
import { findTransactionById } from '../../../lib/ledger/read.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { textLike } from '../../../lib/text-like.js'

const Params = Type.Object({ id: textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits') })

const DESCRIPTION = `Ends the transaction in the books only, because its charge point will not report the end: nothing is sent to the charge
point. What the charge point reports afterwards counts more: an end replaces this one, and the transaction is open again when it goes on.`

/** Closing transactions by hand. */
export default async function transactionClose(app: FastifyInstance): Promise<void> {
  const { database, ledger } = app
  app.post<{ Params: Static<typeof Params>; Body: CloseBody }>(
    '/transactions/:id/close',
    {
      config: {
        scope: 'transactions:write',
        problems: {
          404: { UNKNOWN_TRANSACTION: 'no such transaction' },
          409: { TRANSACTION_NOT_OPEN: 'the transaction has ended, or was closed' },
          422: { IMPOSSIBLE_END: 'the end is before the start, or in the future' }
        }
      },
      schema: {
        tags: ['Transactions'],
        params: Params,
        body: CloseBody,
        response: { 200: PresentTransactionRecord },
        operationId: 'closeTransaction',
        summary: 'Close a transaction by hand',
        description: DESCRIPTION
      }
    },
    async ({ params, body, operator }) => {
      const id = Number(params.id)
      const found = await existing(id)
      const closed = await ledger.closeByHand(found.record.chargePoint, id, byHand(body, operator?.name ?? ''))
      if (closed === undefined) throw new ProblemError(409, 'TRANSACTION_NOT_OPEN', `transaction ${id} is not open`)
      return (await existing(id)).record
    }
  )

  /** @throws `UNKNOWN_TRANSACTION` */
  async function existing(id: number) {
    const found = await findTransactionById(database.db, id, Date.now())
    if (found === undefined) throw new ProblemError(404, 'UNKNOWN_TRANSACTION', `no transaction ${id}`)
    return found
  }
}

/** @throws `INVALID_QUERY` */
function byHand({ note, meterStop, endedAt }: CloseBody, operator: string): ByHand {
  return {
    operator,
    note,
    ...(meterStop !== undefined && { meterStop }),
    ...(endedAt !== undefined && { endedAt: readTime('endedAt', endedAt) })
  }
}
