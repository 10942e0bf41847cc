import assert from 'node:assert/strict'
import { it } from 'node:test'
import { showItems } from '../../lib/calls/bulk-records.js'
import { findBulk, insertBulk, insertItems } from '../../lib/calls/bulk-rows.js'
import { ensureChargePoint } from '../../lib/events/commits.js'
import { migrated, writerOf } from '../database/support.js'

it('a bulk call with very large answers shows the first 8 million characters of them, and all statuses', async () => {
  const database = await migrated('sqlite')
  const response = JSON.stringify('x'.repeat(3_000_000 - 2))
  const names = ['one', 'two', 'three', 'four']
  await writerOf(database).write(async (trx) => {
    const now = Date.now()
    const asked = { kind: 'call', operator: 'operator', action: 'GetConfiguration', request: '{}' } as const
    const bulk = { ...asked, bulkId: 'large', runId: 'this' }
    const items = names.map((name) => ({ identity: name, messageId: name }))
    await insertItems({ trx }, await insertBulk({ trx }, bulk), items, 'sqlite')
    const charge_point_id = await ensureChargePoint({ trx, now }, 'CP-1')
    const call = { charge_point_id, protocol: 'ocpp1.6', action: bulk.action, request: '{}', created_at: now }
    for (const message_id of names) {
      const answer = message_id === 'four' ? '{}' : response
      const values = { ...call, message_id, status: 'answered', response: answer } as const
      await trx.insertInto('calls').values(values).execute()
    }
  })
  const row = await findBulk(database.db, 'large')
  assert.ok(row)
  const items = await showItems(database.db, row, () => true)
  assert.deepEqual(
    items.map(({ identity, status, result }) => [identity, status, result !== undefined]),
    [
      ['one', 'answered', true],
      ['two', 'answered', true],
      ['three', 'answered', false],
      ['four', 'answered', false]
    ]
  )
})
