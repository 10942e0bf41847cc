import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Issuing } from '../../lib/billing/issuing.js'
import { listReceipts } from '../../lib/billing/list.js'
import { Billing } from '../../lib/billing/service.js'
import { prune } from '../../lib/database/retention.js'
import { Commits } from '../../lib/events/commits.js'
import type { TransactionEvent } from '../../lib/ledger/event.js'
import { Ledger } from '../../lib/ledger/ledger.js'
import { putTariff } from '../../lib/ledger/tariffs.js'
import { migrated, onBothDatabases, writerOf } from '../database/support.js'
import { booksOf, event, HOUR, NINE, register } from '../ledger/support.js'
import { POLICY } from './many.js'

const MINUTE = 60_000
const DAY = 24 * HOUR
/** Cheap at first: it matters when the energy was charged. */
const TARIFF = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.4, conditions: { maxTime: 600 } }, { priceKwh: 0.8 }] }
}

async function open(dialect: Parameters<typeof migrated>[0]) {
  const database = await migrated(dialect)
  const writer = writerOf(database)
  let now = NINE
  const store = new Commits({ db: database.db, writer, now: () => now })
  const ledger = new Ledger({ store, dialect, hasReceipts: true })
  const onError = (error: unknown) => assert.fail(String(error))
  const issuing = new Issuing({ store, policy: POLICY, onError })
  await putTariff(writer, 'T', TARIFF)
  const tell = (eventType: TransactionEvent['eventType'], seqNo: number, minutes: number, wh?: number) => {
    const timestamp = NINE + minutes * MINUTE
    now = Math.max(now, timestamp)
    const samples = wh === undefined ? [] : [register(wh, timestamp)]
    return ledger.event('CP', event(eventType, seqNo, { timestamp, samples }))
  }
  const pruneAt = async (time: number) => {
    now = time
    const settings = {
      RETENTION_METER_VALUES_DAYS: 1,
      RETENTION_EVENTS_DAYS: 0,
      RETENTION_MESSAGES_DAYS: 0,
      RETENTION_AUDIT_DAYS: 0,
      MESSAGE_LOG_MAX_ROWS: 0
    }
    await prune({ db: database.db, writer, settings, now, pause: 0 })
    assert.deepEqual(await database.db.selectFrom('meter_values').select('id').execute(), [])
  }
  /** The figure of the transaction, and the totals of its receipts, latest first, with an asterisk if outdated. */
  const figures = async () => {
    const [row] = (await booksOf(database, 'CP')).transactions
    const receipts = await listReceipts(database.db, { limit: 10 })
    const shown = receipts.map(({ record }) => `${record.totalMinor}${record.outdatedSince === undefined ? '' : '*'}`)
    return [row?.cost_unknown ?? row?.cost, ...shown]
  }
  const charge = async () => {
    await tell('Started', 0, 0, 0)
    await tell('Updated', 1, 10, 9000)
    await tell('Ended', 2, 60, 10_000)
    assert.deepEqual(await figures(), [4.4])
  }
  const billing = new Billing({ store, policy: POLICY })
  return { database, issuing, tell, pruneAt, figures, charge, billing }
}

onBothDatabases('a bill whose meter values have been deleted', (dialect) => {
  it('does not change when a late message comes', async () => {
    const { database, issuing, tell, pruneAt, figures, charge } = await open(dialect)
    await charge()
    await issuing.run()
    await pruneAt(NINE + 3 * DAY)
    await tell('Updated', 3, 30)
    await issuing.run()
    assert.deepEqual(await figures(), [4.4, '440'])
    const revisions = await database.db.selectFrom('transaction_costs').select('total_minor').execute()
    assert.deepEqual(revisions, [{ total_minor: 440 }])
  })

  it('is made of the cost as it was calculated with them', async () => {
    const { issuing, tell, pruneAt, figures, charge } = await open(dialect)
    await charge()
    await pruneAt(NINE + 3 * DAY)
    await tell('Updated', 3, 30)
    await issuing.run()
    assert.deepEqual(await figures(), [4.4, '440'])
  })

  it('is outdated when a late message changes the energy, and an operator says what is billed', async () => {
    const { issuing, tell, pruneAt, figures, charge, billing } = await open(dialect)
    await charge()
    await issuing.run()
    await pruneAt(NINE + 3 * DAY)
    await tell('Ended', 3, 61, 12_000)
    assert.deepEqual(await figures(), ['records-deleted', '440*'])
    const reason = 'test'
    await assert.rejects(billing.correct(1, { idleSeconds: 60, reason }, 'test'), { code: 'STILL_UNKNOWN' })
    await billing.correct(1, { amount: 5, reason }, 'test')
    assert.deepEqual((await figures()).slice(1), ['500', '-440', '440'])
  })
})
