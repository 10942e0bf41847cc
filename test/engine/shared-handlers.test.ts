import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import fastifyOcpp, { type Protocol, type SharedAction } from 'fastify-ocpp'
import { PROTOCOLS } from '../../src/protocol.js'
import { readPage } from '../docs/pages.js'
import { bootRequest, connectCharger } from '../support/charger.js'
import { type ServerOptions, startServer } from '../support/server.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }
const VERSIONS: Protocol[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']
const currentTime = '2026-01-01T00:00:00Z'

test('a handler of every version gets the request, the context and the version of each CALL', async () => {
  const seen: unknown[] = []
  const server = await startServer(ACCEPTED, ({ ocpp }) => {
    ocpp.on('BootNotification', async (request, { chargePoint, messageId }, protocol) => {
      const model = protocol === 'ocpp1.6' ? request.chargePointModel : request.chargingStation.model
      seen.push([protocol, chargePoint.protocol, messageId, model])
      return { status: 'Accepted', currentTime, interval: 300 }
    })
  })
  for (const protocol of VERSIONS) {
    const charger = await connectCharger(server.url, protocol, { protocol })
    const answer = await charger.call('BootNotification', bootRequest(protocol), `boot ${protocol}`)
    assert.deepEqual(answer.type === 3 && answer.payload, { status: 'Accepted', currentTime, interval: 300 })
  }
  assert.deepEqual(
    seen,
    VERSIONS.map((protocol) => [protocol, protocol, `boot ${protocol}`, 'One'])
  )
})

test('an answer of another version than that of the CALL is InternalError', async () => {
  const server = await startServer(ACCEPTED, ({ ocpp }) => {
    ocpp.on('Authorize', () => ({ idTagInfo: { status: 'Accepted' } }))
  })
  const idTokens = { 'ocpp1.6': { idTag: 'x' }, 'ocpp2.0.1': { idToken: { idToken: 'x', type: 'Central' } } }
  for (const [protocol, request] of Object.entries(idTokens)) {
    const charger = await connectCharger(server.url, protocol, { protocol })
    const answer = await charger.call('Authorize', request)
    assert.equal(
      answer.type === 3 ? 'CALLRESULT' : answer.code,
      protocol === 'ocpp1.6' ? 'CALLRESULT' : 'InternalError'
    )
  }
})

test('every version gets the handler, or none when one has a handler already', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, { securityProfile: 0 })
  const { ocpp } = app
  const answer = () => ({ currentTime })
  ocpp.v21.on('Heartbeat', answer)
  assert.throws(() => ocpp.on('Heartbeat', answer), { code: 'OCPP_ERR_HANDLER_EXISTS' })
  ocpp.v16.on('Heartbeat', answer)
  ocpp.on('DataTransfer', () => ({ status: 'Accepted' }))
  const accept = () => ({ status: 'Accepted' }) as const
  const again = [
    () => ocpp.v16.on('DataTransfer', accept),
    () => ocpp.v201.on('DataTransfer', accept),
    () => ocpp.v21.on('DataTransfer', accept),
    () => ocpp.on('DataTransfer', accept)
  ]
  for (const on of again) assert.throws(on, { code: 'OCPP_ERR_HANDLER_EXISTS' })
})

test('an action that some version does not have, or that a CSMS sends, is refused', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, { securityProfile: 0 })
  for (const action of ['StartTransaction', 'TransactionEvent', 'Reset', 'Nonsense', '__proto__']) {
    const on = () => app.ocpp.on(action as SharedAction, () => ({}) as never)
    assert.throws(on, { code: 'OCPP_ERR_UNKNOWN_ACTION' }, action)
  }
})

test('the page names the actions that every version has', () => {
  const shared = Array.from(PROTOCOLS['ocpp1.6'].actions.keys()).filter((action) =>
    VERSIONS.every((protocol) => {
      const definition = PROTOCOLS[protocol].actions.get(action)
      return definition !== undefined && definition.messageType === 'CALL' && definition.direction !== 'csms'
    })
  )
  const sentence =
    readPage('handlers')
      .split(/The\s+actions\s+are/)[1]
      ?.split('.\n')[0] ?? ''
  assert.deepEqual(
    Array.from(sentence.matchAll(/`(\w+)`/g), ([, action]) => action),
    shared.toSorted()
  )
})
