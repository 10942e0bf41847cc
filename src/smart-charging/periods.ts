import type { Merged } from './merge.js'
import type { Binding, CompositePeriod } from './types.js'
import { type Lines, rounded } from './units.js'

/** [2.x ChargingScheduleType] */
const MAX_PERIODS = 1024

/** Periods in order; equal neighbours become one. */
export class Periods {
  readonly list: CompositePeriod[] = []
  #last = ''

  /** Returns `false` when there is no room for another period. */
  add(period: CompositePeriod): boolean {
    const values = valuesOf(period)
    const last = this.list.at(-1)
    if (last !== undefined && values === this.#last) {
      last.by = unique([...last.by, ...period.by])
      return true
    }
    if (this.list.length === MAX_PERIODS) return false
    this.list.push(period)
    this.#last = values
    return true
  }
}

function valuesOf({ start: _start, by: _by, ...values }: CompositePeriod): string {
  return JSON.stringify(values)
}

export function periodOf(start: number, merged: Merged): CompositePeriod {
  const { wiring, isLimited, phaseToUse, mode, minRate } = merged
  const isConflict = merged.conflict.length > 0
  const uncertain = [...new Set([...merged.uncertain, ...(isConflict ? (['phase-conflict'] as const) : [])])].sort()
  const period: CompositePeriod = { start, limit: null, by: unique(merged.by) }
  if (!isConflict) {
    Object.assign(
      period,
      named(merged.limit, 'limit'),
      named(merged.discharge, 'dischargeLimit'),
      named(merged.setpoint, 'setpoint'),
      named(merged.reactive, 'setpointReactive')
    )
  }
  if (isLimited && !wiring.isDc) period.numberPhases = wiring.phases
  if (phaseToUse !== undefined && !isConflict) period.phaseToUse = phaseToUse
  if (mode !== undefined) period.operationMode = mode
  if (minRate !== undefined) period.minChargingRate = rounded(minRate)
  if (uncertain.length > 0) period.uncertain = uncertain
  return period
}

type Name = 'limit' | 'dischargeLimit' | 'setpoint' | 'setpointReactive'

function named(lines: Lines | undefined, name: Name): Partial<CompositePeriod> {
  if (lines === undefined) return {}
  const [l1 = 0, l2, l3] = lines.map(rounded)
  return l2 === undefined ? { [name]: l1 } : { [name]: l1, [`${name}L2`]: l2, [`${name}L3`]: l3 }
}

function unique(bindings: readonly Binding[]): Binding[] {
  const found = new Map(bindings.map((binding) => [JSON.stringify(binding), binding]))
  return [...found.values()]
}
