import assert from 'node:assert/strict'
import { test } from 'node:test'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import fastifyOcpp, { type Protocol } from 'fastify-ocpp'
import operatorRoutes from 'fastify-ocpp/rest'
import { SUMMARIES } from '../../src/rest/summaries.js'
import { versions } from '../schemas/versions.js'

interface Operation {
  operationId: string
  summary: string
  tags: string[]
  requestBody: { content: Record<string, { schema: Variants }> }
  responses: Record<
    string,
    { description?: string; content?: Record<string, { schema: { properties: { result: Variants } } }> }
  >
}

interface Variants {
  anyOf: { $ref: string }[]
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { title: string; properties: Record<string, unknown> }> }
}

async function documentOf(protocols: readonly Protocol[], options: object = { openapi: {} }): Promise<Document> {
  const app = Fastify()
  await app.register(swagger, options)
  await app.register(fastifyOcpp, { securityProfile: 0, protocols })
  await app.register(operatorRoutes, { prefix: '/api/v1' })
  await app.ready()
  const document: unknown = app.swagger()
  await app.close()
  return JSON.parse(JSON.stringify(document))
}

const ALL = versions.map(({ protocol }) => protocol)

function csmsActions(protocols: readonly Protocol[]): Map<string, string[]> {
  const actions = new Map<string, string[]>()
  for (const { protocol, version, actions: definitions } of versions) {
    if (!protocols.includes(protocol)) continue
    for (const [action, { direction, messageType }] of Object.entries(definitions)) {
      if (direction === 'chargePoint' || messageType === 'SEND') continue
      actions.set(action, [...(actions.get(action) ?? []), `Ocpp${version.replaceAll('.', '')}${action}`])
    }
  }
  return actions
}

function calls(document: Document): Map<string, Operation> {
  const found = new Map<string, Operation>()
  for (const [path, { post }] of Object.entries(document.paths)) {
    const [, action] = /^\/api\/v1\/charge-points\/\{identity\}\/calls\/(.+)$/.exec(path) ?? []
    if (action !== undefined && post !== undefined) found.set(action, post)
  }
  return found
}

function references({ anyOf }: Variants): string[] {
  return anyOf.map(({ $ref }) => $ref.replace('#/components/schemas/', '')).sort()
}

for (const protocols of [ALL, ...ALL.map((protocol) => [protocol])]) {
  test(`every action of ${protocols.join(', ')} is documented with its requests and answers`, async () => {
    const found = calls(await documentOf(protocols))
    const expected = csmsActions(protocols)
    assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort())
    for (const [action, messages] of expected) {
      const { requestBody, responses, operationId } = found.get(action) as Operation
      const [request, answer] = [
        requestBody.content['application/json'],
        responses['200']?.content?.['application/json']
      ]
      assert.ok(request !== undefined && answer !== undefined)
      assert.equal(operationId, `call${action}`)
      assert.deepEqual(references(request.schema), messages.map((name) => `${name}Request`).sort())
      assert.deepEqual(references(answer.schema.properties.result), messages.map((name) => `${name}Response`).sort())
    }
  })
}

test('every reference has its component, every component a reference, and no member that is not JSON schema', async () => {
  const document = await documentOf(ALL)
  const text = JSON.stringify(document)
  const referenced = new Set(Array.from(text.matchAll(/"#\/components\/schemas\/([^"]+)"/g), ([, name]) => name))
  assert.deepEqual([...referenced].sort(), Object.keys(document.components.schemas).sort())
  assert.ok(!text.includes('maxFractionDigits'))
  assert.equal(document.components.schemas.Ocpp16ResetRequest?.title, 'OCPP 1.6 Reset request')
})

test('operation ids are unique, and each operation has a summary, a tag and problem answers', async () => {
  const { paths } = await documentOf(ALL)
  const operations = Object.values(paths).flatMap((path) =>
    Object.entries(path).map(([method, operation]) => ({ method, ...operation }))
  )
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
  for (const { method, operationId, summary, tags, responses } of operations) {
    const successes = Object.keys(responses).filter((status) => Number(status) < 400)
    assert.deepEqual(successes, [method === 'delete' ? '204' : '200'], operationId)
    assert.ok(summary, operationId)
    assert.equal(tags.length, 1, operationId)
    const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400)
    assert.ok(errors.length > 0, operationId)
    for (const [status, { content, description }] of errors) {
      assert.deepEqual(Object.keys(content ?? {}), ['application/problem+json'])
      // The default of @fastify/swagger stands for none.
      assert.ok(description && description !== 'Default Response', `${operationId} ${status}`)
    }
  }
  assert.deepEqual(Object.keys(paths['/api/v1/charge-points/{identity}/calls/Reset']?.post?.responses ?? {}), [
    ...['200', '400', '404', '409', '413', '415', '422', '429', '502', '504']
  ])
})

test('there is a summary for each action, and for nothing else', () => {
  assert.deepEqual(Object.keys(SUMMARIES).sort(), [...csmsActions(ALL).keys()].sort())
})

test('changes that a host makes to its document do not reach the schemas', async () => {
  const first = await documentOf(ALL)
  await documentOf(ALL, {
    openapi: {},
    transformObject: ({ openapiObject }: { openapiObject: Document }) => {
      const empty = (value: unknown): void => {
        for (const member of Object.values(value ?? {})) if (typeof member === 'object') empty(member)
        if (Array.isArray(value)) value.length = 0
      }
      empty(openapiObject.components.schemas)
      return openapiObject
    }
  })
  assert.deepEqual(await documentOf(ALL), first)
})

test('a Swagger 2.0 document leaves the routes out', async () => {
  assert.deepEqual((await documentOf(ALL, { swagger: {} })).paths, {})
})
