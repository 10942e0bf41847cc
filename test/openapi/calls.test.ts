import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import { type Media, nameOf, type Operation } from '../../lib/openapi/document.js'
import { BEARER } from '../app/support.js'
import { createCharger, PROTOCOLS } from '../simulator/support.js'
import { inLong } from '../support/long.js'
import { until } from '../support/wait.js'
import { judgeOf, operationsOf, startDocumented } from './document.js'

const PREFIXES: Record<Protocol, string> = { 'ocpp1.6': 'Ocpp16', 'ocpp2.0.1': 'Ocpp201', 'ocpp2.1': 'Ocpp21' }
const CALL = '/api/v1/charge-points/{identity}/calls/'

/** The request that the document shows for a version, if that has the action. */
function requestFor({ requestBody }: Operation, protocol: Protocol): unknown {
  const media: Media = requestBody?.content['application/json'] ?? {}
  const isOfVersion = (name: string | undefined) =>
    name?.replace(/(?<=^Ocpp(?:16|201|21)).*/, '') === PREFIXES[protocol]
  if (media.examples === undefined) return isOfVersion(nameOf(media.schema ?? {})) ? media.example : undefined
  return Object.entries(media.examples).find(([name]) => isOfVersion(name))?.[1].value
}

for (const protocol of PROTOCOLS) {
  // 2.1 has all calls of 2.0.1, and those of 1.6 are routed and documented in the same way.
  const options = protocol === 'ocpp2.1' ? {} : inLong
  test(`a simulated charger of ${protocol}`, options, async (t) => {
    const { server, ...documented } = await startDocumented()
    const judge = judgeOf(documented)
    const calls = operationsOf(documented.document)
      .filter(({ path }) => path.startsWith(CALL))
      .map(({ path, operation }) => ({ action: path.slice(CALL.length), operation }))
      // After a reset it is away for a while.
      .sort((a, b) => Number(a.action === 'Reset') - Number(b.action === 'Reset'))
    const { charger } = createCharger({ url: `${server.url}/ocpp` }, protocol, { identity: 'SIM-1' })
    await charger.connect()

    async function call(action: string, payload: unknown) {
      const isAccepted = () => server.app.ocpp.chargePoints.get('SIM-1')?.registration === 'Accepted'
      await until('it is there', isAccepted)
      return server.app.inject({
        method: 'POST',
        url: `/api/v1/charge-points/SIM-1/calls/${action}`,
        headers: { ...BEARER, 'content-type': 'application/json' },
        payload: JSON.stringify(payload)
      })
    }

    await t.test('is not sent what its version does not have, nor what breaks its schema', async () => {
      for (const { action, operation } of calls) {
        const isKnown = requestFor(operation, protocol) !== undefined
        const answer = await call(action, isKnown ? { nonsense: 1 } : {})
        assert.equal(answer.statusCode, 422, `${action}: ${answer.body}`)
        assert.equal(judge.faultOfAnswer(operation, answer), undefined, action)
      }
    })

    await t.test('answers every documented call with its example as documented', async () => {
      let count = 0
      for (const { action, operation } of calls) {
        const request = requestFor(operation, protocol)
        if (request === undefined) continue
        const answer = await call(action, request)
        assert.equal(answer.statusCode, 200, `${action}: ${answer.body}`)
        assert.equal(judge.faultOfAnswer(operation, answer), undefined, action)
        count++
      }
      assert.ok(count >= (protocol === 'ocpp1.6' ? 25 : 40), `${count} calls`)
    })
  })
}
