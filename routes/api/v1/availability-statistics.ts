import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { INTERVALS } from '../../../lib/charge-points/availability.js'
import {
  type AvailabilityFilter,
  AvailabilityRecord,
  GROUPS,
  MAX_CHARGE_POINTS,
  matching,
  readAvailability,
  TooMuchError
} from '../../../lib/charge-points/availability-query.js'
import { invalidQuery, readTime } from '../../../lib/http/paging.js'
import { momentParam, oneOf } from '../../../lib/http/records.js'
import { listsIn } from '../../shared/csv.js'

const DAY_MS = 86_400_000
const MAX_DAYS = 366
/** Of one answer, at most. */
const MAX_SPANS = 1_000
const SPAN_MS = { hour: DAY_MS / 24, day: DAY_MS, week: 7 * DAY_MS, month: 28 * DAY_MS }

const Query = Type.Object(
  {
    from: momentParam(`Default: 30 days before \`to\`; at most ${MAX_DAYS} days before it`),
    to: momentParam('Default: now'),
    interval: Type.Optional(oneOf(INTERVALS, 'In UTC; weeks begin on Monday. Default: the whole range')),
    groupBy: Type.Optional(oneOf(GROUPS, 'Default: evse')),
    chargePoint: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 48 }), { maxItems: 100, description: 'Repeatable' })
    ),
    site: Type.Optional(Type.String({ maxLength: 64, description: 'The id of a site' }))
  },
  { additionalProperties: false }
)
type Query = Static<typeof Query>

/** How long EVSEs were up. */
export default async function availabilityStatistics(app: FastifyInstance): Promise<void> {
  const { heavy: db } = app.database
  app.get<{ Querystring: Query }>(
    '/statistics/availability',
    {
      preValidation: listsIn('chargePoint'),
      config: { scope: 'charge-points:read' },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'getAvailability',
        querystring: Query,
        response: { 200: Type.Object({ items: Type.Array(AvailabilityRecord) }) },
        summary: 'Show for how many seconds EVSEs were connected, up, faulted and occupied',
        description:
          'From the connections and the states of connectors that are stored. Time before the first stored connection of a ' +
          'charge point is not counted, and an EVSE without data has no item. An EVSE is up if one of its connectors is. ' +
          `At most ${MAX_CHARGE_POINTS} charge points.`
      }
    },
    async ({ query }) => {
      const filter = filterOf(query)
      const chargePoints = await matching(db, filter)
      if (chargePoints.length > MAX_CHARGE_POINTS) {
        throw invalidQuery(`more than ${MAX_CHARGE_POINTS} charge points match: name a site or charge points`)
      }
      try {
        return { items: await readAvailability(db, chargePoints, filter) }
      } catch (error) {
        if (error instanceof TooMuchError) throw invalidQuery(`${error.message}: ask for a shorter range`)
        throw error
      }
    }
  )
}

/** @throws `INVALID_QUERY` */
function filterOf({ interval, groupBy = 'evse', chargePoint, site, ...query }: Query): AvailabilityFilter {
  const now = Date.now()
  const to = query.to === undefined ? now : readTime('to', query.to)
  const from = query.from === undefined ? to - 30 * DAY_MS : readTime('from', query.from)
  if (from >= to) throw invalidQuery('from must be before to')
  if (to - from > MAX_DAYS * DAY_MS) throw invalidQuery(`the range must be at most ${MAX_DAYS} days`)
  if (interval !== undefined && (to - from) / SPAN_MS[interval] > MAX_SPANS) {
    throw invalidQuery(`the range has more than ${MAX_SPANS} intervals: ask for a shorter range or longer intervals`)
  }
  return {
    now,
    from,
    to,
    groupBy,
    ...(interval !== undefined && { interval }),
    ...(chargePoint !== undefined && { chargePoints: chargePoint }),
    ...(site !== undefined && { site })
  }
}
