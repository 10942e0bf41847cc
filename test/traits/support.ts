import assert from 'node:assert/strict'
import { operate } from '../app/support.js'
import type { Answer } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

/** A message that 1.6 does not allow: Authorize has no connectorId. */
export const UNKNOWN_MEMBER = { idTag: 'TAG', connectorId: 1 }

/** The code of a CALLERROR, or `accepted`. */
export function outcome(answer: Answer): string {
  return answer.type === 3 ? 'accepted' : answer.code
}

/** Changes the traits of a charge point. */
export async function putTraits(server: TestServer, identity: string, traits: object | null): Promise<void> {
  const { statusCode, body } = await operate(server, 'PUT', `/charge-points/${identity}`, { traits: traits as object })
  assert.ok(statusCode === 200 || statusCode === 201, body)
}

/** The traits that apply to a charge point, each as `value source`. */
export async function appliedTraits(server: TestServer, identity: string): Promise<Record<string, string>> {
  const { appliedTraits: traits } = (await operate(server, 'GET', `/charge-points/${identity}`)).json()
  return Object.fromEntries(
    Object.entries(traits as Record<string, { value: unknown; source: string; model?: string }>).map(
      ([name, { value, source, model }]) => [name, [JSON.stringify(value), source, model].filter(Boolean).join(' ')]
    )
  )
}

export async function putModel(server: TestServer, name: string, body: object): Promise<void> {
  const response = await operate(server, 'PUT', `/charger-models/${name}`, body)
  assert.ok(response.statusCode === 200 || response.statusCode === 201, response.body)
}
