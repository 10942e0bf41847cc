import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { StorageError } from '../../lib/database/errors.js'
import idempotency from '../../plugins/idempotency.js'
import type {} from '../../plugins/runs.js'
import { BEARER, onBothBackends, operate } from '../app/support.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

let keys = 0
const newKey = () => `key-${++keys}`

interface Post {
  key: string
  body?: object
  query?: string
  headers?: Record<string, string>
}

function post({ app }: TestServer, path: string, { key, body = {}, query = '', headers = {} }: Post) {
  const url = `/api/v1${path}${query}`
  return app.inject({ method: 'POST', url, headers: { ...BEARER, 'idempotency-key': key, ...headers }, payload: body })
}

onBothBackends('a call with Idempotency-Key', (start) => {
  it('is sent once, and answered with the same answer again, by this process and the next', async () => {
    const first = await start()
    const charger = await connectCharger(first.url, 'once', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    const path = '/charge-points/once/calls/ClearCache'
    const key = newKey()
    const answers = [await post(first, path, { key }), await post(first, path, { key })]
    answers.push(await within('the second repetition', post(first, path, { key })))
    await first.close()
    const second = await start()
    answers.push(await post(second, path, { key }))
    assert.deepEqual(
      answers.map(({ statusCode }) => statusCode),
      [200, 200, 200, 200]
    )
    assert.equal(new Set(answers.map(({ body }) => body)).size, 1)
    assert.deepEqual(
      answers.map(({ headers }) => headers['idempotency-replayed']),
      [undefined, 'true', 'true', 'true']
    )
    assert.equal(charger.received.filter((text) => text.includes('ClearCache')).length, 1)
    const { messageId } = answers[0]?.json() ?? {}
    assert.equal((await operate(second, 'GET', `/calls/${messageId}`)).json().idempotencyKey, key)
  })

  it('is answered with its CALLERROR or timeout again, and not sent again', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'refuses', { boot: true })
    const sent = () => charger.received.filter((text) => text.startsWith('[2,')).length
    charger.onCall(() => new ErrorAnswer('NotSupported', 'no'))
    const path = '/charge-points/refuses/calls/ClearCache'
    const key = newKey()
    const refused = [await post(server, path, { key }), await post(server, path, { key })]
    charger.onCall(() => NO_ANSWER)
    const other = newKey()
    const late = [
      await post(server, path, { key: other, query: '?timeout=20' }),
      await post(server, path, { key: other, query: '?timeout=20' })
    ]
    assert.deepEqual(
      [...refused, ...late].map(({ statusCode }) => statusCode),
      [502, 502, 504, 504]
    )
    assert.equal(refused[0]?.body, refused[1]?.body)
    assert.match(String(refused[1]?.headers['content-type']), /^application\/problem\+json/)
    assert.equal(late[0]?.body, late[1]?.body)
    assert.equal(sent(), 2)
  })

  it('waits for the first request with the key while that is running', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'slow', { boot: true })
    const answer = deferred<object>()
    charger.onCall(() => answer.promise)
    const path = '/charge-points/slow/calls/ClearCache'
    const key = newKey()
    const requests = [1, 2, 3].map(() => post(server, path, { key }))
    await until('it is sent', () => charger.received.some((text) => text.includes('ClearCache')))
    // Another request with the key need not wait to be refused.
    const other = await within('the refusal', post(server, path, { key, query: '?timeout=5000' }))
    assert.deepEqual([other.statusCode, other.json().code], [422, 'IDEMPOTENCY_KEY_REUSED'])
    answer.resolve({ status: 'Accepted' })
    const bodies = (await Promise.all(requests)).map(({ body }) => body)
    assert.equal(new Set(bodies).size, 1)
    assert.equal(charger.received.filter((text) => text.includes('ClearCache')).length, 1)
  })

  it('is 422 when the key was used for another body, query, charge point or action', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'other', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    const key = newKey()
    await post(server, '/charge-points/other/calls/Reset', { key, body: { type: 'Soft' } })
    for (const [path, body, query] of [
      ['/charge-points/other/calls/Reset', { type: 'Hard' }, ''],
      ['/charge-points/other/calls/Reset', { type: 'Soft' }, '?whenOffline=queue'],
      ['/charge-points/other/calls/ClearCache', {}, ''],
      ['/charge-points/another/calls/Reset', { type: 'Soft' }, '']
    ] as const) {
      const response = await post(server, path, { key, body, query })
      assert.deepEqual([response.statusCode, response.json().code], [422, 'IDEMPOTENCY_KEY_REUSED'])
    }
    assert.equal(charger.received.filter((text) => text.startsWith('[2,')).length, 1)
  })

  it('is answered again for a day, and sent anew after that', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'aged', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    const key = newKey()
    const ask = () => post(server, '/charge-points/aged/calls/ClearCache', { key })
    const first = await ask()
    const age = (created_at: number) =>
      server.app.store.write((trx) =>
        trx
          .updateTable('idempotency_keys')
          // A key keeps its time, so the type of the column has no other value.
          .set({ created_at } as object)
          .where('idempotency_key', '=', key)
          .execute()
      )
    const DAY = 86_400_000
    await age(Date.now() - DAY + 60_000)
    const again = await ask()
    assert.deepEqual([again.body, again.headers['idempotency-replayed']], [first.body, 'true'])
    await age(Date.now() - DAY)
    const anew = await ask()
    assert.deepEqual([anew.statusCode, anew.headers['idempotency-replayed']], [200, undefined])
    assert.notEqual(anew.json().messageId, first.json().messageId)
    assert.equal(charger.received.filter((text) => text.startsWith('[2,')).length, 2)
  })

  it('may be tried again when the first request was not carried out', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/comes', {})
    const path = '/charge-points/comes/calls/Reset'
    const key = newKey()
    assert.equal((await post(server, path, { key, body: { type: 'Soft' } })).statusCode, 409)
    const charger = await connectCharger(server.url, 'comes', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    assert.equal((await post(server, path, { key, body: { type: 'Medium' } })).statusCode, 422)
    assert.equal((await post(server, path, { key, body: { type: 'Soft' } })).statusCode, 200)
    assert.deepEqual((await operate(server, 'GET', '/charge-points/comes/calls')).json().items.length, 1)
  })

  it('is independent of requests of other operators with the same key', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'shared', { boot: true })
    charger.onCall((action) => ({ status: action === 'Reset' ? 'Rejected' : 'Accepted' }))
    const path = '/charge-points/shared/calls'
    const key = newKey()
    const number = ++keys
    const anna = await tokenOf(server, `anna-${number}`, 'calls:write')
    const bert = await tokenOf(server, `bert-${number}`, 'calls:write')
    const first = await post(server, `${path}/ClearCache`, { key, headers: anna })
    assert.deepEqual([first.statusCode, first.json().result], [200, { status: 'Accepted' }])
    // Neither an answer of another operator nor a complaint that the key was used for something else.
    const other = await post(server, `${path}/Reset`, { key, headers: bert, body: { type: 'Soft' } })
    assert.deepEqual([other.statusCode, other.json().result], [200, { status: 'Rejected' }])
    assert.equal(other.headers['idempotency-replayed'], undefined)
    for (const [headers, suffix, body, expected] of [
      [anna, 'ClearCache', {}, first.body],
      [bert, 'Reset', { type: 'Soft' }, other.body]
    ] as const) {
      const again = await post(server, `${path}/${suffix}`, { key, headers, body })
      assert.deepEqual([again.body, again.headers['idempotency-replayed']], [expected, 'true'])
    }
    assert.equal(charger.received.filter((text) => text.startsWith('[2,')).length, 2)
  })

  it('does not hold up the request of another operator with the same key', async () => {
    const server = await start()
    const slow = await connectCharger(server.url, 'held', { boot: true })
    const quick = await connectCharger(server.url, 'free', { boot: true })
    const answer = deferred<object>()
    slow.onCall(() => answer.promise)
    quick.onCall(() => ({ status: 'Accepted' }))
    const key = newKey()
    const bert = await tokenOf(server, `bert-${++keys}`, 'calls:write')
    const first = post(server, '/charge-points/held/calls/ClearCache', { key })
    await until('it is sent', () => slow.received.some((text) => text.includes('ClearCache')))
    const path = '/charge-points/free/calls/ClearCache'
    const other = await within('the other answer', post(server, path, { key, headers: bert }))
    assert.deepEqual([other.statusCode, other.headers['idempotency-replayed']], [200, undefined])
    assert.equal(quick.received.filter((text) => text.includes('ClearCache')).length, 1)
    answer.resolve({ status: 'Accepted' })
    assert.notEqual((await first).json().messageId, other.json().messageId)
  })

  it('can be used again by the operator whose request was not carried out, and by no other', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'freed', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    const key = newKey()
    const number = ++keys
    const anna = await tokenOf(server, `anna-${number}`, 'calls:write')
    const bert = await tokenOf(server, `bert-${number}`, 'calls:write')
    const path = '/charge-points/freed/calls/ClearCache'
    const first = await post(server, path, { key, headers: anna })
    assert.equal((await post(server, '/charge-points/nobody/calls/ClearCache', { key, headers: bert })).statusCode, 404)
    const again = await post(server, path, { key, headers: anna })
    assert.deepEqual([again.body, again.headers['idempotency-replayed']], [first.body, 'true'])
    assert.equal(charger.received.filter((text) => text.startsWith('[2,')).length, 1)
  })

  it('may be tried again after a 503: the database did not answer, and nothing was done', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/later', {})
    const path = '/charge-points/later/calls/ClearCache'
    const key = newKey()
    const query = '?whenOffline=queue'
    const { store } = server.app
    const commit = store.commit.bind(store)
    store.commit = async () => {
      throw new StorageError('unavailable')
    }
    const failed = await post(server, path, { key, query })
    assert.equal(failed.statusCode, 503, failed.body)
    store.commit = commit
    const queued = await post(server, path, { key, query })
    assert.deepEqual([queued.statusCode, queued.headers['idempotency-replayed']], [202, undefined])
    assert.equal((await operate(server, 'GET', '/calls?status=queued&chargePoint=later')).json().items.length, 1)
  })

  it('is answered again with the same Location and other headers', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'located', { boot: true })
    const answer = deferred<object>()
    charger.onCall(() => answer.promise)
    const path = '/charge-points/located/calls/ClearCache'
    const key = newKey()
    const headers = { prefer: 'respond-async' }
    const first = await post(server, path, { key, headers })
    const again = await post(server, path, { key, headers })
    answer.resolve({ status: 'Accepted' })
    assert.deepEqual([first.statusCode, again.statusCode, again.body], [202, 202, first.body])
    assert.equal(again.headers['idempotency-replayed'], 'true')
    assert.equal(first.headers.location, `/api/v1/calls/${first.json().messageId}`)
    for (const name of ['location', 'preference-applied', 'content-type']) {
      assert.equal(again.headers[name], first.headers[name], name)
    }
  })

  it('continues when its HTTP client disconnects, and a repetition gets its answer', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'leaves', { boot: true })
    const answer = deferred<object>()
    charger.onCall(() => answer.promise)
    const path = '/charge-points/leaves/calls/ClearCache'
    const key = newKey()
    const leaving = new AbortController()
    const url = `${server.url.replace('ws', 'http')}/api/v1${path}`
    const left = fetch(url, { method: 'POST', headers: { ...BEARER, 'idempotency-key': key }, signal: leaving.signal })
    await until('it is sent', () => charger.received.some((text) => text.includes('ClearCache')))
    leaving.abort()
    await assert.rejects(left)
    answer.resolve({ status: 'Accepted' })
    const again = await post(server, path, { key, body: undefined as unknown as object })
    assert.deepEqual([again.statusCode, again.json().result], [200, { status: 'Accepted' }])
    assert.equal(charger.received.filter((text) => text.includes('ClearCache')).length, 1)
  })

  for (const key of ['', 'a b', 'ü', 'k'.repeat(256)]) {
    it(`is 400 when the key is ${JSON.stringify(key.slice(0, 8))}`, async () => {
      const server = await start()
      const response = await post(server, '/charge-points/any/calls/ClearCache', { key })
      assert.deepEqual([response.statusCode, response.json().code], [400, 'INVALID_IDEMPOTENCY_KEY'])
    })
  }

  it('is 504 with an unknown outcome when its process has died, and 409 while another process carries it out', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'gone', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    const path = '/charge-points/gone/calls/ClearCache'
    const { store } = server.app
    const key = newKey()
    await post(server, path, { key })
    await store.write(async (trx) => {
      const values = { status: null, body: null, ...({ run_id: 'other' } as object) }
      await trx.updateTable('idempotency_keys').set(values).where('idempotency_key', '=', key).execute()
      const now = Date.now()
      const run = { run_id: 'other', host: 'another-machine', pid: 1, started_at: now, seen_at: now }
      await trx.insertInto('runs').values(run).execute()
    })
    const isAlone = server.app.database.dialect === 'sqlite'
    const meanwhile = await post(server, path, { key })
    assert.equal(meanwhile.statusCode, isAlone ? 504 : 409)
    if (!isAlone) assert.equal(meanwhile.headers['retry-after'], '1')
    await store.write((trx) => trx.deleteFrom('runs').where('run_id', '=', 'other').execute())
    const unknown = await post(server, path, { key })
    assert.deepEqual([unknown.statusCode, unknown.json().code], [504, 'OCPP_ERR_OUTCOME_UNKNOWN'])
    assert.equal(typeof unknown.json().messageId, 'string')
    assert.equal(charger.received.filter((text) => text.includes('ClearCache')).length, 1)
  })
})

describe('a scope of an app that was registered before the plugin', () => {
  it('answers its requests, which lack the property that the plugin adds to requests of later scopes', async () => {
    const app = Fastify()
    after(() => app.close())
    for (const name of ['operators', 'runs', 'store']) app.register(fp(async () => undefined, { name }))
    app.decorate('runs', { runId: 'this' } as FastifyInstance['runs'])
    app.decorate('store', {} as FastifyInstance['store'])
    app.register(async (scope) => {
      scope.get('/earlier', () => ({ isAnswered: true }))
    })
    app.register(idempotency)
    const { statusCode, body } = await app.inject('/earlier')
    assert.deepEqual([statusCode, body], [200, '{"isAnswered":true}'])
  })
})
