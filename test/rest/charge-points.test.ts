import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { connectCharger } from '../support/charger.js'
import { answerBasics } from '../support/server.js'
import { until, within } from '../support/wait.js'
import { PREFIX, problemOf, startOperator } from './operator.js'

const LIST = `${PREFIX}/charge-points`

interface Item {
  identity: string
  [member: string]: unknown
}

async function list(app: FastifyInstance, query = ''): Promise<{ items: Item[]; nextCursor?: string }> {
  const response = await app.inject({ url: `${LIST}${query}` })
  assert.equal(response.statusCode, 200, response.body)
  return response.json()
}

async function identities(app: FastifyInstance, query: string): Promise<string[]> {
  return (await list(app, query)).items.map(({ identity }) => identity)
}

test('the list has the data of each live connection', async () => {
  const { app, url } = await startOperator({ before: answerBasics })
  const before = Date.now()
  await connectCharger(url, 'CP-1', { boot: true })
  const { items, ...rest } = await list(app)
  assert.deepEqual(rest, {})
  assert.equal(items.length, 1)
  const { connectedAt, lastSeenAt, remoteAddress, counters, ...item } = items[0] as Item
  assert.deepEqual(item, {
    identity: 'CP-1',
    protocol: 'ocpp1.6',
    connected: true,
    registration: 'Accepted',
    pendingCalls: 0
  })
  assert.match(String(remoteAddress), /127\.0\.0\.1$/)
  assert.ok(Date.parse(String(connectedAt)) >= before)
  assert.ok(Date.parse(String(lastSeenAt)) >= Date.parse(String(connectedAt)))
  assert.equal((counters as { callsReceived: number }).callsReceived, 1)
})

test('the list is cut into pages by identity, whatever its case, and stays in order while chargers come and go', async () => {
  const { app, url } = await startOperator()
  const chargers = await Promise.all(['b', 'A', 'd', 'C', 'e'].map((identity) => connectCharger(url, identity)))
  const first = await list(app, '?limit=2')
  assert.deepEqual(
    first.items.map(({ identity }) => identity),
    ['A', 'b']
  )
  await Promise.all(chargers.slice(0, 2).map((charger) => charger.close()))
  await connectCharger(url, 'bb')
  await until('two chargers are gone', () => app.ocpp.chargePoints.size === 4)
  const second = await list(app, `?limit=3&cursor=${first.nextCursor}`)
  assert.deepEqual(
    second.items.map(({ identity }) => identity),
    ['bb', 'C', 'd']
  )
  assert.deepEqual(
    await list(app, `?limit=3&cursor=${second.nextCursor}`).then(({ nextCursor }) => nextCursor),
    undefined
  )
  assert.deepEqual(await identities(app, `?limit=3&cursor=${second.nextCursor}`), ['e'])
})

test('a page has a cursor only if another page follows', async () => {
  const { app, url } = await startOperator()
  const all = ['a', 'b', 'c', 'd']
  for (const identity of all) await connectCharger(url, identity)
  for (let limit = 1; limit <= all.length + 1; limit++) {
    const pages: string[][] = []
    let cursor: string | undefined
    do {
      const query: string = cursor === undefined ? '' : `&cursor=${cursor}`
      const { items, nextCursor } = await list(app, `?limit=${limit}${query}`)
      pages.push(items.map(({ identity }) => identity))
      cursor = nextCursor
    } while (cursor !== undefined)
    assert.deepEqual(pages.flat(), all)
    assert.equal(pages.length, Math.ceil(all.length / limit), `pages of ${limit}`)
  }
})

test('the list is filtered by part of the identity, version and connection', async () => {
  const { app, url } = await startOperator()
  await connectCharger(url, 'North-1')
  await connectCharger(url, 'South-1', { protocol: 'ocpp2.0.1' })
  assert.deepEqual(await identities(app, '?q=nORTH'), ['North-1'])
  assert.deepEqual(await identities(app, '?q=-1'), ['North-1', 'South-1'])
  assert.deepEqual(await identities(app, '?protocol=ocpp2.0.1'), ['South-1'])
  assert.deepEqual(await identities(app, '?protocol=ocpp2.1'), [])
  assert.deepEqual(await identities(app, '?connected=true'), ['North-1', 'South-1'])
  assert.deepEqual(await identities(app, '?connected=false'), [])
})

test('an invalid query is 400 and names the parameter', async () => {
  const { app } = await startOperator()
  const queries = ['limit=0', 'limit=1001', 'limit=x', 'limit=1e2', 'connected=maybe', 'protocol=ocpp1.5', 'q=a&q=b']
  for (const query of [...queries, 'cursor=', 'cursor=%00', 'cursor=A', 'cursor=_____w', `q=${'x'.repeat(257)}`]) {
    const problem = problemOf(await app.inject({ url: `${LIST}?${query}` }), 400)
    assert.equal(problem.code, 'OCPP_ERR_INVALID_QUERY', query)
    assert.ok(problem.detail?.includes(`\`${query.split('=')[0]}\``), query)
  }
})

test('one charge point is shown with its violations, whatever the case of the identity', async () => {
  const { app, url } = await startOperator({ before: answerBasics })
  const charger = await connectCharger(url, 'CP-1', { boot: true })
  await charger.call('Heartbeat', { extra: 1 })
  const response = await app.inject({ url: `${LIST}/cp-1` })
  const { identity, violations } = response.json()
  assert.equal(identity, 'CP-1')
  assert.deepEqual(violations, [
    {
      action: 'Heartbeat',
      direction: 'inbound',
      code: 'FormationViolation',
      pointer: '/extra',
      message: 'is not defined here',
      count: 1
    }
  ])
})

test('a disconnected charge point is shown if the application knows it, otherwise it is 404', async () => {
  const sure = await startOperator({ rest: { isKnown: (identity) => identity === 'CP-1' } })
  const unsure = await startOperator()
  const known = await sure.app.inject({ url: `${LIST}/CP-1` })
  assert.deepEqual(known.json(), { identity: 'CP-1', connected: false })
  problemOf(await sure.app.inject({ url: `${LIST}/CP-2` }), 404)
  assert.equal(problemOf(await unsure.app.inject({ url: `${LIST}/CP-1` }), 404).code, 'OCPP_ERR_UNKNOWN_CHARGE_POINT')
})

test('deleting the connection closes it, and a second time it is 409 or 404', async () => {
  const { app, url } = await startOperator({ rest: { isKnown: (identity) => identity === 'CP-1' } })
  const charger = await connectCharger(url, 'CP-1')
  const remove = (identity: string) => app.inject({ method: 'DELETE', url: `${LIST}/${identity}/connection` })
  const response = await remove('cp-1')
  assert.equal(response.statusCode, 204)
  assert.equal(response.body, '')
  assert.deepEqual(await within('the close', charger.closed), { code: 1000, reason: 'disconnected by an operator' })
  problemOf(await remove('CP-1'), 409)
  problemOf(await remove('CP-2'), 404)
})

test('a failure of isKnown is 500 without details', async () => {
  const { app } = await startOperator({
    rest: {
      isKnown: () => {
        throw new Error('password=secret')
      }
    }
  })
  const response = await app.inject({ url: `${LIST}/CP-1` })
  assert.deepEqual(problemOf(response, 500), {
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    code: 'INTERNAL_ERROR'
  })
})
