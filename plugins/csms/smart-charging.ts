import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { saveNotification } from '../../lib/charge-points/notifications.js'
import { Version2 } from '../../lib/charge-points/versions.js'

/**
 * The needs and plans of EVs. The CSMS plans no schedules itself: an EV charges by the profiles that operators have set.
 * [2.x K15-K17; 2.1 K28]
 */
async function smartCharging({ ocpp, store }: FastifyInstance): Promise<void> {
  const keep =
    (action: string) =>
    ({ chargePoint, messageId }: HandlerContext, payload: unknown) =>
      store.commit(chargePoint.identity, saveNotification({ action, messageId, payload }))

  // Only 2.1 has a status for "charge without a profile". [2.x K15, K17]
  const keepNeeds = keep('NotifyEVChargingNeeds')
  ocpp.v201.on('NotifyEVChargingNeeds', async (request, context) => {
    await keepNeeds(context, request)
    return { status: 'Rejected' }
  })
  ocpp.v21.on('NotifyEVChargingNeeds', async (request, context) => {
    await keepNeeds(context, request)
    return { status: 'NoChargingProfile' }
  })

  // Every plan of an EV is accepted, because the CSMS has sent no limit that it could exceed. [2.x K16]
  const keepSchedule = keep('NotifyEVChargingSchedule')
  async function answerSchedule(request: unknown, context: HandlerContext) {
    await keepSchedule(context, request)
    return { status: 'Accepted' } as const
  }
  new Version2(ocpp).on('NotifyEVChargingSchedule', answerSchedule)

  // [2.1 K28]
  const keepPull = keep('PullDynamicScheduleUpdate')
  ocpp.v21.on('PullDynamicScheduleUpdate', async (request, context) => {
    await keepPull(context, request)
    return { status: 'Rejected' }
  })
}

export default fp(smartCharging, { fastify: '5.x', name: 'csms-smart-charging', dependencies: ['ocpp', 'store'] })
