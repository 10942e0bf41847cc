import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { KyselyPlugin } from 'kysely'
import { connectorsOf } from '../../lib/charge-points/present.js'
import type { Reader } from '../../lib/events/scope.js'
import { migrated, onBothDatabases } from '../database/support.js'

/** Charge points of 2.0.1, each with two connectors, both in use, and a reading of power for each. */
async function fill(db: Reader, count: number): Promise<void> {
  const times = { created_at: 1, updated_at: 1 }
  for (let index = 1; index <= count; index++) {
    const identity = `cp-${index}`
    const { id: charge_point_id } = await db
      .insertInto('charge_points')
      .values({ identity, identity_key: identity, protocol: 'ocpp2.0.1', ...times })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const evse_id of [1, 2]) {
      const place = { charge_point_id, evse_id, connector_id: 1 }
      const transaction_id = `T-${evse_id}`
      await db
        .insertInto('connectors')
        .values({ ...place, status: evse_id === 1 ? 'Occupied' : 'Faulted', timestamp: 1, updated_at: 1 })
        .execute()
      await db
        .insertInto('transactions')
        .values({ ...place, transaction_id, protocol: 'ocpp2.0.1', charging_state: 'Charging', ...times })
        .execute()
      const reading = { ...place, transaction_id, timestamp: 1e12, received_at: 1e12, raw: '' }
      const power = { measurand: 'Power.Active.Import', unit: 'W', value: index }
      await db
        .insertInto('meter_values')
        .values({ ...reading, ...power })
        .execute()
    }
  }
}

/** A reader that counts its queries. */
function counted(db: Reader): { reader: Reader; count(): number } {
  let queries = 0
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      queries++
      return node
    },
    transformResult: async ({ result }) => result
  }
  return { reader: db.withPlugin(plugin), count: () => queries }
}

onBothDatabases('the connectors of a page of charge points', (dialect) => {
  it('cost about the same queries for 100 charge points as for one', async () => {
    const { db, writeDb } = await migrated(dialect)
    await fill(writeDb, 100)
    const all = await db.selectFrom('charge_points').selectAll().orderBy('id').execute()
    const [one, page] = [counted(db), counted(db)]
    await connectorsOf(one.reader, all.slice(0, 1), { withTransactions: true })
    const found = await connectorsOf(page.reader, all, { withTransactions: true })
    assert.ok(one.count() >= 3, `${one.count()}`)
    assert.ok(page.count() <= one.count() + 10, `${page.count()} queries for 100, ${one.count()} for one`)
    for (const [index, { id }] of all.entries()) {
      const shown = found.get(id)?.map(({ state, transaction }) => [state, transaction?.powerW])
      assert.deepEqual(shown, [
        ['Charging', index + 1],
        ['Faulted', index + 1]
      ])
    }
  })
})
