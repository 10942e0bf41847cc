import { type TObject, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { problem, problemHandler } from 'fastify-ocpp/rest'
import { readTimeout, TimeoutQuery } from '../../../plugins/domain/operations/timeout.js'
import { IdentityParams } from '../../../plugins/domain/records.js'
import { BrokenExchangeError, STATUSES } from '../../../plugins/operations/exchange.js'
import type { AnyOperation } from '../../../plugins/operations/operation.js'
import { OPERATIONS, type OperationName } from '../../../plugins/operations/table.js'

const MadeCallRecord = Type.Object({
  messageId: Type.String({ description: 'By which /calls/{messageId} finds it' }),
  action: Type.String(),
  result: Type.Optional(Type.Unknown({ description: "The charge point's own answer" })),
  error: Type.Optional(
    Type.Object({ code: Type.String(), detail: Type.String() }, { description: 'Why there is no answer' })
  )
})

const CALLS = Type.Array(MadeCallRecord, { description: 'What went out for it, in this order' })

/** What is answered when the charge point has answered. */
function answerSchema(name: OperationName, { details }: AnyOperation): TObject {
  return Type.Object({
    operation: Type.Literal(name),
    protocol: Type.String({ description: 'That the charge point speaks' }),
    status: Type.Unsafe({ type: 'string', enum: STATUSES, description: 'In the words of no version' }),
    reason: Type.Optional(
      Type.String({ description: "The charge point's own word, when it says more than the status" })
    ),
    statusInfo: Type.Optional(Type.Object({}, { additionalProperties: true, description: '2.x: more about it' })),
    ...details,
    calls: CALLS
  })
}

/** Tells what was done before it broke off. */
function brokenOff(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!(error instanceof BrokenExchangeError)) return problemHandler(error, request, reply)
  const answer = { ...problem(error.cause), calls: error.calls }
  if (answer.status === 500) request.log.error({ err: error.cause }, 'an operation failed')
  else request.log.info({ status: answer.status, code: answer.code }, answer.detail)
  return reply.code(answer.status).type('application/problem+json').send(JSON.stringify(answer))
}

interface OneOperation {
  Params: IdentityParams
  Querystring: TimeoutQuery
}

/** What can be asked of charge points whatever version they speak. */
export default async function operations(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler(brokenOff)
    for (const [name, operation] of Object.entries(OPERATIONS) as [OperationName, AnyOperation][]) {
      addOperation(scope, name, operation)
    }
  })
}

function addOperation(app: FastifyInstance, name: OperationName, operation: AnyOperation): void {
  const { summary, description, body } = operation
  app.post<OneOperation>(
    `/charge-points/:identity/operations/${name}`,
    {
      config: { scope: 'calls:write' },
      schema: {
        tags: ['Operations'],
        operationId: operationIdOf(name),
        summary,
        description,
        params: IdentityParams,
        querystring: TimeoutQuery,
        body,
        response: { 200: answerSchema(name, operation) }
      }
    },
    ({ params, query, body: request, operator }) =>
      app.operations.perform({
        identity: params.identity,
        name,
        request,
        operator: operator?.name ?? '',
        ...readTimeout(query)
      })
  )
}

/** `clear-cache` is operateClearCache. */
function operationIdOf(name: string): string {
  return `operate-${name}`.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
