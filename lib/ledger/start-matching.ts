import type { Selectable } from 'kysely'
import type { AwaitedStartsTable, StartOutcome } from '../database/schema-transactions.js'
import { fold } from '../events/scope.js'
import { timeOf } from './clock.js'
import type { TransactionRow } from './queries.js'

export type AwaitedStart = Selectable<AwaitedStartsTable>

/** The members of a transaction that show what started it. */
export type StartedTransaction = Pick<
  TransactionRow,
  'id' | 'ocpp16_id' | 'status' | 'connector_id' | 'id_token' | 'remote_start_id' | 'start_timestamp' | 'created_at'
>

/** The relation of a transaction to a remote start. */
export interface Verdict {
  awaited: AwaitedStart
  outcome: Extract<StartOutcome, 'seen' | 'otherIdToken'>
}

/** A clock that is further behind makes a start look like an older one that had waited in the charge point. */
const BEHIND_MS = 600_000
/** OCPP 1.6: how long after its time is over a start with the id token is still the one that was asked for. */
const LATE_MS = 3_600_000
/** Longest time that the charge point has to answer the call. */
const ANSWER_MS = 300_000

/** The call that a transaction of the same charge point belongs to. One transaction belongs to one call. */
export function decide(awaited: readonly AwaitedStart[], started: StartedTransaction): Verdict | undefined {
  const verdicts = awaited.flatMap((one) => {
    const outcome = one.remote_start_id === null ? judge16(one, started) : judge2(one, started)
    return outcome === undefined ? [] : [{ awaited: one, outcome }]
  })
  const own = verdicts.filter(({ outcome }) => outcome === 'seen')
  const [first] = (own.length > 0 ? own : verdicts).sort(byLikelihood)
  return first === undefined || isKnown(first) ? undefined : first
}

/** The id says which transaction it is; the id token may still be another one. [2.x F01, F02] */
function judge2(awaited: AwaitedStart, started: StartedTransaction): Verdict['outcome'] | undefined {
  if (started.remote_start_id !== awaited.remote_start_id) return undefined
  // A transaction that was over when the charge point was asked had the same id before.
  if (started.status !== 'open' && started.created_at < awaited.created_at) return undefined
  const { id_token } = started
  return awaited.id_token === '' || id_token === null || isSame(awaited, id_token) ? 'seen' : 'otherIdToken'
}

/** OCPP 1.6 knows no id of a remote start. [1.6 §5.11] */
function judge16(awaited: AwaitedStart, started: StartedTransaction): Verdict['outcome'] | undefined {
  const { connector_id, created_at, id_token, start_timestamp } = started
  if (started.ocpp16_id === null) return undefined
  if (awaited.connector_id !== 0 && awaited.connector_id !== connector_id) return undefined
  const { created_at: askedAt, until_at = null } = awaited
  const time = timeOf({ timestamp: start_timestamp ?? created_at, receivedAt: created_at })
  // Before the charge point was asked; a start without a connection may come later than it happened.
  if (created_at < askedAt || time < askedAt - BEHIND_MS) return undefined
  const until = until_at ?? askedAt + ANSWER_MS
  const startedAt = Math.min(time, created_at)
  if (isSame(awaited, id_token ?? '')) return startedAt <= until + LATE_MS ? 'seen' : undefined
  return startedAt <= until ? 'otherIdToken' : undefined
}

function isSame(awaited: AwaitedStart, idToken: string): boolean {
  return fold(awaited.id_token) === fold(idToken)
}

/** Whether it would decide again what another transaction with another id token has decided. */
function isKnown({ awaited, outcome }: Verdict): boolean {
  return awaited.outcome === outcome
}

/** Undecided before decided, a connector before any, and the order in which they were asked for. */
function byLikelihood({ awaited: one }: Verdict, { awaited: other }: Verdict): number {
  const rank = ({ outcome, connector_id }: AwaitedStart) =>
    (outcome === null || outcome === 'pending' ? 0 : 2) + (connector_id === 0 ? 1 : 0)
  return rank(one) - rank(other) || (isLate(one) ? other.id - one.id : one.id - other.id)
}

function isLate({ outcome }: AwaitedStart): boolean {
  return outcome === 'notSeen' || outcome === 'otherIdToken'
}
