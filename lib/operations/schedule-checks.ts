import { type Protocol, versionInfo } from 'fastify-ocpp'
import { defined } from '../charge-points/defined.js'
import { VALUES_21 } from '../charge-points/period-values.js'
import { notSupported, refuseMember } from './exchange.js'
import type { Pointers } from './limit-body.js'
import type { Limit, Schedule, SchedulePeriod } from './profiles.js'

// What the standard says about a charging profile, whatever the charge point is.

type Checked = Omit<Limit, 'profileId' | 'stackLevel'>

/**
 * @throws `INVALID_OPERATION` or `OPERATION_NOT_SUPPORTED` with the member, when the version of the charge point cannot
 * express the profile, or OCPP does not allow it
 */
export function checkProfile(limit: Checked, pointers: Pointers, protocol: Protocol): void {
  checkVersion(limit, pointers, protocol)
  checkValidity(limit)
  checkKind(limit, pointers)
  checkTimes(limit.schedule, pointers)
  checkOfPurpose(limit, pointers)
  for (const [index, period] of limit.schedule.periods.entries()) {
    checkPeriod(limit, period, (member) => pointers.ofPeriod(index, member))
  }
}

function checkVersion(limit: Checked, pointers: Pointers, protocol: Protocol): void {
  const { name, hasPriorityCharging: is21, hasDeviceModel: is2 } = versionInfo(protocol)
  const refuse = (pointer: string) => {
    throw notSupported(`${name} does not support ${pointer}`, pointer)
  }
  if (is21) return
  if (limit.purpose === 'priority') refuse('/purpose')
  const { maxOfflineDuration, invalidAfterOfflineDuration } = limit
  for (const member of Object.keys(defined({ maxOfflineDuration, invalidAfterOfflineDuration }))) refuse(`/${member}`)
  const { useLocalTime, randomizedDelay, limitAtSoC } = limit.schedule
  for (const member of Object.keys(defined({ useLocalTime, randomizedDelay, limitAtSoC }))) refuse(pointers.of(member))
  for (const [index, period] of limit.schedule.periods.entries()) {
    if (period.limit === undefined) {
      throw refuseMember(pointers.ofPeriod(index, 'limit'), `is required in ${name} [ChargingSchedulePeriod]`)
    }
    const { operationMode, preconditioningRequest, evseSleep, phaseToUse } = period
    const newer = { operationMode, preconditioningRequest, evseSleep, ...(!is2 && { phaseToUse }), ...valuesOf(period) }
    for (const member of Object.keys(defined(newer))) refuse(pointers.ofPeriod(index, member))
  }
}

type Values = Partial<Record<keyof typeof VALUES_21, number>>

function valuesOf(period: SchedulePeriod): Values {
  return Object.fromEntries(Object.keys(VALUES_21).map((name) => [name, period[name as keyof Values]])) as Values
}

function checkValidity({ validFrom, validTo }: Checked): void {
  if (validFrom !== undefined && validTo !== undefined && Date.parse(validFrom) >= Date.parse(validTo)) {
    throw refuseMember('/validTo', 'must be after validFrom [2.x K01.FR.37; 1.6 §7.8]')
  }
}

function checkKind({ purpose, schedule }: Checked, { of }: Pointers): void {
  const { kind, startSchedule, recurrency } = schedule
  const isRelative = kind === 'Relative'
  if (isRelative && purpose === 'station') {
    throw refuseMember(of('kind'), 'must not be Relative for the whole charge point [2.x K01.FR.38]')
  }
  if (isRelative && startSchedule !== undefined) {
    throw refuseMember(of('startSchedule'), 'is not possible in a Relative schedule [2.x K01.FR.41]')
  }
  if (!isRelative && startSchedule === undefined) {
    throw refuseMember(of('startSchedule'), `is required in a schedule of kind ${kind} [2.x K01.FR.40]`)
  }
  if ((kind === 'Recurring') !== (recurrency !== undefined)) {
    throw refuseMember(of('recurrency'), 'belongs to Recurring schedules, which need it [1.6 §7.8; 2.x K01]')
  }
}

function checkTimes({ periods, duration, recurrency }: Schedule, pointers: Pointers): void {
  let last = -1
  for (const [index, { start }] of periods.entries()) {
    const at = pointers.ofPeriod(index, 'start')
    if (index === 0 && start !== 0) {
      throw refuseMember(at, 'must be 0 in the first period [2.x K01.FR.31; 1.6 §7.13]')
    }
    if (start <= last) {
      throw refuseMember(at, `must be after ${last} s, where the period before starts [2.x K01.FR.31; 1.6 §7.13]`)
    }
    if (duration !== undefined && start >= duration) {
      throw refuseMember(at, `must be before the end of the schedule after ${duration} s [1.6 §7.13]`)
    }
    last = start
  }
  const round = recurrency === 'Daily' ? 86_400 : 604_800
  if (recurrency !== undefined && Math.max(last, (duration ?? 1) - 1) >= round) {
    throw refuseMember(
      pointers.of('recurrency'),
      `repeats after ${round} s, before the schedule has ended [2.x K01.FR.30]`
    )
  }
}

function checkOfPurpose({ purpose, schedule }: Checked, { of }: Pointers): void {
  const { duration, randomizedDelay } = schedule
  if (purpose === 'priority' && duration !== undefined) {
    throw refuseMember(of('duration'), 'is not possible for priority charging [2.1 K01.FR.70]')
  }
  if (randomizedDelay !== undefined && purpose !== 'default' && purpose !== 'transaction') {
    throw refuseMember(of('randomizedDelay'), `is not possible for the purpose ${purpose} [2.1 K01.FR.95]`)
  }
}

const CHARGING_ONLY = 'ChargingOnly'
/** Modes that follow the setpoint of the profile. */
const BY_SETPOINT: readonly unknown[] = ['CentralSetpoint', 'CentralFrequency']

function checkPeriod({ purpose }: Checked, period: SchedulePeriod, at: (member: string) => string): void {
  const { operationMode = CHARGING_ONLY, limit, setpoint, phases, phaseToUse, evseSleep } = period
  const isLimiting = purpose === 'station' || purpose === 'priority'
  if (isLimiting && operationMode !== CHARGING_ONLY) {
    throw refuseMember(at('operationMode'), `must be ChargingOnly for the purpose ${purpose} [2.1 K01.FR.111]`)
  }
  if (phaseToUse !== undefined && phases !== 1) {
    throw refuseMember(at('phaseToUse'), 'is possible only with phases 1 [2.x K01.FR.19]')
  }
  if (evseSleep === true && operationMode !== 'Idle') {
    throw refuseMember(at('evseSleep'), 'is possible only in operation mode Idle [2.1 K01.FR.126]')
  }
  checkPhases(purpose, period, at)
  if (operationMode === CHARGING_ONLY) {
    if (limit === undefined) throw refuseMember(at('limit'), 'is required in operation mode ChargingOnly [2.1 Q 2.1]')
    const others = Object.keys(defined(valuesOf(period))).filter((name) => !name.startsWith('limit'))
    if (others[0] !== undefined) {
      throw refuseMember(at(others[0]), 'is not possible in operation mode ChargingOnly [2.1 Q 2.1]')
    }
  }
  if (BY_SETPOINT.includes(operationMode) && setpoint === undefined) {
    throw refuseMember(at('setpoint'), `is required in operation mode ${operationMode} [2.1 Q 2.1]`)
  }
}

const BASES = ['limit', 'dischargeLimit', 'setpoint', 'setpointReactive'] as const

/** [2.1 errata K01.FR.143, K01.FR.145] */
function checkPhases(purpose: Limit['purpose'], period: SchedulePeriod, at: (member: string) => string): void {
  for (const base of BASES) {
    for (const member of [`${base}L2`, `${base}L3`] as const) {
      if (period[member] === undefined) continue
      if (base === 'limit' && purpose !== 'transaction') {
        throw refuseMember(at(member), `is possible only for the purpose transaction [2.1 K01.FR.143]`)
      }
      if (period[base] === undefined) {
        const clause = base === 'limit' ? ' [2.1 K01.FR.145]' : ''
        throw refuseMember(at(member), `needs ${base}, which is that of phase L1${clause}`)
      }
    }
  }
}
