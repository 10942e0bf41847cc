import { setImmediate as nextTurn } from 'node:timers/promises'
import { instantOf, SECOND, wallClock } from './clock.js'
import { type EvseLayers, evseLayers, Listener, type StationLayers, stationLayers, type Voice } from './layers.js'
import { type Aim, type Merged, merge, type Voices } from './merge.js'
import { Periods, periodOf } from './periods.js'
import { withoutReplaced } from './replace.js'
import { type Rule, rulesOf } from './rules.js'
import { mergeStation, type StationVoices } from './station.js'
import type { CompositeInput, CompositeSchedule, CompositeWarning, EvseFacts, WarningCode } from './types.js'

/** Maximum number of possible changes in a schedule; most of them change nothing. */
const MAX_STEPS = 16_384
/** Maximum number of changes, times the EVSEs or profiles that are looked at for each of them. */
const MAX_WORK = 65_536
/** Milliseconds that a calculation in turns takes before others have theirs. */
const TURN_MS = 5

/**
 * The limits of a charge point that follow from all known profiles, as OCPP prescribes. Depends on nothing but
 * its input; never throws on profiles that the schemas accept. [1.6 §3.13, §5.7; 2.x K 3, K08; 2.1 Q]
 */
export function compositeSchedule(input: CompositeInput): CompositeSchedule {
  const calculation = calculate(input)
  for (;;) {
    const { done, value } = calculation.next()
    if (done) return value
  }
}

/**
 * The same, for input of others: it may take seconds, so the event loop is never held up for more than a few
 * milliseconds.
 */
export async function compositeScheduleInTurns(input: CompositeInput): Promise<CompositeSchedule> {
  const calculation = calculate(input)
  for (let started = performance.now(); ; ) {
    const { done, value } = calculation.next()
    if (done) return value
    if (performance.now() - started < TURN_MS) continue
    await nextTurn()
    started = performance.now()
  }
}

/** Yields after each change that it has looked at. */
function* calculate(input: CompositeInput): Generator<void, CompositeSchedule> {
  const { request, evses } = input
  const duration = Math.floor(request.duration)
  const start = instantOf(request.start)
  if (request.evseId !== 0 && !evses.some(({ id }) => id === request.evseId)) return rejected('unknown-evse')
  if (evses.length === 0) return rejected('unknown-evse')
  if (!(duration > 0)) return rejected('empty-window')
  if (start === undefined) return rejected('invalid-start')
  const calculation = new Calculation(input, start)
  const steps = Math.min(MAX_STEPS, Math.ceil(MAX_WORK / calculation.size))
  const periods = new Periods()
  let second = 0
  for (let step = 0; second < duration && step < steps; step++) {
    const { merged, until } = calculation.at(start + second * SECOND)
    if (!periods.add(periodOf(second, merged)) || periods.list.length === request.maxPeriods) break
    const next = until === Number.POSITIVE_INFINITY ? duration : Math.ceil((until - start) / SECOND)
    second = Math.max(second + 1, Math.min(duration, next))
    yield
  }
  if (second < duration) calculation.warn('Truncated', [], `only the first ${second} seconds are calculated`)
  return { status: 'Accepted', duration: second, periods: periods.list, warnings: calculation.warnings }
}

function rejected(reason: NonNullable<CompositeSchedule['reason']>): CompositeSchedule {
  return { status: 'Rejected', reason, duration: 0, periods: [], warnings: [] }
}

/** The profiles of an input, sorted into layers. */
class Calculation {
  readonly warnings: CompositeWarning[] = []
  readonly #aim: Aim & { ownConsumption: number }
  readonly #station: StationLayers
  readonly #evses: { evse: EvseFacts; layers: EvseLayers }[]
  readonly #isStation: boolean
  /** How much there is to look at for each change. */
  readonly size: number

  constructor(input: CompositeInput, start: number) {
    const { version, request, state = {} } = input
    const rules = withoutReplaced(rulesOf(input), version, (...pair) =>
      this.warn('Duplicate', pair, 'the profiles exclude each other; the one accepted later counts')
    )
    for (const rule of rules) this.#checkMaximum(rule)
    const sources = { input, rules, clock: wallClock(state.timeZone), from: start }
    this.#aim = {
      unit: request.unit,
      setpointPriority: state.setpointPriority ?? 'External',
      ownConsumption: state.ownConsumption ?? 0
    }
    this.#isStation = request.evseId === 0
    this.#station = stationLayers(sources)
    this.#evses = input.evses
      .filter(({ id }) => this.#isStation || id === request.evseId)
      .map((evse) => ({ evse, layers: evseLayers(sources, evse.id) }))
    this.size = Math.max(this.#evses.length, rules.length)
  }

  /** The limits at a time, and the time until which they apply. */
  at(instant: number): { merged: Merged; until: number } {
    const listener = new Listener(instant)
    const { bounds, generation } = this.#station
    const station = { bounds: listener.each(bounds), generation: listener.each([generation]) }
    const shares = this.#evses.map(({ evse, layers }) => ({ evse, voices: voicesOf(layers, listener) }))
    const merged = this.#isStation ? this.#ofStation(shares, station) : this.#ofEvse(shares, station)
    this.#check(merged)
    return { merged, until: listener.until }
  }

  #ofStation(shares: readonly EvseVoices[], station: StationVoices): Merged {
    const own = shares.map(({ evse, voices }) => ({
      evse,
      voices: all(voices),
      merged: merge(voices, evse, this.#aim)
    }))
    return mergeStation(own, station, this.#aim)
  }

  #ofEvse([share]: readonly EvseVoices[], station: StationVoices): Merged {
    const { evse, voices } = share as EvseVoices
    const bounds = [...voices.bounds, ...station.bounds]
    const generation = [...voices.generation, ...station.generation]
    return merge({ ...voices, bounds, generation }, evse, this.#aim)
  }

  /** Collects the errors of the profiles in effect. */
  #check({ conflict, faulty }: Merged): void {
    if (conflict.length > 0) this.warn('PhaseConflict', conflict, 'the profiles name different phases')
    for (const rule of faulty) this.warn('V2X.05', [rule], 'a setpoint is outside of the limits of its period')
  }

  #checkMaximum(rule: Rule): void {
    if (rule.purpose !== 'ChargingStationMaxProfile' || rule.kind !== 'Relative') return
    this.warn('RelativeMaximum', [rule], 'a maximum must not be Relative; it counts from the start of the request')
  }

  warn(code: WarningCode, rules: readonly Rule[], message: string): void {
    const profileIds = rules.map(({ id }) => id)
    const isTold = this.warnings.some((told) => told.code === code && String(told.profileIds) === String(profileIds))
    if (!isTold) this.warnings.push({ code, message, profileIds })
  }
}

interface EvseVoices {
  evse: EvseFacts
  voices: Voices
}

function voicesOf({ transaction, bounds, generation }: EvseLayers, listener: Listener): Voices {
  return {
    transaction: listener.first(transaction),
    bounds: listener.each(bounds),
    generation: listener.each([generation])
  }
}

function all({ transaction, bounds, generation }: Voices): Voice[] {
  return [...(transaction ? [transaction] : []), ...bounds, ...generation]
}
