import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { completeUntil } from '../../lib/billing/export.js'
import { nextNumber } from '../../lib/billing/numbers.js'
import { migrated, noPostgres, onBothDatabasesAlways, writerOf } from '../database/support.js'
import { deferred, within } from '../support/wait.js'
import { POLICY } from './many.js'

const NOW = Date.UTC(2027, 0, 1, 0, 0, 5)
const range = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2098, 0, 1) }

onBothDatabasesAlways('the end of an export', (dialect) => {
  it('is a time at or after which all other receipts are issued, whatever the clock of their process says', async () => {
    const writer = writerOf(await migrated(dialect))
    const issuedAt = async (time: number) => (await writer.write((trx) => nextNumber(trx, POLICY, time))).issued_at
    assert.equal(await issuedAt(NOW - 2), NOW - 2)
    assert.equal(await issuedAt(NOW - 3), NOW - 2, 'never before a receipt with a lower number')
    assert.equal(await completeUntil(writer, range, { policy: POLICY, now: NOW }), NOW)
    assert.equal(await issuedAt(NOW - 1), NOW)
    // The first one of another series is no different.
    const other = await writer.write((trx) => nextNumber(trx, { ...POLICY, series: 'O' }, NOW + 1))
    assert.deepEqual([other.n, other.issued_at], [1, NOW + 1])
    // A range that is over is complete.
    assert.equal(await completeUntil(writer, { ...range, to: NOW }, { policy: POLICY, now: NOW }), undefined)
  })
})

describe('the end of an export on PostgreSQL', { skip: noPostgres }, () => {
  it('waits for a receipt that has a number and is not committed, also the first one of a year', async () => {
    const database = await migrated('postgres')
    const [issuing, exporting] = [writerOf(database), writerOf(database)]
    const [taken, gate] = [deferred(), deferred()]
    const receipt = issuing.write(async (trx) => {
      await nextNumber(trx, POLICY, NOW - 1)
      taken.resolve()
      await gate.promise
    })
    await within('the number', taken.promise)
    let isCommitted = false
    void receipt.then(() => {
      isCommitted = true
    })
    const end = completeUntil(exporting, range, { policy: POLICY, now: NOW }).then((until) => ({ until, isCommitted }))
    // The export has come to the row of the number by then, or comes later and finds it committed.
    await writerOf(database).write(async (trx) => trx.selectFrom('receipts').select('id').execute())
    gate.resolve()
    await receipt
    assert.deepEqual(await within('the export', end), { until: NOW, isCommitted: true })
  })
})
