import { digest, type Problem } from '../problems/problem.js'
import type { Sent, Snapshot } from './options.js'
import { keyOf, type PlantEvse } from './plant.js'
import { addHistory } from './rows.js'
import { overloads, shortBecause } from './step.js'
import { placeOf, sumsOf } from './sums.js'
import { between, exceededAt, Reaction, waitingAt } from './tally.js'
import { isUnbalance, phaseOfUnbalance } from './unbalance.js'

// Facts of the control for people: what it sent, where no limit can be guaranteed, and which EVSE does not obey.

/** Shorter overloads are those of a lowering that is on its way. Milliseconds. */
const PATIENCE_MS = 15_000

/** The values of the gauges of a circuit. */
export interface CircuitGauge {
  site: string
  circuit: string
  phase: string
  limit: number
  reserved: number
  other: number
  allocated: number
  /** Absent: not known. */
  measured?: number
}

export class LoadWatch {
  readonly #writer: Parameters<typeof addHistory>[0]
  /** Since when a circuit is above its limit, by site and place. Epoch milliseconds. */
  readonly #over = new Map<string, Map<string, number>>()
  readonly #snapshots = new Map<string, { snapshot: Snapshot; at: number }>()
  readonly #last = new Map<string, string>()
  /** Profile calls by outcome. */
  readonly outcomes = new Map<string, number>()
  /** Seconds for which more was reserved than a limit allows, over all circuits and phases. */
  secondsAbove = 0
  /** Seconds for which measured currents were above a limit, over all circuits and phases. */
  secondsExceeded = 0
  pauses = 0
  lateRenewals = 0
  /** Called with the seconds from a limit of a circuit until all lowering calls are accepted. */
  onReaction: (seconds: number) => void = () => undefined
  readonly #reactions = new Map<string, Reaction>()

  constructor(writer: Parameters<typeof addHistory>[0]) {
    this.#writer = writer
  }

  /** Counts a call, and records it unless it only renews a limit. */
  async sent(siteId: string, { evse, kind, amperes, answer, transaction, reason }: Sent): Promise<void> {
    this.outcomes.set(answer, (this.outcomes.get(answer) ?? 0) + 1)
    const key = `${siteId} ${keyOf(evse)}`
    const what = `${kind} ${amperes} ${answer} ${transaction ?? ''}`
    if (this.#last.get(key) === what) return
    this.#last.set(key, what)
    const { identity, evseId } = evse
    const row = { site_id: siteId, identity, evse_id: evseId, transaction_row: transaction ?? null }
    await addHistory(this.#writer, { ...row, kind, amperes, outcome: answer, reason, at: Date.now() })
  }

  /** A limit of a circuit was set. */
  limited(siteId: string): void {
    // Another process may control the site.
    if (this.#snapshots.has(siteId) && !this.#reactions.has(siteId))
      this.#reactions.set(siteId, new Reaction(Date.now()))
  }

  /** Takes note of a run. */
  ran(siteId: string, snapshot: Snapshot): void {
    const now = Date.now()
    this.#tally(siteId, snapshot, now)
    const before = this.#over.get(siteId)
    const over = overloads(snapshot.result.loads).map(({ circuit, phase }) => `${circuit} ${phase}`)
    const elapsed = now - (this.#snapshots.get(siteId)?.at ?? now)
    this.secondsAbove += (over.length * elapsed) / 1000
    const places = [...over, ...shortIn(snapshot).map(shortPlace)]
    this.#over.set(siteId, new Map(places.map((place) => [place, before?.get(place) ?? now])))
    this.#snapshots.set(siteId, { snapshot, at: now })
  }

  #tally(siteId: string, snapshot: Snapshot, now: number): void {
    const reaction = this.#reactions.get(siteId)?.ran(snapshot, now)
    if (typeof reaction === 'number') this.onReaction(reaction / 1000)
    if (reaction !== undefined) this.#reactions.delete(siteId)
    const before = this.#snapshots.get(siteId)
    if (before === undefined) return
    const { pauses, lateRenewals } = between(before.snapshot, snapshot)
    this.pauses += pauses
    this.lateRenewals += lateRenewals
    this.secondsExceeded += (exceededAt(snapshot) * (now - before.at)) / 1000
  }

  /** The site is not controlled here any more. */
  left(siteId: string): void {
    this.#reactions.delete(siteId)
    this.#over.delete(siteId)
    this.#snapshots.delete(siteId)
  }

  gauges(): CircuitGauge[] {
    return [...this.#snapshots].flatMap(([site, { snapshot }]) => {
      const sums = sumsOf(snapshot)
      return snapshot.result.loads.map(({ circuit, phase, limit, reserved, other }) => {
        const { allocated = 0, measured } = sums.get(placeOf({ circuit, phase })) ?? {}
        const known = { limit, reserved, other, allocated, ...(measured !== undefined && { measured }) }
        return { site, circuit, phase, ...known }
      })
    })
  }

  /** Transactions that have less than their cars need to charge, by site. */
  waiting(): [site: string, count: number][] {
    return [...this.#snapshots].map(([site, { snapshot }]) => [site, waitingAt(snapshot)])
  }

  /** Seconds since each measurement of a circuit. */
  measurementAges(): { site: string; circuit: string; age: number }[] {
    return [...this.#snapshots].flatMap(([site, { snapshot, at }]) =>
      [...snapshot.told].flatMap(([circuit, { measurement }]) => {
        const since = (Date.now() - at) / 1000
        return measurement ? [{ site, circuit, age: Math.max(0, (snapshot.at - measurement.at) / 1000) + since }] : []
      })
    )
  }

  problems(): Problem[] {
    return [...this.#snapshots].flatMap(([siteId, { snapshot }]) => {
      return [
        ...this.#overloadsOf(siteId, snapshot),
        ...disobedient(siteId, snapshot),
        ...this.#shortOf(siteId, snapshot)
      ]
    })
  }

  #shortOf(siteId: string, snapshot: Snapshot): Problem[] {
    return shortIn(snapshot).map((evse) => {
      const { identity, evseId } = evse
      const since = this.#over.get(siteId)?.get(shortPlace(evse)) ?? snapshot.at
      const place = { chargePoint: identity, evseId, site: siteId }
      const id = `site-overload-${digest(`${siteId} ${shortPlace(evse)}`)}`
      return { id, kind: 'site-overload', severity: 'warning', since, ...place, detail: shortBecause(evse) }
    })
  }

  #overloadsOf(siteId: string, { result }: Snapshot): Problem[] {
    const now = Date.now()
    return overloads(result.loads).flatMap(({ circuit, phase, by }): Problem[] => {
      const since = this.#over.get(siteId)?.get(`${circuit} ${phase}`)
      if (since === undefined || now - since < PATIENCE_MS) return []
      const unit = phase === 'W' ? 'W' : 'A'
      const place = isUnbalance(phase) ? `on ${phaseOfUnbalance(phase)} above another phase` : `on ${phase}`
      const detail = `up to ${by} ${unit} more than the limit may be taken ${place} of circuit ${circuit} at site ${siteId}: what cannot be lowered needs more than there is`
      return [
        {
          id: `site-overload-${digest(`${siteId} ${circuit} ${phase}`)}`,
          kind: 'site-overload',
          severity: 'critical',
          since,
          site: siteId,
          detail
        }
      ]
    })
  }
}

function shortIn({ plant }: Snapshot): PlantEvse[] {
  return plant.evses.filter(({ isShort }) => isShort === true)
}

function shortPlace(evse: PlantEvse): string {
  return `${keyOf(evse)} fallback`
}

function disobedient(siteId: string, { plant, result, at }: Snapshot): Problem[] {
  return plant.evses.flatMap((evse): Problem[] => {
    const state = result.states.get(keyOf(evse))
    if (state?.obedience !== 'ignoring') return []
    const detail = `takes more than it is limited to by the load management of site ${siteId}: its maximum of ${evse.maximum} A is reserved`
    const place = { chargePoint: evse.identity, evseId: evse.evseId, site: siteId }
    const id = `limits-ignored-${digest(`${siteId} ${keyOf(evse)}`)}`
    return [{ id, kind: 'limits-ignored', severity: 'warning', since: state.ignoringSince ?? at, ...place, detail }]
  })
}
