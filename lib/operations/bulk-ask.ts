import {
  AbortedError,
  CallError,
  DisconnectedError,
  InvalidResponseError,
  type Ocpp,
  redact,
  TimeoutError
} from 'fastify-ocpp'
import { problem } from 'fastify-ocpp/rest'
import type { Ask, Asked, Elsewhere } from '../calls/bulk-ask.js'
import type { OfflineQueue } from '../calls/offline-queue.js'
import { connectionHere } from '../charge-points/whereabouts.js'
import { BrokenExchangeError } from './exchange.js'
import type { OperationCommand, Operations } from './perform.js'

export interface OperationOfEach extends Pick<OperationCommand, 'name' | 'operation' | 'request' | 'operator'> {
  /** Timeout of each call. Milliseconds. */
  timeout?: number | undefined
  /** Time until which its call waits for disconnected charge points. Epoch milliseconds. Default: it fails at once. */
  expiresAt?: number | undefined
}

interface Means {
  ocpp: Pick<Ocpp, 'chargePoints' | 'cluster'>
  operations: Pick<Operations, 'perform' | 'translate'>
  offlineCalls: Pick<OfflineQueue, 'add'>
  elsewhere: Elsewhere | undefined
}

/** Carries out the same operation at each charge point, in its own version. */
export function askByOperation({ ocpp, operations, offlineCalls, elsewhere }: Means, each: OperationOfEach): Ask {
  const { expiresAt, ...command } = each
  const { operation: _, ...told } = command
  return async ({ identity, messageId }, signal) => {
    const isHere = connectionHere(ocpp, identity) !== undefined
    const there = isHere ? undefined : await elsewhere?.(identity, { kind: 'operation', ...told, identity, messageId })
    if (there !== undefined) return (there.answer ?? undefined) as Asked | undefined
    if (expiresAt !== undefined && !isHere) {
      const step = await operations.translate({ ...command, identity })
      await offlineCalls.add({
        ...step,
        identity,
        messageId,
        expiresAt,
        operator: each.operator,
        timeout: each.timeout
      })
      return undefined
    }
    try {
      const answer = await operations.perform({ ...command, identity, messageId, signal })
      return { status: 'answered', outcome: redact(answer) as object }
    } catch (error) {
      if (!(error instanceof BrokenExchangeError)) throw error
      if (error.cause instanceof AbortedError) throw error.cause
      return brokenOff(error)
    }
  }
}

function brokenOff({ cause, calls }: BrokenExchangeError): Asked {
  return { status: statusOf(cause, calls.length), problem: { ...problem(cause), calls } }
}

/** The charge point may have carried out a part of what it was asked. */
function statusOf(cause: unknown, calls: number): Asked['status'] {
  if (cause instanceof CallError || cause instanceof InvalidResponseError) return 'error'
  if (cause instanceof TimeoutError && cause.sent) return 'timeout'
  if (cause instanceof DisconnectedError || calls > 1) return 'unknown'
  return 'failed'
}
