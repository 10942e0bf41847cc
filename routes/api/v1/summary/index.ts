import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { SummaryRecord, summarize } from '../../../../lib/charge-points/summary.js'
import { fold } from '../../../../lib/events/scope.js'
import { readTime } from '../../../../lib/http/paging.js'
import { momentParam } from '../../../../lib/http/records.js'
import { identitiesAt } from '../../../../lib/sites/rows.js'

const Query = Type.Object(
  {
    site: Type.Optional(Type.String({ maxLength: 64, description: 'The id of a site. Default: all charge points' })),
    from: momentParam('Start of what is counted, such as the start of your day. Default: 00:00 UTC of this day')
  },
  { additionalProperties: false }
)

/** The figures of all charge points at a glance. */
export default async function summary(app: FastifyInstance): Promise<void> {
  const { database, whereabouts, scopes } = app
  app.get<{ Querystring: Static<typeof Query> }>(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'getSummary',
        summary: 'Show the figures of all charge points, or of one site',
        description: 'What nobody knows is absent: no power without a reading, no energy and cost without a known one.',
        querystring: Query,
        response: { 200: SummaryRecord }
      }
    },
    async (request) => {
      const { site, from } = request.query
      const now = Date.now()
      const figures = await summarize(database.heavy, whereabouts, {
        from: from === undefined ? new Date(now).setUTCHours(0, 0, 0, 0) : readTime('from', from),
        now,
        may: scopes.mayOf(request),
        ...(site !== undefined && { site })
      })
      return { ...figures, problems: await countProblems(app, site) }
    }
  )
}

async function countProblems({ database, problems }: FastifyInstance, site: string | undefined) {
  const all = await problems.list()
  const members = site === undefined ? undefined : await identitiesAt(database.heavy, site)
  const found = all.filter(({ chargePoint = '' }) => members?.has(fold(chargePoint)) ?? true)
  const critical = found.filter(({ severity }) => severity === 'critical').length
  return { critical, warning: found.length - critical }
}
