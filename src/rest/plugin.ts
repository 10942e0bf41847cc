import type { FastifyInstance } from 'fastify'
import { InvalidOptionsError } from '../errors.js'
import { parseBody } from './body.js'
import { callActions } from './calls.js'
import {
  type CallExtras,
  callOperation,
  disconnectOperation,
  documented,
  getOperation,
  hiddenOperation,
  listOperation
} from './openapi.js'
import { type CallTarget, type CarryOut, type IsKnown, Operations } from './operations.js'
import { problemHandler } from './problem.js'
import type { Query } from './query.js'

/** Options of the operator routes. */
export interface OperatorRoutesOptions {
  /**
   * Whether a charge point exists; it distinguishes a disconnected charge point (409) from an unknown one (404).
   * Default: only connected charge points are known, and a call to any other is answered 409.
   */
  isKnown?: IsKnown
  /** The routes to register, for an app that replaces some of them with its own. Default: all. */
  routes?: readonly OperatorRoute[]
  /**
   * Carries out a call, for an app that records calls, queues them or answers later. The returned value is the body of
   * the response; thrown errors become problem details, and `OCPP_ERR_NOT_CONNECTED` becomes 404 when `isKnown` says
   * that the charge point is unknown. The function may set status and headers. Default: the call is sent to the live
   * connection, and the response waits for the answer.
   */
  call?: CarryOut
  /** Parameters, headers and responses of `call` besides the built-in ones, for the OpenAPI document. */
  callDocs?: CallExtras
}

/** `list`: all charge points; `get`, `disconnect` and `call`: one charge point. */
export type OperatorRoute = (typeof ROUTES)[number]

const ROUTES = ['list', 'get', 'disconnect', 'call'] as const

interface OneChargePoint {
  Params: { identity: string }
}

interface OneCall {
  Params: CallTarget
  Querystring: Query
}

const CHARGE_POINTS = '/charge-points'
const CHARGE_POINT = `${CHARGE_POINTS}/:identity`
const CALLS = `${CHARGE_POINT}/calls`

/**
 * Operator routes for the live connections: list, get, disconnect and call charge points. The routes have no protection
 * of their own: guard them with hooks in the scope where you register them.
 *
 * @throws `OCPP_ERR_INVALID_OPTIONS` when fastify-ocpp is not registered yet
 */
export async function operatorRoutes(app: FastifyInstance, options: OperatorRoutesOptions): Promise<void> {
  const { isKnown, call, callDocs } = checked(app, options)
  const operations = new Operations(app.ocpp, isKnown, call)
  isolate(app)
  const routes = new Set(options.routes ?? ROUTES)
  addChargePoints(app, operations, routes)
  if (routes.has('call')) addCalls(app, operations, callDocs)
}

function checked(app: FastifyInstance, options: OperatorRoutesOptions): OperatorRoutesOptions {
  if (!app.hasDecorator('ocpp')) {
    throw new InvalidOptionsError('fastify-ocpp/rest: register fastify-ocpp before the operator routes')
  }
  for (const name of ['isKnown', 'call'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new InvalidOptionsError(`fastify-ocpp/rest: option \`${name}\` must be a function`)
    }
  }
  if (options.routes?.some((route) => !ROUTES.includes(route))) {
    throw new InvalidOptionsError(`fastify-ocpp/rest: option \`routes\` must list some of ${ROUTES.join(', ')}`)
  }
  return options
}

/** Isolates the payloads from the application: its parsers, coercing schemas and serialisers could alter them. */
function isolate(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request: unknown, body: Buffer, done) => {
    try {
      done(null, parseBody(body))
    } catch (error) {
      done(error as Error)
    }
  })
  app.setValidatorCompiler(() => () => true)
  app.setReplySerializer((payload) => JSON.stringify(payload))
  app.setErrorHandler(problemHandler)
}

function addChargePoints(app: FastifyInstance, operations: Operations, routes: ReadonlySet<OperatorRoute>): void {
  if (routes.has('list')) {
    app.get<{ Querystring: Query }>(CHARGE_POINTS, { config: documented(app.ocpp, listOperation) }, async ({ query }) =>
      operations.list(query)
    )
  }
  if (routes.has('get')) {
    app.get<OneChargePoint>(CHARGE_POINT, { config: documented(app.ocpp, getOperation) }, ({ params }) =>
      operations.get(params.identity)
    )
  }
  if (!routes.has('disconnect')) return
  app.delete<OneChargePoint>(
    `${CHARGE_POINT}/connection`,
    { config: documented(app.ocpp, disconnectOperation) },
    async ({ params }, reply) => {
      await operations.disconnect(params.identity)
      return reply.code(204).send()
    }
  )
}

/** Adds one route per action, so that each is documented, and a last one for unknown actions. */
function addCalls(app: FastifyInstance, operations: Operations, docs: CallExtras | undefined): void {
  for (const action of callActions()) {
    const config = documented(app.ocpp, callOperation(action, docs))
    app.post<OneCall>(`${CALLS}/${action}`, { config }, (request, reply) =>
      operations.call({ identity: request.params.identity, action }, request, reply)
    )
  }
  const config = documented(app.ocpp, hiddenOperation)
  app.post<OneCall>(`${CALLS}/:action`, { config }, (request, reply) => operations.call(request.params, request, reply))
}
