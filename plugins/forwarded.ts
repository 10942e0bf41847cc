import type { FastifyInstance, HTTPMethods } from 'fastify'
import type { ForwardedRequest } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { refuseOutdated } from '../lib/load-management/calls.js'
import {
  asForwarded,
  drainingAnswer,
  type ForwardedHttp,
  type ForwardedOperation,
  type HttpAnswer,
  isForwardedCall,
  isForwardedHttp,
  isForwardedOperation,
  passedHeaders
} from '../lib/nodes/forwarding.js'
import { askByOperation } from '../lib/operations/bulk-ask.js'
import type { AnyOperation } from '../lib/operations/operation.js'
import { OPERATIONS, type OperationName } from '../lib/operations/table.js'
import type { Operator } from '../lib/operators/scopes.js'
import { ProblemError } from '../lib/problem-error.js'
import type {} from './call-queues.js'
import type {} from './calls.js'
import type {} from './database.js'
import type {} from './drain.js'
import type {} from './operations.js'

/** The code of a request whose charge point is not connected, in the text of a problem. */
const NOT_CONNECTED = '"OCPP_ERR_NOT_CONNECTED"'

/** Carries out what another node forwarded. */
async function carryOut(app: FastifyInstance, forwarded: ForwardedRequest): Promise<unknown> {
  const { request } = forwarded
  if (isForwardedHttp(request)) return answerHttp(app, request, forwarded)
  if (app.isDraining) throw new ProblemError(503, 'DRAINING', 'the node of the charge point is going down')
  if (isForwardedOperation(request)) return operate(app, request, forwarded)
  if (!isForwardedCall(request)) throw new ProblemError(500, 'INTERNAL_ERROR', 'not a request of this version')
  if (request.fence !== undefined) await refuseOutdated(app.database.db, request.fence)
  const { answer } = await app.calls.start({ ...request.command, signal: forwarded.signal })
  return answer
}

/** An operation of a bulk call of another node, which may have operations that this one does not know. */
function operate(
  app: FastifyInstance,
  { name, request, identity, messageId, operator, timeout }: ForwardedOperation,
  { signal }: ForwardedRequest
): Promise<unknown> {
  if (!isOperation(name)) throw new ProblemError(409, 'OPERATION_NOT_SUPPORTED', `this node has no operation ${name}`)
  const operation: AnyOperation = OPERATIONS[name]
  return askByOperation(app, { name, operation, request, operator, timeout })({ identity, messageId }, signal)
}

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name)
}

async function answerHttp(
  app: FastifyInstance,
  request: ForwardedHttp,
  { identity, signal }: ForwardedRequest
): Promise<HttpAnswer> {
  if (app.isDraining) return drainingAnswer()
  const { method, url, headers, body, operator, remoteAddress } = request
  app.log.debug(
    { identity, method, url: url.replace(/\?.*/s, ''), operator: operator.name },
    'a request from another node'
  )
  const {
    statusCode,
    headers: answered,
    payload
  } = await asForwarded({ operator: operator as Operator, signal }, async () => {
    // Awaited here, because the request is begun when somebody waits for its answer.
    return await app.inject({
      method: method as HTTPMethods,
      url,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { payload: body }),
      ...(remoteAddress !== undefined && { remoteAddress })
    })
  })
  // It was disconnected before its call was made: whoever asked follows it to another node.
  if (app.isDraining && statusCode === 409 && payload.includes(NOT_CONNECTED)) return drainingAnswer()
  return { status: statusCode, headers: passedHeaders(answered), body: payload }
}

/** Carries out requests of operators to other nodes, for charge points that are connected to this one. */
async function forwarded(app: FastifyInstance): Promise<void> {
  app.ocpp.cluster?.onForward((forwarded) => carryOut(app, forwarded))
}

export default fp(forwarded, {
  fastify: '5.x',
  name: 'forwarded',
  dependencies: ['calls', 'call-queues', 'database', 'drain', 'elsewhere', 'ocpp', 'operations']
})
