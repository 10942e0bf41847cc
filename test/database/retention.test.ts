import assert from 'node:assert/strict'
import { it } from 'node:test'
import { prune, type RetentionSettings } from '../../lib/database/retention.js'
import type { Writer } from '../../lib/database/writer.js'
import { message } from './rows.js'
import { loggedActions, migrated, onBothDatabases, writerOf } from './support.js'

const DAY_MS = 86_400_000
const NOW = 1_000 * DAY_MS

const FOR_EVER: RetentionSettings = {
  RETENTION_METER_VALUES_DAYS: 0,
  RETENTION_EVENTS_DAYS: 0,
  RETENTION_MESSAGES_DAYS: 0,
  RETENTION_AUDIT_DAYS: 0,
  MESSAGE_LOG_MAX_ROWS: 0
}

onBothDatabases('pruning', (dialect) => {
  async function log(ages: readonly number[]) {
    const database = await migrated(dialect)
    const writer = writerOf(database, { lanes: 1 })
    await writer.append(
      'messages',
      ages.map((days, index) => ({ ...message(`A${index}`), created_at: NOW - days * DAY_MS }))
    )
    const run = (settings: Partial<RetentionSettings>) =>
      prune({ db: database.db, writer, settings: { ...FOR_EVER, ...settings }, now: NOW, pause: 0, step: 2 })
    return { database, writer, run }
  }

  it('deletes rows that are older than the setting, in steps', async () => {
    const { database, writer, run } = await log([40, 35, 32, 31, 30, 2, 0])
    const before = writer.counters.commits
    assert.equal(await run({ RETENTION_MESSAGES_DAYS: 30 }), 4)
    assert.deepEqual(await loggedActions(database), ['A4', 'A5', 'A6'])
    assert.equal(writer.counters.commits - before, 2)
  })

  it('keeps no more messages than the setting', async () => {
    const { database, run } = await log([5, 4, 3, 2, 1])
    assert.equal(await run({ MESSAGE_LOG_MAX_ROWS: 3 }), 2)
    assert.deepEqual(await loggedActions(database), ['A2', 'A3', 'A4'])
  })

  it('deletes nothing when everything is kept for ever', async () => {
    const { database, run } = await log([900, 1])
    assert.equal(await run({}), 0)
    assert.deepEqual(await loggedActions(database), ['A0', 'A1'])
  })

  it('deletes sign-ins that have ended, whatever the settings', async () => {
    const { database, writer, run } = await log([])
    const row = { token_id: null, built_in: 'digest', remote_address: null, user_agent: null }
    await writer.append(
      'sign_ins',
      [NOW, NOW + 1].map((expires_at) => {
        return { ...row, cookie_hash: `${expires_at}`, created_at: 0, last_used_at: 0, expires_at }
      })
    )
    assert.equal(await run({}), 1)
    const rows = await database.db.selectFrom('sign_ins').select('expires_at').execute()
    assert.deepEqual(rows, [{ expires_at: NOW + 1 }])
  })

  it('depends on when meter values were received, not on the clock of the charge point', async () => {
    const { database, writer, run } = await log([])
    const value = { charge_point_id: 1, measurand: 'Voltage', raw: '1' }
    await writer.append('meter_values', [
      { ...value, timestamp: NOW, received_at: NOW - 10 * DAY_MS },
      { ...value, timestamp: 0, received_at: NOW }
    ])
    assert.equal(await run({ RETENTION_METER_VALUES_DAYS: 9 }), 1)
    const rows = await database.db.selectFrom('meter_values').select('timestamp').execute()
    assert.deepEqual(rows, [{ timestamp: 0 }])
  })

  it('is not stopped for ever by rows of a clock that was ahead', async () => {
    const { database, run } = await log([...new Array(60).fill(-3_000), ...new Array(19).fill(20), 40, 40, 1])
    assert.equal(await run({ RETENTION_MESSAGES_DAYS: 30 }), 2)
    assert.equal((await loggedActions(database)).length, 80)
  })

  it('keeps meter values of transactions that go on, and only those', async () => {
    const { database, writer, run } = await log([])
    const old = { protocol: 'ocpp1.6', created_at: 0, updated_at: 0 }
    const values = (transaction_id: string, charge_point_id = 1) => ({
      charge_point_id,
      transaction_id,
      measurand: 'Energy.Active.Import.Register',
      raw: '1',
      timestamp: 0,
      received_at: 0
    })
    const point = { created_at: 0, updated_at: 0 }
    await writer.append('charge_points', [
      { id: 1, identity: 'A', identity_key: 'a', ...point },
      { id: 2, identity: 'B', identity_key: 'b', ...point }
    ])
    await writer.append('transactions', [
      { charge_point_id: 1, transaction_id: 'open', status: 'open', ...old },
      { charge_point_id: 1, transaction_id: 'ended', status: 'ended', ...old },
      { charge_point_id: 2, transaction_id: 'ended', status: 'open', ...old }
    ])
    await writer.append('meter_values', [values('open'), values('ended'), values(''), values('ended', 2)])
    assert.equal(await run({ RETENTION_METER_VALUES_DAYS: 1 }), 2)
    const rows = await database.db.selectFrom('meter_values').select(['charge_point_id', 'transaction_id']).execute()
    assert.deepEqual(
      rows.map(({ charge_point_id, transaction_id }) => `${charge_point_id} ${transaction_id}`),
      ['1 open', '2 ended']
    )
  })

  it('keeps calls that wait for their charge point, and calls of a running bulk call', async () => {
    const { database, writer, run } = await log([])
    const call = { action: 'Reset', request: '{}', protocol: '', created_at: 0 }
    await writer.append('charge_points', [{ id: 1, identity: 'A', identity_key: 'a', created_at: 0, updated_at: 0 }])
    await writer.append('calls', [
      { charge_point_id: 1, message_id: 'queued', status: 'queued', ...call },
      { charge_point_id: 1, message_id: 'coming back', status: 'sent', ...call },
      { charge_point_id: 1, message_id: 'answered', status: 'answered', ...call }
    ])
    await writer.append('queued_calls', [
      { charge_point_id: 1, message_id: 'coming back', payload: '{}', expires_at: NOW }
    ])
    const bulk = { operator: 'O', action: 'Reset', request: '{}', run_id: 'R', created_at: 0 }
    await writer.append('bulk_calls', [
      { id: 1, bulk_id: 'running', status: 'running', ...bulk },
      { id: 2, bulk_id: 'completed', status: 'completed', ...bulk }
    ])
    const item = { identity: 'A', status: 'pending', created_at: 0 } as const
    await writer.append('bulk_call_items', [
      { bulk_call_id: 1, message_id: 'of running', ...item },
      { bulk_call_id: 2, message_id: 'of completed', ...item }
    ])
    assert.equal(await run({ RETENTION_EVENTS_DAYS: 1 }), 3)
    const ids = async (table: 'calls' | 'bulk_call_items') =>
      (await database.db.selectFrom(table).select('message_id').orderBy('id').execute()).map((row) => row.message_id)
    assert.deepEqual(await ids('calls'), ['queued', 'coming back'])
    assert.deepEqual(await ids('bulk_call_items'), ['of running'])
  })

  it('checks in the deleting statement which rows are needed, because a call may return to its queue meanwhile', async () => {
    const { database, writer } = await log([])
    await writer.append('charge_points', [{ id: 1, identity: 'A', identity_key: 'a', created_at: 0, updated_at: 0 }])
    const call = { charge_point_id: 1, action: 'Reset', request: '{}', protocol: '', created_at: 0 }
    await writer.append('calls', [{ message_id: 'M', status: 'sent', ...call }])
    const queued = { charge_point_id: 1, message_id: 'M', payload: '{}', expires_at: NOW }
    const late: Pick<Writer, 'write'> = {
      write: (job) =>
        writer.write(async (trx, append) => {
          await trx
            .insertInto('queued_calls')
            .values(queued)
            .onConflict((conflict) => conflict.doNothing())
            .execute()
          return job(trx, append)
        })
    }
    const settings = { ...FOR_EVER, RETENTION_EVENTS_DAYS: 1 }
    assert.equal(await prune({ db: database.db, writer: late, settings, now: NOW, pause: 0 }), 0)
    assert.equal((await database.db.selectFrom('calls').selectAll().execute()).length, 1)
  })
})
