import assert from 'node:assert/strict'
import type { Quirk } from '../../src/simulator/model/quirks.js'
import { operate } from '../app/support.js'
import type { TestServer } from '../support/server.js'
import { type Garage, PHASES } from './garage.js'

// Charge points with quirks in the control of a site.

export const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
/** A car that takes all that it gets. */
export const HUNGRY = { maxPower: 100_000, capacity: 1e6 }

const PROTOCOLS = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const

/** Charge points with these quirks, of all versions in turn. */
export function stallsOf(quirks: readonly (Quirk | readonly Quirk[])[]) {
  return quirks.map((each, index) => ({ protocol: PROTOCOLS[index % 3] ?? 'ocpp1.6', quirks: [each].flat() }))
}

/** The profiles that were sent to a charge point, and how many of them were refused. */
export async function profilesTo(server: TestServer, identity: string): Promise<{ sent: number; refused: number }> {
  const answer = await operate(server, 'GET', `/charge-points/${identity}/calls?limit=500`)
  assert.equal(answer.statusCode, 200, answer.body)
  const { items } = answer.json() as { items: { action: string; response?: { status?: string } }[] }
  const profiles = items.filter(({ action }) => action === 'SetChargingProfile')
  return { sent: profiles.length, refused: profiles.filter(({ response }) => response?.status === 'Rejected').length }
}

/** What was learned of a charge point, as `name value`, besides whether it keeps its fallback. */
export async function learnedOf(server: TestServer, identity: string): Promise<string[]> {
  const answer = await operate(server, 'GET', `/charge-points/${identity}/smart-charging`)
  const { traits } = answer.json() as { traits: Record<string, { value: unknown; source: string }> }
  const learned = Object.entries(traits).filter(
    ([name, { source }]) => source === 'learned' && name !== 'limitFallback'
  )
  return learned.map(([name, { value }]) => `${name} ${value}`)
}

/** From now on, no phase carries more than this at any second. */
export function neverAbove(garage: Garage, limit: number): void {
  garage.watch = (currents) => {
    for (const phase of PHASES) assert.ok(currents[phase] <= limit + 1e-6, JSON.stringify([currents, garage.shares()]))
  }
}

export async function setLimit(garage: Garage, A: number): Promise<void> {
  const path = `/sites/${garage.id}/load-management/circuits/main/limit`
  const answer = await operate(garage.server, 'PUT', path, { A, ttl: 86_400, source: 'EMS' })
  assert.equal(answer.statusCode, 200, answer.body)
}
