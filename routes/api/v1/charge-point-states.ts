import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import {
  intervalsOf,
  MAX_MARKS,
  marksOf,
  STATE_COLUMNS,
  StateRecord,
  stateRecord
} from '../../../lib/charge-points/connector-states.js'
import { invalidQuery, readLimit, readTime } from '../../../lib/http/paging.js'
import { IdentityParams, momentParam, PageParams } from '../../../lib/http/records.js'
import { UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { CSV, pageOrCsv, positionOf, sendPage, writePosition } from '../../shared/table.js'

const DAY_MS = 86_400_000
/** Days of one answer, at most: the states of a range are read at once. */
const MAX_DAYS = 31

const TOO_MANY = `the range has more than ${MAX_MARKS} changes of state: ask for a shorter one`

const Query = Type.Object(
  {
    from: momentParam(`Default: one day before \`to\`; at most ${MAX_DAYS} days before it`),
    to: momentParam('Default: now'),
    ...PageParams
  },
  { additionalProperties: false }
)
type Query = Static<typeof Query>

/** Past activity of the connectors of a charge point. */
export default async function chargePointStates(app: FastifyInstance): Promise<void> {
  app.get<{ Params: IdentityParams; Querystring: Query }>(
    '/charge-points/:identity/states',
    {
      config: { scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'listChargePointStates',
        params: IdentityParams,
        querystring: Query,
        response: { 200: pageOrCsv(StateRecord, STATE_COLUMNS) },
        summary: 'List the states of the connectors of a charge point and when they began and ended',
        description: `Times are those of the charge point, the earliest first; intervals are cut to the range. A range with more than ${MAX_MARKS} changes is rejected. Where there is no interval, the state is unknown: the charge point was offline or has not reported it. ${CSV}`
      }
    },
    async (request, reply) => {
      const { id } = await app.store.require(request.params.identity)
      const range = rangeOf(request.query)
      const limit = readLimit(request.query)
      const behind = positionOf(request.query)
      const marks = await marksOf(app.database.heavy, id, range)
      if (marks.length > MAX_MARKS) throw invalidQuery(TOO_MANY)
      const all = intervalsOf(marks, range).filter(
        (each) =>
          behind === undefined ||
          each.startedAt > behind.timestamp ||
          (each.startedAt === behind.timestamp && each.id > behind.id)
      )
      const shown = all.slice(0, limit)
      const last = all.length > limit ? shown.at(-1) : undefined
      const end = request.query.to === undefined ? Number.POSITIVE_INFINITY : range.to
      const items = shown.map((interval) => stateRecord(interval, end))
      const page = { items, next: last && writePosition({ timestamp: last.startedAt, id: last.id }) }
      return sendPage({ request, reply, columns: STATE_COLUMNS, rowOf: (record) => record, page })
    }
  )
}

/** @throws `INVALID_QUERY` */
function rangeOf(query: Query): { from: number; to: number } {
  const to = query.to === undefined ? Date.now() + 1 : readTime('to', query.to)
  const from = query.from === undefined ? to - DAY_MS : readTime('from', query.from)
  if (from >= to) throw invalidQuery('from must be before to')
  if (to - from > MAX_DAYS * DAY_MS + 1) throw invalidQuery(`the range must be at most ${MAX_DAYS} days`)
  return { from, to }
}
