import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { BatchedCommits } from '../../lib/database/batch.js'
import { StorageError } from '../../lib/database/errors.js'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { deferred } from '../support/wait.js'
import { onBothBackends, operate, startBackend, stateOf } from './support.js'

const STATUS = { connectorId: 1, errorCode: 'NoError', status: 'Charging', timestamp: '2026-01-01T00:00:00.000Z' }

describe('while nothing can be stored', () => {
  it('messages are answered InternalError and not stored while the database fails, and stored afterwards', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    const { writer } = server.app.database
    const full = () => Promise.reject(new StorageError('full'))
    const troubles = [mock.method(writer, 'write', full), mock.method(writer, 'record', full)]
    for (const [action, payload] of [
      ['StatusNotification', STATUS],
      ['BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' }],
      ['FirmwareStatusNotification', { status: 'Installed' }]
    ] as const) {
      const answer = await charger.call(action, payload)
      assert.equal(answer.type === 4 && answer.code, 'InternalError', action)
    }
    assert.equal((await charger.call('Heartbeat')).type, 3)
    assert.equal((await operate(server, 'PUT', '/id-tokens/T', {})).statusCode, 503)
    for (const trouble of troubles) trouble.mock.restore()
    assert.deepEqual((await stateOf(server, 'CP-1')).connectors, [])
    assert.equal((await charger.call('StatusNotification', STATUS)).type, 3)
    assert.equal((await stateOf(server, 'CP-1')).connectors.length, 1)
  })

  it('an operator gets the answer to a call although it cannot be saved', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    const trouble = mock.method(server.app.database.writer, 'write', () => Promise.reject(new StorageError('full')))
    const response = await operate(server, 'POST', '/charge-points/CP-1/calls/ClearCache')
    trouble.mock.restore()
    assert.deepEqual([response.statusCode, response.json().result], [200, { status: 'Accepted' }])
  })

  it('charge points are rejected with a time to retry', async () => {
    const server = await startBackend()
    const notReady = mock.method(server.app.database, 'isReady', () => false)
    const refusal = await refusedCharger(server.url, 'CP-1')
    notReady.mock.restore()
    assert.equal(refusal.status, 503)
    assert.ok(Number(refusal.headers['retry-after']) > 0)
  })
})

onBothBackends('Heartbeats', (start) => {
  it('cost no commit, but the time of the last message of a charge point is known', async () => {
    const first = await start({ MESSAGE_LOG: 'false' })
    const charger = await connectCharger(first.url, 'beating', { boot: true })
    const before = first.app.database.writer.counters.commits
    for (let beat = 0; beat < 100; beat++) await charger.call('Heartbeat')
    // One for all charge points every few seconds.
    assert.ok(first.app.database.writer.counters.commits - before <= 2)
    const heardAt = Date.now()
    await charger.close()
    await first.close()
    const second = await start()
    const { lastSeenAt, lastConnectedAt, lastDisconnectedAt } = await stateOf(second, 'beating')
    assert.ok(Math.abs(Date.parse(lastSeenAt) - heardAt) < 2_000)
    assert.ok(Date.parse(lastConnectedAt) <= Date.parse(lastDisconnectedAt))
  })
})

describe('jobs that are gathered for one commit', () => {
  it('are committed in order, together with the jobs that arrived during another commit', async () => {
    const commits: number[][] = []
    const first = deferred()
    const batched = new BatchedCommits<number>(async (items) => {
      commits.push([...items])
      if (commits.length === 1) await first.promise
    }, 3)
    const all = [1, 2, 3, 4, 5].map((item) => batched.add(item))
    first.resolve()
    await Promise.all(all)
    assert.deepEqual(commits, [[1], [2, 3, 4], [5]])
  })

  it('fail alone: only the job with the error is rejected', async () => {
    const kept: number[] = []
    const batched = new BatchedCommits<number>(async (items) => {
      if (items.includes(13)) throw new RangeError('no such number')
      kept.push(...items)
    })
    const settled = await Promise.allSettled([1, 12, 13, 14].map((item) => batched.add(item)))
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled']
    )
    assert.deepEqual(kept, [1, 12, 14])
  })

  it('are all rejected when the commit fails', async () => {
    let commits = 0
    const batched = new BatchedCommits<number>(async () => {
      commits++
      throw new StorageError('unavailable')
    })
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batched.add(item)))
    assert.ok(settled.every(({ status }) => status === 'rejected'))
    assert.equal(commits, 2)
  })
})
