import type { ChargePoint, Counters, ViolationCount } from './types/charge-point.js'
import type { Protocol, RegistrationStatus } from './types/protocol.js'

/** A charge point in the answers of the routes. One that is not connected has only `identity` and `connected`. */
export interface ChargePointItem {
  identity: string
  connected: boolean
  protocol?: Protocol
  registration?: RegistrationStatus
  remoteAddress?: string
  connectedAt?: Date
  lastSeenAt?: Date
  pendingCalls?: number
  counters?: Readonly<Counters>
}

export interface ChargePointDetail extends ChargePointItem {
  violations?: readonly ViolationCount[]
}

export function item(chargePoint: ChargePoint): ChargePointItem {
  const { identity, protocol, connected, registration, remoteAddress } = chargePoint
  const { connectedAt, lastSeenAt, pendingCalls, counters } = chargePoint
  return {
    identity,
    protocol,
    connected,
    ...(registration !== undefined && { registration }),
    remoteAddress,
    connectedAt,
    lastSeenAt,
    pendingCalls,
    counters
  }
}

export function detail(chargePoint: ChargePoint): ChargePointDetail {
  return { ...item(chargePoint), violations: chargePoint.violations }
}
