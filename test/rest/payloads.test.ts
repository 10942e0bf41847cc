import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outboundSchema } from '../../src/leniency.js'
import { PROTOCOLS } from '../../src/protocol.js'
import type { ActionDefinition } from '../../src/schema.js'
import { maximal, minimal, mutants } from '../schemas/samples.js'
import { versions } from '../schemas/versions.js'
import { connectCharger } from '../support/charger.js'
import { post, postText, problemOf, startOperator } from './operator.js'

function callsOf(actions: Readonly<Record<string, ActionDefinition>>): [string, ActionDefinition][] {
  return Object.entries(actions).filter(([, { direction, messageType }]) => {
    return direction !== 'chargePoint' && messageType === 'CALL'
  })
}

for (const { version, protocol, actions } of versions) {
  test(`every request and answer of OCPP ${version} passes as it was sent`, async () => {
    const { app, url } = await startOperator()
    const charger = await connectCharger(url, 'CP-1', { protocol })
    const calls = callsOf(actions)
    assert.ok(calls.length > 20)
    for (const [action, { request, response }] of calls) {
      assert.ok(response !== undefined)
      const sendable = outboundSchema(PROTOCOLS[protocol], `${action}Request`, request, {})
      for (const sample of [minimal, maximal]) {
        const payload: string = JSON.stringify(sample(sendable))
        const answer = sample(response)
        charger.onCall(() => answer)
        const { statusCode, body } = await postText(app, 'CP-1', action, payload)
        assert.equal(statusCode, 200, `${action}: ${body}`)
        const sent = charger.received.at(-1) ?? ''
        const id = JSON.parse(sent)[1]
        assert.equal(sent, `[2,"${id}","${action}",${payload}]`)
        assert.equal(body, `{"messageId":"${id}","action":"${action}","result":${JSON.stringify(answer)}}`)
      }
    }
    assert.equal(charger.received.length, 2 * calls.length)
  })

  test(`every breach of a rule in OCPP ${version} is 422 at the member that breaks it`, async () => {
    const { app, url } = await startOperator()
    const charger = await connectCharger(url, 'CP-1', { protocol })
    for (const [action, { request }] of callsOf(actions)) {
      const rules = new Set<string>()
      for (const { name, payload, pointer, rule } of mutants(request)) {
        // One of each kind: all of them are tested without HTTP.
        if (rules.has(rule)) continue
        rules.add(rule)
        const problem = problemOf(await post(app, 'CP-1', action, payload), 422)
        assert.deepEqual(
          problem.errors?.map((error) => error.pointer),
          [pointer],
          `${action} ${name}`
        )
      }
    }
    assert.deepEqual(charger.received, [])
  })
}

test('a host with a validator that coerces and removes does not touch a payload', async () => {
  const { app, url } = await startOperator({
    before: (host) => {
      host.setValidatorCompiler(() => (body: Record<string, unknown>) => {
        for (const name of Object.keys(body)) delete body[name]
        return true
      })
      host.setSerializerCompiler(() => () => '{}')
      host.setReplySerializer(() => '{}')
      host.addHook('onRoute', (route) => {
        route.schema = { body: { type: 'object' }, response: { '2xx': { type: 'object', properties: {} } } }
      })
    }
  })
  const charger = await connectCharger(url, 'CP-1')
  charger.onCall(() => ({ status: 'Accepted' }))
  const response = await post(app, 'CP-1', 'ChangeConfiguration', { key: 'a', value: '1' })
  assert.deepEqual(response.json().result, { status: 'Accepted' })
  assert.deepEqual(JSON.parse(charger.received[0] ?? '')[3], { key: 'a', value: '1' })
})

test('numbers keep their value and texts every character', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CS-1', { protocol: 'ocpp2.1' })
  charger.onCall(() => ({ status: 'Accepted' }))
  const data = '{"one":1.0,"fraction":0.3,"large":9007199254740993e0,"zero":-0,"text":"\\u0000\\ud83d\\udd0c é \\"{["}'
  const response = await postText(app, 'CS-1', 'DataTransfer', `{"vendorId":"v","data":${data}}`)
  assert.equal(response.statusCode, 200, response.body)
  assert.deepEqual(JSON.parse(charger.received[0] ?? '')[3].data, { ...JSON.parse(data), zero: 0 })
})

test('a body with numbers or nesting that could not be sent unchanged is 422', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CS-1', { protocol: 'ocpp2.1' })
  const values = [
    '9007199254740993',
    '-12345678901234567890',
    '1e400',
    '[1,{"a":-1e999}]',
    '['.repeat(64) + ']'.repeat(64)
  ]
  for (const value of values) {
    const response = await postText(app, 'CS-1', 'DataTransfer', `{"vendorId":"v","data":${value}}`)
    assert.equal(problemOf(response, 422).code, 'OCPP_ERR_INVALID_BODY', value)
  }
  assert.deepEqual(charger.received, [])
})
