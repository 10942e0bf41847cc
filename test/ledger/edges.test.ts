import assert from 'node:assert/strict'
import { it } from 'node:test'
import { findTransactionById } from '../../lib/ledger/read.js'
import { listReadings } from '../../lib/ledger/readings.js'
import { remoteStartToken, saveRemoteStart } from '../../lib/ledger/remote-starts.js'
import { onBothDatabases } from '../database/support.js'
import { ORDINARY_DATABASES } from '../support/long.js'
import { booksOf, event, HOUR, idOf, NINE, openLedger, register, start, stop } from './support.js'

const DAY = 24 * HOUR

onBothDatabases(
  'a transaction in which nothing was charged',
  (dialect) => {
    it('is ended by a StopTransaction without its id', async () => {
      const { ledger, database } = await openLedger(dialect)
      await ledger.start('CP-1', start({ meterStart: 100 }))
      assert.equal((await ledger.stop('CP-1', stop(0, { meterStop: 100 }))).outcome, 'booked')
      const [ended] = (await booksOf(database, 'CP-1')).transactions
      assert.deepEqual([ended?.status, ended?.energy_wh], ['ended', 0])
    })

    it('has the meter of its StopTransaction, whatever was read meanwhile', async () => {
      const { ledger, database } = await openLedger(dialect)
      const id = idOf(await ledger.start('CP-1', start({ meterStart: 100 })))
      const samples = [register(150, NINE + 60_000)]
      await ledger.meterValues('CP-1', { connectorId: 1, transactionId: id, samples })
      await ledger.stop('CP-1', stop(id, { meterStop: 100 }))
      const [ended] = (await booksOf(database, 'CP-1')).transactions
      assert.deepEqual([ended?.meter_start, ended?.meter_stop, ended?.energy_wh], [100, 100, 0])
    })
  },
  ORDINARY_DATABASES
)

onBothDatabases(
  'what a charge point has not told',
  (dialect) => {
    it('is absent from a transaction, and never 0', async () => {
      const { ledger, database } = await openLedger(dialect)
      await ledger.event('CP-1', event('Ended', 3))
      const [{ id } = { id: 0 }] = (await booksOf(database, 'CP-1')).transactions
      const { record } = (await findTransactionById(database.db, id, NINE)) ?? assert.fail('no such transaction')
      const unknown = ['evseId', 'connectorId', 'idToken', 'startedAt', 'meterStart', 'meterStop', 'energyWh'] as const
      for (const member of [...unknown, 'duration', 'cost', 'currency'] as const) {
        assert.ok(!(member in record), `${member} is ${JSON.stringify(record[member])}`)
      }
    })
  },
  ORDINARY_DATABASES
)

onBothDatabases(
  'readings of a charge point',
  (dialect) => {
    it('are not linked with a transaction that has the same id at another charge point', async () => {
      const { ledger, database } = await openLedger(dialect)
      const id = idOf(await ledger.start('CP-2', start()))
      await ledger.meterValues('CP-1', { connectorId: 1, transactionId: id, samples: [register(500, NINE)] })
      const { id: chargePointId } = await database.db
        .selectFrom('charge_points')
        .select('id')
        .where('identity', '=', 'CP-1')
        .executeTakeFirstOrThrow()
      const { items } = await listReadings(database.db, { chargePointId, order: 'timestamp', limit: 10 })
      assert.deepEqual(
        items.map(({ value, transactionId, transaction }) => [value, transactionId, transaction]),
        [[500, String(id), undefined]]
      )
    })
  },
  ORDINARY_DATABASES
)

onBothDatabases(
  'remote starts',
  (dialect) => {
    it('are remembered beside each other for 30 days', async () => {
      const { ledger, database } = await openLedger(dialect)
      await ledger.event('CP-1', event('Ended', 1))
      const { id } = await database.db.selectFrom('charge_points').select('id').executeTakeFirstOrThrow()
      const save = (remoteStartId: number, now: number) =>
        saveRemoteStart(database.writeDb, id, {
          start: { remoteStartId, idToken: `TOKEN-${remoteStartId}`, idTokenType: 'Central' },
          now
        })
      const remembered = async () => {
        const tokens = [1, 2, 3].map((remoteStartId) =>
          remoteStartToken(database.db, id, event('Started', 0, { remoteStartId }))
        )
        return (await Promise.all(tokens)).map(({ idToken }) => idToken)
      }
      await save(1, NINE)
      await save(2, NINE + DAY)
      assert.deepEqual(await remembered(), ['TOKEN-1', 'TOKEN-2', undefined])
      await save(3, NINE + 30 * DAY + 1)
      assert.deepEqual(await remembered(), [undefined, 'TOKEN-2', 'TOKEN-3'])
    })
  },
  ORDINARY_DATABASES
)

onBothDatabases(
  'a charge point that was connected to another process meanwhile',
  (dialect) => {
    it('is looked up again: what it left open there is closed', async () => {
      const { ledger, another, database } = await openLedger(dialect)
      assert.deepEqual(await ledger.booted('CP-1'), [], 'nothing was open')
      await another().start('CP-1', start())
      ledger.forget('CP-1')
      assert.equal((await ledger.booted('CP-1')).length, 1)
      assert.equal((await booksOf(database, 'CP-1')).transactions[0]?.status, 'closed')
    })
  },
  ORDINARY_DATABASES
)
