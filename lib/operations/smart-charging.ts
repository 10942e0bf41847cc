import { type Static, Type } from '@sinclair/typebox'
import { type Protocol, type RequestOf, versionInfo } from 'fastify-ocpp'
import { CSO } from '../charge-points/charging-profiles.js'
import { defined } from '../charge-points/defined.js'
import { displayedIdOf, type TransactionRow } from '../ledger/queries.js'
import { isOwnProfile } from '../load-management/profiles.js'
import { checkLimit, connectorOf16, evseIdOf2, outcomeOf, PLACE, type Place } from './common.js'
import { ask2, ask16, type Exchange, invalidRequest, notSupported, type Outcome } from './exchange.js'
import { allProfiles, ownProfiles } from './facts.js'
import { LimitBody, PURPOSE, STACK_LEVEL, scheduleIn } from './limit-body.js'
import { capabilitiesOf, checkCapabilities, checkRoom, checkUncontrolled, placeIn } from './limit-checks.js'
import { type Lookup, operation } from './operation.js'
import { checkPhaseConflicts } from './phase-conflicts.js'
import { profileIdFor } from './profile-ids.js'
import { checkSupport, checkToldPhases } from './profile-support.js'
import {
  type Limit,
  namesOf,
  PURPOSES,
  PURPOSES_2,
  type Purpose,
  profile2,
  profile16,
  purposeOf16
} from './profiles.js'
import { checkProfile } from './schedule-checks.js'
import { findMeant } from './which-transaction.js'

interface LimitFacts {
  limit: Limit
  /** 0: the whole charge point. In 1.6 the connector. */
  place: number
  transaction: TransactionRow | undefined
}

async function limitFacts(lookup: Lookup, request: LimitBody): Promise<LimitFacts> {
  const { protocol, now } = lookup
  const { schedule, pointers } = scheduleIn(request, now)
  checkLimit(lookup.traits, { unit: schedule.unit, ...defined({ stackLevel: request.stackLevel }) })
  const purpose = request.purpose ?? defaultPurpose(request)
  const { validFrom, validTo, maxOfflineDuration, invalidAfterOfflineDuration, stackLevel = 0 } = request
  const wanted = {
    ...{ purpose, stackLevel, schedule },
    ...defined({ validFrom, validTo, maxOfflineDuration, invalidAfterOfflineDuration })
  }
  checkProfile(wanted, pointers, protocol)
  if (purpose !== 'transaction' && (request.transactionId ?? request.id) !== undefined) {
    throw invalidRequest(`a limit for a transaction has the purpose transaction, not ${purpose}`)
  }
  checkPlace(purpose, request)
  const transaction = purpose === 'transaction' ? await findMeant(lookup, request) : undefined
  if (purpose !== 'station') await checkUncontrolled(lookup, transaction ?? placeIn(request))
  const place = placeOf(protocol, request, transaction)
  const capabilities = await capabilitiesOf(lookup)
  const profiles = await allProfiles(lookup.db, lookup.chargePoint.id)
  const target = { place, transactionKey: transaction?.transaction_id }
  const profileId = profileIdFor(lookup, { ...wanted, ...target }, profiles, capabilities.maxExternalId)
  const limit = { profileId, ...wanted }
  checkCapabilities(limit, capabilities, pointers)
  const installed = new Set(profiles.filter(({ source }) => source === CSO).map(({ profile_id }) => profile_id))
  checkRoom(profileId, installed, capabilities)
  await checkSupport(lookup, limit, { place, pointers })
  await checkToldPhases(lookup, limit, { transaction, pointers })
  await checkPhaseConflicts(lookup, limit, { ...target, profiles, pointers })
  return { limit, place, transaction }
}

function defaultPurpose({ transactionId, id, evseId, connectorId }: LimitBody): Purpose {
  if (transactionId !== undefined || id !== undefined) return 'transaction'
  return evseId === undefined && connectorId === undefined ? 'station' : 'default'
}

/** [1.6 §7.9; 2.x K01.FR.35] */
function checkPlace(purpose: Purpose, { evseId, connectorId }: Place): void {
  if (purpose !== 'station' || (evseId ?? connectorId) === undefined) return
  throw notSupported('a limit for the whole charge point has no place: leave out evseId and connectorId')
}

function placeOf(protocol: Protocol, request: LimitBody, transaction: TransactionRow | undefined): number {
  const isOf2 = versionInfo(protocol).hasDeviceModel
  if (transaction === undefined) return (isOf2 ? evseIdOf2(request) : connectorOf16(request)) ?? 0
  return isOf2 ? transaction.evse_id : transaction.connector_id
}

function* limit16(_request: LimitBody, { limit, place, transaction }: LimitFacts) {
  if (transaction !== undefined && transaction.ocpp16_id === null) {
    throw notSupported('OCPP 1.6 identifies transactions by a number, and this transaction has none')
  }
  const transactionId = transaction?.ocpp16_id ?? undefined
  const answer = yield* ask16('SetChargingProfile', {
    connectorId: place,
    csChargingProfiles: { ...profile16(limit), ...(transactionId !== undefined && { transactionId }) }
  })
  return outcomeOf(answer, shown(limit))
}

function* limit2(_request: LimitBody, { limit, place, transaction }: LimitFacts) {
  const transactionId = transaction === undefined ? undefined : displayedIdOf(transaction)
  const answer = yield* ask2('SetChargingProfile', {
    evseId: place,
    chargingProfile: { ...profile2(limit), ...(transactionId !== undefined && { transactionId }) }
  })
  return outcomeOf(answer, shown(limit))
}

function shown({ profileId, purpose, stackLevel }: Limit) {
  return { profileId, purpose, stackLevel }
}

export const chargingLimit = operation({
  summary: 'Limit power or current',
  description:
    'Limits the whole charge point, an EVSE or a connector, or a transaction. A later limit for the same target replaces it. Applies from now, or from `validFrom`, on; with `schedule` as that says.',
  body: LimitBody,
  details: {
    profileId: Type.Integer({ description: 'Of the charging profile' }),
    purpose: PURPOSE,
    stackLevel: STACK_LEVEL
  },
  facts: limitFacts,
  rows: { v16: limit16, v2: limit2 }
})

const ClearBody = Type.Object(
  {
    profileId: Type.Optional(Type.Integer({ description: 'Of the charging profile' })),
    ...PLACE,
    purpose: Type.Optional(PURPOSE),
    stackLevel: Type.Optional(STACK_LEVEL)
  },
  { additionalProperties: false, examples: [{ evseId: 1, purpose: 'default' }] }
)
type ClearBody = Static<typeof ClearBody>

interface ClearFacts {
  /** The profile with the id is known. If it does not match the other members, nothing is sent. */
  named: 'unknown' | 'matches' | 'differs'
  /** The purposes that one of our profiles may have. */
  purposes: readonly Purpose2[]
}

type Purpose2 = RequestOf<'ocpp2.1', 'SetChargingProfile'>['chargingProfile']['chargingProfilePurpose']

async function clearFacts(lookup: Lookup, request: ClearBody): Promise<ClearFacts> {
  const { profileId, purpose } = request
  const { name, hasPriorityCharging } = versionInfo(lookup.protocol)
  if (purpose === 'priority' && !hasPriorityCharging) {
    throw notSupported(`${name} has no priority charging`, '/purpose')
  }
  const isOurs = profileId === undefined ? purpose !== 'station' : isOwnProfile(profileId)
  if (isOurs) await checkUncontrolled(lookup, profileId === undefined ? placeIn(request) : placeIn({}))
  const known = await ownProfiles(lookup.db, lookup.chargePoint.id)
  const named = known.filter(({ profile_id }) => profile_id === profileId)
  const isMatch = named.some((row) => isMeant(row, request))
  const purposes = PURPOSES.filter((one) => one !== 'priority' || hasPriorityCharging)
  return {
    named: named.length === 0 ? 'unknown' : isMatch ? 'matches' : 'differs',
    purposes: purposes.map((one) => PURPOSES_2[one])
  }
}

type OwnProfile = Awaited<ReturnType<typeof ownProfiles>>[number]

/** Every member has to match. */
function isMeant(row: OwnProfile, { purpose, stackLevel, evseId, connectorId }: ClearBody): boolean {
  const place = purpose === 'station' ? 0 : (evseId ?? connectorId)
  const names: readonly unknown[] = purpose === undefined ? [row.purpose] : namesOf(purpose)
  return (
    names.includes(row.purpose) &&
    (place === undefined || place === (row.evse_id || row.connector_id)) &&
    (stackLevel === undefined || stackLevel === row.stack_level)
  )
}

/** All criteria are sent, and all have to match. [1.6 §5.5, errata 3.25] */
function* clear16({ profileId, purpose, stackLevel, ...place }: ClearBody, { named }: ClearFacts): Exchange {
  if (named === 'differs') return { status: 'not-found' }
  // Some charge points look at the first criterion only.
  if (named === 'matches') return outcomeOf(yield* ask16('ClearChargingProfile', { id: Number(profileId) }))
  const connectorId = purpose === 'station' ? 0 : connectorOf16(place)
  const answer = yield* ask16('ClearChargingProfile', {
    ...(profileId !== undefined && { id: profileId }),
    ...(connectorId !== undefined && { connectorId }),
    ...(purpose !== undefined && { chargingProfilePurpose: purposeOf16(purpose) }),
    ...(stackLevel !== undefined && { stackLevel })
  })
  return outcomeOf(answer)
}

function* clear2(request: ClearBody, { named, purposes }: ClearFacts): Exchange {
  const { profileId, purpose, stackLevel, ...place } = request
  if (named === 'differs') return { status: 'not-found' }
  const evseId = purpose === 'station' ? 0 : evseIdOf2(place)
  const criteria = {
    ...(evseId !== undefined && { evseId }),
    ...(stackLevel !== undefined && { stackLevel }),
    ...(purpose !== undefined && { chargingProfilePurpose: PURPOSES_2[purpose] })
  }
  const isAny = Object.keys(criteria).length === 0
  if (profileId !== undefined) {
    const others = named === 'unknown' && !isAny && { chargingProfileCriteria: criteria }
    return outcomeOf(yield* ask2('ClearChargingProfile', { chargingProfileId: profileId, ...others }))
  }
  // At least one criterion is required. [2.x K10.FR.01]
  const asked = isAny ? purposes.map((one) => ({ chargingProfilePurpose: one })) : [criteria]
  const outcomes: Outcome[] = []
  for (const chargingProfileCriteria of asked) {
    outcomes.push(outcomeOf(yield* ask2('ClearChargingProfile', { chargingProfileCriteria })))
  }
  return outcomes.find(({ status }) => status === 'accepted') ?? outcomes[0] ?? { status: 'not-found' }
}

export const clearChargingLimit = operation({
  summary: 'Clear charging limits',
  description:
    'Clears the limits that match all members given; without members, all limits, also of priority charging. `not-found` when there was none.',
  danger: 'destroys',
  body: ClearBody,
  facts: clearFacts,
  rows: { v16: clear16, v2: clear2 }
})
