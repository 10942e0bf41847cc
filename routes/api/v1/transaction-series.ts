import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { invalidQuery, readTime } from '../../../lib/http/paging.js'
import { momentParam } from '../../../lib/http/records.js'
import { findTransactionById } from '../../../lib/ledger/queries.js'
import { DEFAULT_POINTS, MAX_POINTS, type SeriesFilter, SeriesRecord, seriesOf } from '../../../lib/ledger/series.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { textLike } from '../../../lib/text-like.js'
import { listsIn } from '../../shared/csv.js'

const Params = Type.Object({ id: textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits') })

const Query = Type.Object(
  {
    measurand: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 50 }), {
        minItems: 1,
        maxItems: 50,
        description: 'Only these measurands; repeatable. Default: all'
      })
    ),
    points: Type.Optional(
      Type.String({
        description: `Maximum number of points of a series, 2 to ${MAX_POINTS}. Default: ${DEFAULT_POINTS}`
      })
    ),
    from: momentParam('Only readings at this time or later, by the clock of the charge point'),
    to: momentParam('Only readings before this time')
  },
  { additionalProperties: false }
)
type Query = Static<typeof Query>

/** The curves of a transaction. */
export default async function transactionSeries(app: FastifyInstance): Promise<void> {
  const { db, heavy } = app.database
  app.get<{ Params: Static<typeof Params>; Querystring: Query }>(
    '/transactions/:id/series',
    {
      config: { scope: 'transactions:read', problems: { 404: { UNKNOWN_TRANSACTION: 'no such transaction' } } },
      preValidation: listsIn('measurand'),
      schema: {
        tags: ['Transactions'],
        params: Params,
        querystring: Query,
        response: { 200: SeriesRecord },
        operationId: 'showTransactionSeries',
        summary: 'Show the curves of a transaction',
        description:
          'One series for each measurand, phase, location and unit: lowest, mean and highest value of spans of equal length, or the readings themselves if they are few enough.'
      }
    },
    async ({ params: { id }, query }) => {
      const filter = filterOf(query)
      const row = await findTransactionById(db, Number(id))
      if (row === undefined) throw new ProblemError(404, 'UNKNOWN_TRANSACTION', `no transaction ${id}`)
      return seriesOf(heavy, row, filter)
    }
  )
}

/** @throws `INVALID_QUERY` */
function filterOf({ measurand, points: text, from: since, to: until }: Query): SeriesFilter {
  const from = since === undefined ? undefined : readTime('from', since)
  const to = until === undefined ? undefined : readTime('to', until)
  if (from !== undefined && to !== undefined && from >= to) throw invalidQuery('from must be before to')
  return {
    points: pointsOf(text),
    ...(measurand !== undefined && { measurands: measurand }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to })
  }
}

function pointsOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_POINTS
  const points = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (points < 2 || points > MAX_POINTS) throw invalidQuery(`points must be an integer from 2 to ${MAX_POINTS}`)
  return points
}
