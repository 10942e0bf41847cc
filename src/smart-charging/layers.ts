import { instantOf, type WallClock } from './clock.js'
import { evRule, type Purpose, type Rule, type Terms } from './rules.js'
import { type Session, type Speech, speak } from './speak.js'
import type { CompositeInput, TransactionFacts, Uncertainty } from './types.js'

/** The profile of a stack that is in effect at one time. */
export interface Voice {
  rule: Rule
  terms: Terms
  uncertain: readonly Uncertainty[]
}

/** A profile with the start of its times. Caches its last value, because the requested times only increase. */
class Speaker {
  readonly rule: Rule
  readonly #session: Session
  readonly #clock: WallClock
  #last: Speech | undefined

  constructor(rule: Rule, session: Session, clock: WallClock) {
    this.rule = rule
    this.#session = session
    this.#clock = clock
  }

  speak(at: number): Speech {
    if (this.#last === undefined || at >= this.#last.until) {
      this.#last = speak(this.rule, this.#session, this.#clock, at)
    }
    return this.#last
  }
}

/** Profiles of one kind. The first one with a value is in effect. */
type Stack = readonly Speaker[]

/** Everything that limits one EVSE, apart from the limits of the whole charge point. */
export interface EvseLayers {
  /** PriorityCharging, then TxProfile, then TxDefaultProfile. [1.6 §3.13.1; 2.1 K21] */
  transaction: Stack
  /** Further stacks, which are all in effect. */
  bounds: readonly Stack[]
  generation: Stack
}

export interface StationLayers {
  bounds: readonly Stack[]
  generation: Stack
}

/** The running transaction of an EVSE. If there are two, which is impossible, the later one in the list. */
export function transactionOf({ state }: CompositeInput, evseId: number): TransactionFacts | undefined {
  return state?.transactions?.findLast((transaction) => transaction.evseId === evseId)
}

/** The input of the layers. */
export interface Sources {
  input: CompositeInput
  rules: readonly Rule[]
  clock: WallClock
  /** Start of the request. */
  from: number
}

export function evseLayers({ input, rules, clock, from }: Sources, evseId: number): EvseLayers {
  const { version, state } = input
  const transaction = transactionOf(input, evseId)
  const session = {
    start: instantOf(transaction?.startedAt) ?? from,
    isRunning: transaction !== undefined,
    soc: transaction?.soc ?? state?.soc
  }
  const stack = (those: readonly Rule[]): Stack => those.map((rule) => new Speaker(rule, session, clock))
  const of = (purpose: Purpose, ...evseIds: number[]) => rulesFor(rules, purpose, evseIds)
  const own = (rule: Rule) => rule.transactionId === undefined || rule.transactionId === String(transaction?.id)
  // In 1.6 the defaults of a connector replace those of connector 0, whatever their level. [1.6 §3.13.1; 2.x K01.FR.14]
  const defaults =
    version === '1.6'
      ? [...of('TxDefaultProfile', evseId), ...of('TxDefaultProfile', 0)]
      : of('TxDefaultProfile', evseId, 0)
  const ev = transaction?.evSchedule
  return {
    transaction: stack([
      ...(transaction?.priority ? of('PriorityCharging', evseId, 0) : []),
      ...(transaction === undefined ? [] : of('TxProfile', evseId).filter(own)),
      ...defaults
    ]),
    bounds: [...boundsOf(rules, evseId), ...(ev === undefined ? [] : [[evRule(ev, evseId)]])].map(stack),
    generation: stack(of('LocalGeneration', evseId))
  }
}

export function stationLayers({ input: { state = {} }, rules, clock, from }: Sources): StationLayers {
  const isRunning = (state.transactions ?? []).length > 0
  const session = { start: from, isRunning, soc: state.soc }
  const stack = (those: readonly Rule[]): Stack => those.map((rule) => new Speaker(rule, session, clock))
  return { bounds: boundsOf(rules, 0).map(stack), generation: stack(rulesFor(rules, 'LocalGeneration', [0])) }
}

/** The maximum, and the external constraints of each source. All of them apply. [2.1 K 3.2] */
function boundsOf(rules: readonly Rule[], evseId: number): Rule[][] {
  const external = rulesFor(rules, 'ChargingStationExternalConstraints', [evseId])
  const sources = [...new Set(external.map(({ source }) => source))]
  return [
    rulesFor(rules, 'ChargingStationMaxProfile', [evseId]),
    ...sources.map((source) => external.filter((rule) => rule.source === source))
  ].filter(({ length }) => length > 0)
}

/** The highest level first; of one level the rule of the EVSE itself, then the one accepted later. */
function rulesFor(rules: readonly Rule[], purpose: Purpose, evseIds: readonly number[]): Rule[] {
  return rules
    .filter((rule) => rule.purpose === purpose && evseIds.includes(rule.evseId))
    .reverse()
    .sort((a, b) => b.stackLevel - a.stackLevel || b.evseId - a.evseId)
}

/** Reads stacks at one time, and collects the time until which their values apply. */
export class Listener {
  until = Number.POSITIVE_INFINITY
  readonly #at: number

  constructor(at: number) {
    this.#at = at
  }

  first(stack: Stack): Voice | undefined {
    for (const speaker of stack) {
      const { terms, until, uncertain } = speaker.speak(this.#at)
      if (until < this.until) this.until = until
      if (terms !== undefined) return { rule: speaker.rule, terms, uncertain }
    }
    return undefined
  }

  each(stacks: readonly Stack[]): Voice[] {
    return stacks.flatMap((stack) => this.first(stack) ?? [])
  }
}
