import type { FastifyInstance } from 'fastify'
import type { ChargePoint } from 'fastify-ocpp'
import fp from 'fastify-plugin'

/**
 * A charge point that another process accepted need not boot again when it connects to this process, and until it boots
 * this process refuses its messages. So the first refused message of each connection triggers a BootNotification.
 * [J-1.6 §5.3; 2.x B01, F06]
 */
async function bootOnRequest({ ocpp, traits }: FastifyInstance): Promise<void> {
  const asked = new WeakSet<ChargePoint>()

  async function ask(chargePoint: ChargePoint): Promise<void> {
    asked.add(chargePoint)
    // The charge point may be about to boot by itself.
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
    // After Pending or Rejected the charge point knows when to send the next BootNotification. [2.x B02, B03]
    if (chargePoint.registration === undefined) return ask(chargePoint)
  })
}

export default fp(bootOnRequest, { fastify: '5.x', name: 'csms-boot-on-request', dependencies: ['ocpp', 'traits'] })
