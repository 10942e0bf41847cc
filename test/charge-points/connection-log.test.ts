import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ConnectionLog, type NewConnection } from '../../lib/charge-points/connection-log.js'
import { measureCpu } from '../support/wait.js'

function connection(identity: string, connectedAt: number): NewConnection {
  return { identity, connectedAt, protocol: 'ocpp1.6', remoteAddress: '192.0.2.1' }
}

function startTimes(log: ConnectionLog): number[] {
  return log.take().map(({ connection }) => connection.connectedAt)
}

describe('the log of connections', () => {
  it('gives connections of a charge point different start times, whatever the case of its identity', () => {
    const log = new ConnectionLog()
    for (const identity of ['CP-1', 'cp-1', 'CP-2', 'Cp-1']) log.open({}, connection(identity, 1_000))
    assert.deepEqual(startTimes(log), [1_000, 1_001, 1_000, 1_002])
  })

  it('keeps the start times of connections that could not be stored', () => {
    const log = new ConnectionLog()
    log.open({}, connection('CP-1', 1_000))
    log.giveBack(log.take())
    log.open({}, connection('CP-1', 1_000))
    assert.deepEqual(startTimes(log), [1_000, 1_001])
  })

  it('takes no longer for a connection when thousands of others have come at the same time', () => {
    const log = new ConnectionLog()
    const cpu = measureCpu()
    for (let count = 0; count < 20_000; count++) log.open({}, connection(`CP-${count}`, 1_000))
    assert.ok(cpu() < 2_000, `${cpu()} ms`)
    assert.equal(log.take().length, 20_000)
  })
})
