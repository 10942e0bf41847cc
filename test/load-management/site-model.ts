import { keyOf, type Phase, type Plant } from '../../lib/load-management/plant.js'
import { answered, type EvseState, initialState, withTransaction } from '../../lib/load-management/reserve.js'
import type { Command } from '../../lib/load-management/step.js'

// What models of sites have in common: the way of a call to a charger, and what the control hears of a charger.

/** Milliseconds. */
export const SECOND = 1000
/** A car follows its limit within five seconds. [IEC 61851-1] */
export const FOLLOW_S = 5
/** A call that is not answered fails. Seconds. */
const TIMEOUT_S = 30

/** A call that installs a profile. All instants are epoch milliseconds. */
export interface Message {
  command: Command
  transaction: string | undefined
  /** Seconds, relative to the start of the transaction. */
  duration: number
  deliverAt: number
  answerAt: number
  fate: 'answered' | 'answer-lost' | 'rejected' | 'lost'
  isDelivered: boolean
  effect: 'accepted' | 'rejected' | undefined
}

/** A call to a charger that is sent now. */
export function messageOf(
  command: Command,
  { transaction }: EvseState,
  times: Pick<Message, 'deliverAt' | 'answerAt'> & { now: number }
): Omit<Message, 'fate'> {
  const { now, ...at } = times
  const elapsed = (now - (transaction?.poweredAt ?? now)) / SECOND
  const duration = Math.floor(elapsed + command.lease)
  return { command, transaction: transaction?.key, duration, ...at, isDelivered: false, effect: undefined }
}

/** @param chance whether something happens that does so in this share of all cases */
export function fateOf(chance: (share: number) => boolean): Message['fate'] {
  if (chance(0.15)) return 'answer-lost'
  if (chance(0.1)) return 'rejected'
  return chance(0.1) ? 'lost' : 'answered'
}

/** What the control is told of a call now; `undefined`: nothing yet. */
export function answerOf(message: Message, isConnected: boolean, now: number) {
  const { effect, fate, answerAt, deliverAt } = message
  const isHeard = effect !== undefined && fate !== 'answer-lost' && isConnected
  if (now < (isHeard ? answerAt : deliverAt + TIMEOUT_S * SECOND)) return undefined
  return isHeard ? effect : 'unknown'
}

/** Milliseconds. */
export function settleOf({ evses }: Plant, key: string): number {
  return (evses.find((evse) => keyOf(evse) === key)?.settle ?? 0) * SECOND
}

/** What the next process knows when one has died: what was saved, and no answer to a call. */
export function afterRestart(states: ReadonlyMap<string, EvseState>, now: number): Map<string, EvseState> {
  const saved = JSON.parse(JSON.stringify([...states])) as [string, EvseState][]
  return new Map(saved.map(([key, state]) => [key, answered(state, 'unknown', { now, settle: 0 })]))
}

/** The state with the transaction that the control has heard of. */
export function withHeard(state: EvseState = initialState(), heard: string | undefined, now: number): EvseState {
  const open = heard === undefined ? undefined : { key: heard, id: Number(heard) }
  const found = withTransaction(state, open, now)
  const { transaction } = found
  return { ...found, ...(transaction && { transaction: { poweredAt: now, ...transaction } }) }
}

/** A of a phase below circuits, or W of all phases. */
export function loadOf(
  { evses, voltage }: Plant,
  { circuits, phase }: { circuits: ReadonlySet<string>; phase: Phase | 'W' },
  currentsOf: (evse: Plant['evses'][number]) => Record<Phase, number>
): number {
  return evses.reduce((sum, evse) => {
    if (!circuits.has(evse.circuit)) return sum
    const { L1, L2, L3 } = currentsOf(evse)
    return sum + (phase === 'W' ? (L1 + L2 + L3) * voltage : { L1, L2, L3 }[phase])
  }, 0)
}
