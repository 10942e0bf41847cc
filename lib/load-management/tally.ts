import type { Snapshot } from './options.js'
import { keyOf, leastOf, type Plant } from './plant.js'
import { type EvseState, inForce } from './reserve.js'
import { placeOf, sumsOf } from './sums.js'

// Counts of what happens between two runs of a site, for metrics.

type PlantEvse = Plant['evses'][number]

/** Whether a transaction has less than its car needs to charge. */
function isWaiting(evse: PlantEvse, { transaction, ...state }: EvseState, at: number): boolean {
  return transaction?.poweredAt !== undefined && inForce({ ...state, transaction }, at) < leastOf(evse)
}

export function waitingAt({ plant, result, mode, at }: Snapshot): number {
  if (mode !== 'control') return 0
  return plant.evses.filter((evse) => {
    const state = result.states.get(keyOf(evse))
    return state !== undefined && isWaiting(evse, state, at)
  }).length
}

/** How many limits of circuits are exceeded by what was measured, with other load. What was not measured is not counted. */
export function exceededAt(snapshot: Snapshot): number {
  const sums = sumsOf(snapshot)
  return snapshot.result.loads.filter(({ circuit, phase, limit, other }) => {
    const measured = sums.get(placeOf({ circuit, phase }))?.measured
    return measured !== undefined && measured + other > limit
  }).length
}

export interface Between {
  /** Transactions that had enough to charge, and now wait. */
  pauses: number
  /** Leases that have ended in a transaction before they were renewed. */
  lateRenewals: number
}

export function between(before: Snapshot, after: Snapshot): Between {
  const counts = { pauses: 0, lateRenewals: 0 }
  for (const evse of after.plant.evses) {
    const [old, now] = [before, after].map(({ result }) => result.states.get(keyOf(evse)))
    if (old?.transaction === undefined || old.transaction.key !== now?.transaction?.key) continue
    const hadEnough = old.transaction.poweredAt !== undefined && !isWaiting(evse, old, before.at)
    if (hadEnough && isWaiting(evse, now, after.at)) counts.pauses++
    const { sent, fallback = 0 } = old
    const isLeased = sent !== undefined && sent.until > before.at && sent.amperes > fallback
    if (isLeased && sent.at === now.sent?.at && sent.until <= after.at) counts.lateRenewals++
  }
  return counts
}

/** The EVSEs at which a call is on its way that lowers their limit. */
function loweringIn({ result, at }: Snapshot): string[] {
  return [...result.states].flatMap(([key, state]) => {
    const { pending } = state
    return pending?.kind === 'limit' && pending.amperes < inForce(state, at) ? [key] : []
  })
}

/** The time from a limit of a circuit until all calls that it makes necessary are accepted. */
export class Reaction {
  readonly #since: number
  readonly #keys = new Set<string>()
  #runs = 0

  constructor(since: number) {
    this.#since = since
  }

  /** Returns the milliseconds when all is accepted; `none` when nothing had to be lowered. */
  ran(snapshot: Snapshot, now: number): number | 'none' | undefined {
    for (const key of loweringIn(snapshot)) this.#keys.add(key)
    const isOpen = [...this.#keys].some((key) => {
      const { pending, failures = 0, isDoubtful } = snapshot.result.states.get(key) ?? {}
      return pending !== undefined || failures > 0 || isDoubtful === true
    })
    if (isOpen) return undefined
    if (this.#keys.size > 0) return now - this.#since
    // The first run may have begun before the limit was set.
    return ++this.#runs < 2 ? undefined : 'none'
  }
}
