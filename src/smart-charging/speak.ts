import type { WallClock } from './clock.js'
import type { Rule, Span, Terms, Timetable } from './rules.js'
import type { ChargingRateUnit, Uncertainty } from './types.js'
import { type Choose, combine, type Lines, lowest, nearestZero } from './units.js'

/** The start of relative schedules, and the transaction to which they apply. */
export interface Session {
  /** Start of the transaction, otherwise of the request. [2.x K01.FR.42, K08.FR.06] */
  start: number
  isRunning: boolean
  /** Percent. */
  soc: number | undefined
}

/** The values of a profile at one time, and the time until which they cannot change. */
export interface Speech {
  /** `undefined`: the profile is silent. */
  terms: Terms | undefined
  until: number
  uncertain: Uncertainty[]
}

const { POSITIVE_INFINITY: NEVER } = Number

/** [1.6 §3.13.2, §7.13; 2.x K01.FR.30-32, K01.FR.36, K01.FR.37; 2.1 K01.FR.90-103] */
export function speak(rule: Rule, session: Session, clock: WallClock, at: number): Speech {
  if (at < rule.validFrom) return silent(rule.validFrom)
  if (at >= rule.validTo) return silent(NEVER)
  const { silent: gap } = rule
  if (gap !== undefined && at >= gap.from && at < gap.to) return silent(gap.to)
  const speech = follow(rule, session, clock, at)
  speech.until = Math.min(speech.until, rule.validTo, gap !== undefined && at < gap.from ? gap.from : NEVER)
  return speech
}

function silent(until: number): Speech {
  return { terms: undefined, until, uncertain: [] }
}

/** Follows the schedule of a profile that is valid. */
function follow(rule: Rule, session: Session, clock: WallClock, at: number): Speech {
  const { timetable, every } = rule
  const now = timetable.isLocal ? clock.at(at) : at
  const start = startOf(rule, session)
  const later = (milliseconds: number) => (timetable.isLocal ? clock.after(at, milliseconds) : at + milliseconds)
  if (start === undefined) return undatedUpdate(rule, session, clock)
  if (now < start) return silent(later(start - now))
  const elapsed = every === undefined ? now - start : (now - start) % every
  const round = every ?? NEVER
  if (elapsed >= timetable.duration) return silent(later(round - elapsed))
  const found = spanAt(timetable, session, elapsed)
  const until = later(Math.min(found.until, timetable.duration, round) - elapsed)
  if (found.terms === undefined) return silent(until)
  const speech = { terms: found.terms, until, uncertain: doubts(rule, clock) }
  if (found.isUncertain) speech.uncertain.push('random-delays-unknown')
  return withSoC(speech, timetable, session)
}

/** Without startSchedule a schedule is relative to the transaction. [1.6 §7.13] */
function startOf({ kind, updatedAt, timetable }: Rule, session: Session): number | undefined {
  return kind === 'Dynamic' ? updatedAt : (timetable.start ?? session.start)
}

/** A dynamic profile whose last update is not known may have expired. [2.1 K28] */
function undatedUpdate(rule: Rule, session: Session, clock: WallClock): Speech {
  const { timetable } = rule
  const terms = timetable.spans[0]?.terms
  if (terms === undefined) return silent(NEVER)
  const uncertain = doubts(rule, clock)
  if (timetable.duration !== NEVER) uncertain.push('update-time-unknown')
  return withSoC({ terms, until: NEVER, uncertain }, timetable, session)
}

function doubts({ isConfirmed, hasValues, timetable }: Rule, clock: WallClock): Uncertainty[] {
  const uncertain: Uncertainty[] = []
  if (!hasValues) uncertain.push('value-unknown')
  if (!isConfirmed) uncertain.push('not-confirmed')
  if (timetable.isLocal && !clock.isKnown) uncertain.push('time-zone-unknown')
  return uncertain
}

/** A limit that holds from a state of charge on. [2.1 K01.FR.100] */
function withSoC(speech: Speech, { limitAtSoC, unit }: Timetable, { soc }: Session): Speech {
  const { terms } = speech
  if (limitAtSoC === undefined || terms === undefined) return speech
  if (soc === undefined) return { ...speech, uncertain: [...speech.uncertain, 'soc-unknown'] }
  if (soc < limitAtSoC.soc) return speech
  const most = [Math.max(0, limitAtSoC.limit)]
  const cap = (lines: Lines) => combine([lines, most], unit, lowest)
  const limit = terms.limit === undefined ? most : cap(terms.limit)
  return { ...speech, terms: { ...terms, limit, setpoint: terms.setpoint && cap(terms.setpoint) } }
}

interface Found {
  terms: Terms | undefined
  /** Milliseconds after the start of the schedule. */
  until: number
  isUncertain: boolean
}

/** The period of a schedule. Without a transaction there are no delays. [2.1 K01.FR.95] */
function spanAt(timetable: Timetable, { isRunning }: Session, elapsed: number): Found {
  const spans = isRunning ? timetable.delayed : timetable.spans
  if (spans === undefined) return lowestAt(timetable, elapsed)
  const index = indexAt(spans, elapsed)
  return { terms: spans[index]?.terms, until: spans[index + 1]?.from ?? NEVER, isUncertain: false }
}

/** Index of the last period that has begun; -1 before the first. */
function indexAt(spans: readonly Span[], elapsed: number): number {
  let [low, high] = [-1, spans.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.from ?? NEVER) <= elapsed) low = middle
    else high = middle
  }
  return low
}

/** The lowest of all periods that may apply when the delays are not known. */
function lowestAt({ spans, maxDelay, unit }: Timetable, elapsed: number): Found {
  let index = indexAt(spans, elapsed)
  let until = spans[index + 1]?.from ?? NEVER
  let terms = spans[index]?.terms
  const isUncertain = index > 0 && mayComeLater(spans[index], maxDelay, elapsed)
  for (; index > 0 && mayComeLater(spans[index], maxDelay, elapsed); index--) {
    until = Math.min(until, (spans[index]?.from ?? NEVER) + maxDelay)
    const before = spans[index - 1]?.terms
    terms = terms && before ? strictest(terms, before, unit) : terms
  }
  return { terms, until, isUncertain }
}

function mayComeLater(span: Span | undefined, maxDelay: number, elapsed: number): boolean {
  return span !== undefined && elapsed < span.from + maxDelay
}

function strictest(one: Terms, other: Terms, unit: ChargingRateUnit): Terms {
  const both = (a: Lines | undefined, b: Lines | undefined, choose: Choose) =>
    a && b ? combine([a, b], unit, choose) : (a ?? b)
  return {
    limit: both(one.limit, other.limit, lowest),
    discharge: both(one.discharge, other.discharge, nearestZero),
    setpoint: both(one.setpoint, other.setpoint, nearestZero),
    reactive: both(one.reactive, other.reactive, nearestZero),
    phases: one.phases === undefined ? other.phases : Math.min(one.phases, other.phases ?? 3),
    phaseToUse: one.phaseToUse,
    mode: one.mode
  }
}
