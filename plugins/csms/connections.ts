import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { RateLimit } from '../../lib/events/rate-limit.js'

/** Security events a second: anybody can cause them, without knowing a password. The log has them all. */
const MAX_SECURITY_EVENTS = 20

/** Publishes what the library tells; all else is told by the functional blocks, with their commit. */
async function connections({ publisher, ocpp: { events } }: FastifyInstance): Promise<void> {
  events.on('connect', ({ chargePoint: { identity, protocol, remoteAddress } }) => {
    publisher.publish({ type: 'connect', chargePoint: identity, data: { protocol, remoteAddress } })
  })
  events.on('disconnect', ({ chargePoint: { identity, protocol }, reason, code }) => {
    publisher.publish({ type: 'disconnect', chargePoint: identity, data: { protocol, reason, code } })
  })
  events.on('call', ({ chargePoint: { identity }, messageId, action, outcome, duration }) => {
    // The library counts milliseconds, the API seconds.
    const data = { messageId, action, outcome, duration: duration / 1000 }
    publisher.publish({ type: 'call', chargePoint: identity, data })
  })
  const limit = new RateLimit(MAX_SECURITY_EVENTS, 1000)
  events.on('security', ({ type, identity, remoteAddress, detail }) => {
    if (!limit.pass()) return
    publisher.publish({
      type: 'security',
      chargePoint: identity,
      data: { source: 'csms', type, remoteAddress, detail }
    })
  })
}

export default fp(connections, { fastify: '5.x', name: 'csms-connections', dependencies: ['ocpp', 'publisher'] })
