import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import { Deliverer, type DelivererSettings } from '../../lib/webhooks/deliverer.js'
import { listPrunable } from '../../lib/webhooks/deliveries.js'
import { Outbox } from '../../lib/webhooks/outbox.js'
import { migrated, onBothDatabases, onBothDatabasesAlways, writerOf } from '../database/support.js'
import { until } from '../support/wait.js'

const NOW = 1_000_000
const OLD = 1_000
const FUTURE = 9_000_000

onBothDatabasesAlways('deliveries to be deleted', (dialect) => {
  async function deliver(
    webhooks: readonly (0 | 1)[],
    rows: readonly { webhook?: number; status?: 'pending' | 'delivered'; at?: number; until?: number }[]
  ) {
    const database = await migrated(dialect)
    const writer = writerOf(database, { lanes: 1 })
    await writer.append(
      'webhooks',
      webhooks.map((enabled, index) => ({
        id: index + 1,
        url: 'http://localhost',
        secret: 's',
        enabled,
        created_at: 0,
        updated_at: 0
      }))
    )
    await writer.append(
      'webhook_deliveries',
      rows.map(({ webhook = 1, status = 'delivered', at = OLD, until = FUTURE }, index) => ({
        id: index + 1,
        webhook_id: webhook,
        event_id: String(index),
        type: 'status',
        charge_point: 'CP',
        charge_point_key: 'cp',
        payload: '{}',
        status,
        created_at: at,
        retry_until: until
      }))
    )
    return (behind = 0, limit = 500) =>
      listPrunable(database.db, { now: NOW, before: NOW - 10_000, upTo: 0, behind, limit })
  }

  it('are old ones that have ended, and all those of a deleted webhook', async () => {
    const page = await deliver([1], [{}, { at: NOW }, { webhook: 2, at: NOW, status: 'pending' }])
    assert.deepEqual(await page(), { ids: [1, 3], last: undefined, isYoung: false })
  })

  it('are none that still wait, even if their webhook is disabled for a while', async () => {
    const page = await deliver(
      [1, 0],
      [{ status: 'pending' }, { status: 'pending', webhook: 2 }, { status: 'pending', webhook: 2, until: OLD }]
    )
    assert.deepEqual((await page()).ids, [3])
  })

  it('are found after waiting ones, and after ones from a clock that was ahead', async () => {
    const page = await deliver([1], [{ status: 'pending' }, { status: 'pending' }, { at: FUTURE }, { at: FUTURE }, {}])
    assert.deepEqual(await page(0, 2), { ids: [], last: 2, isYoung: false })
    assert.deepEqual(await page(2, 2), { ids: [], last: 4, isYoung: false })
    assert.deepEqual(await page(4, 2), { ids: [5], last: undefined, isYoung: false })
  })

  it('are not searched any further where all are recent', async () => {
    const page = await deliver([1], [{ at: NOW }, { at: NOW }])
    assert.deepEqual(await page(0, 2), { ids: [], last: 2, isYoung: true })
  })
})

const DAY_MS = 86_400_000

onBothDatabases('a deliverer', (dialect) => {
  /** The ages in days of the deliveries that are left of some that have ended, once the first of them is gone. */
  async function left(days: readonly number[], settings: Pick<DelivererSettings, 'retentionDays' | 'maxRows'>) {
    const { db, ...database } = await migrated(dialect)
    const writer = writerOf({ db, ...database }, { lanes: 1 })
    const now = Date.now()
    await writer.append('webhooks', [
      { id: 1, url: 'http://localhost', secret: 's', enabled: 0, created_at: 0, updated_at: 0 }
    ])
    await writer.append(
      'webhook_deliveries',
      days.map((age, index) => ({
        ...{ id: index + 1, webhook_id: 1, event_id: String(index), type: 'status', charge_point: 'CP' },
        ...{ charge_point_key: 'cp', payload: '{}', status: 'delivered' as const },
        ...{ created_at: now - age * DAY_MS, retry_until: now }
      }))
    )
    const ignored = () => undefined
    const fail = (error: unknown) => assert.fail(String(error))
    const deliverer = new Deliverer({
      ...{ db, writer, dialect },
      outbox: new Outbox({ writer, onLost: fail }),
      sender: { send: () => assert.fail('nothing waits') },
      settings: { maxBacklog: 100, ...settings },
      observer: { attempted: ignored, failed: ignored, disabled: ignored, dropped: ignored, troubled: fail }
    })
    after(() => deliverer.stop())
    const rows = () => db.selectFrom('webhook_deliveries').select(['id', 'created_at']).orderBy('id').execute()
    deliverer.start()
    await until('the first is deleted', async () => (await rows())[0]?.id !== 1)
    return (await rows()).map(({ created_at }) => Math.round((now - created_at) / DAY_MS))
  }

  it('keeps ended deliveries for as many days as the setting says', async () => {
    assert.deepEqual(await left([4, 2, 1], { retentionDays: 3, maxRows: 100 }), [2, 1])
  })

  it('keeps them for ever with 0 days, as far as there is room', async () => {
    assert.deepEqual(await left([800, 700, 1], { retentionDays: 0, maxRows: 2 }), [700, 1])
  })
})
