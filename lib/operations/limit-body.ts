import { type Static, Type } from '@sinclair/typebox'
import { defined } from '../charge-points/defined.js'
import { oneOf } from '../http/records.js'
import { dateTime, LIMIT } from './common.js'
import { refuseMember } from './exchange.js'
import { KINDS, MODES, PURPOSES, type Purpose, RECURRENCIES, type Schedule, type SchedulePeriod } from './profiles.js'
import { TRANSACTION } from './which-transaction.js'

// The request of the operation `charging-limit`: one limit, or a whole schedule.

const MAX_SECONDS = 2 ** 31 - 1

export const PURPOSE = oneOf(
  PURPOSES,
  'station: the whole charge point together; default: every transaction at the place; transaction: one transaction; priority: transactions that charge with priority, OCPP 2.1'
)
export const STACK_LEVEL = Type.Integer({
  minimum: 0,
  maximum: 1000,
  description: 'The highest level applies; a limit of the same level is replaced. Default of a limit: 0'
})

const Change = Type.Object(
  {
    start: Type.Integer({ minimum: 1, maximum: MAX_SECONDS, description: 'Seconds after the start of the schedule' }),
    limit: LIMIT.limit,
    phases: LIMIT.phases
  },
  { additionalProperties: false }
)

const value = (description: string, more: object = {}) =>
  Type.Optional(Type.Number({ minimum: -1e9, maximum: 1e9, ...more, description }))
const limit = (description: string) => value(description, { minimum: 0 })
const discharge = (description: string) => value(description, { maximum: 0 })

const Period = Type.Object(
  {
    start: Type.Integer({
      minimum: 0,
      maximum: MAX_SECONDS,
      description: 'Seconds after the start of the schedule; 0 in the first period'
    }),
    limit: limit('Maximum in `unit`; 0 stops charging. Required before OCPP 2.1'),
    phases: LIMIT.phases,
    phaseToUse: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3, description: 'OCPP 2.x: the phase, with `phases` 1' })
    ),
    operationMode: Type.Optional(oneOf(MODES, 'OCPP 2.1. Default: ChargingOnly')),
    limitL2: limit('OCPP 2.1: limit of phase L2; `limit` is that of L1'),
    limitL3: limit('OCPP 2.1: limit of phase L3'),
    dischargeLimit: discharge('OCPP 2.1: the most that may be discharged, as a negative number'),
    dischargeLimitL2: discharge('Of phase L2'),
    dischargeLimitL3: discharge('Of phase L3'),
    setpoint: value('OCPP 2.1: to be followed; negative: discharge'),
    setpointL2: value('Of phase L2'),
    setpointL3: value('Of phase L3'),
    setpointReactive: value('OCPP 2.1: reactive power or current to be followed'),
    setpointReactiveL2: value('Of phase L2'),
    setpointReactiveL3: value('Of phase L3'),
    preconditioningRequest: Type.Optional(
      Type.Boolean({ description: 'OCPP 2.1: asks the EV to bring its battery to a temperature for charging' })
    ),
    evseSleep: Type.Optional(Type.Boolean({ description: 'OCPP 2.1: the EVSE may sleep, in operation mode Idle' }))
  },
  { additionalProperties: false }
)

const ScheduleBody = Type.Object(
  {
    kind: oneOf(
      KINDS,
      'Absolute: counts from startSchedule; Recurring: again every day or week; Relative: counts from the start of the transaction'
    ),
    startSchedule: Type.Optional(dateTime('Required, except in a Relative schedule, which has none')),
    duration: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_SECONDS, description: 'Seconds. Default: the last period goes on' })
    ),
    recurrency: Type.Optional(oneOf(RECURRENCIES, 'Of a Recurring schedule')),
    unit: LIMIT.unit,
    minChargingRate: limit('Below this the EV charges inefficiently, in `unit`'),
    useLocalTime: Type.Optional(
      Type.Boolean({ description: 'OCPP 2.1: startSchedule is local time of the charge point' })
    ),
    randomizedDelay: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_SECONDS,
        description: 'OCPP 2.1: seconds by which the charge point delays periods at random, at most'
      })
    ),
    limitAtSoC: Type.Optional(
      Type.Object(
        {
          soc: Type.Integer({ minimum: 0, maximum: 100, description: 'Percent' }),
          limit: LIMIT.limit
        },
        { additionalProperties: false, description: 'OCPP 2.1: limit from this state of charge of the EV on' }
      )
    ),
    periods: Type.Array(Period, { minItems: 1, maxItems: 1024, description: 'In order, the first at 0' })
  },
  { additionalProperties: false, description: 'In place of limit, unit, phases, duration, periods and recurrency' }
)

export const LimitBody = Type.Object(
  {
    limit: Type.Optional({ ...LIMIT.limit, description: `${LIMIT.limit.description}. Required without schedule` }),
    unit: Type.Optional({ ...LIMIT.unit, description: `${LIMIT.unit.description}. Required without schedule` }),
    phases: LIMIT.phases,
    duration: LIMIT.duration,
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
    maxOfflineDuration: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_SECONDS,
        description: 'OCPP 2.1: seconds that it counts while the charge point is offline. Default: without end'
      })
    ),
    invalidAfterOfflineDuration: Type.Optional(
      Type.Boolean({ description: 'OCPP 2.1: after maxOfflineDuration it never counts again. Default: false' })
    ),
    periods: Type.Optional(
      Type.Array(Change, {
        minItems: 1,
        maxItems: 1023,
        description: 'Changes of the limit, in order. The schedule starts with `limit`, at `validFrom` or now'
      })
    ),
    recurrency: Type.Optional(oneOf(RECURRENCIES, 'Repeats the schedule every day or week')),
    schedule: Type.Optional(ScheduleBody)
  },
  {
    additionalProperties: false,
    examples: [
      { limit: 16, unit: 'A', duration: 3600, evseId: 1 },
      {
        evseId: 1,
        schedule: {
          kind: 'Recurring',
          recurrency: 'Daily',
          startSchedule: '2026-12-01T22:00:00Z',
          unit: 'A',
          periods: [
            { start: 0, limit: 32 },
            { start: 28_800, limit: 10, phases: 1 }
          ]
        }
      }
    ]
  }
)
export type LimitBody = Static<typeof LimitBody>

/** JSON pointers of the members of a schedule in a request. */
export interface Pointers {
  of: (member: string) => string
  ofPeriod: (index: number, member?: string) => string
}

/** A request whose first period is given by members of its own. */
export const plainPointers = (base = ''): Pointers => ({
  of: (member) => `${base}/${member}`,
  ofPeriod: (index, member = '') => (index === 0 ? `${base}/${member}` : `${base}/periods/${index - 1}/${member}`)
})

const IN_SCHEDULE: Pointers = {
  of: (member) => `/schedule/${member}`,
  ofPeriod: (index, member = '') => `/schedule/periods/${index}/${member}`
}

/**
 * The schedule that is asked for, and where its members are in the request.
 *
 * @throws `INVALID_OPERATION` if the request has both a limit and a schedule, or neither
 */
export function scheduleIn(request: LimitBody, now: number): { schedule: Schedule; pointers: Pointers } {
  const { schedule, limit, unit, phases, duration, periods, recurrency, validFrom } = request
  if (schedule !== undefined) {
    const both = Object.keys(defined({ limit, unit, phases, duration, periods, recurrency }))
    if (both.length > 0) throw refuseMember(`/${both[0]}`, 'has no effect beside schedule: give it in the schedule')
    return { schedule, pointers: IN_SCHEDULE }
  }
  if (limit === undefined) throw refuseMember('/limit', 'is required, or schedule')
  if (unit === undefined) throw refuseMember('/unit', 'is required')
  const first: SchedulePeriod = { start: 0, limit, ...defined({ phases }) }
  return {
    schedule: {
      kind: recurrency === undefined ? 'Absolute' : 'Recurring',
      startSchedule: validFrom ?? new Date(now).toISOString(),
      unit,
      periods: [first, ...(periods ?? [])],
      ...defined({ duration, recurrency })
    },
    pointers: plainPointers()
  }
}
