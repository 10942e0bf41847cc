import assert from 'node:assert/strict'
import type { CallEvent } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { answerBasics, type ServerOptions, startServer } from '../support/server.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }

/** A server with one accepted charger, and the outcomes of its calls as they end. */
export async function connected(options: ServerOptions = {}, protocol = 'ocpp1.6') {
  const server = await startServer({ ...ACCEPTED, ...options }, answerBasics)
  const charger = await connectCharger(server.url, 'CP-1', { protocol })
  const chargePoint = server.app.ocpp.chargePoints.get('CP-1')
  assert.ok(chargePoint)
  const outcomes: string[] = []
  server.app.ocpp.events.on('call', ({ messageId, outcome }: CallEvent) => outcomes.push(`${messageId} ${outcome}`))
  const { v16 } = server.app.ocpp
  const clearCache = (messageId: string, more: object = {}) =>
    v16.call('CP-1', 'ClearCache', {}, { messageId, ...more })
  return { server, charger, chargePoint, outcomes, clearCache, ocpp: server.app.ocpp }
}

/** The message id of the next CALL that the charger receives. */
export async function nextId(charger: { nextFrame(): Promise<unknown[]> }): Promise<unknown> {
  return (await charger.nextFrame())[1]
}
