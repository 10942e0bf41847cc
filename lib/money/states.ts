import { type Fraction, firstIndex, minus, plus, whole, ZERO } from './exact.js'
import type { ChargingState } from './input.js'

export interface Span {
  readonly from: number
  readonly to: number
  /** Absent: unknown. */
  readonly state: ChargingState | undefined
  /** Milliseconds of known charging before this span. */
  readonly charged: number
  /** Milliseconds before this span in which energy may have been transferred. */
  readonly flowed: number
}

/** The states from the start to the end: spans without gaps. */
export class States {
  readonly spans: readonly Span[]
  /** Since when a state is unknown; absent: all are known. */
  readonly unknownFrom: number | undefined

  constructor(told: readonly { at: number; state: ChargingState }[], start: number, end: number) {
    this.spans = spansOf(told, start, end)
    this.unknownFrom = this.spans.find(({ state }) => state === undefined)?.from
  }

  at(time: bigint): Span | undefined {
    return this.spans[this.#indexOf(time)]
  }

  /** Milliseconds of known charging before a time. */
  chargedUntil(time: Fraction): Fraction {
    return this.#until(time, 'charged', ({ state }) => state === 'charging')
  }

  /** When a transaction has charged for so long; `undefined` if it never has. */
  whenCharged(milliseconds: number): number | undefined {
    const span = this.spans.find(
      ({ state, charged, from, to }) => state === 'charging' && charged + (to - from) > milliseconds
    )
    return span === undefined ? undefined : span.from + (milliseconds - span.charged)
  }

  /** When the run of spans around `span` began that all are `alike`. */
  beginningOf(span: Span, alike: (state: ChargingState | undefined) => boolean): number {
    let index = this.#indexOf(BigInt(span.from))
    while (index > 0 && alike(this.spans[index - 1]?.state)) index--
    return this.spans[index]?.from ?? span.from
  }

  /** How much of the energy between two readings was transferred until `time`, as a part of `all`. */
  flow(from: number, to: number, time: Fraction): { part: Fraction; all: bigint } {
    const flowed = this.#flowedUntil(whole(from))
    const all = minus(this.#flowedUntil(whole(to)), flowed).n
    if (all > 0n) return { part: minus(this.#flowedUntil(time), flowed), all }
    return { part: minus(time, whole(from)), all: BigInt(to) - BigInt(from) }
  }

  /** When so much of the flow between two readings is over: the inverse of {@link flow}. */
  whenFlowed(from: number, to: number, part: Fraction): Fraction {
    const flowed = this.#flowedUntil(whole(from))
    if (minus(this.#flowedUntil(whole(to)), flowed).n === 0n) return plus(whole(from), part)
    const target = plus(flowed, part)
    // The earliest time: a pause after it does not count.
    const index = firstIndex(this.spans.length, (at) => {
      const span = this.spans[at]
      return span === undefined || BigInt(span.flowed + flowOf(span)) * target.d >= target.n
    })
    const span = this.spans[index] ?? this.spans.at(-1)
    if (span === undefined) return whole(to)
    return plus(whole(span.from), minus(target, whole(span.flowed)))
  }

  #flowedUntil(time: Fraction): Fraction {
    return this.#until(time, 'flowed', (span) => mayFlow(span.state))
  }

  #until(time: Fraction, before: 'charged' | 'flowed', counts: (span: Span) => boolean): Fraction {
    const span = this.spans[this.#indexOf(time.n / time.d)]
    if (span === undefined) return ZERO
    return counts(span) ? plus(whole(span[before] - span.from), time) : whole(span[before])
  }

  #indexOf(time: bigint): number {
    const index = firstIndex(this.spans.length, (at) => (this.spans[at]?.from ?? 0) > time)
    return index === 0 ? 0 : index - 1
  }
}

function mayFlow(state: ChargingState | undefined): boolean {
  return state === 'charging' || state === undefined
}

function flowOf({ from, to, state }: Span): number {
  return mayFlow(state) ? to - from : 0
}

function spansOf(told: readonly { at: number; state: ChargingState }[], start: number, end: number): Span[] {
  const changes = [...told].sort((a, b) => a.at - b.at)
  const spans: Span[] = []
  let [from, state, charged, flowed]: [number, ChargingState | undefined, number, number] = [start, undefined, 0, 0]
  const add = (to: number) => {
    if (to <= from) return
    spans.push({ from, to, state, charged, flowed })
    if (state === 'charging') charged += to - from
    if (mayFlow(state)) flowed += to - from
    from = to
  }
  for (const change of changes) {
    if (change.at >= end) break
    if (change.at > start && change.state !== state) add(change.at)
    state = change.state
  }
  add(end)
  return spans
}
