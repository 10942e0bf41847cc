import assert from 'node:assert/strict'
import { it } from 'node:test'
import { insertBulk, insertItems, saveItem } from '../../lib/calls/bulk-rows.js'
import type {} from '../../plugins/runs.js'
import { BEARER, itemsOf, onBothBackends, onSharedBackend, operate } from '../app/support.js'
import { type Charger, connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { isLong } from '../support/long.js'
import { listen, type TestServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

const ACCEPTED = { status: 'Accepted' }
const CALL = '[2,'

async function connect(server: TestServer, identity: string, answer: unknown = ACCEPTED, protocol = 'ocpp1.6') {
  const charger = await connectCharger(server.url, identity, { protocol, boot: true })
  return charger.onCall(() => answer)
}

function callsOf({ received }: Charger): number {
  return received.filter((text) => text.startsWith(CALL)).length
}

function callMany({ app }: TestServer, payload: object, headers: Record<string, string> = {}) {
  return app.inject({ method: 'POST', url: '/api/v1/calls', headers: { ...BEARER, ...headers }, payload })
}

interface Item {
  identity: string
  status: string
  messageId?: string
  result?: unknown
  problem?: { status: number; code?: string }
}

onSharedBackend('a call to many charge points', (start) => {
  it('ends with a problem when the database cannot be read and no request waits for it', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/unread', {})
    const { store } = server.app
    const { find } = store
    const asked = deferred()
    store.find = async () => {
      asked.resolve()
      throw new Error('the database is away')
    }
    const payload = { action: 'ClearCache', identities: ['unread'] }
    const response = await callMany(server, payload, { prefer: 'respond-async' })
    assert.equal(response.statusCode, 202)
    await within('the look at the database', asked.promise)
    store.find = find
    const path = String(response.headers.location).replace('/api/v1', '')
    let bulk = (await operate(server, 'GET', path)).json()
    while (bulk.status === 'running') {
      await new Promise(setImmediate)
      bulk = (await operate(server, 'GET', path)).json()
    }
    assert.deepEqual([bulk.status, bulk.counts], ['completed', { failed: 1 }])
  })

  it('is answered with the outcome of each, in the order of the request', async () => {
    const server = await start()
    await connect(server, 'many-1')
    await connect(server, 'many-2', { status: 'Rejected' })
    await connect(server, 'many-3', new ErrorAnswer('NotSupported', 'no'))
    await connect(server, 'many-4', NO_ANSWER)
    await operate(server, 'PUT', '/charge-points/many-5', {})
    const identities = ['many-4', 'many-1', 'MANY-1', 'many-2', 'many-3', 'many-5', 'nobody']
    const response = await callMany(server, { action: 'ClearCache', identities, timeout: 200 })
    assert.equal(response.statusCode, 200)
    const { bulkId, items, createdAt, endedAt, ...rest } = response.json()
    assert.deepEqual(rest, {
      kind: 'call',
      action: 'ClearCache',
      request: {},
      operator: 'operator',
      status: 'completed',
      total: 6,
      counts: { answered: 2, error: 1, failed: 2, timeout: 1 }
    })
    assert.deepEqual(
      items.map(({ identity, status, result, problem }: Item) => [identity, status, result ?? problem?.status]),
      [
        ['many-4', 'timeout', 504],
        ['MANY-1', 'answered', ACCEPTED],
        ['many-2', 'answered', { status: 'Rejected' }],
        ['many-3', 'error', 502],
        ['many-5', 'failed', 409],
        ['nobody', 'failed', 404]
      ]
    )
    assert.deepEqual(
      items.map(({ messageId }: Item) => messageId !== undefined),
      [true, true, true, true, false, false]
    )
    const call = (await operate(server, 'GET', `/calls/${items[1].messageId}`)).json()
    assert.deepEqual([call.identity, call.status, call.operator], ['many-1', 'answered', 'operator'])
    const { items: again, ...shown } = (await operate(server, 'GET', `/bulk-calls/${bulkId}`)).json()
    assert.equal(again, undefined)
    assert.deepEqual(shown, { bulkId, createdAt, endedAt, ...rest })
    const first = (await operate(server, 'GET', `/bulk-calls/${bulkId}/items?limit=4`)).json()
    const second = (
      await operate(server, 'GET', `/bulk-calls/${bulkId}/items?limit=4&cursor=${first.nextCursor}`)
    ).json()
    assert.deepEqual([...first.items, ...second.items], items)
    const failed = (await operate(server, 'GET', `/bulk-calls/${bulkId}/items?status=failed`)).json()
    assert.deepEqual(failed.items, items.slice(4))
    const list = (await operate(server, 'GET', '/bulk-calls')).json()
    assert.deepEqual([list.items[0].bulkId, list.items[0].status], [bulkId, 'completed'])
  })

  it('is sent to those that match a filter, each in its own version', async () => {
    const server = await start()
    await connect(server, 'filter-old')
    await connect(server, 'filter-new', ACCEPTED, 'ocpp2.0.1')
    await operate(server, 'PUT', '/charge-points/filter-away', {})
    const found = async (filter: object) => {
      const { items } = (await callMany(server, { action: 'ClearCache', filter })).json()
      return items?.map(({ identity, status }: Item) => `${identity} ${status}`)
    }
    const both = ['filter-new answered', 'filter-old answered']
    assert.deepEqual(await found({ q: 'filter-', connected: true }), both)
    assert.deepEqual(await found({ q: 'filter-', connected: false }), ['filter-away failed'])
    assert.deepEqual(await found({ q: 'filter-', vendor: 'Acme', model: 'One' }), both)
    const reset = await callMany(server, {
      action: 'Reset',
      payload: { type: 'OnIdle' },
      filter: { q: 'filter-', connected: true }
    })
    assert.deepEqual(reset.json().counts, { answered: 1, failed: 1 })
    const [, old] = reset.json().items
    assert.deepEqual([old.identity, old.problem.code], ['filter-old', 'OCPP_ERR_INVALID_PAYLOAD'])
    const nobody = await callMany(server, { action: 'ClearCache', filter: { q: 'no-such-thing' } })
    assert.deepEqual([nobody.statusCode, nobody.json().code], [422, 'BULK_NOBODY'])
  })

  it('calls at most `concurrency` charge points at a time', async () => {
    const server = await start()
    const gate = deferred<object>()
    const chargers: Charger[] = []
    for (let index = 0; index < 5; index++) chargers.push(await connect(server, `wide-${index}`, gate.promise))
    const sent = () => chargers.reduce((sum, charger) => sum + callsOf(charger), 0)
    const identities = chargers.map(({ identity }) => identity)
    const response = callMany(server, { action: 'ClearCache', identities, concurrency: 2 })
    await until('two are sent', () => sent() === 2)
    await Promise.all(chargers.map((charger) => charger.roundTrip()))
    assert.equal(sent(), 2)
    gate.resolve(ACCEPTED)
    assert.deepEqual((await response).json().counts, { answered: 5 })
  })

  it('is answered 202 at once with Prefer: respond-async, and shows its progress', async () => {
    const server = await start()
    const gate = deferred<object>()
    await connect(server, 'async-1')
    await connect(server, 'async-2', gate.promise)
    const body = { action: 'ClearCache', identities: ['async-1', 'async-2'] }
    const response = await callMany(server, body, { prefer: 'respond-async' })
    const { bulkId, ...rest } = response.json()
    assert.deepEqual([response.statusCode, rest], [202, { total: 2, status: 'running' }])
    assert.equal(response.headers.location, `/api/v1/bulk-calls/${bulkId}`)
    assert.equal(response.headers['preference-applied'], 'respond-async')
    await itemsOf(server, `/bulk-calls/${bulkId}/items?status=answered`, 1)
    const running = (await operate(server, 'GET', `/bulk-calls/${bulkId}`)).json()
    assert.deepEqual([running.status, running.counts.answered, running.endedAt], ['running', 1, undefined])
    gate.resolve(ACCEPTED)
    await itemsOf(server, `/bulk-calls/${bulkId}/items?status=answered`, 2)
    const patient = await callMany(server, body, { prefer: 'respond-async, wait=60' })
    assert.deepEqual([patient.statusCode, patient.json().status], [200, 'completed'])
  })

  it('waits for disconnected charge points on request', async () => {
    const server = await start()
    await connect(server, 'waits-here')
    await operate(server, 'PUT', '/charge-points/waits-away', {})
    const response = await callMany(server, {
      action: 'ClearCache',
      identities: ['waits-here', 'waits-away', 'waits-nobody'],
      whenOffline: 'queue',
      expiresIn: 3600
    })
    const { bulkId, counts } = response.json()
    assert.deepEqual(counts, { answered: 1, queued: 1, failed: 1 })
    await connect(server, 'waits-away')
    const items = await itemsOf(server, `/bulk-calls/${bulkId}/items?status=answered`, 2)
    assert.deepEqual(
      items.map(({ identity }) => identity),
      ['waits-here', 'waits-away']
    )
  })

  it('is made once with an Idempotency-Key', async () => {
    const server = await start()
    const charger = await connect(server, 'keyed')
    const body = { action: 'ClearCache', identities: ['keyed'] }
    const headers = { 'idempotency-key': 'bulk-key' }
    const first = await callMany(server, body, headers)
    const second = await callMany(server, body, headers)
    assert.deepEqual([first.statusCode, second.body], [200, first.body])
    assert.equal(callsOf(charger), 1)
    assert.equal((await callMany(server, { ...body, identities: ['other'] }, headers)).statusCode, 422)
  })

  for (const [what, body, status] of [
    ['no target', { action: 'ClearCache' }, 422],
    ['two kinds of targets', { action: 'ClearCache', identities: ['a'], filter: {} }, 422],
    ['an empty filter', { action: 'ClearCache', filter: {} }, 422],
    ['a filter and all', { action: 'ClearCache', filter: { connected: true }, all: true }, 422],
    ['an unknown action', { action: 'NoSuchAction', identities: ['a'] }, 422],
    ['a payload that no version allows', { action: 'Reset', payload: { type: 'Sideways' }, identities: ['a'] }, 422],
    ['too many targets', { action: 'ClearCache', identities: Array.from({ length: 10_001 }, (_, i) => `c${i}`) }, 400],
    ['a member that it does not know', { action: 'ClearCache', identities: ['a'], force: true }, 400],
    ['an expiry without a queue', { action: 'ClearCache', identities: ['a'], expiresIn: 5 }, 400]
  ] as const) {
    it(`is ${status} with ${what}`, async () => {
      assert.equal((await callMany(await start(), body)).statusCode, status)
    })
  }

  it('is sent to every charge point with all, and to none in a dry run', async () => {
    const server = await start()
    const charger = await connect(server, 'all-1')
    await operate(server, 'PUT', '/charge-points/all-2', {})
    for (const targets of [{ all: true }, { all: true, filter: {} }, { filter: { q: 'all-' } }]) {
      const dry = (await callMany(server, { action: 'ClearCache', ...targets, dryRun: true })).json()
      const { identities, ...others } = dry
      assert.deepEqual(others, { dryRun: true, action: 'ClearCache', total: identities.length })
      assert.deepEqual(
        identities.filter((identity: string) => identity.startsWith('all-')),
        ['all-1', 'all-2']
      )
    }
    await charger.roundTrip()
    assert.equal(callsOf(charger), 0)
    const { items } = (await callMany(server, { action: 'ClearCache', all: true, dryRun: false })).json()
    const statuses = new Map(items.map(({ identity, status }: Item) => [identity, status]))
    assert.deepEqual([statuses.get('all-1'), statuses.get('all-2')], ['answered', 'failed'])
    assert.equal(callsOf(charger), 1)
  })

  it('is answered 404 when it does not exist', async () => {
    const server = await start()
    assert.equal((await operate(server, 'GET', '/bulk-calls/no-such-bulk')).statusCode, 404)
    assert.equal((await operate(server, 'GET', '/bulk-calls/no-such-bulk/items')).statusCode, 404)
  })

  it('can have ten thousand charge points', async () => {
    const server = await start()
    const fleet = Array.from({ length: 10_000 }, (_, index) => `fleet-${index}`)
    const dry = await callMany(server, { action: 'ClearCache', identities: fleet, dryRun: true })
    assert.deepEqual([dry.statusCode, dry.json().total], [200, 10_000])
    const identities = fleet.slice(0, isLong ? 10_000 : 1_000)
    const response = await callMany(
      server,
      { action: 'ClearCache', identities, concurrency: 1_000 },
      { prefer: 'wait=60' }
    )
    assert.deepEqual([response.statusCode, response.json().counts], [200, { failed: identities.length }])
    assert.equal(response.json().items.length, identities.length)
  })
})

onBothBackends('a call to many charge points whose process ends', (start) => {
  it('is interrupted when the process shuts down: calls that were not sent are cancelled, and never sent', async () => {
    const first = await start()
    const silent = await connect(first, 'left-1', NO_ANSWER)
    await connect(first, 'left-2')
    const identities = ['left-1', 'left-2']
    const body = { action: 'ClearCache', identities, concurrency: 1, timeout: 500 }
    const { bulkId } = (await callMany(first, body, { prefer: 'respond-async' })).json()
    await until('the first is sent', () => callsOf(silent) === 1)
    await first.close()
    const second = await start()
    const charger = await connect(second, 'left-2')
    const shown = (await operate(second, 'GET', `/bulk-calls/${bulkId}`)).json()
    assert.deepEqual([shown.status, shown.counts], ['interrupted', { timeout: 1, cancelled: 1 }])
    await charger.roundTrip()
    assert.equal(callsOf(charger), 0)
  })
  it('is interrupted by the next process when the process that made it died', async () => {
    const first = await start()
    const { store, database } = first.app
    await store.write(async (trx) => {
      const call = { kind: 'call', operator: 'operator', action: 'ClearCache', request: '{}' } as const
      const bulk = { ...call, bulkId: 'left', runId: 'died' }
      const items = ['one', 'other'].map((identity) => ({ identity, messageId: identity }))
      await insertItems({ trx }, await insertBulk({ trx }, bulk), items, database.dialect)
      await saveItem({ trx }, 'one', { status: 'failed', problem: {} })
    })
    await first.close()
    const second = await start()
    await within('the clean-up', second.app.runs.started)
    const { status, counts, endedAt } = (await operate(second, 'GET', '/bulk-calls/left')).json()
    assert.deepEqual([status, counts, typeof endedAt], ['interrupted', { failed: 1, cancelled: 1 }, 'string'])
  })

  it('is interrupted however long the plugins take to load: the clean-up waits for what they add', async () => {
    let cleanUps = 0
    const { app } = await start({}, async (loading) => {
      // By then a clean-up that had begun with the database would be over.
      await loading.store.write(async () => undefined)
      loading.runs.onDeath(async () => {
        cleanUps++
      })
      return listen(loading)
    })
    await within('the clean-up', app.runs.started)
    assert.equal(cleanUps, 1)
  })
})
