import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends } from '../app/support.js'
import { event } from '../money/telling.js'
import { issue, ok, priced, receiptsOf, result, SELLER, transactionOf, VAT } from './support.js'

const TARIFF = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.39 }], taxRates: VAT }, billedBy: 'station' }

function costOf(cents: number) {
  const price = { exclTax: cents, inclTax: cents * 1.19, taxRates: VAT }
  const total = { exclTax: price.exclTax, inclTax: price.inclTax }
  return {
    totalCost: { currency: 'EUR', typeOfCost: 'NormalCost', energy: price, total },
    totalUsage: { energy: 10, chargingTime: 3600, idleTime: 0 }
  }
}

onBothBackends('the revisions of a cost', (start) => {
  it('are bounded, however many late messages change it: the first, the latest and those billed stay', async () => {
    const server = await start(SELLER)
    const charger = await priced(server, 'LATE', { tariff: TARIFF, protocol: 'ocpp2.1' })
    await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0 }))
    await result(charger, 'TransactionEvent', event('Ended', 1, '09:00:00', { wh: 10_000, costDetails: costOf(100) }))
    const id = await transactionOf(server, 'LATE')
    const change = (seqNo: number) =>
      result(charger, 'TransactionEvent', event('Updated', seqNo, '08:30:00', { costDetails: costOf(100 * seqNo) }))
    // The second figure is billed.
    await change(2)
    await issue(server)
    const [{ totalMinor }] = await receiptsOf(server, id)
    assert.equal(totalMinor, 23_800)
    for (let seqNo = 3; seqNo <= 110; seqNo++) await change(seqNo)
    const rows = await server.app.database.db
      .selectFrom('transaction_costs')
      .select(['revision', 'total_minor'])
      .where('transaction_ref', '=', id)
      .where('calculated_by', '=', 'station')
      .orderBy('revision')
      .execute()
    assert.deepEqual(
      rows.map(({ revision }) => revision),
      [1, 2, ...Array.from({ length: 100 }, (_, index) => index + 11)]
    )
    assert.equal(Number(rows.at(-1)?.total_minor), 110 * 11_900)
    const { revisions } = await ok(server, 'GET', `/transactions/${id}/cost`)
    assert.equal(revisions.length, 100)
  })
})
