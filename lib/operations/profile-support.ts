import type * as v21 from 'fastify-ocpp/v21'
import type { TransactionRow } from '../ledger/queries.js'
import { refuseMember } from './exchange.js'
import { smartChargingVariables } from './facts.js'
import type { Pointers } from './limit-body.js'
import type { Lookup } from './operation.js'
import type { Limit } from './profiles.js'

// What a charge point says that its smart charging cannot do. What it does not say is sent.

interface Told {
  component: string
  variable: string
  variable_instance: string
  value: string | null
}

/** Variables of SmartChargingCtrlr that are false where the member is not supported, and the clause. */
const FEATURES = {
  MaxOfflineDuration: '2.1 SupportsMaxOfflineDuration',
  UseLocalTime: '2.1 K01.FR.123',
  RandomizedDelay: '2.1 K01.FR.124',
  LimitAtSoC: '2.1 K01.FR.125',
  EvseSleep: '2.1 K01.FR.126',
  ACPhaseSwitching: '2.x K01.FR.20'
} as const
type Feature = keyof typeof FEATURES

interface Where {
  /** 0: the whole charge point. */
  place: number
  pointers: Pointers
}

/** @throws `INVALID_OPERATION` with the member and the clause, when the charge point says that it does not support it */
export async function checkSupport({ db, chargePoint }: Lookup, limit: Limit, { place, pointers }: Where) {
  const used = [...featuresOf(limit, pointers)]
  const modes = limit.schedule.periods.flatMap(({ operationMode }, index) => {
    return operationMode === undefined || operationMode === 'ChargingOnly' ? [] : [[index, operationMode] as const]
  })
  if (used.length === 0 && modes.length === 0 && limit.purpose !== 'priority') return
  const told = await smartChargingVariables(db, chargePoint.id, place)
  for (const [feature, pointer] of used) {
    if (!isDenied(told, feature)) continue
    throw refuseMember(pointer, `is not supported by this charge point [${FEATURES[feature]}]`)
  }
  const known = listIn(told, 'V2XChargingCtrlr', 'SupportedOperationModes')
  for (const [index, mode] of modes) {
    if (known?.includes(mode) ?? true) continue
    throw refuseMember(
      pointers.ofPeriod(index, 'operationMode'),
      `must be one of ${known?.join(', ')} at this charge point [2.1 K01.FR.115]`
    )
  }
  const purposes = listIn(told, 'SmartChargingCtrlr', 'SupportedAdditionalPurposes')
  if (limit.purpose === 'priority' && purposes?.includes('PriorityCharging') === false) {
    throw refuseMember('/purpose', 'priority is not supported by this charge point [2.1 K01.FR.120]')
  }
}

function* featuresOf(limit: Limit, pointers: Pointers): Generator<[Feature, string]> {
  const { maxOfflineDuration, invalidAfterOfflineDuration, schedule } = limit
  if (maxOfflineDuration !== undefined) yield ['MaxOfflineDuration', '/maxOfflineDuration']
  if (invalidAfterOfflineDuration !== undefined) yield ['MaxOfflineDuration', '/invalidAfterOfflineDuration']
  if (schedule.useLocalTime === true) yield ['UseLocalTime', pointers.of('useLocalTime')]
  if (schedule.randomizedDelay !== undefined) yield ['RandomizedDelay', pointers.of('randomizedDelay')]
  if (schedule.limitAtSoC !== undefined) yield ['LimitAtSoC', pointers.of('limitAtSoC')]
  for (const [index, { evseSleep, phaseToUse }] of schedule.periods.entries()) {
    if (evseSleep === true) yield ['EvseSleep', pointers.ofPeriod(index, 'evseSleep')]
    if (phaseToUse !== undefined) yield ['ACPhaseSwitching', pointers.ofPeriod(index, 'phaseToUse')]
  }
}

/** The phases that the EV of a transaction has told that it can limit by themselves. */
async function toldPhases({ db, chargePoint }: Lookup, transaction: TransactionRow): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('notifications')
    .select('payload')
    .where('charge_point_id', '=', chargePoint.id)
    .where('action', '=', 'NotifyEVChargingNeeds')
    .where('received_at', '>=', transaction.created_at)
    .orderBy('id', 'desc')
    .limit(MOST_NEEDS)
    .execute()
  const needs = rows.map(({ payload }) => JSON.parse(payload) as v21.NotifyEVChargingNeedsRequest)
  const { chargingNeeds } = needs.find(({ evseId }) => evseId === transaction.evse_id) ?? {}
  const told = chargingNeeds?.v2xChargingParameters ?? {}
  return new Set(Object.keys(told).flatMap((name) => (name.startsWith(OF_PHASE) ? [name.slice(OF_PHASE.length)] : [])))
}

/** Of the EVs of a charge point: the one of the transaction is among the last. */
const MOST_NEEDS = 100
const OF_PHASE = 'maxChargePower_'

/** @throws `INVALID_OPERATION` when limits of single phases are for an EV that has not told its own [2.1 errata K01.FR.142] */
export async function checkToldPhases(
  lookup: Lookup,
  { schedule }: Limit,
  { transaction, pointers }: { transaction: TransactionRow | undefined; pointers: Pointers }
): Promise<void> {
  const used = schedule.periods.flatMap(({ limitL2, limitL3 }, index) => [
    ...(limitL2 === undefined ? [] : [{ phase: 'L2', at: pointers.ofPeriod(index, 'limitL2') }]),
    ...(limitL3 === undefined ? [] : [{ phase: 'L3', at: pointers.ofPeriod(index, 'limitL3') }])
  ])
  if (used.length === 0 || transaction === undefined) return
  const told = await toldPhases(lookup, transaction)
  const first = used.find(({ phase }) => !told.has(phase))
  if (first === undefined) return
  throw refuseMember(first.at, `is not possible: the EV has not told its power on ${first.phase} [2.1 K01.FR.142]`)
}

/** Some charge points report them as instances of one variable. */
function isDenied(told: readonly Told[], feature: Feature): boolean {
  const names = [`Supports${feature}`, `${feature}Supported`]
  const found = told.filter(({ component, variable, variable_instance }) => {
    const isInstance = variable === 'SupportsFeature' && variable_instance === feature
    return component === 'SmartChargingCtrlr' && (names.includes(variable) || isInstance)
  })
  return found.at(-1)?.value?.trim().toLowerCase() === 'false'
}

/** That of the EVSE, else that of the charge point. */
function listIn(told: readonly Told[], component: string, variable: string): string[] | undefined {
  const found = told.filter((row) => row.component === component && row.variable === variable)
  return found
    .at(-1)
    ?.value?.split(',')
    .map((word) => word.trim())
}
