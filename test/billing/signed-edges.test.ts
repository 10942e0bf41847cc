import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { KyselyPlugin } from 'kysely'
import { signedPair } from '../../lib/billing/signed.js'
import { migrated, onBothDatabases, writerOf } from '../database/support.js'
import { booksOf, event, HOUR, ledgerOn, NINE } from '../ledger/support.js'

onBothDatabases('the signed values of a receipt', (dialect) => {
  it('are those of the start and the end, without reading the others', async () => {
    const database = await migrated(dialect)
    await ledgerOn(database).event('CP', event('Started', 0))
    const [row] = (await booksOf(database, 'CP')).transactions
    assert.ok(row)
    const { charge_point_id, transaction_id } = row
    const shared = { charge_point_id, transaction_id, inferred_id: null, measurand: 'M', form: 'SignedData' as const }
    const add = (context: string, timestamp: number, value: string) =>
      writerOf(database).append('signed_values', [
        { ...shared, context, timestamp, received_at: NINE + HOUR, value, digest: value }
      ])
    const pair = async () => {
      let read = 0
      const counting: KyselyPlugin = {
        transformQuery: ({ node }) => node,
        transformResult: async ({ result }) => {
          read += result.rows.length
          return result
        }
      }
      const values = await signedPair(database.db.withPlugin(counting), row)
      assert.ok(read <= 4, `${read} rows`)
      return values.map(({ data }) => data)
    }
    assert.deepEqual(await pair(), [])
    await add('Sample.Periodic', NINE + 1000, 'only')
    assert.deepEqual(await pair(), ['only'])
    for (let index = 0; index < 120; index++) await add('Sample.Periodic', NINE + index, `periodic ${index}`)
    assert.deepEqual(await pair(), ['periodic 0', 'only'])
    // They come late, and not at the edges.
    await add('Transaction.End', NINE + 30, 'end')
    await add('Transaction.Begin', NINE + 20, 'begin')
    assert.deepEqual(await pair(), ['begin', 'end'])
  })
})
