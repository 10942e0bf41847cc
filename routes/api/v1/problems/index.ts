import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { readTime } from '../../../../lib/http/paging.js'
import { oneOf } from '../../../../lib/http/records.js'
import type { May } from '../../../../lib/operators/scopes.js'
import { ProblemError } from '../../../../lib/problem-error.js'
import { AcknowledgementBody, PROBLEM_KINDS, ProblemRecord, SEVERITIES } from '../../../../lib/problems/problem.js'
import type { Problems } from '../../../../lib/problems/problems.js'
import { identitiesAt } from '../../../../lib/sites/rows.js'
import { textLike } from '../../../../lib/text-like.js'

const ListQuery = Type.Object(
  {
    severity: Type.Optional(oneOf(SEVERITIES, 'Default: both')),
    kind: Type.Optional(oneOf(PROBLEM_KINDS, 'Default: all')),
    chargePoint: Type.Optional(Type.String({ maxLength: 48 })),
    site: Type.Optional(
      Type.String({ maxLength: 64, description: 'Only problems of this site and of its charge points' })
    ),
    acknowledged: Type.Optional(oneOf(['true', 'false'], 'Default: both'))
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

const Params = Type.Object({
  id: textLike('^[a-z0-9-]{1,100}$', 'must be the id of a problem: letters, digits and hyphens')
})

interface OneProblem {
  Params: Static<typeof Params>
}

const TAGS = { tags: ['Problems'] }
const problems404 = { 404: { UNKNOWN_PROBLEM: 'there is no such problem, or it is over' } }

/** The current problems, and how to solve them. */
export default async function problems(app: FastifyInstance): Promise<void> {
  const { problems: list, scopes } = app

  app.get<{ Querystring: ListQuery }>(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        ...TAGS,
        operationId: 'listProblems',
        summary: 'List the current problems',
        description:
          'Critical problems come first, older ones before newer ones. A problem that is over is not in the list.',
        querystring: ListQuery,
        response: {
          200: Type.Object({
            at: Type.String({ format: 'date-time', description: 'When the back-end found the problem' }),
            items: Type.Array(ProblemRecord)
          })
        }
      }
    },
    async (request) => {
      const { acknowledged, site, ...filter } = request.query
      const items = await list.list({
        ...filter,
        ...(site !== undefined && { site, chargePoints: await identitiesAt(app.database.heavy, site) }),
        ...(acknowledged !== undefined && { acknowledged: acknowledged === 'true' })
      })
      return { at: new Date().toISOString(), items: items.map(shownTo(scopes.mayOf(request))) }
    }
  )

  acknowledgements(app)
}

/** That an operator has seen a problem. */
function acknowledgements(app: FastifyInstance): void {
  const { problems: list, scopes } = app

  app.put<OneProblem & { Body: Static<typeof AcknowledgementBody> }>(
    '/:id/acknowledgement',
    {
      config: {
        scope: 'charge-points:write',
        problems: { ...problems404, 422: { UNTIL_IS_OVER: 'until is not in the future' } }
      },
      schema: {
        ...TAGS,
        operationId: 'acknowledgeProblem',
        summary: 'Acknowledge a problem',
        params: Params,
        body: AcknowledgementBody,
        response: { 200: ProblemRecord }
      }
    },
    async (request) => {
      const { id } = request.params
      const { note } = request.body
      const until = request.body.until === undefined ? undefined : readTime('until', String(request.body.until))
      if (until !== undefined && until <= Date.now())
        throw new ProblemError(422, 'UNTIL_IS_OVER', 'until must be in the future')
      await existing(list, id)
      await list.acknowledge(id, {
        operator: request.operator?.name ?? '',
        ...(note !== undefined && { note }),
        ...(until !== undefined && { until })
      })
      return shownTo(scopes.mayOf(request))(await existing(list, id))
    }
  )

  app.delete<OneProblem>(
    '/:id/acknowledgement',
    {
      config: { scope: 'charge-points:write', problems: problems404 },
      schema: {
        ...TAGS,
        operationId: 'unacknowledgeProblem',
        summary: 'Take back an acknowledgement',
        params: Params,
        response: { 204: Type.Null({ description: 'Gone' }) }
      }
    },
    async ({ params: { id } }, reply) => {
      await existing(list, id)
      await list.unacknowledge(id)
      return reply.code(204).send()
    }
  )
}

/** Problems that need other scopes are left out. */
function shownTo(may: May) {
  return ({ transaction, idToken, ...problem }: ProblemRecord): ProblemRecord => ({
    ...problem,
    ...(idToken !== undefined && may('id-tokens:read') && { idToken }),
    ...(transaction !== undefined && may('transactions:read') && { transaction })
  })
}

async function existing(list: Problems, id: string): Promise<Static<typeof ProblemRecord>> {
  const problem = await list.find(id)
  if (problem === undefined) throw new ProblemError(404, 'UNKNOWN_PROBLEM', `no problem ${id}`)
  return problem
}
