import type { FastifyInstance } from 'fastify'
import { InvalidOptionsError } from '../errors.js'
import { parseBody } from './body.js'
import {
  type CallExtras,
  callActions,
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
   * Tells whether a charge point exists, so that one that is away is told from one that is unknown. Without it
   * only those connected are known, and a call to any other is answered 409.
   */
  isKnown?: IsKnown
  /** Which routes there are, for an app that has its own instead of some. Default all. */
  routes?: readonly OperatorRoute[]
  /**
   * Carries out a call in place of these routes, which send it to the live connection and wait for the answer: for an
   * app that writes calls down, queues or answers them later. Errors it throws become problems, `OCPP_ERR_NOT_CONNECTED`
   * becomes a 404 as `isKnown` says, and what it returns is the body of the answer. It may set status and headers.
   */
  call?: CarryOut
  /** What `call` understands beyond `timeout`, for the OpenAPI document. */
  callDocs?: CallExtras
}

/** `list` and `get` charge points, `disconnect` and `call` one. */
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
 * Operator routes over the live connections: list, look at, disconnect and call charge points. Hooks of the scope
 * it is registered in guard them; there is no other protection.
 *
 * @throws `OCPP_ERR_INVALID_OPTIONS` when fastify-ocpp is not registered before
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

/** Nothing of the host may alter a payload: no parser, no schema that coerces, no serialiser that drops members. */
function isolate(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseBody(body)
  )
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

/** One route an action, so that each is documented; an action that no version has falls to the last. */
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
