import { type Static, Type } from '@sinclair/typebox'
import { type RequestOf, versionInfo } from 'fastify-ocpp'
import { oneOf } from '../http/records.js'
import { displayedIdOf, type TransactionRow } from '../ledger/queries.js'
import { isOwnProfile } from '../load-management/profiles.js'
import { checkLimit, connectorOf16, dateTime, evseIdOf2, LIMIT, outcomeOf, PLACE, type Place } from './common.js'
import { ask2, ask16, type Exchange, invalidRequest, notSupported, type Outcome } from './exchange.js'
import { ownProfiles } from './facts.js'
import {
  type Capabilities,
  capabilitiesOf,
  checkCapabilities,
  checkRoom,
  checkSchedule,
  checkUncontrolled,
  placeIn
} from './limit-checks.js'
import { type Lookup, operation } from './operation.js'
import { PURPOSES, PURPOSES_2, PURPOSES_16, type Purpose, profile2, profile16, RECURRENCIES } from './profiles.js'
import { findMeant, TRANSACTION } from './which-transaction.js'

const PURPOSE = oneOf(
  PURPOSES,
  'station: the whole charge point together; default: every transaction at the place; transaction: one transaction'
)
const STACK_LEVEL = Type.Integer({
  minimum: 0,
  maximum: 1000,
  description: 'The highest level applies; a limit of the same level is replaced. Default of a limit: 0'
})

const Period = Type.Object(
  {
    start: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, description: 'Seconds after the start of the schedule' }),
    limit: LIMIT.limit,
    phases: LIMIT.phases
  },
  { additionalProperties: false }
)

const LimitBody = Type.Object(
  {
    ...LIMIT,
    purpose: Type.Optional(
      Type.Unsafe<Purpose>({
        ...PURPOSE,
        description: `${PURPOSE.description}. Default: transaction when a transaction is named, default when a place is given, else station`
      })
    ),
    ...TRANSACTION,
    stackLevel: Type.Optional(STACK_LEVEL),
    validFrom: Type.Optional(dateTime('Start of the validity')),
    validTo: Type.Optional(dateTime('End of the validity')),
    periods: Type.Optional(
      Type.Array(Period, {
        minItems: 1,
        maxItems: 1023,
        description: 'Changes of the limit, in order. The schedule starts with `limit`, at `validFrom` or now'
      })
    ),
    recurrency: Type.Optional(oneOf(RECURRENCIES, 'Repeats the schedule every day or week'))
  },
  { additionalProperties: false, examples: [{ limit: 16, unit: 'A', duration: 3600, evseId: 1 }] }
)
type LimitBody = Static<typeof LimitBody>

interface LimitFacts {
  purpose: Purpose
  startsAt: string
  profileIdFor: (place: number, purpose: Purpose, stackLevel: number) => number
  transaction: TransactionRow | undefined
  /** Ids of our profiles. */
  installed: ReadonlySet<number>
  capabilities: Capabilities
}

/** Our profile ids start here. Ids in raw calls are usually lower. */
const FIRST_PROFILE_ID = 1_000_000_000
const MAX_PLACES = 10_000

/**
 * The same id for the same place, purpose and level, so that a repeated profile replaces itself even if an answer was
 * lost.
 */
function profileIdFor(taken: ReadonlySet<number>) {
  return (place: number, purpose: Purpose, stackLevel: number): number => {
    const own = FIRST_PROFILE_ID + (stackLevel * MAX_PLACES + (place % MAX_PLACES)) * 3 + PURPOSES.indexOf(purpose)
    let id = own
    while (taken.has(id)) id++
    return id
  }
}

async function limitFacts(lookup: Lookup, request: LimitBody): Promise<LimitFacts> {
  checkLimit(lookup.traits, request)
  checkSchedule(request)
  const purpose = request.purpose ?? defaultPurpose(request)
  if (purpose !== 'transaction' && (request.transactionId ?? request.id) !== undefined) {
    throw invalidRequest(`a limit for a transaction has the purpose transaction, not ${purpose}`)
  }
  const transaction = purpose === 'transaction' ? await findMeant(lookup, request) : undefined
  if (purpose !== 'station') await checkUncontrolled(lookup, transaction ?? placeIn(request))
  const stackLevel = request.stackLevel ?? 0
  const known = await ownProfiles(lookup.db, lookup.chargePoint.id)
  const names: readonly string[] = [PURPOSES_16[purpose], PURPOSES_2[purpose]]
  // A profile of the same kind may be replaced, whatever its id.
  const others = known.filter((row) => !names.includes(row.purpose ?? '') || row.stack_level !== stackLevel)
  return {
    purpose,
    transaction,
    startsAt: new Date(lookup.now).toISOString(),
    profileIdFor: profileIdFor(new Set(others.map(({ profile_id }) => profile_id))),
    installed: new Set(known.map(({ profile_id }) => profile_id)),
    capabilities: await capabilitiesOf(lookup)
  }
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

function* limit16(request: LimitBody, facts: LimitFacts) {
  const { purpose, transaction } = facts
  checkPlace(purpose, request)
  if (transaction !== undefined && transaction.ocpp16_id === null) {
    throw notSupported('OCPP 1.6 identifies transactions by a number, and this transaction has none')
  }
  const connectorId = transaction === undefined ? (connectorOf16(request) ?? 0) : transaction.connector_id
  const limit = complete(request, facts, connectorId)
  const transactionId = transaction?.ocpp16_id ?? undefined
  const answer = yield* ask16('SetChargingProfile', {
    connectorId,
    csChargingProfiles: { ...profile16(limit), ...(transactionId !== undefined && { transactionId }) }
  })
  return outcomeOf(answer, shown(limit))
}

function* limit2(request: LimitBody, facts: LimitFacts) {
  const { purpose, transaction } = facts
  checkPlace(purpose, request)
  const evseId = transaction === undefined ? (evseIdOf2(request) ?? 0) : transaction.evse_id
  const limit = complete(request, facts, evseId)
  const transactionId = transaction === undefined ? undefined : displayedIdOf(transaction)
  const answer = yield* ask2('SetChargingProfile', {
    evseId,
    chargingProfile: { ...profile2(limit), ...(transactionId !== undefined && { transactionId }) }
  })
  return outcomeOf(answer, shown(limit))
}

function complete(request: LimitBody, facts: LimitFacts, place: number) {
  const { purpose, startsAt, profileIdFor, capabilities, installed } = facts
  const { limit, unit, phases, duration, validFrom, validTo, periods, recurrency, stackLevel = 0 } = request
  const whole = {
    limit,
    unit,
    stackLevel,
    purpose,
    startsAt: validFrom ?? startsAt,
    profileId: profileIdFor(place, purpose, stackLevel),
    ...(phases !== undefined && { phases }),
    ...(duration !== undefined && { duration }),
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo }),
    ...(periods !== undefined && { periods }),
    ...(recurrency !== undefined && { recurrency })
  }
  checkCapabilities(whole, capabilities)
  checkRoom(whole.profileId, installed, capabilities)
  return whole
}

function shown({ profileId, purpose, stackLevel }: { profileId: number; purpose: Purpose; stackLevel: number }) {
  return { profileId, purpose, stackLevel }
}

export const chargingLimit = operation({
  summary: 'Limit power or current',
  description:
    'Limits the whole charge point, an EVSE or a connector, or a transaction. A later limit for the same target replaces it. Applies from now, or from `validFrom`, on.',
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
  const isOurs = profileId === undefined ? purpose !== 'station' : isOwnProfile(profileId)
  if (isOurs) await checkUncontrolled(lookup, profileId === undefined ? placeIn(request) : placeIn({}))
  const known = await ownProfiles(lookup.db, lookup.chargePoint.id)
  const named = known.filter(({ profile_id }) => profile_id === profileId)
  const isMatch = named.some((row) => isMeant(row, request))
  const priority = versionInfo(lookup.protocol).hasPriorityCharging ? (['PriorityCharging'] as const) : []
  return {
    named: named.length === 0 ? 'unknown' : isMatch ? 'matches' : 'differs',
    purposes: [...PURPOSES.map((one) => PURPOSES_2[one]), ...priority]
  }
}

type OwnProfile = Awaited<ReturnType<typeof ownProfiles>>[number]

/** Every member has to match. */
function isMeant(row: OwnProfile, { purpose, stackLevel, evseId, connectorId }: ClearBody): boolean {
  const place = purpose === 'station' ? 0 : (evseId ?? connectorId)
  const names: readonly unknown[] = purpose === undefined ? [row.purpose] : [PURPOSES_16[purpose], PURPOSES_2[purpose]]
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
    ...(purpose !== undefined && { chargingProfilePurpose: PURPOSES_16[purpose] }),
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
