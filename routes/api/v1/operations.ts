import { type TObject, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { IdentityParams } from '../../../lib/http/records.js'
import { OPERATION_PROBLEMS, type Problems, together } from '../../../lib/openapi/problems.js'
import { STATUSES } from '../../../lib/operations/exchange.js'
import type { AnyOperation } from '../../../lib/operations/operation.js'
import { OPERATIONS, type OperationName } from '../../../lib/operations/table.js'
import { answerFailure, MadeCallRecord, readTimeout, TimeoutQuery } from '../../shared/operation.js'

const CALLS = Type.Array(MadeCallRecord, { description: 'The OCPP calls that were made, in this order' })

/** The answer to an operation. */
function answerSchema(name: OperationName, { details }: AnyOperation): TObject {
  return Type.Object({
    operation: Type.Literal(name),
    protocol: Type.String({ description: 'The OCPP version of the connection' }),
    status: Type.Unsafe({ type: 'string', enum: STATUSES, description: 'The same words for every version of OCPP' }),
    reason: Type.Optional(
      Type.String({ description: 'The status that the charge point sent, if it says more than `status`' })
    ),
    statusInfo: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'OCPP 2.x: details from the charge point' })
    ),
    ...details,
    calls: CALLS
  })
}

const OF_TRANSACTIONS = {
  404: { UNKNOWN_TRANSACTION: 'the charge point has no such transaction' },
  409: {
    NO_OPEN_TRANSACTION: 'no transaction is named, and none is open at that place',
    SEVERAL_TRANSACTIONS: 'no transaction is named, and several are open at that place'
  }
}

/** Problems of single operations. */
const PROBLEMS: Partial<Record<OperationName, Problems>> = {
  stop: OF_TRANSACTIONS,
  'charging-limit': OF_TRANSACTIONS,
  'set-password': {
    409: {
      PASSWORD_UNDECIDED:
        'an earlier password got no answer: whether it is in use is unknown until the charge point connects again'
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

/** A route for each operation. */
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
      // An answer that shows a password is not saved, so it cannot be repeated.
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

/** `clear-cache` becomes `operateClearCache`. */
function operationIdOf(name: string): string {
  return `operate-${name}`.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
