import { type Static, type TObject, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { expiryOf, OfflineQuery, readOffline } from '../../../lib/calls/offline-query.js'
import { readPreferences } from '../../../lib/calls/preferences.js'
import { findCall } from '../../../lib/calls/rows.js'
import { showStart } from '../../../lib/calls/start-rows.js'
import { connectionHere } from '../../../lib/charge-points/whereabouts.js'
import { API } from '../../../lib/http/api.js'
import { IdentityParams } from '../../../lib/http/records.js'
import { OPERATION_PROBLEMS, type Problems, together } from '../../../lib/openapi/problems.js'
import { STATUSES } from '../../../lib/operations/exchange.js'
import { type AnyOperation, mayWait } from '../../../lib/operations/operation.js'
import { checkQueueable, type OperationAnswer, type OperationCommand } from '../../../lib/operations/perform.js'
import { OPERATIONS, type OperationName } from '../../../lib/operations/table.js'
import { answerFailure, MadeCallRecord, readTimeout, TimeoutQuery } from '../../shared/operation.js'

const CALLS = Type.Array(MadeCallRecord, { description: 'The OCPP calls that were made, in this order' })

/** The answer to an operation. */
function answerSchema(name: OperationName, { details }: AnyOperation): TObject {
  return Type.Object({
    operation: Type.Literal(name),
    protocol: Type.String({ description: 'The OCPP version of the connection' }),
    status: Type.Unsafe({
      type: 'string',
      enum: STATUSES,
      description: 'Outcome, the same values for every version of OCPP'
    }),
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

const MANAGED = { 409: { LOAD_IS_MANAGED: 'the load management of the site limits this EVSE' } }

const OF_TRANSACTIONS = {
  404: { UNKNOWN_TRANSACTION: 'the charge point has no such transaction' },
  409: {
    NO_OPEN_TRANSACTION: 'the request names no transaction, and none is open at this EVSE or connector',
    SEVERAL_TRANSACTIONS: 'the request names no transaction, and several are open at this EVSE or connector'
  }
}

/** Problems of single operations. */
const PROBLEMS: Partial<Record<OperationName, Problems>> = {
  stop: OF_TRANSACTIONS,
  start: MANAGED,
  'charging-limit': together(OF_TRANSACTIONS, MANAGED),
  'clear-charging-limit': MANAGED,
  'priority-charging': together(OF_TRANSACTIONS, MANAGED),
  'dynamic-limit': MANAGED,
  'set-password': {
    409: {
      PASSWORD_UNDECIDED:
        'an earlier password got no answer: whether it is in use is unknown until the charge point connects again'
    }
  }
}

function problemsOf(name: OperationName): Problems {
  return together(OPERATION_PROBLEMS, PROBLEMS[name] ?? {}, mayWait(OPERATIONS[name]) ? NOT_QUEUEABLE : {})
}

const START_HEADERS = Type.Object({
  prefer: Type.Optional(
    Type.String({
      description:
        '`wait=60`: answer when it is known whether the transaction has started, after 60 seconds at the latest. RFC 7240'
    })
  )
})

const NOT_QUEUEABLE = { 422: { NOT_QUEUEABLE: 'the request cannot wait for its charge point: it needs several calls' } }

/** Query of operations that can wait for a charge point that is away. */
const QueueQuery = Type.Object(
  { ...TimeoutQuery.properties, ...OfflineQuery.properties },
  { additionalProperties: false }
)
type QueueQuery = Static<typeof QueueQuery>

const QueuedRecord = Type.Object(
  {
    messageId: Type.String({ description: '`Location` is the address of the call' }),
    identity: Type.String(),
    action: Type.String({ description: 'The OCPP call that the operation is in the version that was spoken last' }),
    status: Type.Literal('queued')
  },
  { description: 'The charge point is away: the operation waits as an OCPP call. It is a call like any other' }
)

interface OneOperation {
  Params: IdentityParams
  Querystring: QueueQuery
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
      config: {
        holder: 'needed',
        scope: 'calls:write',
        idempotent: name !== 'set-password',
        problems: problemsOf(name)
      },
      schema: {
        tags: ['Operations'],
        operationId: operationIdOf(name),
        summary,
        description,
        params: IdentityParams,
        querystring: mayWait(operation) ? QueueQuery : TimeoutQuery,
        ...(operation.startsTransaction && { headers: START_HEADERS }),
        body,
        response: { 200: answerSchema(name, operation), ...(mayWait(operation) && { 202: QueuedRecord }) }
      }
    },
    async (request, reply) => {
      const { params, query, body, operator, repeatable } = request
      const command = {
        identity: params.identity,
        name,
        operation,
        request: body,
        operator: operator?.name ?? '',
        messageId: repeatable?.messageId,
        idempotencyKey: repeatable?.key,
        ...readTimeout(query)
      }
      const offline = readOffline(query)
      if (offline.whenOffline === 'queue') {
        checkQueueable(operation, body)
        const expiresAt = expiryOf(offline, app.config.OFFLINE_CALLS_EXPIRY)
        if (connectionHere(app.ocpp, params.identity) === undefined) return queue(app, reply, { ...command, expiresAt })
      }
      const answer = await app.operations.perform(command)
      return operation.startsTransaction ? withStart(app, { request, reply, answer }) : answer
    }
  )
}

/** Queues an operation as the call that it is. */
async function queue(
  { operations, offlineCalls }: FastifyInstance,
  reply: FastifyReply,
  { expiresAt, ...command }: OperationCommand & { expiresAt: number }
): Promise<Static<typeof QueuedRecord>> {
  const { identity, operator, timeout, messageId: given, idempotencyKey } = command
  const step = await operations.translate(command)
  const call = { ...step, identity, operator, timeout, idempotencyKey, expiresAt, messageId: given }
  const { messageId } = await offlineCalls.add(call)
  reply.code(202).header('location', `${API}/calls/${messageId}`)
  return { messageId, identity, action: step.action, status: 'queued' }
}

interface Started {
  request: FastifyRequest
  reply: FastifyReply
  answer: OperationAnswer
}

/** Adds what came of a remote start, after the seconds that the operator prefers to wait. [RFC 7240 §4.3] */
async function withStart(app: FastifyInstance, { request, reply, answer }: Started): Promise<object> {
  const messageId = answer.calls.at(-1)?.messageId
  if (answer.status !== 'accepted' || messageId === undefined) return answer
  const { wait } = readPreferences(request.headers.prefer)
  if (wait !== undefined) {
    await app.remoteStarts.known(messageId, wait)
    reply.header('preference-applied', `wait=${wait}`)
  }
  const call = await findCall(app.store.db, messageId)
  return { ...answer, ...(call !== undefined && showStart(call, app.scopes.mayOf(request))) }
}

/** `clear-cache` becomes `operateClearCache`. */
function operationIdOf(name: string): string {
  return `operate-${name}`.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
