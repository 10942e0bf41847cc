import { strings } from '../strings/en/form.js'
import { formatElapsed, formatNumber } from '../ui/format.js'
import { type Field, type GroupField, isRecord } from './tree.js'

// Lists of charging schedule periods, in OCPP and in operations. Pure.

/** Seconds between the starts of two periods until somebody enters another start. */
const STEP = 3_600

/** The members of a period that each row shows. The others are folded. */
export interface PeriodMembers {
  start: Field
  limit: Field
  phases: Field | undefined
  others: readonly Field[]
}

/** The members of a charging schedule period; `undefined`: the schema is of something else. */
export function periodMembers(field: Field): PeriodMembers | undefined {
  if (field.kind !== 'group') return undefined
  const start = memberOf(field, 'startPeriod', 'start')
  const limit = memberOf(field, 'limit')
  if (start?.kind !== 'number' || limit?.kind !== 'number') return undefined
  const phases = memberOf(field, 'numberPhases', 'phases')
  return { start, limit, phases, others: field.fields.filter((each) => ![start, limit, phases].includes(each)) }
}

function memberOf({ fields }: GroupField, ...names: readonly string[]): Field | undefined {
  return fields.find(({ name }) => names.includes(name))
}

/** The list with one more period, which starts after the last one. */
export function withPeriod({ start }: PeriodMembers, elements: unknown): unknown[] {
  const periods: unknown[] = Array.isArray(elements) ? elements : []
  const latest = numberIn(periods.at(-1), start.name)
  const first = start.kind === 'number' && (start.minimum ?? 0) > 0 ? STEP : 0
  return [...periods, { [start.name]: latest === undefined ? first : latest + STEP }]
}

/** A schedule in words, one line for each period, and what is wrong with the order. */
export interface ScheduleText {
  lines: readonly string[]
  faults: readonly string[]
}

interface Step {
  start: number
  limit: number | undefined
  phases: number | undefined
}

/** @param schedule the object that has the list: its unit, its duration, and the limit before the first period */
export function scheduleText(members: PeriodMembers, periods: readonly unknown[], schedule: unknown): ScheduleText {
  const steps = stepsOf(members, periods, schedule)
  const unit = isRecord(schedule) ? String(schedule.chargingRateUnit ?? schedule.unit ?? '') : ''
  const duration = numberIn(schedule, 'duration')
  const lines = steps.map(({ start, limit, phases }, index) => {
    const end = steps[index + 1]?.start ?? duration
    return strings.period(
      formatElapsed(start),
      end === undefined ? undefined : formatElapsed(end),
      limit === undefined ? undefined : `${formatNumber(limit)} ${unit}`.trim(),
      phases
    )
  })
  return { lines, faults: faultsOf(members, periods, duration) }
}

function stepsOf({ start, limit, phases }: PeriodMembers, periods: readonly unknown[], schedule: unknown): Step[] {
  const steps = periods.flatMap((period): Step[] => {
    const at = numberIn(period, start.name)
    if (at === undefined) return []
    return [{ start: at, limit: numberIn(period, limit.name), phases: phases && numberIn(period, phases.name) }]
  })
  const before = numberIn(schedule, limit.name)
  if (before === undefined) return steps
  return [{ start: 0, limit: before, phases: phases && numberIn(schedule, phases.name) }, ...steps]
}

function faultsOf({ start }: PeriodMembers, periods: readonly unknown[], duration: number | undefined): string[] {
  const starts = periods.map((period) => numberIn(period, start.name))
  const mustBeginAt0 = start.kind === 'number' && (start.minimum ?? 0) <= 0
  const faults = starts.flatMap((at, index) => {
    const before = starts[index - 1]
    if (at === undefined) return []
    if (before !== undefined && at <= before) return [strings.notAfter(index + 1)]
    return duration !== undefined && at >= duration ? [strings.afterEnd(index + 1)] : []
  })
  // [OCPP 1.6 §7.14, 2.x ChargingSchedulePeriodType]
  return mustBeginAt0 && (starts[0] ?? 0) !== 0 ? [strings.beginsLate, ...faults] : faults
}

function numberIn(value: unknown, name: string): number | undefined {
  const found = isRecord(value) ? value[name] : undefined
  return typeof found === 'number' ? found : undefined
}
