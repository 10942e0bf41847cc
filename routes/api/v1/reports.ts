import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readPreferences } from '../../../lib/calls/preferences.js'
import { API } from '../../../lib/http/api.js'
import { IdentityParams } from '../../../lib/http/records.js'
import { OPERATION_PROBLEMS, together, UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { STATUSES } from '../../../lib/operations/exchange.js'
import { ReportBody } from '../../../lib/operations/reports.js'
import { scopesOfAction } from '../../../lib/operators/action-scopes.js'
import { textLike } from '../../../lib/text-like.js'
import { answerFailure, MadeCallRecord, readTimeout, TimeoutQuery } from '../../shared/operation.js'

/** Milliseconds that a report is waited for. */
const PATIENCE_MS = 30_000

const ReportRecord = Type.Object({
  requestId: Type.Integer({ description: 'By which the charge point knows it, too' }),
  type: Type.String({ examples: ['full-inventory'] }),
  protocol: Type.Optional(Type.String({ description: 'That the charge point speaks' })),
  status: Type.Unsafe<string>({
    type: 'string',
    enum: ['complete', 'pending', 'incomplete', ...STATUSES.filter((status) => status !== 'accepted')],
    description:
      'pending: more may come; incomplete: nothing has come for 5 minutes, of a log for an hour; else the charge point has refused'
  }),
  reason: Type.Optional(Type.String({ description: "The charge point's own word, when it says more than the status" })),
  statusInfo: Type.Optional(Type.Object({}, { additionalProperties: true, description: '2.x: more about it' })),
  parts: Type.Optional(Type.Integer({ description: 'How many have come' })),
  missing: Type.Optional(
    Type.Array(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }), {
      description: 'First and last numbers of the parts that others have overtaken'
    })
  ),
  items: Type.Optional(
    Type.Array(Type.Unknown(), {
      description:
        'Of what has come: { component, variable, attribute, value, mutability, readonly, … }, in 1.6 { key, value, readonly }; monitoring: monitors; log: statuses of the upload'
    })
  ),
  text: Type.Optional(Type.String({ description: 'customer-information' })),
  fileName: Type.Optional(Type.String({ description: 'log' })),
  createdAt: Type.Optional(Type.String({ format: 'date-time' })),
  updatedAt: Type.Optional(Type.String({ format: 'date-time', description: 'When something of it came last' })),
  calls: Type.Optional(Type.Array(MadeCallRecord, { description: 'What went out for it' }))
})

const ReportParams = Type.Object({
  ...IdentityParams.properties,
  requestId: textLike('^[0-9]{1,10}$', 'must be a number of at most 10 digits')
})

/** Answered as a 404 problem. */
class UnknownReportError extends Error {
  readonly statusCode = 404
  readonly code = 'UNKNOWN_REPORT'
}

interface NewReport {
  Params: IdentityParams
  Querystring: TimeoutQuery
  Body: ReportBody
}

interface OneReport {
  Params: Static<typeof ReportParams>
}

/** Reports of charge points, whole. */
export default async function reports(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler(answerFailure)
    addCreate(scope)
    addRead(scope)
  })
}

function addCreate(app: FastifyInstance): void {
  app.post<NewReport>(
    '/charge-points/:identity/reports',
    {
      config: { scope: 'calls:write', idempotent: true, problems: OPERATION_PROBLEMS },
      schema: {
        tags: ['Operations'],
        operationId: 'createReport',
        summary: 'Have a charge point report, and wait for all parts',
        description: `customer-information needs the scopes id-tokens:read and transactions:read as well. Waits ${PATIENCE_MS / 1000} s, or \`timeout\`, or with \`Prefer: respond-async\` not at all, or the seconds of its \`wait\`; what is not complete by then is answered 202 with its \`Location\`.`,
        params: IdentityParams,
        querystring: TimeoutQuery,
        headers: Type.Object({
          prefer: Type.Optional(Type.String({ description: '`respond-async`, `respond-async, wait=5` [RFC 7240]' }))
        }),
        body: ReportBody,
        response: { 200: ReportRecord, 202: ReportRecord }
      }
    },
    async (request, reply) => {
      const { params, query, body, operator, repeatable, headers } = request
      demandScopes(app, { request, reply, type: body.type })
      const { respondAsync, wait = 0 } = readPreferences(headers.prefer)
      const timeout = readTimeout(query)
      const answer = await app.reports.create({
        identity: params.identity,
        request: body,
        operator: operator?.name ?? '',
        ...timeout,
        messageId: repeatable?.messageId,
        idempotencyKey: repeatable?.key,
        patience: respondAsync ? wait * 1000 : (timeout.timeout ?? PATIENCE_MS),
        signal: leaving(reply)
      })
      if (respondAsync) reply.header('preference-applied', 'respond-async')
      if (answer.status !== 'pending') return answer
      const location = `${API}/charge-points/${encodeURIComponent(params.identity)}/reports/${answer.requestId}`
      return reply.code(202).header('location', location).send(answer)
    }
  )
}

function addRead(app: FastifyInstance): void {
  app.get<OneReport>(
    '/charge-points/:identity/reports/:requestId',
    {
      config: {
        scope: 'charge-points:read',
        problems: together(UNKNOWN_CHARGE_POINT, { 404: { UNKNOWN_REPORT: 'no such report' } })
      },
      schema: {
        tags: ['Operations'],
        operationId: 'getReport',
        summary: 'Look at a report that was asked for',
        description:
          'As much of it as has come. The latest 5 of a charge point are kept. customer-information needs the scopes ' +
          'id-tokens:read and transactions:read as well.',
        params: ReportParams,
        response: { 200: ReportRecord }
      }
    },
    async (request, reply) => {
      const { identity, requestId } = request.params
      const chargePoint = await app.store.require(identity)
      const report = await app.reports.read(chargePoint.id, Number(requestId))
      if (report === undefined) throw new UnknownReportError(`no report ${requestId}`)
      demandScopes(app, { request, reply, type: report.type })
      return report
    }
  )
}

interface Asked {
  request: FastifyRequest
  reply: FastifyReply
  type: string | undefined
}

/** What a charge point knows of a customer is about id tokens and transactions. */
function demandScopes({ operators }: FastifyInstance, { request, reply, type }: Asked): void {
  if (type !== 'customer-information') return
  for (const scope of scopesOfAction('NotifyCustomerInformation')) operators.demand(request, reply, scope)
}

/** Aborted when the HTTP client is gone. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  raw.once('close', () => controller.abort())
  return controller.signal
}
