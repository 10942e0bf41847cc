import assert from 'node:assert/strict'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'

import operatorRoutes, { type OperatorRoutesOptions, type Problem } from 'fastify-ocpp/rest'
import { type ServerOptions, startServer, type TestServer } from '../support/server.js'

export const PREFIX = '/api/v1'

export interface OperatorServerOptions {
  ocpp?: ServerOptions
  rest?: OperatorRoutesOptions
  /** Run by the host before the routes are registered. */
  before?: (app: FastifyInstance) => void | Promise<void>
}

/** A listening app with the operator routes below {@link PREFIX}. */
export function startOperator({ ocpp, rest, before }: OperatorServerOptions = {}): Promise<TestServer> {
  return startServer(ocpp, async (app) => {
    await before?.(app)
    await app.register(operatorRoutes, { prefix: PREFIX, ...rest })
  })
}

/** Sends a call over HTTP, the body as JSON. */
export function post(app: FastifyInstance, identity: string, action: string, body: unknown, query = '') {
  return postText(app, identity, action, JSON.stringify(body), query)
}

/** Sends a call over HTTP, the body as it is. */
export function postText(app: FastifyInstance, identity: string, action: string, body: string | Buffer, query = '') {
  return app.inject({
    method: 'POST',
    url: `${PREFIX}/charge-points/${identity}/calls/${action}${query}`,
    headers: { 'content-type': 'application/json' },
    payload: body
  })
}

/** The problem details of an answer, whose form is checked. */
export function problemOf(response: LightMyRequestResponse, status: number): Problem {
  assert.equal(response.statusCode, status, response.body)
  assert.match(String(response.headers['content-type']), /^application\/problem\+json\b/)
  const problem = response.json<Problem>()
  assert.equal(problem.status, status)
  assert.equal(problem.type, 'about:blank')
  assert.equal(typeof problem.title, 'string')
  assert.doesNotMatch(response.body, /\.[jt]s:\d/)
  return problem
}
