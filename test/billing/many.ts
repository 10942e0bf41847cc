import assert from 'node:assert/strict'
import { Issuing } from '../../lib/billing/issuing.js'
import type { ReceiptPolicy } from '../../lib/billing/seller.js'
import type { OpenDatabase } from '../../lib/database/open.js'
import { Commits } from '../../lib/events/commits.js'
import { Ledger } from '../../lib/ledger/ledger.js'
import { putTariff } from '../../lib/ledger/tariffs.js'
import { writerOf } from '../database/support.js'
import { HOUR, idOf, NINE, start, stop } from '../ledger/support.js'

export const POLICY: ReceiptPolicy = {
  seller: { name: 'Seller', address: 'Address' },
  timeZone: 'UTC',
  series: 'T',
  finalAfter: 0
}

/** Transactions that are over and have no receipt yet, of as many charge points. */
export async function chargeMany(database: OpenDatabase, count: number): Promise<void> {
  const { db, dialect } = database
  const writer = writerOf(database)
  await putTariff(writer, 'all', { currency: 'EUR', pricePerKwh: 0.39, tax: 19 })
  const ledger = new Ledger({ store: new Commits({ db, writer }), dialect, hasReceipts: true })
  const one = async (_: unknown, index: number) => {
    const identity = `MANY-${index}`
    const id = idOf(await ledger.start(identity, start({ meterStart: 0 })))
    await ledger.stop(identity, stop(id, { meterStop: 1000 + index, timestamp: NINE + HOUR }))
  }
  await Promise.all(Array.from({ length: count }, one))
}

/** Issues what is due, in this process. */
export async function issueDue(database: OpenDatabase): Promise<void> {
  const store = new Commits({ db: database.db, writer: writerOf(database) })
  await new Issuing({ store, policy: POLICY, onError: assert.ifError }).run()
}

/** Numbers without gaps and doubles; each transaction has one receipt, and each receipt at most one credit note. */
export async function checkNumbers({ db }: Pick<OpenDatabase, 'db'>): Promise<{ receipts: number; notes: number }> {
  const rows = await db.selectFrom('receipts').selectAll().orderBy('n').execute()
  assert.deepEqual(
    rows.map(({ n }) => n),
    rows.map((_, index) => index + 1)
  )
  const [series] = await db.selectFrom('receipt_series').selectAll().execute()
  assert.equal(series?.last_n ?? 0, rows.length)
  const receipts = rows.filter(({ kind }) => kind === 'receipt')
  const notes = rows.filter(({ kind }) => kind === 'credit-note')
  assert.equal(new Set(notes.map(({ refers_to }) => refers_to)).size, notes.length)
  for (const { turn, kind, refers_to, transaction_ref } of rows) {
    assert.equal(kind === 'receipt', turn % 2 === 1, `transaction ${transaction_ref}`)
    const credited = rows.find(({ id }) => id === refers_to)
    assert.equal(credited?.transaction_ref, kind === 'receipt' ? undefined : transaction_ref)
  }
  const pending = await db.selectFrom('pending_receipts').select('transaction_ref').execute()
  const live = new Set(receipts.map(({ transaction_ref }) => transaction_ref))
  assert.deepEqual(
    pending.filter(({ transaction_ref }) => live.has(transaction_ref)),
    []
  )
  return { receipts: receipts.length, notes: notes.length }
}
