import { Readable } from 'node:stream'
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { SignedValueRecord, shownSignedValue, signedXml } from '../../../lib/billing/signed.js'
import { prefers } from '../../../lib/http/csv.js'
import { pageOf, readIdCursor, readLimit } from '../../../lib/http/paging.js'
import { PageParams } from '../../../lib/http/records.js'
import { findTransactionById } from '../../../lib/ledger/queries.js'
import { signedValuesOf } from '../../../lib/ledger/signed-values.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { textLike } from '../../../lib/text-like.js'

const Params = Type.Object({ id: textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits') })
const PageQuery = Type.Object(PageParams, { additionalProperties: false })

const DESCRIPTION = `From all messages that can carry them, as the charge point sent them, to the byte. The back-end verifies nothing: with
\`Accept: application/xml\` the answer has all of them in the container that transparency software opens.`

/** Signed meter values, for whoever wants to check a bill. */
export default async function signedValues(app: FastifyInstance): Promise<void> {
  const { db, heavy } = app.database
  app.get<{ Params: Static<typeof Params>; Querystring: Static<typeof PageQuery> }>(
    '/transactions/:id/signed-values',
    {
      config: { scope: 'billing:read', problems: { 404: { UNKNOWN_TRANSACTION: 'no such transaction' } } },
      schema: {
        tags: ['Billing'],
        params: Params,
        querystring: PageQuery,
        response: {
          200: {
            description: 'The signed values, in the order in which they came',
            content: {
              'application/json': {
                schema: Type.Object({
                  items: Type.Array(SignedValueRecord),
                  nextCursor: Type.Optional(Type.String({ description: 'Absent on the last page' }))
                })
              },
              'application/xml': { schema: Type.String({ examples: ['<values></values>'] }) }
            }
          }
        },
        operationId: 'listSignedValues',
        summary: 'List the signed meter values of a transaction',
        description: DESCRIPTION
      }
    },
    async (request, reply) => {
      const { params, query, headers } = request
      const row = await findTransactionById(db, Number(params.id))
      if (row === undefined) throw new ProblemError(404, 'UNKNOWN_TRANSACTION', `no transaction ${params.id}`)
      reply.header('vary', 'Accept')
      if (prefers(headers.accept, 'application/xml')) {
        return reply.type('application/xml; charset=utf-8').send(Readable.from(signedXml(heavy, row)))
      }
      const limit = readLimit(query)
      const behind = readIdCursor(query)
      const values = await signedValuesOf(heavy, row, { limit: limit + 1, ...(behind !== undefined && { behind }) })
      return reply.send(pageOf(values, limit, { show: shownSignedValue, keyOf: ({ id }) => id }))
    }
  )
}
