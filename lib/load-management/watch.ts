import { digest, type Problem } from '../problems/problem.js'
import type { Sent, Snapshot } from './options.js'
import { keyOf, type PlantEvse } from './plant.js'
import { addHistory } from './rows.js'
import { overloads, shortBecause } from './step.js'
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

  /** Takes note of a run. */
  ran(siteId: string, snapshot: Snapshot): void {
    const now = Date.now()
    const before = this.#over.get(siteId)
    const over = overloads(snapshot.result.loads).map(({ circuit, phase }) => `${circuit} ${phase}`)
    const elapsed = now - (this.#snapshots.get(siteId)?.at ?? now)
    this.secondsAbove += (over.length * elapsed) / 1000
    const places = [...over, ...shortIn(snapshot).map(shortPlace)]
    this.#over.set(siteId, new Map(places.map((place) => [place, before?.get(place) ?? now])))
    this.#snapshots.set(siteId, { snapshot, at: now })
  }

  /** The site is not controlled here any more. */
  left(siteId: string): void {
    this.#over.delete(siteId)
    this.#snapshots.delete(siteId)
  }

  gauges(): CircuitGauge[] {
    return [...this.#snapshots].flatMap(([site, { snapshot }]) =>
      snapshot.result.loads.map(({ circuit, phase, limit, reserved, other }) => {
        return { site, circuit, phase, limit, reserved, other }
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
