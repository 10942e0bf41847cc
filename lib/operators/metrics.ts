import { Counter, type Registry } from 'prom-client'

/** Why a request to the operator API was rejected. */
export type Refusal =
  | 'no-token'
  | 'invalid-token'
  | 'expired-token'
  | 'invalid-sign-in'
  | 'foreign-origin'
  | 'insufficient-scope'
  | 'throttled'

/** Counts requests to the operator API. */
export function requestCounter(registry: Registry): (method: string, status: number) => void {
  const requests = new Counter({
    name: 'operator_requests_total',
    help: 'Requests to the operator API, by HTTP method and status',
    labelNames: ['method', 'status'],
    registers: [registry]
  })
  /** Finding the labels of a metric takes longer than counting. */
  const counters = new Map<string, { inc(): void }>()
  return (method, status) => {
    const key = `${method} ${status}`
    const counter = counters.get(key) ?? requests.labels(method, String(status))
    counters.set(key, counter)
    counter.inc()
  }
}

/** Counts rejected requests to the operator API. */
export function refusalCounter(registry: Registry): (reason: Refusal) => void {
  const refusals = new Counter({
    name: 'operator_refusals_total',
    help: 'Requests to the operator API that were rejected, by reason',
    labelNames: ['reason'],
    registers: [registry]
  })
  return (reason) => refusals.inc({ reason })
}
