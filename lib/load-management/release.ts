import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.js'
import { ProblemError } from '../problem-error.js'
import { mayHold } from './leases.js'
import { type Assignment, keyOf, type LoadManagementBody } from './plant.js'
import { initialState } from './reserve.js'
import { type LoadManagementRow, membersOf, openTransactions, savedStates } from './rows.js'

// An EVSE that is not controlled any more loses its profiles, and nothing is reserved for it: it must not draw current then.

/** What is known outside the database when EVSEs may be released. */
export interface Releasing {
  /** The charge points that are connected, by folded identity. */
  connected: ReadonlySet<string>
  /** Epoch milliseconds. */
  now: number
}

/**
 * Refuses a configuration that releases an EVSE that may draw current.
 *
 * @throws `EVSE_IN_USE`
 */
export async function checkReleases(
  trx: Kysely<Schema>,
  { before, after }: { before: LoadManagementRow; after: LoadManagementBody },
  { connected, now }: Releasing
): Promise<void> {
  const released = releasedBy(before, after)
  if (released.length === 0) return
  const members = await membersOf(trx, before.site_id)
  const running = new Set((await openTransactions(trx, members.values())).map((one) => keyOf(one)))
  const states = savedStates(before)
  for (const evse of released) {
    const identity = evse.identity.toLowerCase()
    const state = states.get(keyOf(evse)) ?? initialState()
    const { possible, pending, transaction } = state
    // A charge point that is not of the site has lost its profiles already, and one that has never connected has none.
    if ((members.get(identity)?.protocol ?? null) === null) continue
    if (running.has(keyOf(evse)) || transaction !== undefined) throw inUse(evse, 'has an open transaction')
    const isLimited = pending?.kind === 'limit' || possible.some((one) => mayHold(one, state, now))
    if (isLimited) throw inUse(evse, 'may have a limit that has not ended')
    if (!connected.has(identity)) throw inUse(evse, 'is away, so nobody knows what it supplies')
  }
}

function releasedBy({ mode, document }: LoadManagementRow, after: LoadManagementBody): Assignment[] {
  if (mode !== 'control') return []
  const kept = new Set(after.mode === 'control' ? after.evses.map(keyOf) : [])
  return (JSON.parse(document) as LoadManagementBody).evses.filter((evse) => !kept.has(keyOf(evse)))
}

function inUse({ identity, evseId }: Assignment, why: string): ProblemError {
  const detail = `EVSE ${evseId} of ${identity} ${why}: nothing would limit it, and nothing would be reserved for it. Wait until it is free and connected, or repeat the request with force=true`
  return new ProblemError(409, 'EVSE_IN_USE', detail)
}
