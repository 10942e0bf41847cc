import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import type * as v21 from 'fastify-ocpp/v21'
import fp from 'fastify-plugin'
import { updateDynamicProfile } from '../../lib/charge-points/charging-profiles.js'
import { saveNotification } from '../../lib/charge-points/notifications.js'
import { type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { together } from '../../lib/events/scope.js'
import { keepNeeds } from '../../lib/load-management/ev-needs.js'
import { isControlled } from '../../lib/load-management/rows.js'
import { dynamicValues, isWithin, type Offer, offerFor } from '../../lib/smart-charging/ev-needs.js'
import type { Subject } from '../../lib/smart-charging/facts.js'

/** Name of the operator in the calls of the back-end itself. */
const OPERATOR = 'smart-charging'

/** The charge point that a message comes from. */
async function subjectOf({ store }: FastifyInstance, { chargePoint }: HandlerContext): Promise<Subject> {
  const { identity, protocol } = chargePoint
  return { db: store.db, chargePoint: await store.require(identity), protocol, isConnected: true }
}

type Needs = Request2<'NotifyEVChargingNeeds'>
type Plan = Request2<'NotifyEVChargingSchedule'>

/** The offers that follow the answer to a message, by charge point and message id. */
type Offers = Map<string, Offer>

function keyOf({ chargePoint, messageId }: HandlerContext): string {
  return `${chargePoint.identity} ${messageId}`
}

/** Sends the offer after the answer, within the 60 s that the EV waits. [2.x K15.FR.07] */
async function sendOffer({ calls }: FastifyInstance, offers: Offers, context: HandlerContext) {
  const offer = offers.get(keyOf(context))
  offers.delete(keyOf(context))
  if (offer === undefined) return
  const { chargePoint, messageId } = context
  const { identity } = chargePoint
  chargePoint.log.info({ messageId, evseId: offer.evseId }, 'offers a charging profile to the EV')
  await calls.call({ identity, action: 'SetChargingProfile', payload: offer, operator: OPERATOR })
}

/** The needs and the plans of EVs. [2.x K15-K17] */
function answerEvs(app: FastifyInstance): void {
  const { ocpp, store, loadManagement } = app
  const offers: Offers = new Map()

  /** Accepted only when a profile follows: where a site or a profile limits this EV. */
  async function answerNeeds(request: Needs, context: HandlerContext): Promise<boolean> {
    const { identity } = context.chargePoint
    const payload = saveNotification({
      action: 'NotifyEVChargingNeeds',
      messageId: context.messageId,
      payload: request
    })
    await store.commit(identity, payload)
    const subject = await subjectOf(app, context)
    const { evseId } = request
    await keepNeeds(app.database.writer, subject, request as v21.NotifyEVChargingNeedsRequest)
    if (await isControlled(store.db, subject.chargePoint.site_id, { identity, evseId })) {
      const { acChargingParameters } = request.chargingNeeds
      return loadManagement.takeNeeds({ identity, evseId, maximum: acChargingParameters?.evMaxCurrent })
    }
    const offer = await offerFor(subject, request as v21.NotifyEVChargingNeedsRequest, Date.now())
    if (offer !== undefined) offers.set(keyOf(context), offer)
    return offer !== undefined
  }

  async function answerPlan(request: Plan, context: HandlerContext) {
    const { identity } = context.chargePoint
    const subject = await subjectOf(app, context)
    const isAccepted = await isWithin(subject, request as v21.NotifyEVChargingScheduleRequest)
    const { messageId } = context
    const { evseId } = request
    // A schedule that was refused is no plan.
    if (isAccepted) {
      await store.commit(
        identity,
        saveNotification({ action: 'NotifyEVChargingSchedule', messageId, payload: request })
      )
    } else if (await isControlled(store.db, subject.chargePoint.site_id, { identity, evseId })) {
      loadManagement.takeNeeds({ identity, evseId })
    } else {
      const needs = { evseId, chargingNeeds: { requestedEnergyTransfer: transferOf(request) } } as const
      const offer = await offerFor(subject, needs, Date.now())
      if (offer !== undefined) offers.set(keyOf(context), offer)
    }
    return { status: isAccepted ? ('Accepted' as const) : ('Rejected' as const) }
  }

  // Only 2.1 has a status for "charge without a profile". [2.1 K18.FR.04]
  ocpp.v201.on('NotifyEVChargingNeeds', async (request, context) => {
    return { status: (await answerNeeds(request, context)) ? 'Accepted' : 'Rejected' }
  })
  ocpp.v21.on('NotifyEVChargingNeeds', async (request, context) => {
    return { status: (await answerNeeds(request as Needs, context)) ? 'Accepted' : 'NoChargingProfile' }
  })
  new Version2(ocpp)
    .on('NotifyEVChargingSchedule', answerPlan)
    .after('NotifyEVChargingNeeds', (_request, _response, context) => sendOffer(app, offers, context))
    .after('NotifyEVChargingSchedule', (_request, _response, context) => sendOffer(app, offers, context))
}

function transferOf({ chargingSchedule }: Plan): 'DC' | 'AC_three_phase' {
  return chargingSchedule.chargingRateUnit === 'W' ? 'DC' : 'AC_three_phase'
}

/** A charge point asks for the values of a dynamic profile. [2.1 K28.FR.07, K28.FR.12] */
function answerPulls(app: FastifyInstance): void {
  const { ocpp, store } = app
  ocpp.v21.on('PullDynamicScheduleUpdate', async (request, context) => {
    const { chargingProfileId: profileId } = request
    const { messageId, chargePoint } = context
    const kept = saveNotification({ action: 'PullDynamicScheduleUpdate', messageId, payload: request })
    const scheduleUpdate = await dynamicValues(await subjectOf(app, context), profileId)
    if (scheduleUpdate === undefined) {
      await store.commit(chargePoint.identity, kept)
      return { status: 'Rejected', statusInfo: { reasonCode: 'InvalidProfile' } }
    }
    // The values count from now on anew.
    await store.commit(
      chargePoint.identity,
      together(kept, updateDynamicProfile({ profileId, values: scheduleUpdate }))
    )
    return { status: 'Accepted', scheduleUpdate }
  })
}

/** The needs and plans of EVs, and the values of dynamic profiles. [2.x K15-K17; 2.1 K28] */
async function smartCharging(app: FastifyInstance): Promise<void> {
  answerEvs(app)
  answerPulls(app)
}

export default fp(smartCharging, {
  fastify: '5.x',
  name: 'csms-smart-charging',
  dependencies: ['ocpp', 'store', 'calls', 'load-management', 'database']
})
