import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import { OPERATIONS, type OperationName } from '../../lib/operations/table.js'
import { startBackend } from '../app/support.js'
import { CASES, type Case, type Refusal } from './cases.js'
import { assertIs, PROTOCOLS, perform, play } from './support.js'

const server = await startBackend()

async function isSent(protocol: Protocol, name: OperationName, { request, before, exchange, comes }: Case) {
  const answers = exchange.map(([, , answer]) => answer)
  const { charger, asked } = await play(server, protocol, () => answers.shift() ?? {})
  await before?.(charger)
  const { status, body } = await perform(server, charger.identity, `operations/${name}`, request)
  assert.equal(status, 200, JSON.stringify(body))
  assertIs(
    asked,
    exchange.map(([action, payload]) => [action, payload])
  )
  const { operation, protocol: spoken, calls, ...outcome } = body
  assert.deepEqual([operation, spoken], [name, protocol])
  assertIs(outcome, comes)
  const raw = calls.map(({ action, result }: { action: string; result: unknown }) => [action, result])
  assert.deepEqual(
    raw,
    exchange.map(([action, , answer]) => [action, answer])
  )
  for (const { messageId } of calls) assert.match(messageId, /^[0-9a-f-]{36}$/)
}

async function isRefused(protocol: Protocol, name: OperationName, { request, before, refused }: Refusal) {
  const { charger, asked } = await play(server, protocol, () => ({}))
  await before?.(charger)
  const { status, body } = await perform(server, charger.identity, `operations/${name}`, request)
  assert.deepEqual([status, body.code], [409, 'OPERATION_NOT_SUPPORTED'], JSON.stringify(body))
  assert.match(body.detail, refused)
  assert.deepEqual(asked, [])
}

describe('every operation', () => {
  it('has a row for every version, and a case for every row', () => {
    assert.deepEqual(Object.keys(CASES).sort(), Object.keys(OPERATIONS).sort())
    for (const [name, { rows }] of Object.entries(OPERATIONS)) {
      assert.deepEqual(Object.keys(rows), [...PROTOCOLS])
      for (const protocol of PROTOCOLS)
        assert.ok(CASES[name as OperationName][protocol].length > 0, `${name} ${protocol}`)
    }
  })

  for (const [name, row] of Object.entries(CASES) as [OperationName, (typeof CASES)[OperationName]][]) {
    for (const protocol of PROTOCOLS) {
      for (const one of row[protocol]) {
        const what = `${name}${one.of === undefined ? '' : ` (${one.of})`}`
        if ('refused' in one) it(`${what} is not for ${protocol}`, () => isRefused(protocol, name, one))
        else it(`${what} is said in ${protocol}`, () => isSent(protocol, name, one))
      }
    }
  }
})
