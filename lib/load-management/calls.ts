import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Ocpp } from 'fastify-ocpp'
import type { Elsewhere } from '../calls/bulk-ask.js'
import type { Caller } from '../calls/caller.js'
import { newMessageId } from '../calls/message-id.js'
import { connectionHere } from '../charge-points/whereabouts.js'
import type { Reader } from '../events/scope.js'
import { ProblemError } from '../problem-error.js'
import type { OcppCall } from './profiles.js'
import { isEpoch } from './rows.js'

// Calls of load management, which the node makes that the charge point is connected to.

/** Name of the operator in the calls of the back-end itself. */
const OPERATOR = 'load-management'

/** The back-end itself installs profiles again that charge points have lost, too. */
const BACKEND: readonly (string | null)[] = [null, OPERATOR, 'smart-charging']

/** Whether the back-end itself has made a call. */
export function isOfBackend(operator: string | null): boolean {
  return BACKEND.includes(operator)
}

/** The control of a site in whose name a call is made. */
export const Fence = Type.Object({ siteId: Type.String(), epoch: Type.Integer() })
export type Fence = Static<typeof Fence>

const Answer = Type.Object({ result: Type.Unknown() })

export interface CallMeans {
  ocpp: Pick<Ocpp, 'chargePoints' | 'cluster'>
  calls: Pick<Caller, 'call'>
  elsewhere: Elsewhere | undefined
  db: Reader
}

/**
 * Calls a charge point, which may be connected to another node.
 *
 * @param fence the call is refused if another process has taken the control of the site since
 * @throws the errors of `app.ocpp.call` and of `app.ocpp.cluster.forward`, ProblemError, StorageError
 */
export async function callAnywhere(
  { ocpp, calls, elsewhere, db }: CallMeans,
  { identity, action, payload, priority, timeout }: OcppCall & { identity: string; timeout?: number },
  fence?: Fence
): Promise<unknown> {
  const given = { ...(priority !== undefined && { priority }), ...(timeout !== undefined && { timeout }) }
  const command = { identity, action, payload, operator: OPERATOR, ...given }
  if (connectionHere(ocpp, identity) === undefined) {
    const request = { kind: 'call', command: { ...command, messageId: newMessageId() }, fence }
    const there = await elsewhere?.(identity, request)
    if (there !== undefined) return resultOf(there.answer)
  }
  if (fence !== undefined) await refuseOutdated(db, fence)
  return (await calls.call(command)).result
}

function resultOf(answer: unknown): unknown {
  if (!Value.Check(Answer, answer)) throw new Error('the answer of another node is none')
  return answer.result
}

/**
 * To be called before a call is made in the name of the control of a site: a process that stood still may not know yet that
 * another one has the control.
 *
 * @throws ProblemError
 */
export async function refuseOutdated(db: Reader, fence: Fence): Promise<void> {
  if (await isEpoch(db, fence)) return
  const detail = `another process controls the load of site ${fence.siteId} since`
  throw Object.assign(new ProblemError(409, 'CONTROL_LOST', detail), { sent: false })
}
