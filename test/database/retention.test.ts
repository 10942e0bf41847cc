import assert from 'node:assert/strict'
import { it } from 'node:test'
import { prune, type RetentionSettings } from '../../plugins/database/retention.js'
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

  it('deletes what is older than the setting, in steps', async () => {
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

  it('goes by when meter values were received, not by the clock of the charge point', async () => {
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
})
