import type { Voice } from './layers.js'
import type { Rule, Terms } from './rules.js'
import type { Binding, ChargingRateUnit, EvseFacts, Uncertainty } from './types.js'
import {
  type Choose,
  combine,
  convert,
  decides,
  type Lines,
  lowest,
  nearestZero,
  type Wiring,
  wiringOf
} from './units.js'

/** The profiles in effect at one time. */
export interface Voices {
  transaction: Voice | undefined
  bounds: readonly Voice[]
  generation: readonly Voice[]
}

/** The resulting values, in the unit of the request. */
export interface Merged {
  /** `undefined`: no profile limits. */
  limit: Lines | undefined
  discharge: Lines | undefined
  setpoint: Lines | undefined
  reactive: Lines | undefined
  wiring: Wiring
  /** Whether any profile is in effect. */
  isLimited: boolean
  phaseToUse: number | undefined
  mode: Terms['mode']
  minRate: number | undefined
  by: Binding[]
  uncertain: Uncertainty[]
  conflict: Rule[]
  /** Profiles with a setpoint outside of the limits of their own period. [2.1 V2X.05] */
  faulty: Rule[]
}

/** A value with its source. */
export interface Part {
  lines: Lines
  by: readonly Binding[]
}

export interface Aim {
  unit: ChargingRateUnit
  setpointPriority: 'CSMS' | 'External'
}

/** The limits of one EVSE. [1.6 §3.13.3; 2.1 SC.01, SC.04, K08] */
export function merge(voices: Voices, evse: EvseFacts, aim: Aim): Merged {
  const { transaction, bounds, generation } = voices
  const counting = [...(transaction ? [transaction] : []), ...bounds, ...generation]
  const wiring = wiringOf(evse, phasesOf(counting))
  const reader = new Reader(wiring, aim)
  const limit = limitOf(voices, reader, hardwareOf(evse, wiring, aim.unit))
  const discharge = dischargeOf(voices, reader)
  const setpoint = capped(setpointOf(voices, reader, 'setpoint', aim), limit, discharge, aim.unit)
  const reactive = setpointOf(voices, reader, 'reactive', aim)
  const isIdle = transaction?.terms.mode === 'Idle'
  const phases = phasesToUse(counting)
  return {
    limit: limit?.lines,
    discharge: isIdle && discharge ? [0] : discharge?.lines,
    setpoint: isIdle && setpoint ? [0] : setpoint?.lines,
    reactive: reactive?.lines,
    wiring,
    isLimited: counting.length > 0,
    phaseToUse: phases.size === 1 ? [...phases.keys()][0] : undefined,
    mode: transaction?.terms.mode,
    minRate: minRateOf(transaction, reader),
    by: [limit, discharge, setpoint].flatMap((part) => part?.by ?? []),
    uncertain: uncertaintiesOf(counting, transaction, wiring, aim.unit),
    conflict: phases.size > 1 ? [...phases.values()] : [],
    faulty: counting.filter(({ terms }) => isFaulty(terms)).map(({ rule }) => rule)
  }
}

/** The lowest number of phases of all profiles in effect. [2.x K01.FR.49; 2.1 K01.FR.140] */
export function phasesOf(voices: readonly Voice[]): (number | undefined)[] {
  return voices.map(({ terms }) => terms.phases)
}

/** The phases that profiles prescribe, each with one of these profiles. */
export function phasesToUse(voices: readonly Voice[]): Map<number, Rule> {
  return new Map(voices.flatMap(({ rule, terms: { phaseToUse } }) => (phaseToUse ? [[phaseToUse, rule] as const] : [])))
}

/** Converts values of profiles into the unit of the request. */
export class Reader {
  readonly unit: ChargingRateUnit
  readonly #wiring: Wiring

  constructor(wiring: Wiring, { unit }: Pick<Aim, 'unit'>) {
    this.unit = unit
    this.#wiring = wiring
  }

  part(
    { rule, terms }: Voice,
    what: 'limit' | 'discharge' | 'setpoint' | 'reactive',
    choose: Choose
  ): Part | undefined {
    const lines = terms[what]
    if (lines === undefined) return undefined
    return { lines: this.convert(lines, rule.timetable.unit, choose), by: [bindingOf(rule)] }
  }

  parts(voices: readonly Voice[], what: 'limit' | 'discharge' | 'setpoint' | 'reactive', choose: Choose): Part[] {
    return voices.flatMap((voice) => this.part(voice, what, choose) ?? [])
  }

  convert(lines: Lines, from: ChargingRateUnit, choose: Choose): Lines {
    return convert(lines, from, this.unit, this.#wiring, choose)
  }
}

export function bindingOf({ spelling: purpose, evseId, id, stackLevel, source }: Rule): Binding {
  return purpose === 'EvSchedule' ? { purpose, evseId } : { purpose, evseId, id, stackLevel, source }
}

/** The strictest of some values, with its source. */
export function strictest(parts: readonly Part[], unit: ChargingRateUnit, choose: Choose): Part | undefined {
  if (parts.length === 0) return undefined
  const lines = combine(
    parts.map((part) => part.lines),
    unit,
    choose
  )
  return { lines, by: parts.filter((part) => decides(part.lines, lines, unit)).flatMap(({ by }) => by) }
}

/** The lowest limit, with local generation on top and the hardware above all. [2.1 K27, SC.01] */
function limitOf({ transaction, bounds, generation }: Voices, reader: Reader, hardware: Part | undefined) {
  const { unit } = reader
  if (transaction?.terms.mode === 'Idle') return { lines: [0], by: [bindingOf(transaction.rule)] }
  const limits = reader.parts([...(transaction ? [transaction] : []), ...bounds], 'limit', lowest)
  const limit = strictest(limits, unit, lowest)
  if (limit === undefined) return undefined
  const sum = added([limit, ...reader.parts(generation, 'limit', lowest)], unit)
  return hardware === undefined ? sum : strictest([sum, hardware], unit, lowest)
}

export function added(parts: readonly Part[], unit: ChargingRateUnit): Part {
  const lines = combine(
    parts.map((part) => part.lines),
    unit,
    (...values) => values.reduce((sum, value) => sum + value, 0)
  )
  return { lines, by: parts.flatMap(({ by }) => by) }
}

/** The limit of the hardware, if known. */
export function hardwareOf(evse: EvseFacts, { phases, voltage }: Wiring, unit: ChargingRateUnit): Part | undefined {
  const { maxCurrent = Number.POSITIVE_INFINITY, maxPower = Number.POSITIVE_INFINITY } = evse
  const factor = voltage * phases
  const value = unit === 'A' ? Math.min(maxCurrent, maxPower / factor) : Math.min(maxPower, maxCurrent * factor)
  return value === Number.POSITIVE_INFINITY
    ? undefined
    : { lines: [value], by: [{ purpose: 'HardwareMaximum', evseId: evse.id }] }
}

/** Only a mode of the transaction lets an EV discharge. [2.1 SC.04, Q 2.1] */
function dischargeOf({ transaction, bounds }: Voices, reader: Reader): Part | undefined {
  const { mode = 'ChargingOnly' } = transaction?.terms ?? {}
  if (transaction === undefined || mode === 'ChargingOnly') return undefined
  return strictest(reader.parts([transaction, ...bounds], 'discharge', nearestZero), reader.unit, nearestZero)
}

/** A setpoint of an energy manager precedes ours, unless the CSMS has priority. [2.1 Q06.FR.20-22] */
function setpointOf({ transaction, bounds }: Voices, reader: Reader, what: 'setpoint' | 'reactive', aim: Aim) {
  const external = bounds.filter(({ rule }) => rule.purpose === 'ChargingStationExternalConstraints')
  const theirs = reader.parts(external, what, nearestZero)
  const ours = reader.parts(transaction ? [transaction] : [], what, nearestZero)
  const [first, second] = aim.setpointPriority === 'CSMS' ? [ours, theirs] : [theirs, ours]
  return strictest(first.length > 0 ? first : second, reader.unit, nearestZero)
}

/** [2.1 K08.FR.08, V2X.03, V2X.04] */
export function capped(
  setpoint: Part | undefined,
  limit: Part | undefined,
  discharge: Part | undefined,
  unit: ChargingRateUnit
): Part | undefined {
  if (setpoint === undefined) return undefined
  const above = limit?.lines ?? [Number.POSITIVE_INFINITY]
  const below = discharge?.lines ?? [Number.NEGATIVE_INFINITY]
  const highest: Choose = Math.max
  const lines = combine([combine([setpoint.lines, above], unit, lowest), below], unit, highest)
  return { lines, by: setpoint.by }
}

function minRateOf(transaction: Voice | undefined, reader: Reader): number | undefined {
  const rate = transaction?.rule.timetable.minRate
  return transaction && rate !== undefined
    ? reader.convert([rate], transaction.rule.timetable.unit, lowest)[0]
    : undefined
}

/** Modes in which the EV or an energy manager sets the value. [2.1 Q05-Q10] */
const DECIDED_ELSEWHERE = new Set(['ExternalSetpoint', 'ExternalLimits', 'LocalFrequency', 'LocalLoadBalancing'])

function uncertaintiesOf(
  counting: readonly Voice[],
  transaction: Voice | undefined,
  { isDc }: Wiring,
  unit: ChargingRateUnit
): Uncertainty[] {
  const uncertain = counting.flatMap((voice) => voice.uncertain)
  if (DECIDED_ELSEWHERE.has(transaction?.terms.mode ?? '')) uncertain.push('decided-elsewhere')
  if (isDc && counting.some(({ rule }) => rule.timetable.unit === 'A' || unit === 'A')) uncertain.push('ampere-on-dc')
  return uncertain
}

function isFaulty({ setpoint, limit, discharge }: Terms): boolean {
  const [value] = setpoint ?? []
  if (value === undefined) return false
  return value > (limit?.[0] ?? Number.POSITIVE_INFINITY) || value < (discharge?.[0] ?? Number.NEGATIVE_INFINITY)
}
