import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AcceptedBulk, BulkResultRecord, DryRunRecord } from '../../../lib/calls/bulk-records.js'
import { together } from '../../../lib/openapi/problems.js'
import { askByOperation } from '../../../lib/operations/bulk-ask.js'
import type { AnyOperation } from '../../../lib/operations/operation.js'
import { checkQueueable } from '../../../lib/operations/perform.js'
import { OPERATIONS } from '../../../lib/operations/table.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { BULK_PROBLEMS, BulkOperationBody } from '../../shared/bulk-body.js'
import { askMany } from '../../shared/call-many.js'
import { CallHeaders } from '../../shared/carry-out.js'

/** The outcome of a bulk is saved, and a password must not be. */
const { 'set-password': _, ...OF_MANY } = OPERATIONS
const NAMES = Object.keys(OF_MANY)

const Params = Type.Object({
  name: Type.String({ maxLength: 64, examples: ['clear-cache'], description: `The operation: ${NAMES.join(', ')}` })
})
type Params = Static<typeof Params>

const PROBLEMS = together(BULK_PROBLEMS, {
  404: { UNKNOWN_OPERATION: 'there is no such operation for many charge points' },
  422: {
    NOT_QUEUEABLE: 'the operation cannot wait for a charge point: it needs several calls, or makes no sense later'
  }
})

/** Operations for many charge points. */
export default async function bulkOperations(app: FastifyInstance): Promise<void> {
  app.post<{ Params: Params; Body: BulkOperationBody }>(
    '/operations/:name',
    {
      config: { scope: 'calls:write', audit: false, idempotent: true, problems: PROBLEMS },
      schema: {
        tags: ['Operations'],
        operationId: 'operateMany',
        params: Params,
        headers: CallHeaders,
        body: BulkOperationBody,
        response: { 200: Type.Union([BulkResultRecord, DryRunRecord]), 202: AcceptedBulk },
        summary: 'Carry out an operation at many charge points',
        description:
          'At most 10 000 charge points that are named or that a filter matches. `body` is the request of the operation, ' +
          'and each item has its answer as `outcome`. A bulk call like those of `POST /calls`: it is read and stopped ' +
          'below `/bulk-calls`. With `whenOffline` `queue` the operation waits for charge points that are away as an ' +
          'OCPP call of the version that they spoke last; its item has the answer to the call as `result`.'
      }
    },
    (request, reply) => {
      const { params, body } = request
      const { name } = params
      const operation = find(name)
      const { body: given = {}, timeout } = body
      checkBody(request, operation, given)
      if (body.whenOffline === 'queue') checkQueueable(operation, given)
      const operator = request.operator?.name ?? ''
      const each = { name, operation, request: given, operator, timeout }
      return askMany(app, { request, reply }, body, {
        kind: 'operation',
        action: name,
        request: given,
        askBy: (expiresAt) => askByOperation(app, { ...each, expiresAt })
      })
    }
  )
}

/** @throws `UNKNOWN_OPERATION` */
function find(name: string): AnyOperation {
  const known: Readonly<Record<string, AnyOperation>> = OF_MANY
  const operation = Object.hasOwn(known, name) ? known[name] : undefined
  if (operation !== undefined) return operation
  throw new ProblemError(404, 'UNKNOWN_OPERATION', `no operation ${name} for many charge points`)
}

/** @throws the error of Fastify's own validation */
function checkBody(request: FastifyRequest, { body }: AnyOperation, given: unknown): void {
  const validate = request.getValidationFunction(body) ?? request.compileValidationSchema(body)
  if (validate(given)) return
  const validation = (validate.errors ?? []).map((error) => ({ ...error, instancePath: `/body${error.instancePath}` }))
  throw Object.assign(new Error('the body of the operation is invalid'), {
    statusCode: 400,
    code: 'FST_ERR_VALIDATION',
    validation,
    validationContext: 'body'
  })
}
