import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { endedCall } from '../../lib/calls/call-event.js'
import { RateLimit } from '../../lib/events/rate-limit.js'

/**
 * Maximum rate of security events per second, because anybody can cause them without a password. The log has all of
 * them.
 */
const MAX_SECURITY_EVENTS = 20

/** Publishes the events of the library. The functional blocks publish all other events with their commits. */
async function connections({ publisher, ocpp: { events } }: FastifyInstance): Promise<void> {
  events.on('connect', ({ chargePoint: { identity, protocol, remoteAddress } }) => {
    publisher.publish({ type: 'connect', chargePoint: identity, data: { protocol, remoteAddress } })
  })
  events.on('disconnect', ({ chargePoint: { identity, protocol }, reason, code }) => {
    publisher.publish({ type: 'disconnect', chargePoint: identity, data: { protocol, reason, code } })
  })
  events.on('call', (call) => publisher.publish(endedCall(call)))
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
