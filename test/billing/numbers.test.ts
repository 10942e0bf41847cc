import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nextNumber } from '../../lib/billing/numbers.js'
import { receiptPolicyOf } from '../../lib/billing/seller.js'
import type { DatabaseSettings } from '../../lib/database/open.js'
import { run } from '../database/child.js'
import { emptyDatabase, migrated, noPostgres, onBothDatabases, open, writerOf } from '../database/support.js'
import { isLong } from '../support/long.js'
import type { Order } from './issuer.js'
import { chargeMany, checkNumbers, issueDue } from './many.js'
import { SELLER } from './support.js'

const COUNT = isLong ? 60 : 10

function issuer(settings: DatabaseSettings, order: Omit<Order, 'DATA_DIR' | 'DATABASE_URL'> = {}) {
  const { DATA_DIR, DATABASE_URL } = settings
  return run('test/billing/issuer.ts', [JSON.stringify({ DATA_DIR, DATABASE_URL, ...order })])
}

/** Runs to its end. */
async function finish(child: ReturnType<typeof issuer>): Promise<string> {
  assert.equal(await child.exited(), 0, child.output())
  assert.ok(!child.output().includes('error'), child.output())
  return child.output()
}

async function withTransactions(dialect: 'sqlite' | 'postgres'): Promise<DatabaseSettings> {
  const settings = await emptyDatabase(dialect, { withSchema: true })
  const database = open(settings)
  await chargeMany(database, COUNT)
  await database.close()
  return settings
}

onBothDatabases('numbers of receipts', (dialect) => {
  it('begin anew with each year, by the clock of the seller', async () => {
    const writer = writerOf(await migrated(dialect))
    const policy = receiptPolicyOf({ ...SELLER, RECEIPT_SERIES: 'R', FINAL_AFTER: 0 })
    assert.ok(policy)
    const numberAt = (time: string) => writer.write((trx) => nextNumber(trx, policy, Date.parse(time)))
    const numbers: string[] = []
    for (const time of ['2026-12-31T22:59:59Z', '2026-12-31T23:00:00Z', '2027-01-01T00:00:00Z']) {
      numbers.push((await numberAt(time)).number)
    }
    assert.deepEqual(numbers, ['R-2026-000001', 'R-2027-000001', 'R-2027-000002'])
  })

  it('have no gap and no double after kill -9 between a receipt and its commit', async () => {
    const settings = await withTransactions(dialect)
    for (const dieAt of isLong ? [1, 7, 20] : [7]) {
      const child = issuer(settings, { dieAt })
      assert.notEqual(await child.exited(), 0, child.output())
    }
    await finish(issuer(settings))
    assert.deepEqual(await checkNumbers(open(settings)), { receipts: COUNT, notes: 0 })
  })

  it('have no gap and no double after kill -9 between a credit note and its commit', async () => {
    const settings = await withTransactions(dialect)
    const database = open(settings)
    await issueDue(database)
    const rows = await database.db.selectFrom('receipts').select('number').orderBy('n').execute()
    await database.close()
    const credits = rows.map(({ number }) => number)
    for (const dieAt of isLong ? [1, 9] : [4]) {
      assert.notEqual(await issuer(settings, { credits, dieAt }).exited(), 0)
    }
    const output = await finish(issuer(settings, { credits }))
    assert.equal(output.match(/ALREADY_CREDITED/g)?.length, isLong ? 8 : 3)
    assert.deepEqual(await checkNumbers(open(settings)), { receipts: COUNT, notes: COUNT })
  })
})

onBothDatabases('a correction', (dialect) => {
  it('is whole or not there after kill -9 between its credit note and its receipt', async () => {
    const settings = await withTransactions(dialect)
    const before = open(settings)
    await issueDue(before)
    const rows = await before.db.selectFrom('transactions').select('id').orderBy('id').execute()
    await before.close()
    const corrections = rows.map(({ id }) => id)
    // The events of one commit are kept together: the fourth is the receipt of the second correction.
    assert.notEqual(await issuer(settings, { corrections, dieAt: 4 }).exited(), 0)
    const database = open(settings)
    assert.deepEqual(await checkNumbers(database), { receipts: COUNT + 1, notes: 1 })
    const made = await database.db.selectFrom('corrections').select(['credit_note_ref', 'receipt_ref']).execute()
    assert.deepEqual(
      made.map((row) => [typeof row.credit_note_ref, typeof row.receipt_ref]),
      [['number', 'number']]
    )
  })
})

describe('two processes that issue receipts at once (PostgreSQL)', { skip: noPostgres }, () => {
  it('give each transaction one receipt, and leave no gap', async () => {
    const settings = await withTransactions('postgres')
    const [one, two] = [issuer(settings), issuer(settings)]
    await Promise.all([finish(one), finish(two)])
    const database = open(settings)
    assert.deepEqual(await checkNumbers(database), { receipts: COUNT, notes: 0 })
    const rows = await database.db.selectFrom('receipts').select('number').orderBy('n').execute()
    const credits = rows.map(({ number }) => number)
    // In opposite orders, so that they meet in the middle, and each wants what the other has.
    const outputs = await Promise.all([
      finish(issuer(settings, { credits })),
      finish(issuer(settings, { credits: credits.toReversed() }))
    ])
    assert.equal(outputs.join('').match(/ALREADY_CREDITED/g)?.length, COUNT)
    assert.deepEqual(await checkNumbers(database), { receipts: COUNT, notes: COUNT })
  })
})
