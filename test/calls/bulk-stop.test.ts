import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackendsAlways, onSharedBackend, operate } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

const ACCEPTED = { status: 'Accepted' }

async function connect(server: TestServer, identity: string, answer: unknown = ACCEPTED) {
  return (await connectCharger(server.url, identity, { boot: true })).onCall(() => answer)
}

function callsOf({ received }: Charger): number {
  return received.filter((text) => text.startsWith('[2,')).length
}

/** Makes a bulk call that is not waited for. */
async function begin({ app }: TestServer, payload: object): Promise<string> {
  const headers = { authorization: 'Bearer token-of-the-test-operator', prefer: 'respond-async' }
  const response = await app.inject({ method: 'POST', url: '/api/v1/calls', headers, payload })
  assert.equal(response.statusCode, 202)
  return response.json().bulkId
}

async function bulkOf(server: TestServer, bulkId: string) {
  return (await operate(server, 'GET', `/bulk-calls/${bulkId}`)).json()
}

async function ended(server: TestServer, bulkId: string) {
  await until('the bulk call has ended', async () => (await bulkOf(server, bulkId)).endedAt !== undefined)
  return bulkOf(server, bulkId)
}

onSharedBackend('a bulk call that is stopped', (start) => {
  it('sends nothing more, lets what was sent end, and counts both', async () => {
    const server = await start()
    const answer = deferred<object>()
    const first = await connect(server, 'stop-1', answer.promise)
    const others = [await connect(server, 'stop-2'), await connect(server, 'stop-3')]
    const identities = ['stop-1', 'stop-2', 'stop-3']
    const told: unknown[] = []
    server.app.publisher.subscribe(({ type, data }) => {
      if (type === 'bulk-call') told.push(data)
    })
    const bulkId = await begin(server, { action: 'ClearCache', identities, concurrency: 1 })
    await until('the first is sent', () => callsOf(first) === 1)
    await until('it is stored', async () => (await bulkOf(server, bulkId)).counts.sent === 1)
    const stopped = await operate(server, 'DELETE', `/bulk-calls/${bulkId}`)
    const { status, counts, endedAt } = stopped.json()
    assert.deepEqual(
      [stopped.statusCode, status, counts, endedAt],
      [200, 'stopping', { sent: 1, cancelled: 2 }, undefined]
    )
    const again = await operate(server, 'DELETE', `/bulk-calls/${bulkId}`)
    assert.deepEqual([again.statusCode, again.json().status], [200, 'stopping'])
    answer.resolve(ACCEPTED)
    const over = await ended(server, bulkId)
    assert.deepEqual([over.status, over.counts], ['stopped', { answered: 1, cancelled: 2 }])
    await Promise.all(others.map((charger) => charger.roundTrip()))
    assert.deepEqual(others.map(callsOf), [0, 0])
    assert.equal((await operate(server, 'DELETE', `/bulk-calls/${bulkId}`)).json().status, 'stopped')
    const one = { bulkId, action: 'ClearCache', total: 3 }
    assert.deepEqual(told, [
      { ...one, status: 'running', done: 0 },
      { ...one, status: 'stopping', done: 0 },
      { ...one, status: 'stopped', done: 1 }
    ])
    const { items } = (await operate(server, 'GET', `/audit?target=/bulk-calls/${bulkId}`)).json()
    assert.deepEqual(
      items.map(({ method, status }: { method: string; status: number }) => `${method} ${status}`),
      ['DELETE 200', 'DELETE 200', 'DELETE 200']
    )
  })

  it('gives up a call that waits behind another one of its charge point', async () => {
    const server = await start()
    const answer = deferred<object>()
    const charger = await connect(server, 'busy-1', answer.promise)
    const other = operate(server, 'POST', '/charge-points/busy-1/calls/ClearCache')
    await until('the other call is sent', () => callsOf(charger) === 1)
    const bulkId = await begin(server, { action: 'Reset', payload: { type: 'Soft' }, identities: ['busy-1'] })
    await until('it waits', async () => (await bulkOf(server, bulkId)).counts.pending === 1)
    await operate(server, 'DELETE', `/bulk-calls/${bulkId}`)
    assert.deepEqual((await ended(server, bulkId)).counts, { cancelled: 1 })
    answer.resolve(ACCEPTED)
    assert.equal((await other).statusCode, 200)
    await charger.roundTrip()
    assert.equal(callsOf(charger), 1)
  })

  it('cancels the calls that wait for their charge points, also when all others have ended', async () => {
    const server = await start()
    await connect(server, 'here-1')
    await operate(server, 'PUT', '/charge-points/away-1', {})
    const body = { action: 'ClearCache', identities: ['here-1', 'away-1'], whenOffline: 'queue' }
    const bulkId = (await operate(server, 'POST', '/calls', body)).json().bulkId
    const { status, counts } = (await operate(server, 'DELETE', `/bulk-calls/${bulkId}`)).json()
    assert.deepEqual([status, counts], ['completed', { answered: 1, cancelled: 1 }])
    const late = await connect(server, 'away-1')
    await late.roundTrip()
    assert.equal(callsOf(late), 0)
    const over = await operate(server, 'DELETE', `/bulk-calls/${bulkId}`)
    assert.deepEqual([over.statusCode, over.json().code], [409, 'BULK_CALL_OVER'])
  })

  it('ends at once when its process is dead', async () => {
    const server = await start()
    const { store } = server.app
    const row = { operator: 'x', action: 'ClearCache', request: '{}', status: 'running', created_at: 1 } as const
    const { id } = await store.write((trx) =>
      trx
        .insertInto('bulk_calls')
        .values({ ...row, bulk_id: 'orphan', run_id: 'dead' })
        .returning('id')
        .executeTakeFirstOrThrow()
    )
    const item = { bulk_call_id: id, identity: 'a', message_id: 'orphan-1', status: 'pending', created_at: 1 } as const
    await store.write((trx) => trx.insertInto('bulk_call_items').values(item).execute())
    const { status, counts, endedAt } = (await operate(server, 'DELETE', '/bulk-calls/orphan')).json()
    assert.deepEqual([status, counts, typeof endedAt], ['stopped', { cancelled: 1 }, 'string'])
  })

  it('is answered 404 when it does not exist', async () => {
    const response = await operate(await start(), 'DELETE', '/bulk-calls/no-such-bulk')
    assert.deepEqual([response.statusCode, response.json().code], [404, 'UNKNOWN_BULK_CALL'])
  })
})

onSharedBackend('a bulk call of another process', (start, dialect) => {
  it('stops there within a moment', { skip: dialect === 'sqlite' && 'one process owns the file' }, async () => {
    const server = await start()
    const answer = deferred<object>()
    const first = await connect(server, 'far-1', answer.promise)
    const second = await connect(server, 'far-2')
    const bulkId = await begin(server, { action: 'ClearCache', identities: ['far-1', 'far-2'], concurrency: 1 })
    await until('the first is sent', () => callsOf(first) === 1)
    const seen = deferred()
    server.app.publisher.subscribe(({ data }) => {
      const { bulkId: about, status } = data as { bulkId?: string; status?: string }
      if (about === bulkId && status === 'stopping') seen.resolve()
    })
    // Written by another process when it is asked to stop a bulk call of this one.
    const stop = { status: 'stopping' } as const
    await server.app.store.write((trx) =>
      trx.updateTable('bulk_calls').set(stop).where('bulk_id', '=', bulkId).execute()
    )
    await within('the look at the database', seen.promise)
    answer.resolve(ACCEPTED)
    const over = await ended(server, bulkId)
    assert.deepEqual([over.status, over.counts], ['stopped', { answered: 1, cancelled: 1 }])
    await second.roundTrip()
    assert.equal(callsOf(second), 0)
  })
})

onBothBackendsAlways('a bulk call whose process died while it stopped it', (start) => {
  it('cancels the calls that wait for their charge points', async () => {
    const first = await start()
    await operate(first, 'PUT', '/charge-points/left-1', {})
    const body = { action: 'ClearCache', identities: ['left-1'], whenOffline: 'queue' }
    const { bulkId } = (await operate(first, 'POST', '/calls', body)).json()
    // Committed when the process ended.
    await first.app.store.write((trx) =>
      trx.updateTable('bulk_calls').set({ status: 'stopped' }).where('bulk_id', '=', bulkId).execute()
    )
    await first.close()
    const second = await start()
    await until('it is cancelled', async () => (await bulkOf(second, bulkId)).counts.cancelled === 1)
    const charger = await connect(second, 'left-1')
    await charger.roundTrip()
    assert.equal(callsOf(charger), 0)
  })
})
