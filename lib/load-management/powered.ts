import { countsFromStart } from './profiles.js'
import type { EvseState } from './reserve.js'
import type { OpenTransaction } from './rows.js'

// Since when a transaction can be limited.

const POWERED = new Set(['Charging', 'SuspendedEV', 'SuspendedEVSE'])
/** A transaction that began longer before it was first seen did so unseen. Milliseconds. */
const UNSEEN_MS = 30_000

/**
 * A Relative profile counts from the start of the transaction in 1.6, and in 2.x from the closing of the power path: what
 * is sent before could end at any time. [2.x K01.FR.42]
 */
export function withPower(
  state: EvseState,
  open: OpenTransaction | undefined,
  { protocol, now }: { protocol: string | null; now: number }
): EvseState {
  const { transaction, measured } = state
  if (transaction === undefined || open === undefined || transaction.poweredAt !== undefined) return state
  const isFlowing = (measured?.amperes ?? 0) > 1
  const isPowered = countsFromStart(protocol) || isFlowing || POWERED.has(open.chargingState ?? '')
  if (!isPowered) return state
  const isOlder = transaction.since === now && (open.startedAt === null || now - open.startedAt > UNSEEN_MS)
  return { ...state, transaction: { ...transaction, poweredAt: now, ...(isOlder && { isOlder }) } }
}
