import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type MemoryNode, memoryCluster } from 'fastify-ocpp/cluster'
import { operate, startBackend } from '../app/support.js'
import { administer, createWithSchema, noPostgres, urlOf } from '../database/support.js'
import { connectCharger } from '../support/charger.js'
import { listenUntilClosed, type TestServer } from '../support/server.js'
import { within } from '../support/wait.js'

const REPLACED = 4000
const DATABASE = `cut_off_${process.pid}`
/** A clock that was never set right, so that the time of a message does not tell whether it was sent again. */
const IMPOSSIBLE = '2099-01-01T00:00:00Z'

describe('a node that is cut off from the others, and whose charge point has moved', { skip: noPostgres }, () => {
  let one: TestServer
  let two: TestServer
  let first: MemoryNode
  before(async () => {
    await createWithSchema(DATABASE)
    const join = memoryCluster()
    const start = async (cluster: MemoryNode) => {
      const options = { sharedDatabase: true, cluster }
      const server = await startBackend({ DATABASE_URL: urlOf(DATABASE) }, options, listenUntilClosed)
      await within('the database', server.app.database.ready, 60_000)
      return server
    }
    first = join('one')
    one = await start(first)
    two = await start(join('two'))
  })
  after(async () => {
    await Promise.all([one, two].map((server) => server?.close()))
    await administer(`drop database if exists ${DATABASE} with (force)`)
  })

  async function transactionsOf(identity: string): Promise<{ energyWh?: number; status: string }[]> {
    return (await operate(two, 'GET', `/transactions?chargePoint=${identity}`)).json().items
  }

  it('books nothing of the older connection, and closes it', async () => {
    const old = await connectCharger(one.url, 'CP-MOVED', { boot: true })
    first.isConnected = false
    const newer = await connectCharger(two.url, 'CP-MOVED')
    const start = { connectorId: 1, idTag: 'TAG', meterStart: 10, timestamp: IMPOSSIBLE }
    const booked = await newer.call('StartTransaction', start)
    assert(booked.type === 3)
    const { transactionId } = booked.payload as { transactionId: number }
    const sampledValue = [{ value: '20', measurand: 'Energy.Active.Import.Register', unit: 'Wh' }]
    const measured = { connectorId: 1, transactionId, meterValue: [{ timestamp: IMPOSSIBLE, sampledValue }] }
    assert.equal((await newer.call('MeterValues', measured)).type, 3)
    // The first sending of the same message, which the node handles only now.
    old.send(2, 'late', 'StartTransaction', start)
    assert.equal((await old.closed).code, REPLACED)
    assert.equal(
      old.received.some((text) => text.startsWith('[3,"late"')),
      false
    )
    assert.equal((await transactionsOf('CP-MOVED')).length, 1)
    const stop = { transactionId, meterStop: 30, timestamp: IMPOSSIBLE }
    assert.equal((await newer.call('StopTransaction', stop)).type, 3)
    first.isConnected = true
    assert.deepEqual(
      (await transactionsOf('CP-MOVED')).map(({ energyWh, status }) => [energyWh, status]),
      [[20, 'ended']]
    )
  })

  it('has a start that it booked first recognised when it is sent again over the newer connection', async () => {
    const old = await connectCharger(one.url, 'CP-AGAIN', { boot: true })
    first.isConnected = false
    const start = { connectorId: 1, idTag: 'TAG', meterStart: 10, timestamp: IMPOSSIBLE }
    const lost = await old.call('StartTransaction', start)
    const newer = await connectCharger(two.url, 'CP-AGAIN')
    const again = await newer.call('StartTransaction', start)
    assert.deepEqual([again.type, again.type === 3 && again.payload], [3, lost.type === 3 && lost.payload])
    // What the older connection still sends of the transaction is void, too.
    const { transactionId } = (again.type === 3 ? again.payload : {}) as { transactionId: number }
    old.send(2, 'stop', 'StopTransaction', { transactionId, meterStop: 30, timestamp: IMPOSSIBLE })
    assert.equal((await old.closed).code, REPLACED)
    first.isConnected = true
    assert.deepEqual(
      (await transactionsOf('CP-AGAIN')).map(({ status }) => status),
      ['open']
    )
  })
})
