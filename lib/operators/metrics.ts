import { Counter, type Registry } from 'prom-client'

/** Why a request to the operator API was rejected. */
export type Refusal = 'no-token' | 'invalid-token' | 'expired-token' | 'insufficient-scope' | 'throttled'

export interface OperatorMetrics {
  answered(method: string, status: number): void
  refused(reason: Refusal): void
}

export function operatorMetrics(registry: Registry): OperatorMetrics {
  const registers = [registry]
  const requests = new Counter({
    name: 'operator_requests_total',
    help: 'Requests to the operator API, by HTTP method and status',
    labelNames: ['method', 'status'],
    registers
  })
  const refusals = new Counter({
    name: 'operator_refusals_total',
    help: 'Requests to the operator API that were rejected, by reason',
    labelNames: ['reason'],
    registers
  })
  return {
    answered: (method, status) => requests.inc({ method, status }),
    refused: (reason) => refusals.inc({ reason })
  }
}
