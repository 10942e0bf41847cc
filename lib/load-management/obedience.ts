import { keyOf, type Plant } from './plant.js'
import { changedAt, type EvseState, ignoring, initialState, type Times } from './reserve.js'

// Whether an EVSE obeys, where no sample says it in time.

/** A sample above the limit proves that it is ignored, when no other one has followed for so long. Milliseconds. */
const ALONE_MS = 15_000

/** Where samples are rare, one that was taken long enough after the limit is enough. */
export function judged(state: EvseState, times: Times): EvseState {
  const { strike, measured, pending, obedience } = state
  if (strike === undefined || pending !== undefined || obedience === 'ignoring' || measured?.at !== strike.at)
    return state
  const isLate = strike.takenAt - changedAt(state, times) >= times.settle + ALONE_MS
  return isLate && times.now - strike.at >= ALONE_MS ? ignoring(state, times.now) : state
}

const PROVING_MS = 180_000

/** Whether a session gets its minimum until it obeys: one that was never measured is believed after a while, as a car may take little. */
export function isProving({ obedience, transaction }: EvseState, now: number): boolean {
  return obedience === 'unproven' && now - (transaction?.since ?? 0) < PROVING_MS
}

/** A site that only observes is shown what would be done: as if all EVSEs had accepted their fallback. */
export function assumed(plant: Plant, states: ReadonlyMap<string, EvseState>, now: number): Map<string, EvseState> {
  return new Map(
    plant.evses.map((evse) => {
      const key = keyOf(evse)
      const { transaction, ...state } = states.get(key) ?? initialState()
      const powered = transaction && { transaction: { poweredAt: now, ...transaction } }
      return [key, { ...state, ...powered, fallback: evse.fallback, obedience: 'obeys' as const }]
    })
  )
}
