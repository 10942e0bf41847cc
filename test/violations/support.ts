import type {} from '../../plugins/csms/violations.js'
import type {} from '../../plugins/problems.js'
import { operate } from '../app/support.js'
import type { TestServer } from '../support/server.js'

export interface Violation {
  chargePoint: string
  vendor?: string
  model?: string
  protocol?: string
  action?: string
  pointer: string
  rule: string
  code?: string
  refused: number
  delivered: number
  firstAt: string
  lastAt: string
  messageId?: string
  suggestions: string[]
}

export interface Problem {
  id: string
  kind: string
  severity: string
  since: string
  chargePoint: string
  detail: string
  suggestedTraits: object
  acknowledgement?: { operator: string; note?: string; until?: string }
}

/** The stored violations of a charge point, once all that came has been written. */
export async function violationsOf(server: TestServer, identity: string, query = ''): Promise<Violation[]> {
  await server.app.violations.flush()
  return (await operate(server, 'GET', `/violations?chargePoint=${encodeURIComponent(identity)}${query}`)).json().items
}

/** The problems of a charge point with its messages, once all that came has been written. */
export async function problemsOf(server: TestServer, identity: string, query = ''): Promise<Problem[]> {
  await server.app.violations.flush()
  const path = `/problems?kind=refused-messages&chargePoint=${encodeURIComponent(identity)}${query}`
  return (await operate(server, 'GET', path)).json().items
}

/** A 1.6 boot with a serial number that is too long. */
export function longBoot(model = 'Long', vendor = 'Acme') {
  return { chargePointVendor: vendor, chargePointModel: model, chargePointSerialNumber: 'S'.repeat(30) }
}
