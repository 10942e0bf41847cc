import assert from 'node:assert/strict'
import { it } from 'node:test'
import { giveUpBulks, insertBulk, insertItems } from '../../lib/calls/bulk-rows.js'
import { BEARER, itemsOf, onSharedBackend, operate } from '../app/support.js'
import { ErrorAnswer } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { deferred, until } from '../support/wait.js'
import { perform, play } from './support.js'

const ACCEPTED = { status: 'Accepted' }
const SETTING = { items: [{ key: 'HeartbeatInterval', value: '600' }] }

interface Item {
  identity: string
  status: string
  messageId?: string
  result?: unknown
  outcome?: { status: string; protocol: string; items?: unknown[]; calls: { action: string; messageId: string }[] }
  problem?: { status: number; code?: string; calls?: { action: string }[] }
}

function many({ app }: TestServer, name: string, payload: object, headers: Record<string, string> = {}) {
  return app.inject({ method: 'POST', url: `/api/v1/operations/${name}`, headers: { ...BEARER, ...headers }, payload })
}

/** A charge point of 1.6 that has been here, and is away. */
async function away(server: TestServer, identity: string) {
  const { charger } = await play(server, 'ocpp1.6', () => ACCEPTED, { identity })
  charger.ws.close()
  await until('it is away', () => !server.app.ocpp.chargePoints.has(identity))
}

onSharedBackend('an operation for many charge points', (start) => {
  it('has the outcome of each, in its own version, and is a bulk call', async () => {
    const server = await start()
    const old = await play(server, 'ocpp1.6', () => ACCEPTED, { identity: 'ops-1' })
    const answer2 = (_action: string, payload: unknown) => {
      const { setVariableData } = payload as { setVariableData: { component: object; variable: object }[] }
      return {
        setVariableResult: setVariableData.map(({ component, variable }) => ({
          ...{ attributeStatus: 'RebootRequired', component, variable }
        }))
      }
    }
    await play(server, 'ocpp2.0.1', answer2, { identity: 'ops-2' })
    await play(server, 'ocpp2.1', () => new ErrorAnswer('InternalError', 'no'), { identity: 'ops-3' })
    await operate(server, 'PUT', '/charge-points/ops-4', {})
    const identities = ['ops-1', 'ops-2', 'ops-3', 'ops-4', 'ops-nobody']
    const response = await many(server, 'set-configuration', { body: SETTING, identities })
    assert.equal(response.statusCode, 200, response.body)
    const { bulkId, kind, action, request, counts, items } = response.json()
    assert.deepEqual([kind, action, request], ['operation', 'set-configuration', SETTING])
    assert.deepEqual(counts, { answered: 2, error: 1, failed: 2 })
    const shown = items.map(({ identity, status, outcome, problem }: Item) => [
      ...[identity, status, outcome?.status ?? problem?.code, outcome?.protocol ?? problem?.status]
    ])
    assert.deepEqual(shown, [
      ['ops-1', 'answered', 'accepted', 'ocpp1.6'],
      ['ops-2', 'answered', 'reboot-required', 'ocpp2.0.1'],
      ['ops-3', 'error', 'OCPP_CALLERROR', 502],
      ['ops-4', 'failed', 'OCPP_ERR_NOT_CONNECTED', 409],
      ['ops-nobody', 'failed', 'OCPP_ERR_UNKNOWN_CHARGE_POINT', 404]
    ])
    const [first, , third] = items as Item[]
    assert.equal(first?.outcome?.calls[0]?.messageId, first?.messageId)
    assert.deepEqual(
      third?.problem?.calls?.map((call) => call.action),
      ['SetVariables']
    )
    assert.deepEqual(old.asked, [['ChangeConfiguration', { key: 'HeartbeatInterval', value: '600' }]])
    const listed = (await operate(server, 'GET', `/bulk-calls/${bulkId}/items`)).json().items
    assert.deepEqual(listed, items)
  })

  it('counts one that broke off after its first call as unknown, not as answered', async () => {
    const server = await start()
    let calls = 0
    const { charger } = await play(
      server,
      'ocpp1.6',
      () => {
        calls++
        if (calls === 2) charger.ws.terminate()
        return calls === 2 ? new Promise(() => undefined) : { configurationKey: [] }
      },
      { identity: 'broken-1' }
    )
    const body = { items: [{ key: 'A' }, { key: 'B' }] }
    const { counts, items } = (await many(server, 'get-configuration', { body, identities: ['broken-1'] })).json()
    assert.deepEqual(counts, { unknown: 1 })
    assert.deepEqual([items[0].problem.status, items[0].problem.calls.length], [504, 2])
  })

  it('waits for those that are away, as the call that it is in the version that they spoke last', async () => {
    const server = await start()
    await play(server, 'ocpp1.6', () => ACCEPTED, { identity: 'later-1' })
    await away(server, 'later-2')
    const identities = ['later-1', 'later-2']
    const response = await many(server, 'set-configuration', { body: SETTING, identities, whenOffline: 'queue' })
    const { bulkId, counts } = response.json()
    assert.deepEqual(counts, { answered: 1, queued: 1 })
    const back = await play(server, 'ocpp1.6', () => ACCEPTED, { identity: 'later-2' })
    const items = await itemsOf(server, `/bulk-calls/${bulkId}/items?status=answered`, 2)
    assert.deepEqual(items[1]?.result, ACCEPTED)
    assert.deepEqual(back.asked, [['ChangeConfiguration', { key: 'HeartbeatInterval', value: '600' }]])
  })

  it('calls nobody in a dry run, and is made once with an Idempotency-Key', async () => {
    const server = await start()
    const { asked } = await play(server, 'ocpp1.6', () => ACCEPTED, { identity: 'once-1' })
    const filter = { q: 'once-', connected: true }
    const dry = (await many(server, 'clear-cache', { filter, dryRun: true })).json()
    assert.deepEqual(dry, { dryRun: true, action: 'clear-cache', total: 1, identities: ['once-1'] })
    assert.deepEqual(asked, [])
    const headers = { 'idempotency-key': 'operation-of-many' }
    const first = await many(server, 'clear-cache', { filter }, headers)
    assert.deepEqual(
      [first.statusCode, (await many(server, 'clear-cache', { filter }, headers)).body],
      [200, first.body]
    )
    assert.equal(asked.length, 1)
  })

  it('is stopped: what has begun ends, the others are not asked', async () => {
    const server = await start()
    const answer = deferred<object>()
    const first = await play(server, 'ocpp1.6', () => answer.promise, { identity: 'halt-1' })
    const second = await play(server, 'ocpp1.6', () => ACCEPTED, { identity: 'halt-2' })
    const body = { identities: ['halt-1', 'halt-2'], concurrency: 1 }
    const { bulkId } = (await many(server, 'clear-cache', body, { prefer: 'respond-async' })).json()
    await until('the first is asked', () => first.asked.length === 1)
    await operate(server, 'DELETE', `/bulk-calls/${bulkId}`)
    answer.resolve(ACCEPTED)
    await until(
      'it has ended',
      async () => (await operate(server, 'GET', `/bulk-calls/${bulkId}`)).json().status === 'stopped'
    )
    const { counts } = (await operate(server, 'GET', `/bulk-calls/${bulkId}`)).json()
    assert.deepEqual([counts, second.asked], [{ answered: 1, cancelled: 1 }, []])
  })

  it('shows neither request nor outcome to who lacks the scopes of the operation', async () => {
    const server = await start()
    await play(server, 'ocpp2.0.1', () => ACCEPTED, { identity: 'secret-1' })
    const body = { idToken: { idToken: 'QZVENDOR' }, evseId: 1 }
    const { bulkId } = (await many(server, 'start', { body, identities: ['secret-1'] })).json()
    const open = (await many(server, 'clear-cache', { identities: ['secret-1'] })).json()
    const made = { name: `many-${bulkId}`, scopes: ['charge-points:read'] }
    const { token } = (await operate(server, 'POST', '/operator-tokens', made)).json()
    const headers = { authorization: `Bearer ${token}` }
    const url = `/api/v1/bulk-calls/${open.bulkId}/items`
    assert.deepEqual((await server.app.inject({ url, headers })).json().items, open.items)
    for (const path of [`/bulk-calls/${bulkId}`, `/bulk-calls/${bulkId}/items`]) {
      const shown = await server.app.inject({ url: `/api/v1${path}`, headers })
      assert.equal(shown.statusCode, 200)
      assert.doesNotMatch(shown.body, /QZVENDOR|"calls"|"request"/)
      assert.match(shown.body, /"withheld":\["transactions:read","id-tokens:read"\]/)
    }
  })

  for (const [what, name, body, status, code] of [
    [
      'a body that is none of the operation',
      'reset',
      { body: { type: 'sideways' }, identities: ['a'] },
      400,
      undefined
    ],
    ['no target', 'reset', {}, 422, 'BULK_TARGETS'],
    ['an operation that nobody knows', 'no-such', { identities: ['a'] }, 404, 'UNKNOWN_OPERATION'],
    ['a password, which must not be saved', 'set-password', { identities: ['a'] }, 404, 'UNKNOWN_OPERATION'],
    [
      'what makes no sense later',
      'unlock',
      { body: { evseId: 1 }, identities: ['a'], whenOffline: 'queue' },
      422,
      'NOT_QUEUEABLE'
    ]
  ] as const) {
    it(`is ${status} with ${what}`, async () => {
      const response = await many(await start(), name, body)
      assert.equal(response.statusCode, status, response.body)
      if (code !== undefined) assert.equal(response.json().code, code)
    })
  }

  it('names the member of the body that is wrong', async () => {
    const body = { items: [{ key: 'A', value: '1' }, { key: 'B' }] }
    const { errors } = (await many(await start(), 'set-configuration', { body, identities: ['a'] })).json()
    assert.deepEqual(errors, [{ pointer: '/body/items/1/value', detail: "must have required property 'value'" }])
  })
})

onSharedBackend('an operation for a charge point that is away', (start) => {
  it('waits when that is asked for, and is the call of its version', async () => {
    const server = await start()
    await away(server, 'wait-1')
    assert.equal((await perform(server, 'wait-1', 'operations/reset')).status, 409)
    const query = '?whenOffline=queue&expiresIn=3600'
    const { status, body, headers } = await perform(server, 'wait-1', 'operations/reset', {}, { query })
    const { messageId, ...rest } = body
    assert.deepEqual([status, rest], [202, { identity: 'wait-1', action: 'Reset', status: 'queued' }])
    assert.equal(headers.location, `/api/v1/calls/${messageId}`)
    const back = await play(server, 'ocpp1.6', () => ACCEPTED, { identity: 'wait-1' })
    await itemsOf(server, '/charge-points/wait-1/calls?status=answered', 1)
    assert.deepEqual(back.asked, [['Reset', { type: 'Soft' }]])
    const here = await perform(server, 'wait-1', 'operations/reset', {}, { query })
    assert.deepEqual([here.status, here.body.status], [200, 'accepted'])
  })

  it('does not wait where that makes no sense, or where its version is unknown', async () => {
    const server = await start()
    await away(server, 'wait-2')
    await operate(server, 'PUT', '/charge-points/wait-3', {})
    const query = '?whenOffline=queue'
    const ask = async (identity: string, name: string, body: object) => {
      const { status, body: answer } = await perform(server, identity, `operations/${name}`, body, { query })
      return [status, answer.code]
    }
    assert.deepEqual(await ask('wait-2', 'stop', { evseId: 1 }), [400, 'FST_ERR_VALIDATION'])
    const two = { items: [...SETTING.items, { key: 'B', value: '1' }] }
    assert.deepEqual(await ask('wait-2', 'set-configuration', two), [422, 'NOT_QUEUEABLE'])
    assert.deepEqual(await ask('wait-2', 'reset', { type: 'on-idle' }), [409, 'OPERATION_NOT_SUPPORTED'])
    assert.deepEqual(await ask('wait-3', 'reset', {}), [409, 'OCPP_ERR_NOT_CONNECTED'])
    assert.deepEqual((await operate(server, 'GET', '/calls?status=queued')).json().items, [])
  })

  it('is unknown, not answered, where the process ended after the first of several calls', async () => {
    const server = await start()
    const { store, database } = server.app
    await store.commit('ops-torn', async ({ trx, chargePointId, now }) => {
      const asked = { kind: 'operation', operator: 'operator', action: 'set-configuration', request: '{}' } as const
      const id = await insertBulk({ trx }, { ...asked, bulkId: 'torn', runId: 'died' })
      const items = ['first', 'second'].map((messageId) => ({ identity: 'ops-torn', messageId }))
      await insertItems({ trx }, id, items, database.dialect)
      const call = { charge_point_id: chargePointId, protocol: 'ocpp1.6', action: 'GetConfiguration', request: '{}' }
      const answered = { message_id: 'first', status: 'answered', response: '{}', created_at: now } as const
      await trx
        .insertInto('calls')
        .values({ ...call, ...answered })
        .execute()
    })
    const counts = async () => (await operate(server, 'GET', '/bulk-calls/torn')).json().counts
    assert.deepEqual(await counts(), { pending: 2 })
    await store.write((trx) => giveUpBulks({ trx }))
    assert.deepEqual(await counts(), { unknown: 1, cancelled: 1 })
  })
})
