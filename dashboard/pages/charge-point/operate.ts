import type { CallRequest } from '../../store/calls.js'
import type { Target } from './page.js'
import { pathOf } from './use-charge-point.js'

/** The request of an operation. */
export function operationOf(
  target: Target,
  { name, title, body, queueable = false }: { name: string; title: string; body: unknown; queueable?: boolean }
): CallRequest {
  return {
    title,
    chargePoint: target.identity,
    path: pathOf(target.identity, `/operations/${name}`),
    body,
    ...(queueable && { isQueueable: true }),
    ...(target.isQueueing && queueable && { query: { whenOffline: 'queue' } }),
    // The answer to a repeated request would not contain the password that the first one generated.
    ...(name === 'set-password' && { isUnrepeatable: true })
  }
}

/** The request of an OCPP call. */
export function callOf(target: Target, { action, payload }: { action: string; payload: unknown }): CallRequest {
  return {
    title: action,
    chargePoint: target.identity,
    path: pathOf(target.identity, `/calls/${action}`),
    body: payload,
    ...(target.isQueueing && { query: { whenOffline: 'queue' } })
  }
}
