import { versionInfo } from 'fastify-ocpp'
import { isControlled } from '../load-management/rows.js'
import { ProblemError } from '../problem-error.js'
import type { Place } from './common.js'
import { refuseMember } from './exchange.js'
import { configurationValue, variableValue } from './facts.js'
import type { Pointers } from './limit-body.js'
import type { Lookup } from './operation.js'
import type { Limit } from './profiles.js'

// Profiles that a charge point would refuse by the standard or by what it has told of itself are not sent.

/** Facts that a charge point has reported about its smart charging. Facts that it has not reported are absent. */
export interface Capabilities {
  maxStackLevel?: number
  units?: readonly ('A' | 'W')[]
  maxPeriods?: number
  maxProfiles?: number
  /** Profiles of external systems have ids up to this one. [2.x K01.FR.80] */
  maxExternalId?: number
}

/** 1.6: configuration keys; 2.x: variables of SmartChargingCtrlr. [1.6 §9.4; 2.x Part 2, Appendix 3] */
export async function capabilitiesOf({
  db,
  chargePoint,
  protocol
}: Pick<Lookup, 'db' | 'protocol'> & { chargePoint: { id: number } }): Promise<Capabilities> {
  const { id } = chargePoint
  if (!versionInfo(protocol).hasDeviceModel) {
    const key = (name: string) => configurationValue(db, id, name)
    return read({
      level: await key('ChargeProfileMaxStackLevel'),
      units: await key('ChargingScheduleAllowedChargingRateUnit'),
      periods: await key('ChargingScheduleMaxPeriods'),
      profiles: await key('MaxChargingProfilesInstalled')
    })
  }
  const variable = (name: string) => variableValue(db, id, { component: 'SmartChargingCtrlr', variable: name })
  return read({
    level: await variable('ProfileStackLevel'),
    units: await variable('RateUnit'),
    periods: await variable('PeriodsPerSchedule'),
    profiles: await maxEntries(db, id),
    externalId: await variable('MaxExternalConstraintsId')
  })
}

type Told = Partial<Record<'level' | 'units' | 'periods' | 'profiles' | 'externalId', string | undefined>>

function read({ level, units, periods, profiles, externalId }: Told): Capabilities {
  const found = {
    maxStackLevel: count(level),
    units: unitsIn(units),
    maxPeriods: count(periods),
    maxProfiles: count(profiles),
    maxExternalId: count(externalId)
  }
  const told = Object.entries(found).filter(([, value]) => value !== undefined)
  return Object.fromEntries(told) as Capabilities
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : undefined
}

/** Charge points of 1.6 spell them in many ways. Words that are not understood are no restriction. */
function unitsIn(text: string | undefined): ('A' | 'W')[] | undefined {
  const words = (text ?? '').split(',').map((word) => word.trim().toLowerCase())
  const units: ('A' | 'W')[] = []
  if (words.some((word) => word === 'a' || word === 'current')) units.push('A')
  if (words.some((word) => word === 'w' || word === 'power')) units.push('W')
  return units.length > 0 ? units : undefined
}

async function maxEntries(db: Lookup['db'], chargePointId: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('variables')
    .select('characteristics')
    .where('charge_point_id', '=', chargePointId)
    .where('component', '=', 'SmartChargingCtrlr')
    .where('variable', '=', 'Entries')
    .where('variable_instance', '=', 'ChargingProfiles')
    .where('attribute', '=', 'Actual')
    .executeTakeFirst()
  const { maxLimit } = JSON.parse(row?.characteristics ?? '{}') as { maxLimit?: number }
  return maxLimit === undefined ? undefined : String(maxLimit)
}

/** @throws `INVALID_OPERATION` with the member and the clause, when the charge point has told that it cannot do this */
export function checkCapabilities(limit: Limit, told: Capabilities, pointers: Pointers, at = ''): void {
  const { maxStackLevel, units, maxPeriods, maxExternalId } = told
  const { unit, periods } = limit.schedule
  if (maxStackLevel !== undefined && limit.stackLevel > maxStackLevel) {
    throw refuseMember(
      `${at}/stackLevel`,
      `must be at most ${maxStackLevel} at this charge point [1.6 §9.4.1; 2.x ProfileStackLevel]`
    )
  }
  if (units !== undefined && !units.includes(unit)) {
    throw refuseMember(
      pointers.of('unit'),
      `must be ${units.join(' or ')} at this charge point [1.6 §9.4.2; 2.x K01.FR.26]`
    )
  }
  if (maxPeriods !== undefined && periods.length > maxPeriods) {
    throw refuseMember(
      pointers.of('periods'),
      `make ${periods.length} periods, and this charge point takes ${maxPeriods} [1.6 §9.4.3; 2.x PeriodsPerSchedule]`
    )
  }
  if (maxExternalId !== undefined && limit.profileId <= maxExternalId) {
    throw refuseMember('', `the charge point keeps profile ids up to ${maxExternalId} for others [2.x K01.FR.80]`)
  }
}

/**
 * @throws `INVALID_OPERATION` when the charge point has as many profiles as it can have, and this one replaces none
 */
export function checkRoom(profileId: number, installed: ReadonlySet<number>, { maxProfiles }: Capabilities): void {
  if (maxProfiles === undefined || installed.has(profileId) || installed.size < maxProfiles) return
  const message = `the charge point has ${installed.size} charging profiles of the ${maxProfiles} that it takes: clear one first`
  throw refuseMember('', `${message} [1.6 §9.4.5; 2.x Entries]`)
}

/** In 1.6 the EVSE is the connector. 0: all of them. */
export function placeIn({ evseId, connectorId }: Place) {
  return { evse_id: evseId ?? 0, connector_id: connectorId ?? 0 }
}

/** @throws `LOAD_IS_MANAGED` where the load management of a site decides */
export async function checkUncontrolled({ db, chargePoint }: Lookup, place: { evse_id: number; connector_id: number }) {
  const evseId = place.evse_id || place.connector_id || undefined
  if (await isControlled(db, chargePoint.site_id, { identity: chargePoint.identity, evseId })) {
    throw new ProblemError(
      409,
      'LOAD_IS_MANAGED',
      `the load management of site ${chargePoint.site_id} limits this EVSE`
    )
  }
}
