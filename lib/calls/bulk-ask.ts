import type { Ocpp } from 'fastify-ocpp'
import { connectionHere } from '../charge-points/whereabouts.js'
import type { CallStatus } from '../database/schema-operators.js'
import type { BulkItem } from './bulk-rows.js'
import type { Caller } from './caller.js'
import type { OfflineQueue } from './offline-queue.js'

/** Outcome for a charge point whose call record does not tell it. */
export interface Asked {
  status: CallStatus
  outcome?: object
  problem?: object
}

/** Asks one charge point of a bulk call. The signal gives up what was not sent. */
export type Ask = (item: BulkItem, signal: AbortSignal) => Promise<Asked | undefined>

export interface CallOfEach {
  operator: string
  action: string
  payload: unknown
  /** Timeout of each call. Milliseconds. */
  timeout?: number | undefined
  /** Time until which calls wait for disconnected charge points. Epoch milliseconds. Default: such calls fail at once. */
  expiresAt?: number | undefined
}

/**
 * With several nodes: has the node that a charge point is connected to ask it, and resolves with the answer of that node;
 * `undefined` if no other node has the charge point. A bulk call that is stopped waits for it, because only the other node
 * knows whether it was sent.
 */
export type Elsewhere = (identity: string, request: object) => Promise<{ answer: unknown } | undefined>

interface Means {
  ocpp: Pick<Ocpp, 'chargePoints' | 'cluster'>
  calls: Pick<Caller, 'start'>
  offlineCalls: Pick<OfflineQueue, 'add'>
  elsewhere: Elsewhere | undefined
}

/** Makes the same call to each charge point. */
export function askByCall(
  { ocpp, calls, offlineCalls, elsewhere }: Means,
  { operator, action, payload, timeout, expiresAt }: CallOfEach
): Ask {
  return async (item, signal) => {
    const command = { ...item, operator, action, payload, timeout }
    const isHere = connectionHere(ocpp, item.identity) !== undefined
    if (!isHere && (await elsewhere?.(item.identity, { kind: 'call', command }))) return undefined
    if (expiresAt !== undefined && !isHere) {
      await offlineCalls.add({ ...command, expiresAt })
      return undefined
    }
    const { answer } = await calls.start({ ...command, signal })
    await answer
    return undefined
  }
}
