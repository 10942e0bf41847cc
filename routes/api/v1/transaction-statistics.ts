import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { INTERVALS } from '../../../lib/calendar.js'
import { invalidQuery, readTime } from '../../../lib/http/paging.js'
import { momentParam, oneOf } from '../../../lib/http/records.js'
import {
  GROUPS,
  STATISTICS_COLUMNS,
  type StatisticsFilter,
  StatisticsRecord,
  statisticsOf
} from '../../../lib/ledger/statistics.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { isTimeZone } from '../../../lib/time-zone.js'
import { CSV_FORMAT, listsIn, streamCsv } from '../../shared/csv.js'

const text = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }))

const Query = Type.Object(
  {
    from: momentParam('Ended at or after this time. Default: 30 days before `to`'),
    to: momentParam('Ended before this time. Default: now'),
    interval: Type.Optional(oneOf(INTERVALS, 'Default: one span from `from` to `to`')),
    timeZone: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'IANA time zone in which days, weeks and months begin. Default: UTC',
        examples: ['Europe/Berlin']
      })
    ),
    groupBy: Type.Optional(oneOf(GROUPS, 'Default: no groups')),
    chargePoint: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 48 }), {
        minItems: 1,
        maxItems: 100,
        description: 'Only transactions of these charge points; repeatable'
      })
    ),
    site: text(64, 'The id of the site where the charge point is now'),
    idToken: text(255, 'In upper or lower case'),
    groupId: text(255, 'The group of the id token when the transaction started'),
    tariff: text(64, 'The id of the tariff'),
    format: Type.Optional(oneOf(['csv'], CSV_FORMAT))
  },
  { additionalProperties: false }
)
type Query = Static<typeof Query>

const DAY_MS = 86_400_000
const DEFAULT_MS = 30 * DAY_MS
const MAX_DAYS = 3_700
/** With hours the answer has the most items. */
const MAX_DAYS_OF_HOURS = 366
/** Maximum number of items. */
const MAX_ITEMS = 50_000

/** Energy, money and time of transactions. */
export default async function transactionStatistics(app: FastifyInstance): Promise<void> {
  const { heavy } = app.database
  app.get<{ Querystring: Query }>(
    '/statistics/transactions',
    {
      config: {
        scope: 'transactions:read',
        problems: { 422: { TOO_MANY_ITEMS: `the answer would have more than ${MAX_ITEMS} items` } }
      },
      preValidation: listsIn('chargePoint'),
      schema: {
        tags: ['Transactions'],
        querystring: Query,
        response: {
          200: {
            description: 'The sums, in the order of time',
            content: {
              'application/json': { schema: Type.Object({ items: Type.Array(StatisticsRecord) }) },
              'text/csv': { schema: Type.String({ examples: [`${STATISTICS_COLUMNS.join()}\r\n`] }) }
            }
          }
        },
        operationId: 'sumTransactions',
        summary: 'Add up energy, cost and time of transactions',
        description:
          'Counts transactions that are over, by the time of their end. Amounts of different currencies are never added up: each currency is an item of its own. A span without transactions has no item.'
      }
    },
    async ({ query }, reply) => {
      const items = await statisticsOf(heavy, filterOf(query))
      if (items.length > MAX_ITEMS) {
        throw new ProblemError(
          422,
          'TOO_MANY_ITEMS',
          `more than ${MAX_ITEMS} items: ask for less time, or longer spans`
        )
      }
      if (query.format !== 'csv') return { items }
      return streamCsv(reply, { name: 'transactions-sums', columns: STATISTICS_COLUMNS, pages: onePage(items) })
    }
  )
}

async function* onePage<T>(items: readonly T[]) {
  yield items
}

/** @throws `INVALID_QUERY` */
function filterOf(query: Query): StatisticsFilter {
  const { from: since, to: until, timeZone = 'UTC', chargePoint, format: _, ...others } = query
  const to = until === undefined ? Date.now() : readTime('to', until)
  const from = since === undefined ? to - DEFAULT_MS : readTime('from', since)
  if (from >= to) throw invalidQuery('from must be before to')
  const maxDays = query.interval === 'hour' ? MAX_DAYS_OF_HOURS : MAX_DAYS
  if (to - from > maxDays * DAY_MS) throw invalidQuery(`from and to must be at most ${maxDays} days apart`)
  if (!isTimeZone(timeZone)) throw invalidQuery('timeZone must be an IANA time zone, e.g. Europe/Berlin')
  return { ...others, from, to, timeZone, limit: MAX_ITEMS + 1, ...(chargePoint && { chargePoints: chargePoint }) }
}
