import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { correctionsOf } from '../../../lib/billing/corrections.js'
import { identityOf } from '../../../lib/billing/list.js'
import { CorrectionBody, CorrectionRecord } from '../../../lib/billing/records.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { textLike } from '../../../lib/text-like.js'

const Params = Type.Object({ id: textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits') })
type OneTransaction = { Params: Static<typeof Params> }

const TAGS = { tags: ['Billing'] }
const UNKNOWN = { 404: { UNKNOWN_TRANSACTION: 'no such transaction' } }

const POST = `Issues a credit note for the receipt, if there is one, and a new receipt, unless \`waive\` is set: both or neither. The cost is
calculated anew from what is given, and otherwise from what was measured; \`amount\` sets the total instead. The transaction itself stays as it was
measured.`

/** Corrections of what is billed. */
export default async function corrections(app: FastifyInstance): Promise<void> {
  addList(app)
  addCorrect(app)
}

function addList(app: FastifyInstance): void {
  const { db } = app.database
  app.get<OneTransaction>(
    '/transactions/:id/corrections',
    {
      config: { scope: 'billing:read', problems: UNKNOWN },
      schema: {
        ...TAGS,
        params: Params,
        response: { 200: Type.Object({ items: Type.Array(CorrectionRecord) }) },
        operationId: 'listCorrections',
        summary: 'List the corrections of a transaction, latest first'
      }
    },
    async ({ params }) => {
      const id = Number(params.id)
      if ((await identityOf(db, id)) === undefined) {
        throw new ProblemError(404, 'UNKNOWN_TRANSACTION', `no transaction ${id}`)
      }
      return { items: await correctionsOf(db, id) }
    }
  )
}

function addCorrect(app: FastifyInstance): void {
  const { billing } = app
  app.post<OneTransaction & { Body: CorrectionBody }>(
    '/transactions/:id/corrections',
    {
      config: {
        scope: 'billing:write',
        problems: {
          ...UNKNOWN,
          409: {
            CURRENCY_CHANGE: 'the tariff has another currency',
            RECEIPTS_OFF: 'no receipts are issued',
            TRANSACTION_OPEN: 'the transaction is not over'
          },
          422: {
            INVALID_CORRECTION: 'the correction is not possible, see `errors`',
            NO_TARIFF: 'the transaction has no tariff',
            SEVERAL_TAXES: 'an amount cannot be split among several tax rates',
            STILL_UNKNOWN: 'the cost is still unknown',
            UNKNOWN_TARIFF: 'no such tariff'
          }
        }
      },
      schema: {
        ...TAGS,
        params: Params,
        body: CorrectionBody,
        response: { 201: CorrectionRecord },
        operationId: 'correctTransaction',
        summary: 'Correct what is billed for a transaction',
        description: POST
      }
    },
    async ({ params, body, operator }, reply) => {
      const correction = await billing.correct(Number(params.id), body, operator?.name ?? '')
      return reply.code(201).send(correction)
    }
  )
}
