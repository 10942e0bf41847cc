import type { LiveEvent } from '../api/stream.js'
import type { CallAnswer, CallRequest } from './calls.js'

/** The effect of a call that events showed. `none`: no effect within a minute. */
export interface Effect {
  kind: 'transaction-started' | 'not-started' | 'other-id-token' | 'transaction-ended' | 'booted' | 'status' | 'none'
  /** Our id of the transaction. */
  transaction?: number
  /** The status of the connector, in the words of the charge point. */
  status?: string
  /** Milliseconds after the call was sent. */
  after?: number
}

export interface Wanted {
  types: readonly string[]
  seen: (event: LiveEvent, answer: CallAnswer | undefined) => Effect | undefined
}

const START: Wanted = {
  types: ['remote-start'],
  seen: ({ data }, answer) => {
    const { messageId, outcome, id } = data as { messageId: string; outcome: string; id?: number }
    if (answer?.calls?.some((call) => call.messageId === messageId) === false) return undefined
    const transaction = id === undefined ? {} : { transaction: id }
    if (outcome === 'seen') return { kind: 'transaction-started', ...transaction }
    if (outcome === 'otherIdToken') return { kind: 'other-id-token', ...transaction }
    return outcome === 'notSeen' ? { kind: 'not-started' } : undefined
  }
}

const STOP: Wanted = {
  types: ['transaction'],
  seen: ({ data }) => {
    const { eventType, id } = data as { eventType: string; id?: number }
    if (eventType !== 'Ended') return undefined
    return { kind: 'transaction-ended', ...(id !== undefined && { transaction: id }) }
  }
}

const RESET: Wanted = { types: ['boot'], seen: () => ({ kind: 'booted' }) }

const STATUS: Wanted = {
  types: ['status'],
  seen: ({ data }) => ({ kind: 'status', status: (data as { status: string }).status })
}

/** By the last segment of the path: the name of an operation, or an action. */
const EFFECTS: Readonly<Record<string, Wanted>> = {
  start: START,
  stop: STOP,
  reset: RESET,
  Reset: RESET,
  availability: STATUS,
  ChangeAvailability: STATUS
}

/** The event that shows the effect of a call. `undefined`: there is no such event. */
export function effectOf({ path }: CallRequest): Wanted | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return Object.hasOwn(EFFECTS, name) ? EFFECTS[name] : undefined
}

export function seenBy(
  { seen, types }: Wanted,
  { event, answer }: { event: LiveEvent; answer: CallAnswer | undefined }
): Effect | undefined {
  return types.includes(event.type) ? seen(event, answer) : undefined
}
