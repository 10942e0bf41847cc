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

/** Ours; other sources are those of limits that others set. [2.x "ChargingLimitSource"] */
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

/** Unknown is as good: it has none. [1.6 §5.5] */
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

/** Charging profiles as installed. Nobody plans schedules here: an EV charges as the operator's own profiles say. [2.x K] */
async function smartCharging({ ocpp, store, calls }: FastifyInstance): Promise<void> {
  function keep(action: string) {
    return ({ chargePoint, messageId }: HandlerContext, payload: unknown, ...changes: Change[]) =>
      store.commit(chargePoint.identity, together(saveNotification({ action, messageId, payload }), ...changes))
  }

  // 2.1 has a word of its own for "go on without a profile". [2.x K15, K17]
  const keepNeeds = keep('NotifyEVChargingNeeds')
  ocpp.v201.on('NotifyEVChargingNeeds', async (request, context) => {
    await keepNeeds(context, request)
    return { status: 'Rejected' }
  })
  ocpp.v21.on('NotifyEVChargingNeeds', async (request, context) => {
    await keepNeeds(context, request)
    return { status: 'NoChargingProfile' }
  })

  // The EV's own plan: no limit of ours is there for it to break. [2.x K16]
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
  const keepCleared = keep('ClearedChargingLimit')
  async function answerCleared(request: ClearedRequest, context: HandlerContext) {
    const { chargingLimitSource: source, evseId } = request
    const isOurs = source === CSO
    await keepCleared(context, request, ...(isOurs ? [] : [deleteChargingProfiles({ source, evseId })]))
    return {}
  }
  new Version2(ocpp).on('ClearedChargingLimit', answerCleared)

  calls
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
