import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readPreferences } from '../../../lib/calls/preferences.js'
import { API } from '../../../lib/http/api.js'
import { IdentityParams } from '../../../lib/http/records.js'
import { forwardedSignal } from '../../../lib/nodes/forwarding.js'
import { OPERATION_PROBLEMS, together, UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { STATUSES } from '../../../lib/operations/exchange.js'
import { ReportBody } from '../../../lib/operations/reports.js'
import { scopesOfAction } from '../../../lib/operators/action-scopes.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { textLike } from '../../../lib/text-like.js'
import { answerFailure, MadeCallRecord, readTimeout, TimeoutQuery } from '../../shared/operation.js'

/** Milliseconds to wait for a report. */
const PATIENCE_MS = 30_000

const ReportRecord = Type.Object({
  requestId: Type.Integer({ description: 'Id of the request in OCPP' }),
  type: Type.String({ examples: ['full-inventory'] }),
  protocol: Type.Optional(Type.String({ description: 'The OCPP version of the connection' })),
  status: Type.Unsafe<string>({
    type: 'string',
    enum: ['complete', 'pending', 'incomplete', ...STATUSES.filter((status) => status !== 'accepted')],
    description:
      'pending: more parts may arrive; incomplete: no part has arrived for 5 minutes, or for a log for one hour; any other status: the charge point rejected the request'
  }),
  reason: Type.Optional(
    Type.String({ description: 'The status that the charge point sent, if it says more than `status`' })
  ),
  statusInfo: Type.Optional(
    Type.Object({}, { additionalProperties: true, description: 'OCPP 2.x: details from the charge point' })
  ),
  parts: Type.Optional(Type.Integer({ description: 'Number of parts that have arrived' })),
  missing: Type.Optional(
    Type.Array(Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }), {
      description: 'Parts that are missing although later ones have arrived: first and last number of each gap'
    })
  ),
  items: Type.Optional(
    Type.Array(Type.Unknown(), {
      description:
        'The parts that have arrived: { component, variable, attribute, value, mutability, readonly, … }, in OCPP 1.6 { key, value, readonly }; monitoring: monitors; log: statuses of the upload'
    })
  ),
  text: Type.Optional(Type.String({ description: 'The text of customer-information' })),
  fileName: Type.Optional(Type.String({ description: 'The name of the uploaded log' })),
  createdAt: Type.Optional(Type.String({ format: 'date-time' })),
  updatedAt: Type.Optional(Type.String({ format: 'date-time', description: 'When the last part or status arrived' })),
  calls: Type.Optional(Type.Array(MadeCallRecord, { description: 'The OCPP calls that were made' }))
})

const ReportParams = Type.Object({
  ...IdentityParams.properties,
  requestId: textLike('^[0-9]{1,10}$', 'must be a number of at most 10 digits')
})

interface NewReport {
  Params: IdentityParams
  Querystring: TimeoutQuery
  Body: ReportBody
}

interface OneReport {
  Params: Static<typeof ReportParams>
}

/** Reports of charge points, joined from their parts. */
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
      config: { holder: 'needed', scope: 'calls:write', idempotent: true, problems: OPERATION_PROBLEMS },
      schema: {
        tags: ['Operations'],
        operationId: 'createReport',
        summary: 'Request a report from a charge point, and wait for all parts',
        description: `customer-information also needs the scopes id-tokens:read and transactions:read. Waits at most ${PATIENCE_MS / 1000} s, or \`timeout\`; with \`Prefer: respond-async\` not at all, or the seconds of its \`wait\`. A report that is not complete by then is answered 202 with its \`Location\`.`,
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
        signal: forwardedSignal() ?? leaving(reply)
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
        summary: 'Show a report that was requested',
        description:
          'Shows the parts that have arrived. The latest 5 reports of a charge point are kept. customer-information also needs the ' +
          'scopes id-tokens:read and transactions:read.',
        params: ReportParams,
        response: { 200: ReportRecord }
      }
    },
    async (request, reply) => {
      const { identity, requestId } = request.params
      const chargePoint = await app.store.require(identity)
      const report = await app.reports.read(chargePoint.id, Number(requestId))
      if (report === undefined) throw new ProblemError(404, 'UNKNOWN_REPORT', `no report ${requestId}`)
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

/** Customer information contains id tokens and transactions, so it needs their scopes. */
function demandScopes({ scopes }: FastifyInstance, { request, reply, type }: Asked): void {
  if (type !== 'customer-information') return
  for (const scope of scopesOfAction('NotifyCustomerInformation')) scopes.demand(request, reply, scope)
}

/** A signal that aborts when the HTTP client closes the connection. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  raw.once('close', () => controller.abort())
  return controller.signal
}
