import assert from 'node:assert/strict'
import { type Protocol, validatePayload } from 'fastify-ocpp'
import { BEARER } from '../app/support.js'
import { type CallHandler, type Charger, type ChargerOptions, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

export const PROTOCOLS = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const satisfies readonly Protocol[]
export const VERSIONS_2 = ['ocpp2.0.1', 'ocpp2.1'] as const

/** Stands for an id that the back-end chose. */
export const AN_ID = '«an id»'
/** The same as text. */
export const AN_ID_AS_TEXT = '«an id as text»'
/** Stands for a date-time about now. */
export const NOW = '«now»'

/** The calls that a charger got, and its answers. */
export interface Played {
  charger: Charger
  asked: [action: string, payload: unknown][]
}

let chargers = 0

/** A charger that boots, answers as `answer` says, and wants everything that it is asked to be valid. */
export async function play(
  server: TestServer,
  protocol: Protocol,
  answer: CallHandler,
  { identity = `OP-${++chargers}`, ...options }: ChargerOptions & { identity?: string } = {}
): Promise<Played> {
  const charger = await connectCharger(server.url, identity, { protocol, boot: true, ...options })
  const asked: Played['asked'] = []
  charger.onCall((action, payload, id) => {
    assert.equal(validatePayload(protocol, action, 'request', payload), undefined)
    asked.push([action, payload])
    return answer(action, payload, id)
  })
  return { charger, asked }
}

/** The answer of the operator API to an operation. */
export async function perform(
  { app }: TestServer,
  identity: string,
  name: string,
  payload: object = {},
  { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {}
) {
  const url = `/api/v1/charge-points/${identity}/${name}${query}`
  const response = await app.inject({ method: 'POST', url, headers: { ...BEARER, ...headers }, payload })
  return { status: response.statusCode, headers: response.headers, body: response.json() }
}

/** Wants `actual` to be `expected`, in which {@link AN_ID} and {@link NOW} stand for what is not known before. */
export function assertIs(actual: unknown, expected: unknown): void {
  assert.deepEqual(masked(actual, expected), expected)
}

function masked(actual: unknown, expected: unknown): unknown {
  if (expected === AN_ID)
    return Number.isInteger(actual) && Number(actual) > 0 && Number(actual) < 2 ** 31 ? AN_ID : actual
  if (expected === AN_ID_AS_TEXT) return /^[1-9]\d{0,9}$/.test(String(actual)) ? AN_ID_AS_TEXT : actual
  if (expected === NOW) return Math.abs(Date.parse(String(actual)) - Date.now()) < 60_000 ? NOW : actual
  if (Array.isArray(actual) && Array.isArray(expected))
    return actual.map((item, index) => masked(item, expected[index]))
  if (typeof actual !== 'object' || actual === null || typeof expected !== 'object' || expected === null) return actual
  const wanted = expected as Record<string, unknown>
  return Object.fromEntries(Object.entries(actual).map(([name, value]) => [name, masked(value, wanted[name])]))
}
