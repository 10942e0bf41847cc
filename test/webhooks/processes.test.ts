import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startBackend } from '../app/support.js'
import { emptyDatabase, noPostgres } from '../database/support.js'
import { until, within } from '../support/wait.js'
import { byChargePoint, openReceiver } from './receiver.js'
import { addWebhook, LOCAL, tellTransactions, untilDeliveries } from './support.js'

/** The other process looks every few seconds. */
const PATIENCE_MS = 60_000

describe('two processes on one PostgreSQL', { skip: noPostgres }, () => {
  it('deliver every event once, in order, and one takes over when the other ends', async () => {
    const { DATABASE_URL = '' } = await emptyDatabase('postgres', { withSchema: true })
    const [one, two] = await Promise.all([
      startBackend({ ...LOCAL, DATABASE_URL }, { sharedDatabase: true }),
      startBackend({ ...LOCAL, DATABASE_URL }, { sharedDatabase: true })
    ])
    for (const { app } of [one, two]) await within('the database', app.database.ready, PATIENCE_MS)
    const receiver = await openReceiver()
    const { id } = await addWebhook(one, { url: receiver.url, filter: { types: ['transaction'] } })
    await two.app.webhooks.deliverer.sync()
    const rounds = Array.from({ length: 30 }, (_, round) => String(round))
    const fleet = (name: string) => Array.from({ length: 10 }, (_, index) => `${name}-${index}`)
    const tell = async (server: typeof one, name: string) => {
      for (const round of rounds) await tellTransactions(server, fleet(name), round)
    }
    await Promise.all([tell(one, 'A'), tell(two, 'B')])
    await until('all has come', () => receiver.requests.length >= 600, PATIENCE_MS)
    await untilDeliveries(two, id, (items) => items.every(({ status }) => status === 'delivered'))
    assert.equal(receiver.requests.length, 600)
    const notes = () =>
      [...byChargePoint(receiver.requests)].map(([, events]) => events.map(({ data }) => data.transactionId))
    for (const told of notes()) assert.deepEqual(told, rounds)

    const leases = () => two.app.database.db.selectFrom('webhooks').select('lease_owner').execute()
    const [before] = await leases()
    await one.close()
    // It gives back what it has, so that nobody waits for the end of its lease.
    const [after] = await leases()
    assert.ok(before?.lease_owner && after?.lease_owner !== before.lease_owner)
    await tell(two, 'C')
    await until('the rest has come', () => receiver.requests.length >= 900, PATIENCE_MS)
    for (const told of notes()) assert.deepEqual(told, rounds)
    assert.equal(receiver.requests.length, 900)
  })
})

describe('a process that ends', () => {
  it('aborts a delivery without losing it, and the next process continues with it', async () => {
    const { DATA_DIR } = await emptyDatabase('sqlite')
    const receiver = await openReceiver()
    receiver.answer(() => undefined)
    const first = await startBackend({ ...LOCAL, DATA_DIR })
    await addWebhook(first, { url: receiver.url, filter: { types: ['transaction'] } })
    for (const round of ['1', '2', '3']) await tellTransactions(first, ['CP-1', 'CP-2'], round)
    await receiver.received(2)
    await first.close()
    receiver.answer(() => 204)
    await startBackend({ ...LOCAL, DATA_DIR })
    await receiver.received(8)
    for (const [, events] of byChargePoint(receiver.requests)) {
      assert.deepEqual(
        events.map(({ data }) => data.transactionId),
        ['1', '1', '2', '3']
      )
    }
  })
})
