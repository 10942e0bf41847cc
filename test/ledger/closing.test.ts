import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { KyselyPlugin } from 'kysely'
import { migrated, onBothDatabases } from '../database/support.js'
import { deferred } from '../support/wait.js'
import { booksOf, event, HOUR, ledgerOn, NINE, openLedger, start } from './support.js'

/** Holds every answer to a query until it is let go. */
function holding(): { plugin: KyselyPlugin; asked: Promise<void>; letGo: () => void } {
  const asked = deferred()
  const gate = deferred()
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      asked.resolve()
      await gate.promise
      return result
    }
  }
  return { plugin, asked: asked.promise, letGo: gate.resolve }
}

onBothDatabases('a boot', (dialect) => {
  it('closes transactions whose last message came before it, and none whose last message came after it', async () => {
    let now = NINE
    const { ledger, database } = await openLedger(dialect, { now: () => now })
    await ledger.event('CP-1', event('Started', 0, { transactionId: 'before' }))
    await ledger.event('CP-1', event('Started', 0, { transactionId: 'resumed' }))
    const bootedAt = now + 1000
    now = bootedAt
    await ledger.event('CP-1', event('Started', 0, { transactionId: 'at' }))
    now = bootedAt + 1
    await ledger.event('CP-1', event('Updated', 1, { transactionId: 'resumed' }))
    await ledger.booted('CP-1', bootedAt)
    const { transactions } = await booksOf(database, 'CP-1')
    assert.deepEqual(
      transactions.map(({ transaction_id, status }) => [transaction_id, status]),
      [
        ['before', 'closed'],
        ['resumed', 'open'],
        ['at', 'closed']
      ]
    )
  })
})

onBothDatabases('a free connector', (dialect) => {
  it('closes a transaction that was booked while the back-end looked for open ones', async () => {
    const database = await migrated(dialect)
    const { plugin, asked, letGo } = holding()
    const ledger = ledgerOn(database, { db: database.db.withPlugin(plugin) })
    const place = { evseId: 0, connectorId: 1 }
    const looking = ledger.connectorAvailable('CP-1', { ...place, timestamp: NINE })
    await asked
    await ledger.start('CP-1', start())
    letGo()
    assert.deepEqual(await looking, [])
    const closed = await ledger.connectorAvailable('CP-1', { ...place, timestamp: NINE + HOUR })
    assert.equal(closed.length, 1)
  })

  it('does not close a transaction that began in the same moment', async () => {
    const { ledger } = await openLedger(dialect)
    await ledger.start('CP-1', start())
    const place = { evseId: 0, connectorId: 1 }
    assert.deepEqual(await ledger.connectorAvailable('CP-1', { ...place, timestamp: NINE }), [])
    assert.equal((await ledger.connectorAvailable('CP-1', { ...place, timestamp: NINE + 1 })).length, 1)
  })
})
