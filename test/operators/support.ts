import assert from 'node:assert/strict'
import type { OperatorScope } from '../../lib/operators/scopes.js'
import { operate } from '../app/support.js'
import type { TestServer } from '../support/server.js'

/** Makes a token; answers the headers that go with it. */
export async function tokenOf(server: TestServer, name: string, ...scopes: OperatorScope[]) {
  const response = await operate(server, 'POST', '/operator-tokens', { name, scopes })
  assert.equal(response.statusCode, 201, response.body)
  return bearer(response.json().token)
}

export function bearer(token: string) {
  return { authorization: `Bearer ${token}` }
}

/** The value of a metric, 0 when it has never been counted. */
export async function metric({ app }: TestServer, line: string): Promise<number> {
  const text = await app.metrics.metrics()
  const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `))
  return Number(found?.slice(line.length) ?? 0)
}

interface Shown {
  example?: unknown
  examples?: Record<string, { value: unknown }>
}

interface Operation {
  parameters?: { name: string; in: string }[]
  requestBody?: { content?: Record<string, Shown> }
  security?: { operator?: string[] }[]
}

/** A route of the operator API, its parameters filled in. */
export interface Route {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH'
  url: string
  /** As OpenAPI writes it. */
  path: string
  query: string[]
  /** That the document says it needs. */
  scopes: string[]
  hasBody: boolean
  /** A body that has the right form. */
  example: unknown
}

/** The first that the document shows. */
function exampleOf({ example, examples = {} }: Shown = {}): unknown {
  return example ?? Object.values(examples)[0]?.value
}

/** Every documented route of the operator API. */
export function routesOf({ app }: TestServer): Route[] {
  const document = app.swagger() as { paths: Record<string, Record<string, Operation>> }
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/api/v1/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { parameters = [], requestBody, security = [] }]) => ({
        method: method.toUpperCase() as Route['method'],
        url: path.replace(/\{\w+\}/g, '1'),
        path,
        query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
        scopes: security.flatMap(({ operator = [] }) => operator),
        hasBody: requestBody !== undefined,
        example: exampleOf(requestBody?.content?.['application/json'])
      }))
    )
}

/** That an answer is problem details of a client's error, and nothing else. [RFC 9457] */
export function assertRefused(
  { statusCode, headers, body }: { statusCode: number; headers: object; body: string },
  what: string
): void {
  assert.ok(statusCode >= 400 && statusCode < 500, `${what}: ${statusCode} ${body.slice(0, 300)}`)
  assert.match(String((headers as Record<string, unknown>)['content-type']), /^application\/problem\+json/, what)
  const { status, type, title } = JSON.parse(body)
  assert.deepEqual([status, type], [statusCode, 'about:blank'], what)
  assert.equal(typeof title, 'string', what)
}
