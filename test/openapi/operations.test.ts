import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import type { Operation } from '../../lib/openapi/document.js'
import { plug } from '../../src/simulator/sessions/cable.js'
import { BEARER } from '../app/support.js'
import { openReader } from '../events/reader.js'
import { tokenOf } from '../operators/support.js'
import { createCharger, PROTOCOLS } from '../simulator/support.js'
import { inLong } from '../support/long.js'
import { until } from '../support/wait.js'
import { openReceiver } from '../webhooks/receiver.js'
import { LOCAL } from '../webhooks/support.js'
import { type DocumentedOperation, judgeOf, operationsOf, startDocumented } from './document.js'
import { type Kept, STEPS, type Step } from './steps.js'

const RAW_CALL = '/api/v1/charge-points/{identity}/calls/'
const PAGES = { PUBLIC_PAGES: 'receipts', PUBLIC_URL: 'https://example.com' }
const SELLER = { SELLER_NAME: 'Seller', SELLER_ADDRESS: 'Address', FINAL_AFTER: '0', ...PAGES }
const SETTINGS = { API_RATE_LIMIT: '0', API_FAILURE_LIMIT: '0', ...LOCAL, ...SELLER }
/** On a machine with a lot to do. */
const PATIENCE_MS = 30_000

async function setUp(protocol: Protocol) {
  const { server, ...documented } = await startDocumented(SETTINGS)
  const { charger } = createCharger({ url: `${server.url}/ocpp` }, protocol, { identity: 'SIM-1' })
  await charger.connect()
  const isThere = () => server.app.ocpp.chargePoints.get('SIM-1')?.registration === 'Accepted'
  const presence = () => until('the charger is there', isThere, PATIENCE_MS)
  await presence()
  return { server, charger, presence, judge: judgeOf(documented), operations: operationsOf(documented.document) }
}
type World = Awaited<ReturnType<typeof setUp>>

interface Asked {
  at?: Record<string, string>
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: unknown
}

/** The request of an operation; without headers that of the operator. */
async function ask({ server }: World, { method, path }: DocumentedOperation, { at = {}, query, headers, body }: Asked) {
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(at[name] ?? 'SIM-1'))
  const {
    statusCode,
    headers: answered,
    body: text
  } = await server.app.inject({
    method: method.toUpperCase() as 'GET',
    url,
    headers: { ...(headers ?? BEARER), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(query !== undefined && { query }),
    ...(body !== undefined && { payload: JSON.stringify(body) })
  })
  return { statusCode, headers: answered as Record<string, unknown>, body: text }
}

/** What the document shows as body; undefined when there is none. */
function exampleOf({ requestBody }: Operation, name?: string): unknown {
  const { example, examples } = requestBody?.content['application/json'] ?? {}
  if (examples === undefined) return example
  const [first] = Object.values(examples)
  return (name === undefined ? first : examples[name])?.value
}

/** What a JSON pointer leads to, as text. [RFC 6901] */
function read(json: unknown, pointer: string): string | undefined {
  const found = pointer
    .slice(1)
    .split('/')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], json)
  return found === undefined ? undefined : String(found)
}

function keep({ keep = {} }: Step, body: string, kept: Kept): boolean {
  const found = Object.entries(keep).map(([name, pointer]) => [name, read(JSON.parse(body), pointer)] as const)
  for (const [name, value] of found) if (value !== undefined) kept[name] = value
  return found.every(([, value]) => value !== undefined)
}

/** Whether it has to be asked again. */
async function take(world: World, step: Step, kept: Kept, protocol: Protocol): Promise<boolean> {
  const { operations, judge } = world
  const documented = operations.find(({ operation }) => operation.operationId === step.operation)
  assert.ok(documented !== undefined, `${step.operation} is not documented`)
  if (step.isSent) await world.presence()
  const { operation } = documented
  const answer = await ask(world, documented, {
    ...(step.at && { at: step.at(kept) }),
    ...(step.query && { query: step.query(kept) }),
    ...(step.headers && { headers: { ...BEARER, ...step.headers } }),
    body: step.body?.(kept) ?? exampleOf(operation, step.example)
  })
  const status = typeof step.status === 'number' ? step.status : step.status[protocol]
  assert.equal(answer.statusCode, status, `${step.operation}: ${answer.body}`)
  assert.equal(judge.faultOfAnswer(operation, answer), undefined, step.operation)
  for (const [name, value] of Object.entries(step.has ?? {})) {
    assert.equal(read(JSON.parse(answer.body), `/${name}`), String(value), `${step.operation}: ${answer.body}`)
  }
  if (step.keep === undefined || keep(step, answer.body, kept)) return false
  assert.ok(step.isAwaited, `${step.operation} has no ${Object.values(step.keep)}: ${answer.body}`)
  return true
}

async function follow(world: World, step: Step, kept: Kept, protocol: Protocol): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (await take(world, step, kept, protocol)) {
    assert.ok(performance.now() < deadline, `${step.operation} does not tell ${Object.values(step.keep ?? {})}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

for (const protocol of PROTOCOLS) {
  // One version stands for all: the answers have the same schemas.
  const options = protocol === 'ocpp2.1' ? {} : inLong
  test(`every documented operation is as documented with a charger of ${protocol}`, options, async () => {
    const world = await setUp(protocol)
    const { operations, judge, server, charger } = world
    const reader = await openReader(server.port)
    const kept: Kept = { receiver: (await openReceiver()).url }
    for (const step of STEPS) {
      if (step.after === 'a plug') plug(charger, 1, 1)
      await follow(world, step, kept, protocol)
    }

    const events = operations.find(({ operation }) => operation.operationId === 'listenToEvents')?.operation
    assert.ok(events !== undefined)
    const [event] = await reader.events(1)
    const answer = { statusCode: reader.status, headers: reader.headers, body: '' }
    assert.equal(judge.faultOfAnswer(events, answer), undefined)
    const { 200: heard = { description: '' } } = events.responses
    assert.ok('content' in heard)
    const { schema = {} } = heard.content?.['text/event-stream'] ?? {}
    assert.equal(judge.fault(schema, JSON.parse(event?.data ?? '')), undefined)
    reader.leave()

    const documented = operations.filter(({ path }) => !path.startsWith(RAW_CALL))
    assert.deepEqual(
      [...new Set([...STEPS.map((step) => step.operation), 'listenToEvents'])].sort(),
      documented.map(({ operation }) => operation.operationId).sort()
    )
  })
}

/** Parameters of a path that nothing has. */
const NOTHING: Readonly<Record<string, string>> = {
  identity: 'NOBODY',
  id: '999999',
  deliveryId: '999999',
  messageId: 'nothing',
  bulkId: 'nothing',
  requestId: '999999',
  name: 'nobody',
  idToken: 'NOTHING',
  circuit: 'nothing',
  evseId: '999',
  number: 'R-2026-999999'
}
/** Of certificates, whose ids say where they come from. */
const NO_CERTIFICATE = { id: 'issued-999999' }

test('requests that are forbidden or impossible are rejected as documented', async (t) => {
  const world = await setUp('ocpp2.1')
  const { operations, judge, server } = world
  const strangers = [
    { scope: 'id-tokens:read', headers: await tokenOf(server, 'first', 'id-tokens:read') },
    { scope: 'transactions:read', headers: await tokenOf(server, 'second', 'transactions:read') }
  ]
  const ofOperators = operations.filter(({ path }) => path.startsWith('/api/v1/'))

  async function refused(one: DocumentedOperation, asked: Asked, ...statuses: number[]) {
    const answer = await ask(world, one, asked)
    const name = `${one.method} ${one.path} ${JSON.stringify(asked)}`
    assert.ok(statuses.includes(answer.statusCode), `${name}: ${answer.statusCode} ${answer.body}`)
    assert.equal(judge.faultOfAnswer(one.operation, answer), undefined, name)
    return answer
  }

  await t.test('without a token', async () => {
    for (const one of ofOperators) await refused(one, { headers: {}, body: exampleOf(one.operation) }, 401)
  })

  await t.test('without the scope', async () => {
    for (const one of ofOperators) {
      const [scope] = Object.values(one.operation.security?.[0] ?? {}).flat()
      const { headers } = strangers.find((stranger) => stranger.scope !== scope) ?? {}
      if (scope === undefined || headers === undefined) continue
      const answer = await refused(one, { headers, body: exampleOf(one.operation) }, 403)
      assert.match(String(answer.headers['www-authenticate']), new RegExp(`scope="${scope}"`), one.path)
    }
  })

  await t.test('where there is nothing', async () => {
    for (const one of ofOperators) {
      if (!one.path.includes('{') || one.method === 'put') continue
      const at = one.path.includes('/certificates/{') ? NO_CERTIFICATE : NOTHING
      await refused(one, { at, body: exampleOf(one.operation) }, 404)
    }
  })

  await t.test('with a body that is none of it', async () => {
    for (const one of ofOperators) {
      if (one.operation.requestBody !== undefined) {
        await refused(one, { at: { id: '1', idToken: 'A' }, body: { thisIsNoMember: 1 } }, 400, 422)
      }
    }
  })

  await t.test('with a page that is none', async () => {
    for (const one of ofOperators) {
      const isPaged = one.operation.parameters?.some(({ name }) => name === 'limit')
      // Whose pages these would be is looked for first.
      if (!isPaged || /\{(?!identity)/.test(one.path)) continue
      await refused(one, { query: { limit: 'many' } }, 400)
      await refused(one, { query: { cursor: '?' } }, 400)
    }
  })
})
