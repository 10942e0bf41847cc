import type { FastifyInstance } from 'fastify'
import type { ChargePoint } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { stateResumed, stateUnknown } from '../../lib/charge-points/connector-states.js'
import { findChargePoint } from '../../lib/charge-points/rows.js'
import type { Change } from '../../lib/events/scope.js'

/**
 * While a charge point is away, and after its boot, nothing is known of its connectors. One that comes back without a
 * boot tells only what has changed. [1.6 §4.9; 2.x G01]
 */
async function connectorStates(app: FastifyInstance): Promise<void> {
  const { ocpp, store } = app
  const begun = new WeakSet<ChargePoint>()

  async function mark({ identity, log }: ChargePoint, ...changes: readonly Change[]): Promise<void> {
    try {
      for (const change of changes) await store.commit(identity, change)
    } catch (err) {
      log.error({ err }, 'could not save that the states of the connectors are unknown')
    }
  }

  ocpp.events.on('disconnect', ({ chargePoint }) => {
    // Another connection has taken over: its charge point is not away.
    if (ocpp.chargePoints.get(chargePoint.identity) !== undefined) return
    return mark(chargePoint, stateUnknown(chargePoint.lastSeenAt.getTime()))
  })

  ocpp.events.on('handled', async ({ chargePoint, action, error }) => {
    if (error !== undefined || begun.has(chargePoint)) return
    begun.add(chargePoint)
    const connectedAt = chargePoint.connectedAt.getTime()
    // This process, or the one before, may not have seen it leave.
    const lastSeenAt = (await findChargePoint(store.db, chargePoint.identity))?.last_seen_at
    const unknown = stateUnknown(Math.min(lastSeenAt ?? connectedAt, connectedAt), connectedAt)
    const hasBooted = action === 'BootNotification'
    await mark(chargePoint, ...(hasBooted ? [unknown] : [unknown, stateResumed(connectedAt)]))
  })
}

export default fp(connectorStates, { fastify: '5.x', name: 'csms-connector-states', dependencies: ['ocpp', 'store'] })
