import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MAX_OVER } from '../../lib/ledger/queries.js'
import { saveRemoteStart } from '../../lib/ledger/remote-starts.js'
import { onBothDatabases, writerOf } from '../database/support.js'
import { booksOf, event, HOUR, idOf, NINE, openLedger, register, start, stop } from './support.js'

onBothDatabases('what is known of a transaction', (dialect) => {
  it('never includes events of the same id at another charge point: not when it ended', async () => {
    const { ledger, database } = await openLedger(dialect)
    for (const identity of ['CP-1', 'CP-2']) await ledger.event(identity, event('Started', 0))
    await ledger.event('CP-1', event('Updated', 1, { timestamp: NINE + HOUR }))
    await ledger.event('CP-2', event('Updated', 1, { timestamp: NINE + 5 * HOUR }))
    await ledger.booted('CP-1')
    const [closed] = (await booksOf(database, 'CP-1')).transactions
    assert.deepEqual([closed?.status, closed?.end_timestamp, closed?.duration], ['closed', NINE + HOUR, 3600])
  })

  it('never includes readings that another charge point sends with its id: a repeated start stays a retry', async () => {
    const { ledger, database } = await openLedger(dialect)
    const neverSet = start({ timestamp: 10_000 })
    const id = idOf(await ledger.start('CP-1', neverSet))
    await ledger.meterValues('CP-2', { connectorId: 1, transactionId: id, samples: [register(500, NINE)] })
    const again = await ledger.start('CP-1', neverSet)
    assert.deepEqual([idOf(again), again.outcome], [id, 'retry'])
    assert.equal((await booksOf(database, 'CP-1')).transactions.length, 1)
  })

  it('never includes a StopTransaction that another charge point sends with its id: it is billed by its own', async () => {
    const { ledger, database } = await openLedger(dialect)
    const id = idOf(await ledger.start('CP-1', start({ payload: { meterStart: 100 } })))
    const foreign = stop(id, { meterStop: 900_000, payload: { meterStop: 900_000 } })
    assert.equal((await ledger.stop('CP-2', foreign)).outcome, 'unassigned')
    await ledger.stop('CP-1', stop(id, { meterStop: -1, payload: { meterStop: -1 } }))
    // The last reading comes late.
    const samples = [register(1500, NINE + HOUR)]
    await ledger.meterValues('CP-1', { connectorId: 1, transactionId: id, samples })
    const [ended] = (await booksOf(database, 'CP-1')).transactions
    assert.deepEqual([ended?.meter_start, ended?.meter_stop, ended?.energy_wh], [100, 1500, 1400])
  })

  it('does not fall behind transactions of other charge points: a late reading counts after a restart', async () => {
    const { ledger, another, database } = await openLedger(dialect)
    const id = idOf(await ledger.start('CP-1', start({ payload: { meterStart: 100 } })))
    await ledger.stop('CP-1', stop(id, { meterStop: -1, payload: { meterStop: -1 } }))
    await ledger.event('CP-2', event('Ended', 1))
    const [theirs] = (await booksOf(database, 'CP-2')).transactions
    assert.ok(theirs)
    const { id: _, ...copy } = theirs
    const others = Array.from({ length: MAX_OVER }, (__, index) => ({ ...copy, transaction_id: `other-${index}` }))
    await database.writeDb.insertInto('transactions').values(others).execute()
    const samples = [register(1500, NINE + HOUR)]
    await another().meterValues('CP-1', { connectorId: 1, transactionId: id, samples })
    assert.equal((await booksOf(database, 'CP-1')).transactions[0]?.energy_wh, 1400)
  })

  it('never includes connectors of another charge point: a free one closes what is open on it', async () => {
    const { ledger, database } = await openLedger(dialect)
    for (const identity of ['CP-1', 'CP-2']) {
      await ledger.event(identity, event('Started', 0, { evseId: 1, chargingState: 'Charging' }))
    }
    const { id } = await database.db
      .selectFrom('charge_points')
      .select('id')
      .where('identity', '=', 'CP-2')
      .executeTakeFirstOrThrow()
    const occupied = { charge_point_id: id, evse_id: 1, connector_id: 2, status: 'Occupied' }
    await database.writeDb
      .insertInto('connectors')
      .values({ ...occupied, timestamp: NINE, updated_at: NINE })
      .execute()
    const free = { evseId: 1, connectorId: 1, timestamp: NINE + HOUR }
    assert.equal((await ledger.connectorAvailable('CP-2', free)).length, 0)
    assert.equal((await ledger.connectorAvailable('CP-1', free)).length, 1)
  })

  it('never includes remote starts of another charge point: its id token stays unknown', async () => {
    const { ledger, database } = await openLedger(dialect)
    await ledger.event('CP-2', event('Started', 0, { transactionId: 'other' }))
    const { id } = await database.db.selectFrom('charge_points').select('id').executeTakeFirstOrThrow()
    const remote = { remoteStartId: 7, idToken: 'THEIRS', idTokenType: 'Central' }
    await writerOf(database).write((trx, append) =>
      saveRemoteStart({ trx, append, chargePointId: id, now: NINE }, remote)
    )
    for (const identity of ['CP-1', 'CP-2']) await ledger.event(identity, event('Started', 0, { remoteStartId: 7 }))
    const tokens = async (identity: string) =>
      (await booksOf(database, identity)).transactions.map(({ id_token }) => id_token)
    assert.deepEqual([await tokens('CP-1'), await tokens('CP-2')], [[null], [null, 'THEIRS']])
  })
})
