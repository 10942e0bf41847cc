import type { FastifyInstance } from 'fastify'
import type { ChargePoint } from 'fastify-ocpp'
import fp from 'fastify-plugin'

/**
 * A charge point that was accepted before this process started does not boot again just because it connects again,
 * and is refused whatever else it says. So it is asked to, once a connection. [J-1.6 §5.3; 2.x B01, F06]
 */
async function bootOnRequest({ ocpp, traits }: FastifyInstance): Promise<void> {
  const asked = new WeakSet<ChargePoint>()

  async function ask(chargePoint: ChargePoint): Promise<void> {
    asked.add(chargePoint)
    // It may be about to boot by itself.
    if (!(await traits.settling.settled(chargePoint)) || chargePoint.registration !== undefined) return
    try {
      await ocpp.call(chargePoint.identity, 'TriggerMessage', { requestedMessage: 'BootNotification' })
    } catch (err) {
      chargePoint.log.warn({ err }, 'it was not accepted yet and did not take the request to boot')
    }
  }

  ocpp.events.on('security', ({ type, identity }) => {
    const chargePoint = ocpp.chargePoints.get(identity)
    if (type !== 'not-accepted' || chargePoint === undefined || asked.has(chargePoint)) return
    // Pending and Rejected are answers it has had: it knows when to come again. [2.x B02, B03]
    if (chargePoint.registration === undefined) return ask(chargePoint)
  })
}

export default fp(bootOnRequest, { fastify: '5.x', name: 'csms-boot-on-request', dependencies: ['ocpp', 'traits'] })
