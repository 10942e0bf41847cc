import { type TObject, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { IdentityParams } from '../../../lib/http/records.js'
import { OPERATION_PROBLEMS, type Problems, together } from '../../../lib/openapi/problems.js'
import { STATUSES } from '../../../lib/operations/exchange.js'
import type { AnyOperation } from '../../../lib/operations/operation.js'
import { OPERATIONS, type OperationName } from '../../../lib/operations/table.js'
import { answerFailure, MadeCallRecord, readTimeout, TimeoutQuery } from '../../shared/operation.js'

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

const OF_TRANSACTIONS = {
  404: { UNKNOWN_TRANSACTION: 'the charge point has no such transaction' },
  409: {
    NO_OPEN_TRANSACTION: 'none is named, and none is open there',
    SEVERAL_TRANSACTIONS: 'none is named, and several are open there'
  }
}

/** Of some operations only. */
const PROBLEMS: Partial<Record<OperationName, Problems>> = {
  stop: OF_TRANSACTIONS,
  'charging-limit': OF_TRANSACTIONS,
  'set-password': {
    409: {
      PASSWORD_UNDECIDED:
        'whether the charge point took the password before this one is not known until it connects again'
    }
  }
}

function problemsOf(name: OperationName): Problems {
  return together(OPERATION_PROBLEMS, PROBLEMS[name] ?? {})
}

interface OneOperation {
  Params: IdentityParams
  Querystring: TimeoutQuery
}

/** What can be asked of charge points whatever version they speak. */
export default async function operations(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    scope.setErrorHandler(answerFailure)
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
      // A password that is shown is kept nowhere, so its answer cannot be given again.
      config: { scope: 'calls:write', idempotent: name !== 'set-password', problems: problemsOf(name) },
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
    ({ params, query, body: request, operator, repeatable }) =>
      app.operations.perform({
        identity: params.identity,
        name,
        operation,
        request,
        operator: operator?.name ?? '',
        messageId: repeatable?.messageId,
        idempotencyKey: repeatable?.key,
        ...readTimeout(query)
      })
  )
}

/** `clear-cache` is operateClearCache. */
function operationIdOf(name: string): string {
  return `operate-${name}`.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
