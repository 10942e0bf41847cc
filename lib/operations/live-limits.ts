import { type Static, Type } from '@sinclair/typebox'
import { versionInfo } from 'fastify-ocpp'
import { displayedIdOf, type TransactionRow } from '../ledger/queries.js'
import { outcomeOf } from './common.js'
import { ask2, type Exchange, invalidRequest, notSupported } from './exchange.js'
import { ownProfiles } from './facts.js'
import { checkUncontrolled } from './limit-checks.js'
import { type Lookup, operation } from './operation.js'
import { findMeant, TRANSACTION } from './which-transaction.js'

// Limits that change while a transaction goes on. [2.1 K21, K28]

/** @throws `OPERATION_NOT_SUPPORTED` */
function checkVersion({ protocol }: Lookup): void {
  const { name, hasPriorityCharging } = versionInfo(protocol)
  if (!hasPriorityCharging) throw notSupported(`${name} has neither priority charging nor dynamic profiles`)
}

function never(): Exchange {
  throw notSupported('OCPP 1.6 has neither priority charging nor dynamic profiles')
}

const PriorityBody = Type.Object(
  {
    ...TRANSACTION,
    active: Type.Optional(Type.Boolean({ description: 'false: ends priority charging. Default: true' }))
  },
  { additionalProperties: false, examples: [{ evseId: 1 }] }
)
type PriorityBody = Static<typeof PriorityBody>

/** Priority charging is above the limits of load management, so it is refused where that decides. */
async function priorityFacts(lookup: Lookup, request: PriorityBody): Promise<TransactionRow> {
  checkVersion(lookup)
  const transaction = await findMeant(lookup, request)
  if (request.active !== false) await checkUncontrolled(lookup, transaction)
  return transaction
}

function* prioritize({ active = true }: PriorityBody, transaction: TransactionRow): Exchange {
  const transactionId = displayedIdOf(transaction)
  return outcomeOf(yield* ask2('UsePriorityCharging', { transactionId, activate: active }))
}

export const priorityCharging = operation({
  summary: 'Charge with priority',
  description:
    'Replaces the limit of a transaction by that of the PriorityCharging profile of the charge point, or ends that. Rejected with the reason NoProfile when there is no such profile. Only OCPP 2.1.',
  body: PriorityBody,
  facts: priorityFacts,
  rows: { v16: never, v2: prioritize }
})

const value = (description: string, more: object = {}) => Type.Optional(Type.Number({ ...more, description }))

const DynamicBody = Type.Object(
  {
    profileId: Type.Integer({ description: 'Of a dynamic charging profile that is installed' }),
    limit: value('In the unit of the profile, of the whole EVSE in W, of each phase in A', { minimum: 0 }),
    limitL2: value('Of phase L2, where it is another one', { minimum: 0 }),
    limitL3: value('Of phase L3, where it is another one', { minimum: 0 }),
    dischargeLimit: value('The most that may be discharged, as a negative number', { maximum: 0 }),
    setpoint: value('To be followed; negative: discharge')
  },
  { additionalProperties: false, examples: [{ profileId: 44, limit: 9000 }] }
)
type DynamicBody = Static<typeof DynamicBody>

interface DynamicFacts {
  /** Whether it is one of ours. */
  isKnown: boolean
}

async function dynamicFacts(lookup: Lookup, { profileId, ...values }: DynamicBody): Promise<DynamicFacts> {
  checkVersion(lookup)
  if (Object.keys(values).length === 0) throw invalidRequest('give at least one value besides profileId')
  const known = await ownProfiles(lookup.db, lookup.chargePoint.id)
  const meant = known.filter(({ profile_id, kind }) => profile_id === profileId && kind === 'Dynamic')
  for (const profile of meant) await checkUncontrolled(lookup, profile)
  return { isKnown: meant.length > 0 }
}

function* adjust({ profileId, limitL2, limitL3, ...values }: DynamicBody, { isKnown }: DynamicFacts): Exchange {
  if (!isKnown) return { status: 'not-found' }
  const scheduleUpdate = {
    ...values,
    ...(limitL2 !== undefined && { limit_L2: limitL2 }),
    ...(limitL3 !== undefined && { limit_L3: limitL3 })
  }
  return outcomeOf(yield* ask2('UpdateDynamicSchedule', { chargingProfileId: profileId, scheduleUpdate }))
}

export const dynamicLimit = operation({
  summary: 'Change a dynamic charging profile',
  description:
    'Sends new values of a dynamic profile that was installed before; what is left out stays. `not-found` when no dynamic profile with this id was accepted. Only OCPP 2.1.',
  body: DynamicBody,
  facts: dynamicFacts,
  rows: { v16: never, v2: adjust }
})
