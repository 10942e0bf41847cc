import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { BatchedCommits } from '../../lib/database/batch.js'
import { StorageError } from '../../lib/database/errors.js'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { deferred } from '../support/wait.js'
import { onBothBackends, operate, startBackend, stateOf } from './support.js'

const STATUS = { connectorId: 1, errorCode: 'NoError', status: 'Charging', timestamp: '2026-01-01T00:00:00.000Z' }

describe('while nothing can be stored', () => {
  it('what charge points tell is answered InternalError and not kept, and afterwards is again', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    const { writer } = server.app.database
    const trouble = mock.method(writer, 'write', () => Promise.reject(new StorageError('full')))
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
    trouble.mock.restore()
    assert.deepEqual((await stateOf(server, 'CP-1')).connectors, [])
    assert.equal((await charger.call('StatusNotification', STATUS)).type, 3)
    assert.equal((await stateOf(server, 'CP-1')).connectors.length, 1)
  })

  it('an operator gets the answer to a call all the same', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    const trouble = mock.method(server.app.database.writer, 'write', () => Promise.reject(new StorageError('full')))
    const response = await operate(server, 'POST', '/charge-points/CP-1/calls/ClearCache')
    trouble.mock.restore()
    assert.deepEqual([response.statusCode, response.json().result], [200, { status: 'Accepted' }])
  })

  it('no charge point is let in, and it is told to come back', async () => {
    const server = await startBackend()
    const notReady = mock.method(server.app.database, 'isReady', () => false)
    const refusal = await refusedCharger(server.url, 'CP-1')
    notReady.mock.restore()
    assert.equal(refusal.status, 503)
    assert.ok(Number(refusal.headers['retry-after']) > 0)
  })
})

onBothBackends('Heartbeats', (start) => {
  it('cost no commit, and yet it is known when a charge point was last heard of', async () => {
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

describe('what is gathered for one commit', () => {
  it('is committed together with what came while another was under way, in its order', async () => {
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

  it('rejects only the one that is to blame', async () => {
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

  it('is rejected as a whole when the database takes nothing', async () => {
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
