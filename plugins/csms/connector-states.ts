import type { FastifyInstance } from 'fastify'
import type { ChargePoint } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { stateResumed, stateUnknown } from '../../lib/charge-points/connector-states.js'
import type { Change } from '../../lib/events/scope.js'
import { ConnectionSecurity } from '../../lib/tls/connection-security.js'

/**
 * Marks the states of connectors as unknown while a charge point is disconnected and after its boot. A charge point
 * that reconnects without a boot reports only changed statuses. [1.6 §4.9; 2.x G01]
 */
async function connectorStates(app: FastifyInstance): Promise<void> {
  const { ocpp, store } = app
  const begun = new WeakSet<ChargePoint>()
  /** By connections that replaced another one: the time of the last message of that one. */
  const toldUntil = new WeakMap<ChargePoint, number>()

  async function mark({ identity, log }: ChargePoint, ...changes: readonly Change[]): Promise<void> {
    try {
      for (const change of changes) await store.commit(identity, change)
    } catch (err) {
      log.error({ err }, 'could not save that the states of the connectors are unknown')
    }
  }

  ocpp.events.on('disconnect', ({ chargePoint }) => {
    const lastSeenAt = chargePoint.lastSeenAt.getTime()
    const successor = ocpp.chargePoints.get(chargePoint.identity)
    if (successor === undefined) return mark(chargePoint, stateUnknown(lastSeenAt))
    // The charge point is still connected. What its states were until now is decided by its next message.
    toldUntil.set(successor, lastSeenAt)
    return undefined
  })

  async function begin(chargePoint: ChargePoint, action: string): Promise<void> {
    const connectedAt = chargePoint.connectedAt.getTime()
    // If a process crashed, no process has seen the disconnect, so the time of the last message counts.
    const lastSeenAt = toldUntil.get(chargePoint) ?? ConnectionSecurity.of(chargePoint)?.seenBefore
    const unknown = stateUnknown(Math.min(lastSeenAt ?? connectedAt, connectedAt), connectedAt)
    const hasBooted = action === 'BootNotification'
    await mark(chargePoint, ...(hasBooted ? [unknown] : [unknown, stateResumed(connectedAt)]))
  }

  ocpp.events.on('handled', ({ chargePoint, action, error }) => {
    if (error !== undefined || begun.has(chargePoint)) return
    begun.add(chargePoint)
    return begin(chargePoint, action)
  })
}

export default fp(connectorStates, { fastify: '5.x', name: 'csms-connector-states', dependencies: ['ocpp', 'store'] })
