import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'
import fp from 'fastify-plugin'
import {
  type ChargingProfile,
  deleteChargingProfiles,
  installChargingProfile,
  saveChargingProfiles
} from '../../lib/charge-points/charging-profiles.js'
import { defined } from '../../lib/charge-points/defined.js'
import { saveNotification } from '../../lib/charge-points/notifications.js'
import { PROTOCOLS_2, type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { type Change, together } from '../../lib/events/scope.js'

/** The source of profiles that this CSMS sets. Other sources belong to limits that others set. [2.x "ChargingLimitSource"] */
const CSO = 'CSO'

function profileOf16(connectorId: number, profile: v16.ChargingProfile): ChargingProfile {
  return {
    evseId: 0,
    connectorId,
    profileId: profile.chargingProfileId,
    source: CSO,
    stackLevel: profile.stackLevel,
    purpose: profile.chargingProfilePurpose,
    kind: profile.chargingProfileKind,
    payload: profile,
    ...defined({ transactionId: profile.transactionId === undefined ? undefined : String(profile.transactionId) })
  }
}

function profileOf2(
  evseId: number,
  profile: v201.ChargingProfileType | v21.ChargingProfileType,
  source = CSO
): ChargingProfile {
  return {
    evseId,
    connectorId: 0,
    profileId: profile.id,
    source,
    stackLevel: profile.stackLevel,
    purpose: profile.chargingProfilePurpose,
    kind: profile.chargingProfileKind,
    payload: profile,
    ...defined({ transactionId: profile.transactionId })
  }
}

interface StatusResponse {
  status: string
}

type SetRequest2 = Request2<'SetChargingProfile'>
type ClearRequest2 = Request2<'ClearChargingProfile'>

function profileSet16(request: v16.SetChargingProfileRequest, { status }: StatusResponse): Change | undefined {
  if (status !== 'Accepted') return undefined
  return installChargingProfile(profileOf16(request.connectorId, request.csChargingProfiles))
}

function profileSet2({ evseId, chargingProfile }: SetRequest2, { status }: StatusResponse): Change | undefined {
  return status === 'Accepted' ? installChargingProfile(profileOf2(evseId, chargingProfile)) : undefined
}

/** After Unknown, too, the charge point has no such profile. [1.6 §5.5] */
function profilesCleared16(request: v16.ClearChargingProfileRequest): Change {
  const { id, connectorId, chargingProfilePurpose, stackLevel } = request
  const criteria = { connectorId, purpose: chargingProfilePurpose, stackLevel }
  return deleteChargingProfiles({ source: CSO, ...(id === undefined ? criteria : { profileId: id }) })
}

function profilesCleared2({ chargingProfileId, chargingProfileCriteria = {} }: ClearRequest2): Change {
  const { evseId, chargingProfilePurpose, stackLevel } = chargingProfileCriteria
  const criteria = { evseId, purpose: chargingProfilePurpose, stackLevel }
  return deleteChargingProfiles({
    source: CSO,
    ...(chargingProfileId === undefined ? criteria : { profileId: chargingProfileId })
  })
}

/** Stores a request as it was sent, with the changes that follow from it. */
function keeper({ store }: FastifyInstance) {
  return (action: string) =>
    ({ chargePoint, messageId }: HandlerContext, payload: unknown, ...changes: Change[]) =>
      store.commit(chargePoint.identity, together(saveNotification({ action, messageId, payload }), ...changes))
}

/** What an EV needs and plans. [2.x K15-K17; 2.1 K28] */
function answerEv(app: FastifyInstance): void {
  const { ocpp } = app
  const keep = keeper(app)

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

/** The charging profiles and limits that a charge point reports. [2.x K09, K12, K13] */
function answerReports(app: FastifyInstance): void {
  const { ocpp, store } = app

  type ReportRequest = Request2<'ReportChargingProfiles'>
  async function answerReport(
    { evseId, chargingLimitSource, chargingProfile }: ReportRequest,
    { chargePoint }: HandlerContext
  ) {
    const profiles = chargingProfile.map((profile) => profileOf2(evseId, profile, chargingLimitSource))
    await store.commit(chargePoint.identity, saveChargingProfiles(profiles))
    return {}
  }
  new Version2(ocpp).on('ReportChargingProfiles', answerReport)

  type ClearedRequest = Request2<'ClearedChargingLimit'>
  const keepCleared = keeper(app)('ClearedChargingLimit')
  async function answerCleared(request: ClearedRequest, context: HandlerContext) {
    const { chargingLimitSource: source, evseId } = request
    const isOurs = source === CSO
    await keepCleared(context, request, ...(isOurs ? [] : [deleteChargingProfiles({ source, evseId })]))
    return {}
  }
  new Version2(ocpp).on('ClearedChargingLimit', answerCleared)
}

/**
 * The charging profiles that a charge point has installed. The CSMS plans no schedules of its own: an EV charges by the
 * profiles that the operator has set. [2.x K]
 */
async function smartCharging(app: FastifyInstance): Promise<void> {
  answerEv(app)
  answerReports(app)
  app.calls
    .after('ocpp1.6', 'SetChargingProfile', profileSet16)
    .after(PROTOCOLS_2, 'SetChargingProfile', profileSet2)
    .after('ocpp1.6', 'ClearChargingProfile', profilesCleared16)
    .after(PROTOCOLS_2, 'ClearChargingProfile', profilesCleared2)
}

export default fp(smartCharging, {
  fastify: '5.x',
  name: 'csms-smart-charging',
  dependencies: ['ocpp', 'store', 'calls']
})
