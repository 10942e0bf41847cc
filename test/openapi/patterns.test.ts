import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Problem } from 'fastify-ocpp/rest'
import type { Schema } from '../../lib/openapi/document.js'
import { BEARER, operate } from '../app/support.js'
import { operationsOf, startDocumented } from './document.js'

const { server, document } = await startDocumented({ API_RATE_LIMIT: '0' })
const OPERATIONS = operationsOf(document).filter(({ path }) => path.startsWith('/api/v1/'))
const RAW_CALL = /\/calls\/[A-Z]\w+$/

describe('a pattern of the API', () => {
  it('is explained in words wherever it is, so that no client is shown a regular expression', () => {
    const silent: string[] = []
    const look = (what: string, schema: Schema = {}): void => {
      if (schema.pattern !== undefined && !schema['x-rule']?.startsWith('must '))
        silent.push(`${what}: ${schema.pattern}`)
      for (const [name, member] of Object.entries(schema.properties ?? {})) look(`${what}/${name}`, member)
      if (schema.items !== undefined) look(`${what}/`, schema.items)
      for (const part of [...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) look(what, part)
    }
    for (const { path, method, operation } of OPERATIONS) {
      const name = `${method} ${path}`
      for (const parameter of operation.parameters ?? []) {
        const { required: _, ...described } = parameter
        look(`${name} ${parameter.name}`, { ...described, ...parameter.schema })
      }
      look(name, operation.requestBody?.content['application/json']?.schema)
    }
    assert.deepEqual(silent, [])
  })

  it('is named in errors of a path, of a query, and of a body', async () => {
    const refusals = [
      await operate(server, 'PUT', '/charge-points/CP%20', {}),
      await operate(server, 'GET', '/transactions?connectorId=x'),
      await operate(server, 'PUT', '/charge-points/CP-1', { serialNumber: 'Straße' }),
      await operate(server, 'POST', '/operator-tokens', { name: 'self', scopes: ['admin'] })
    ]
    assert.deepEqual(
      refusals.map((response) => response.json<Problem>().detail),
      [
        'params/identity must be 1 to 48 letters, digits, spaces and * - _ = + | @ . without a space at either end',
        'querystring/connectorId must be a number of at most 10 digits',
        'body/serialNumber must consist of printable ASCII characters or must be null',
        'body/name must be 1 to 64 lower case letters, digits and . _ -, begin with a letter or digit, and not be ' +
          'operator, command-line, self'
      ]
    )
  })
})

describe('an unknown query parameter', () => {
  for (const { path, method, operation } of OPERATIONS) {
    const known = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query').map(({ name }) => name)
    // Raw calls read their query in the library.
    if (known.length === 0 || RAW_CALL.test(path)) continue
    it(`of ${method} ${path} is refused with a list of the known ones`, async () => {
      const required = (operation.parameters ?? []).filter(
        (parameter) => parameter.in === 'query' && parameter.required
      )
      const given = required.map(({ name, schema }) => `&${name}=${schema?.enum?.[0]}`).join('')
      const url = `${path.replace(/\{\w+\}/g, '1')}?nonsense=1${given}`
      const { example, examples = {} } = operation.requestBody?.content['application/json'] ?? {}
      const payload = example ?? Object.values(examples)[0]?.value
      const response = await server.app.inject({
        method: method.toUpperCase() as 'GET',
        url,
        headers: BEARER,
        ...(payload !== undefined && { payload: payload as object })
      })
      const { errors = [] } = response.json<Problem>()
      assert.equal(response.statusCode, 400, response.body)
      const [{ pointer, detail } = { pointer: '', detail: '' }] = errors
      assert.equal(pointer, '/nonsense')
      assert.deepEqual(detail.replace('is unknown; known are ', '').split(', ').sort(), [...known].sort())
    })
  }
})
