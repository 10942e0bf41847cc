import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import type * as v21 from 'fastify-ocpp/v21'
import fp from 'fastify-plugin'
import { updateDynamicProfile } from '../../lib/charge-points/charging-profiles.js'
import { saveNotification } from '../../lib/charge-points/notifications.js'
import { type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { together } from '../../lib/events/scope.js'
import { keepNeeds, openAt } from '../../lib/load-management/ev-needs.js'
import { askForProfile } from '../../lib/load-management/needs.js'
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

/** What is done after the answer to a message. */
type FollowUps = WeakMap<HandlerContext, () => Promise<void>>

/** Within the 60 s that the EV waits. [2.x K15.FR.07] */
async function sendOffer({ calls }: FastifyInstance, offer: Offer, { chargePoint, messageId }: HandlerContext) {
  const { identity } = chargePoint
  chargePoint.log.info({ messageId, evseId: offer.evseId }, 'offers a charging profile to the EV')
  await calls.call({ identity, action: 'SetChargingProfile', payload: offer, operator: OPERATOR })
}

interface Wish {
  /** Our id of the transaction. */
  transaction: number
  /** The most that the EV takes on a phase. A. */
  maximum?: number | undefined
}

/** The node that controls the site, this one or another, sends the profile. */
async function ask({ database, loadManagement }: FastifyInstance, identity: string, { transaction, maximum }: Wish) {
  await askForProfile(database.writer, transaction, { maximum })
  loadManagement.changed(identity)
}

interface Told<T> {
  request: T
  context: HandlerContext
}

/** `Processing`: a profile follows, but not yet. */
type Answer = 'Accepted' | 'Processing' | 'none'
const ANSWERS = { now: 'Accepted', soon: 'Processing', never: 'none' } as const

/** Accepted only when a profile follows: where a site or a profile limits this EV. */
async function answerNeeds(
  app: FastifyInstance,
  followUps: FollowUps,
  { request, context }: Told<Needs>
): Promise<Answer> {
  const { store, loadManagement, database } = app
  const { messageId, chargePoint } = context
  const { identity } = chargePoint
  await store.commit(identity, saveNotification({ action: 'NotifyEVChargingNeeds', messageId, payload: request }))
  const subject = await subjectOf(app, context)
  const { evseId } = request
  const { site_id: siteId } = subject.chargePoint
  const transaction = await keepNeeds(database.writer, subject, request as v21.NotifyEVChargingNeedsRequest)
  if (siteId !== null && (await isControlled(store.db, siteId, { identity, evseId }))) {
    if (transaction === undefined) return 'none'
    const maximum = request.chargingNeeds.acChargingParameters?.evMaxCurrent
    followUps.set(context, () => ask(app, identity, { transaction, maximum }))
    return ANSWERS[await loadManagement.prospectOf(siteId, { identity, evseId, transaction })]
  }
  const offer = await offerFor(subject, request as v21.NotifyEVChargingNeedsRequest, Date.now())
  if (offer !== undefined) followUps.set(context, () => sendOffer(app, offer, context))
  return offer === undefined ? 'none' : 'Accepted'
}

async function answerPlan(app: FastifyInstance, followUps: FollowUps, { request, context }: Told<Plan>) {
  const { store } = app
  const { messageId, chargePoint } = context
  const { identity } = chargePoint
  const subject = await subjectOf(app, context)
  const { evseId } = request
  const { site_id: siteId } = subject.chargePoint
  const isAccepted = await isWithin(subject, request as v21.NotifyEVChargingScheduleRequest)
  // A schedule that was refused is no plan.
  if (isAccepted) {
    await store.commit(identity, saveNotification({ action: 'NotifyEVChargingSchedule', messageId, payload: request }))
  } else if (siteId !== null && (await isControlled(store.db, siteId, { identity, evseId }))) {
    const transaction = await openAt(subject, evseId)
    if (transaction !== undefined) followUps.set(context, () => ask(app, identity, { transaction }))
  } else {
    const needs = { evseId, chargingNeeds: { requestedEnergyTransfer: transferOf(request) } } as const
    const offer = await offerFor(subject, needs, Date.now())
    if (offer !== undefined) followUps.set(context, () => sendOffer(app, offer, context))
  }
  return { status: isAccepted ? ('Accepted' as const) : ('Rejected' as const) }
}

/** The needs and the plans of EVs. [2.x K15-K17] */
function answerEvs(app: FastifyInstance): void {
  const { ocpp } = app
  const followUps: FollowUps = new WeakMap()

  // Only 2.1 has a status for "charge without a profile". [2.1 K18.FR.04]
  ocpp.v201.on('NotifyEVChargingNeeds', async (request, context) => {
    const answer = await answerNeeds(app, followUps, { request, context })
    return { status: answer === 'none' ? 'Rejected' : answer }
  })
  ocpp.v21.on('NotifyEVChargingNeeds', async (request, context) => {
    const answer = await answerNeeds(app, followUps, { request: request as Needs, context })
    return { status: answer === 'none' ? 'NoChargingProfile' : answer }
  })
  new Version2(ocpp)
    .on('NotifyEVChargingSchedule', (request, context) => answerPlan(app, followUps, { request, context }))
    .after('NotifyEVChargingNeeds', (_request, _response, context) => followUps.get(context)?.())
    .after('NotifyEVChargingSchedule', (_request, _response, context) => followUps.get(context)?.())
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
