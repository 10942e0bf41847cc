import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALL_PROTOCOLS } from 'fastify-ocpp'
import { maySend, PROTOCOLS } from '../../src/protocol.js'
import { connectCharger } from '../support/charger.js'
import { listen, only } from './support.js'

/** Nobody but an authority can answer these. */
const UNSUPPORTED = ['GetCertificateChainStatus']

test('every message of every version is answered as the standard says, even one without any of its members', async () => {
  for (const protocol of ALL_PROTOCOLS) {
    const running = await listen({}, '--no-calls')
    const charger = await connectCharger(running.url, 'CP-1', { protocol, boot: true })
    const actions = [...PROTOCOLS[protocol].actions].filter(
      ([, action]) => maySend('chargePoint', action) && action.messageType === 'CALL'
    )
    for (const [action] of actions) {
      const answer = await charger.call(action, {})
      if (UNSUPPORTED.includes(action)) assert.equal(answer.type === 4 && answer.code, 'NotSupported')
      else assert.equal(answer.type, 3, `${protocol} ${action}: ${JSON.stringify(answer)}`)
    }
    const { messages } = only((await running.stop()).report)
    assert.ok(actions.every(([action]) => messages[action] !== undefined))
  }
})
