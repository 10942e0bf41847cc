import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'
import fp from 'fastify-plugin'
import type { CallKey } from '../../lib/calls/caller.js'
import {
  assumeChargingProfile,
  awaitTransaction,
  type ChargingProfile,
  type ChargingProfileCriteria,
  CSO,
  deleteChargingProfiles,
  deleteInstalled,
  deleteUnreported,
  doubtChargingProfiles,
  installChargingProfile,
  keepExternalLimit,
  saveReportedProfiles,
  updateDynamicProfile
} from '../../lib/charge-points/charging-profiles.js'
import { defined } from '../../lib/charge-points/defined.js'
import { saveNotification } from '../../lib/charge-points/notifications.js'
import { ProfileReports } from '../../lib/charge-points/profile-reports.js'
import { PROTOCOLS_2, type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { type Change, together } from '../../lib/events/scope.js'

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

/** Every criterion has to match; without any, all of our profiles do. [1.6 §5.5, errata 3.25] */
function criteriaOf16({ id, connectorId, chargingProfilePurpose, stackLevel }: v16.ClearChargingProfileRequest) {
  const profileIds = id === undefined ? undefined : [id]
  return { sources: [CSO], profileIds, connectorId, purpose: chargingProfilePurpose, stackLevel }
}

/** [2.x K10] */
function criteriaOf2({ chargingProfileId: id, chargingProfileCriteria = {} }: Request2<'ClearChargingProfile'>) {
  const { evseId, chargingProfilePurpose, stackLevel } = chargingProfileCriteria
  const profileIds = id === undefined ? undefined : [id]
  return { sources: [CSO], profileIds, evseId, purpose: chargingProfilePurpose, stackLevel }
}

interface StatusResponse {
  status: string
}

/** Of a call that the charge point has accepted. */
function accepted<Request>(change: (request: Request, call: CallKey) => Change | undefined) {
  return (request: Request, { status }: StatusResponse, call: CallKey) =>
    status === 'Accepted' ? change(request, call) : undefined
}

/** Profiles that the CSMS sets and changes. [1.6 §5.5, §5.16; 2.x K01, K10; 2.1 K28] */
function followCalls({ calls }: FastifyInstance): void {
  const profile16 = ({ connectorId, csChargingProfiles }: v16.SetChargingProfileRequest) =>
    profileOf16(connectorId, csChargingProfiles)
  const profile2 = ({ evseId, chargingProfile }: Request2<'SetChargingProfile'>) => profileOf2(evseId, chargingProfile)
  calls
    .after(
      'ocpp1.6',
      'SetChargingProfile',
      accepted((request) => installChargingProfile(profile16(request)))
    )
    .after(
      PROTOCOLS_2,
      'SetChargingProfile',
      accepted((request) => installChargingProfile(profile2(request)))
    )
    .after('ocpp1.6', 'ClearChargingProfile', (request) => deleteInstalled(criteriaOf16(request)))
    .after(PROTOCOLS_2, 'ClearChargingProfile', (request) => deleteInstalled(criteriaOf2(request)))
    .after(
      'ocpp2.1',
      'UpdateDynamicSchedule',
      accepted(({ chargingProfileId: profileId, scheduleUpdate: values }) =>
        updateDynamicProfile({ profileId, values })
      )
    )
    .unanswered('ocpp1.6', 'SetChargingProfile', (request, { messageId }) =>
      assumeChargingProfile(profile16(request), messageId)
    )
    .unanswered(PROTOCOLS_2, 'SetChargingProfile', (request, { messageId }) =>
      assumeChargingProfile(profile2(request), messageId)
    )
    .unanswered('ocpp1.6', 'ClearChargingProfile', (request) => doubtChargingProfiles(criteriaOf16(request)))
    .unanswered(PROTOCOLS_2, 'ClearChargingProfile', (request) => doubtChargingProfiles(criteriaOf2(request)))
    .unanswered('ocpp2.1', 'UpdateDynamicSchedule', ({ chargingProfileId, scheduleUpdate }, { messageId }) =>
      updateDynamicProfile({ profileId: chargingProfileId, values: scheduleUpdate, unanswered: messageId })
    )
}

/** The profiles of remote starts. [1.6 §5.11, §5.16.2; 2.x F01, F02] */
function followStarts({ calls }: FastifyInstance): void {
  const awaited16 =
    (isConfirmed: boolean) =>
    ({ connectorId = 0, chargingProfile }: v16.RemoteStartTransactionRequest, { messageId }: CallKey) =>
      chargingProfile && awaitTransaction(profileOf16(connectorId, chargingProfile), { messageId, isConfirmed })
  const awaited2 =
    (isConfirmed: boolean) =>
    ({ evseId = 0, chargingProfile }: Request2<'RequestStartTransaction'>, { messageId }: CallKey) =>
      chargingProfile && awaitTransaction(profileOf2(evseId, chargingProfile), { messageId, isConfirmed })
  calls
    .after('ocpp1.6', 'RemoteStartTransaction', accepted(awaited16(true)))
    .after(PROTOCOLS_2, 'RequestStartTransaction', accepted(awaited2(true)))
    .unanswered('ocpp1.6', 'RemoteStartTransaction', awaited16(false))
    .unanswered(PROTOCOLS_2, 'RequestStartTransaction', awaited2(false))
}

/** A report replaces the assumptions about the profiles of a charge point. [2.x K09] */
function followReports({ ocpp, store, calls }: FastifyInstance): void {
  const reports = new ProfileReports()
  const meant = ({ evseId, chargingProfile }: Request2<'GetChargingProfiles'>): ChargingProfileCriteria => ({
    evseId,
    profileIds: chargingProfile.chargingProfileId,
    purpose: chargingProfile.chargingProfilePurpose,
    stackLevel: chargingProfile.stackLevel,
    sources: chargingProfile.chargingLimitSource
  })
  calls.after(PROTOCOLS_2, 'GetChargingProfiles', (request, { status }, { identity }) => {
    if (status === 'NoProfiles') return deleteUnreported(meant(request), new Set())
    reports.begin(identity, request.requestId, meant(request))
    return undefined
  })

  async function answerReport(request: Request2<'ReportChargingProfiles'>, { chargePoint }: HandlerContext) {
    const { requestId, evseId, chargingLimitSource, chargingProfile, tbc = false } = request
    const profiles = chargingProfile.map((profile) => profileOf2(evseId, profile, chargingLimitSource))
    const profileIds = profiles.map(({ profileId }) => profileId)
    const whole = reports.add(chargePoint.identity, requestId, { profileIds, isLast: !tbc })
    const others = whole === undefined ? [] : [deleteUnreported(whole.criteria, whole.profileIds)]
    await store.commit(chargePoint.identity, together(saveReportedProfiles(profiles), ...others))
    return {}
  }
  new Version2(ocpp).on('ReportChargingProfiles', answerReport)
}

/** The limits that others set. [2.x K11-K13] */
function followLimits({ ocpp, store }: FastifyInstance): void {
  const keep = (action: string, { chargePoint, messageId }: HandlerContext, payload: object, ...changes: Change[]) =>
    store.commit(chargePoint.identity, together(saveNotification({ action, messageId, payload }), ...changes))

  async function answerLimit(request: Request2<'NotifyChargingLimit'>, context: HandlerContext) {
    const { evseId = 0, chargingSchedule: schedules = [] } = request
    const limit: v21.ChargingLimitType = request.chargingLimit
    const { chargingLimitSource: source, isLocalGeneration = false } = limit
    const kept = { source, evseId, isLocalGeneration, schedules }
    // Profiles of the CSMS are known.
    await keep('NotifyChargingLimit', context, request, ...(source === CSO ? [] : [keepExternalLimit(kept)]))
    return {}
  }

  async function answerCleared(request: Request2<'ClearedChargingLimit'>, context: HandlerContext) {
    const { chargingLimitSource: source, evseId } = request
    const cleared = source === CSO ? [] : [deleteChargingProfiles({ sources: [source], evseId })]
    await keep('ClearedChargingLimit', context, request, ...cleared)
    return {}
  }

  new Version2(ocpp).on('NotifyChargingLimit', answerLimit).on('ClearedChargingLimit', answerCleared)
}

/** The ledger of charging profiles: what charge points have accepted or reported. [1.6 §3.13; 2.x K] */
async function chargingProfiles(app: FastifyInstance): Promise<void> {
  followCalls(app)
  followStarts(app)
  followReports(app)
  followLimits(app)
}

export default fp(chargingProfiles, {
  fastify: '5.x',
  name: 'csms-charging-profiles',
  dependencies: ['ocpp', 'store', 'calls']
})
