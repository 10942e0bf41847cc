import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import type { Media, Schema } from '../../lib/openapi/document.js'
import { inLong } from '../support/long.js'
import { judgeOf, operationsOf, startDocumented } from './document.js'

describe('the document of the operator API', () => {
  let made: Awaited<ReturnType<typeof startDocumented>>
  before(async () => {
    made = await startDocumented()
  })

  it('has nothing that a linter objects to', inLong, async () => {
    // Whoever asks for the health of the process makes no mistakes that it could be told of.
    const config = await createConfig({ extends: ['recommended'], rules: { 'operation-4xx-response': 'off' } })
    const problems = await lintFromString({ source: made.text, absoluteRef: '/openapi.json', config })
    assert.deepEqual(
      problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`),
      []
    )
  })

  it('has an operationId, a summary and a tag for every operation, and says what it needs', () => {
    const described = new Set<string | undefined>(made.document.tags?.map(({ name }) => name))
    for (const { path, method, operation } of operationsOf(made.document)) {
      const name = `${method} ${path}`
      for (const member of ['operationId', 'summary'] as const) assert.ok(operation[member], `${name}: ${member}`)
      assert.ok(operation.tags?.length === 1, `${name}: tags`)
      assert.ok(described.has(operation.tags[0]), `${name}: nothing says what ${operation.tags[0]} is`)
      // What is not there is made by PUT.
      if (path.includes('{') && method !== 'put') assert.ok(operation.responses[404], `${name}: 404`)
      const isPublic = path === '/' || path.startsWith('/health/')
      // A token, or the cookie of a sign-in.
      const isOpen = isPublic || operation.operationId === 'signIn'
      assert.equal(operation.security?.length, isOpen ? 0 : 2, `${name}: security`)
      for (const status of isPublic ? [] : ['401', '403']) assert.ok(operation.responses[status], `${name}: ${status}`)
    }
  })

  it('has an example of every body, and each is as its schema says', () => {
    const judge = judgeOf(made)
    let count = 0
    const check = (name: string, schema: Schema | undefined, values: unknown[]) => {
      assert.ok(schema !== undefined, `${name}: no schema`)
      assert.ok(values.length > 0, `${name}: no example`)
      for (const value of values) {
        assert.equal(judge.fault(schema, value), undefined, name)
        count++
      }
    }
    const checkContent = (name: string, content: Record<string, Media> = {}) => {
      for (const [type, { schema, example, examples }] of Object.entries(content)) {
        const values = examples === undefined ? [example] : Object.values(examples).map(({ value }) => value)
        const given = values.filter((value) => value !== undefined)
        check(`${name} ${type}`, schema, given)
      }
    }
    for (const { path, method, operation } of operationsOf(made.document)) {
      checkContent(`${method} ${path}`, operation.requestBody?.content)
      for (const { name, in: place, schema, example } of operation.parameters ?? []) {
        if (place === 'path') check(`${method} ${path} ${name}`, schema, [example])
      }
      for (const [status, response] of Object.entries(operation.responses)) {
        if (!('$ref' in response)) checkContent(`${method} ${path} ${status}`, response.content)
      }
    }
    for (const [name, { content }] of Object.entries(made.document.components.responses ?? {})) {
      checkContent(name, content)
    }
    assert.ok(count > 300, `only ${count} examples`)
  })
})
