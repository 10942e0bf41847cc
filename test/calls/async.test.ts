import assert from 'node:assert/strict'
import { it } from 'node:test'
import { StorageError } from '../../lib/database/errors.js'
import type {} from '../../plugins/store.js'
import { BEARER, itemsOf, onSharedBackend, operate } from '../app/support.js'
import { type Charger, connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

const ACCEPTED = { status: 'Accepted' }

function callsOf({ received }: Charger): unknown[][] {
  return received.map((text) => JSON.parse(text) as unknown[]).filter(([type]) => type === 2)
}

function post({ app }: TestServer, path: string, prefer: string, payload: object = {}) {
  return app.inject({ method: 'POST', url: `/api/v1${path}`, headers: { ...BEARER, prefer }, payload })
}

onSharedBackend('a call with Prefer: respond-async', (start) => {
  it('is answered 202 with its Location, and continues', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'later', { boot: true })
    const answer = deferred<object>()
    charger.onCall(() => answer.promise)
    const response = await post(server, '/charge-points/later/calls/Reset', 'respond-async', { type: 'Soft' })
    const { messageId, ...rest } = response.json()
    assert.deepEqual([response.statusCode, rest], [202, { identity: 'later', action: 'Reset', status: 'pending' }])
    assert.equal(response.headers.location, `/api/v1/calls/${messageId}`)
    assert.equal(response.headers['preference-applied'], 'respond-async')
    const open = (await operate(server, 'GET', `/calls/${messageId}`)).json()
    assert.ok(['pending', 'sent'].includes(open.status), open.status)
    answer.resolve(ACCEPTED)
    const [item] = await itemsOf(server, '/charge-points/later/calls?status=answered', 1)
    assert.deepEqual([item?.messageId, item?.response], [messageId, ACCEPTED])
    assert.equal(callsOf(charger).length, 1)
  })

  it('is not made when it cannot be saved before', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'unsaved', { boot: true })
    charger.onCall(() => ACCEPTED)
    const { store } = server.app
    const write = store.write.bind(store)
    store.write = async () => {
      throw new StorageError('unavailable')
    }
    const response = await post(server, '/charge-points/unsaved/calls/ClearCache', 'respond-async')
    store.write = write
    assert.equal(response.statusCode, 503, response.body)
    await charger.roundTrip()
    assert.deepEqual(callsOf(charger), [])
  })

  it('is answered like any other when the answer arrives within the preferred wait', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'waits', { boot: true })
    charger.onCall(() => ACCEPTED)
    const path = '/charge-points/waits/calls/ClearCache'
    const quick = await post(server, path, 'wait=60, Respond-Async; foo=bar')
    assert.deepEqual([quick.statusCode, quick.json().result], [200, ACCEPTED])
    assert.equal(quick.headers['preference-applied'], 'respond-async, wait=60')
    charger.onCall(() => NO_ANSWER)
    assert.equal((await post(server, `${path}?timeout=100`, 'respond-async, wait="0"')).statusCode, 202)
  })

  it('is rejected at once when it is invalid, or its charge point is not connected or unknown', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'wrong', { boot: true })
    await operate(server, 'PUT', '/charge-points/absent', {})
    const refused = []
    for (const [identity, action, payload] of [
      ['wrong', 'Reset', { type: 'Sideways' }],
      ['wrong', 'GetVariables', {}],
      ['absent', 'ClearCache', {}],
      ['nobody', 'ClearCache', {}]
    ] as const) {
      refused.push(await post(server, `/charge-points/${identity}/calls/${action}`, 'respond-async', payload))
    }
    assert.deepEqual(
      refused.map(({ statusCode }) => statusCode),
      [422, 422, 409, 404]
    )
    assert.deepEqual(callsOf(charger), [])
    assert.deepEqual((await operate(server, 'GET', '/charge-points/wrong/calls')).json().items, [])
  })

  it('has the outcome that the answer of the charge point gives it', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'ends', { boot: true })
    const path = '/charge-points/ends/calls/ClearCache'
    charger.onCall(() => new ErrorAnswer('InternalError', 'broken'))
    await post(server, path, 'respond-async')
    await itemsOf(server, '/charge-points/ends/calls?status=error', 1)
    charger.onCall(() => ({ status: 'Perhaps' }))
    await post(server, path, 'respond-async')
    await itemsOf(server, '/charge-points/ends/calls?status=error', 2)
    charger.onCall(() => NO_ANSWER)
    await post(server, `${path}?timeout=20`, 'respond-async')
    const [late] = await itemsOf(server, '/charge-points/ends/calls?status=timeout', 1)
    await post(server, path, 'respond-async')
    await until('the next call waits', () => server.app.ocpp.chargePoints.get('ends')?.pendingCalls === 2)
    await charger.roundTrip()
    assert.equal(callsOf(charger).length, 3, 'the charge point is still busy with the third call')
    charger.send(3, late?.messageId, ACCEPTED)
    await until('it is sent', () => callsOf(charger).length === 4)
    charger.ws.terminate()
    await itemsOf(server, '/charge-points/ends/calls?status=unknown', 1)
    const { items } = (await operate(server, 'GET', '/charge-points/ends/calls')).json()
    assert.deepEqual(
      items.map(({ status, errorCode }: Record<string, unknown>) => [status, errorCode]),
      [
        ['unknown', 'disconnected'],
        ['timeout', 'timeout'],
        ['error', 'invalid-response'],
        ['error', 'InternalError']
      ]
    )
  })
})

onSharedBackend('a call whose HTTP client leaves', (start) => {
  it('is dropped while it waits, and completed once it was sent', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'left', { boot: true })
    const answer = deferred<object>()
    charger.onCall(() => answer.promise)
    const url = `${server.url.replace('ws', 'http')}/api/v1/charge-points/left/calls/ClearCache`
    const leave = new AbortController()
    const request = () => fetch(url, { method: 'POST', headers: BEARER, signal: leave.signal })
    const first = request()
    await until('it is sent', () => callsOf(charger).length === 1)
    const second = request()
    await until('the second waits', () => server.app.ocpp.chargePoints.get('left')?.pendingCalls === 2)
    leave.abort()
    await Promise.all([first, second].map((left) => assert.rejects(left)))
    await itemsOf(server, '/charge-points/left/calls?status=cancelled', 1)
    answer.resolve(ACCEPTED)
    const [sent] = await itemsOf(server, '/charge-points/left/calls?status=answered', 1)
    assert.deepEqual(sent?.response, ACCEPTED)
    await charger.roundTrip()
    assert.equal(callsOf(charger).length, 1)
  })
})

onSharedBackend('a thousand calls to one charge point', (start) => {
  it('are answered or refused with 429, each once', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'busy', { boot: true })
    charger.onCall(() => ACCEPTED)
    const requests = Array.from({ length: 1000 }, () => operate(server, 'POST', '/charge-points/busy/calls/ClearCache'))
    const answers = await within('all answers', Promise.all(requests), 60_000)
    const count = (status: number) => answers.filter(({ statusCode }) => statusCode === status).length
    assert.equal(count(200) + count(429), 1000)
    assert.ok(count(200) >= 51 && count(429) > 0, `${count(200)} answered`)
    assert.equal(callsOf(charger).length, count(200))
    const list = await itemsOf(server, '/charge-points/busy/calls?status=answered&limit=1000', count(200))
    assert.equal(list.length, count(200))
  })
})

onSharedBackend('the list of all calls', (start) => {
  it('is filtered by charge point, action, status, operator and time, newest first, page by page', async () => {
    const server = await start()
    for (const identity of ['list-1', 'list-2']) {
      const charger = await connectCharger(server.url, identity, { boot: true })
      charger.onCall(() => ACCEPTED)
      await operate(server, 'POST', `/charge-points/${identity}/calls/ClearCache`)
      await operate(server, 'POST', `/charge-points/${identity}/calls/Reset`, { type: 'Soft' })
      charger.onCall(() => NO_ANSWER)
      await operate(server, 'POST', `/charge-points/${identity}/calls/ClearCache?timeout=20`)
    }
    const list = async (query: string) => (await operate(server, 'GET', `/calls${query}`)).json()
    const shown = async (query: string) =>
      (await list(query)).items.map(
        ({ identity, action, status }: Record<string, unknown>) => `${identity} ${action} ${status}`
      )
    assert.deepEqual(await shown('?chargePoint=LIST-2'), [
      'list-2 ClearCache timeout',
      'list-2 Reset answered',
      'list-2 ClearCache answered'
    ])
    assert.deepEqual(await shown('?action=Reset'), ['list-2 Reset answered', 'list-1 Reset answered'])
    assert.deepEqual(await shown('?status=timeout'), ['list-2 ClearCache timeout', 'list-1 ClearCache timeout'])
    assert.equal((await shown('?operator=operator')).length, 6)
    assert.deepEqual(await shown('?operator=nobody'), [])
    assert.deepEqual(await shown('?chargePoint=nobody'), [])
    const all = (await list('')).items
    const pages = []
    for (let query = '?limit=2'; ; ) {
      const { items, nextCursor } = await list(query)
      pages.push(...items)
      if (nextCursor === undefined) break
      query = `?limit=2&cursor=${nextCursor}`
    }
    assert.deepEqual(pages, all)
    const { createdAt } = all[2]
    const since = (await list(`?from=${createdAt}`)).items
    const before = (await list(`?to=${createdAt}`)).items
    assert.deepEqual([...since, ...before], all)
    for (const query of ['?from=yesterday', '?cursor=x', '?status=done', '?limit=0', '?other=1']) {
      assert.equal((await operate(server, 'GET', `/calls${query}`)).statusCode, 400, query)
    }
  })
})
