import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { event } from '../money/telling.js'
import type { Charger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { openReceiver } from '../webhooks/receiver.js'
import { addWebhook, LOCAL } from '../webhooks/support.js'
import { issue, ok, priced, receiptsOf, result, SELLER, transactionOf } from './support.js'

const PUBLIC = { ...SELLER, PUBLIC_PAGES: 'receipts', PUBLIC_URL: 'https://strom.example' }
const AT = '2026-03-02T09:05:00.000Z'

function settle(charger: Charger, more: object = {}) {
  const payment = {
    pspRef: 'PSP-1',
    status: 'Settled',
    settlementAmount: 4.46,
    settlementTime: AT,
    transactionId: 'tx'
  }
  return result(charger, 'NotifySettlement', { ...payment, ...more })
}

/** Whether it leaves receipts to us. [2.1 PaymentCtrlr.ReceiptByCSMS] */
function reportReceipts(charger: Charger, value: string) {
  const reported = {
    component: { name: 'PaymentCtrlr' },
    variable: { name: 'ReceiptByCSMS' },
    variableAttribute: [{ value }]
  }
  const generatedAt = '2026-03-02T07:00:00.000Z'
  return result(charger, 'NotifyReport', { requestId: 1, generatedAt, seqNo: 0, reportData: [reported] })
}

async function charged(server: TestServer, identity: string, { makes = 'true' } = {}) {
  const charger = await priced(server, identity, { protocol: 'ocpp2.1' })
  await reportReceipts(charger, makes)
  await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0, state: 'Charging' }))
  await result(charger, 'TransactionEvent', event('Ended', 1, '09:00:00', { wh: 7333 }))
  return { charger, id: await transactionOf(server, identity) }
}

onBothBackends('a settlement', (start) => {
  it('is answered with the link to the receipt, which has the reference of the payment', async () => {
    const server = await start(PUBLIC)
    const { charger, id } = await charged(server, 'SETTLED')
    const { receiptUrl, ...more } = await settle(charger)
    assert.deepEqual(more, {})
    assert.match(String(receiptUrl), /^https:\/\/strom\.example\/receipt\/[\w-]{22}$/)
    // A retry gets the same answer.
    assert.deepEqual(await settle(charger), { receiptUrl })
    await issue(server)
    const [{ number, settlement }] = await receiptsOf(server, id)
    assert.deepEqual(settlement, { pspRef: 'PSP-1', status: 'Settled', amount: 4.46, settledAt: AT })
    const page = await server.app.inject({ url: String(receiptUrl).slice('https://strom.example'.length) })
    assert.ok(page.body.includes('PSP-1') && page.body.includes(number))
    // Now the receipt is known.
    assert.deepEqual(await settle(charger, { pspRef: 'PSP-2' }), { receiptUrl, receiptId: number })
    const { body } = await operate(server, 'GET', '/charge-points/SETTLED/messages?limit=100')
    assert.ok(!body.includes(String(receiptUrl)), 'the link is hidden in the messages')
  })

  it('that failed has no receipt, until the payment succeeds', async () => {
    const server = await start(PUBLIC)
    for (const status of ['Rejected', 'Failed', 'Canceled']) {
      const { charger, id } = await charged(server, status)
      assert.deepEqual(await settle(charger, { status, settlementAmount: 0 }), {})
      await issue(server)
      assert.deepEqual(await receiptsOf(server, id), [])
      const { receipt } = await ok(server, 'GET', `/transactions/${id}/cost`)
      assert.deepEqual(receipt, { status: 'blocked', reason: 'not-settled' })
      const later = { settlementTime: '2026-03-02T09:10:00.000Z' }
      assert.ok((await settle(charger, later)).receiptUrl)
      await issue(server)
      assert.equal((await receiptsOf(server, id))[0].settlement.status, 'Settled')
    }
  })

  it('that fails after the receipt was issued is a problem, until it succeeds or the receipt is credited', async () => {
    const server = await start(PUBLIC)
    const unpaid = async (id: number) => {
      await server.app.problems.check()
      const { items } = await ok(server, 'GET', '/problems')
      type Item = { kind: string; transaction?: number; detail: string }
      const found = items.filter(({ kind, transaction }: Item) => kind === 'receipt-unpaid' && transaction === id)
      return found.map(({ detail }: Item) => detail)
    }
    const outcomes = [
      ['Rejected', (charger: Charger) => settle(charger, { settlementTime: '2026-03-02T09:30:00.000Z' })],
      [
        'Failed',
        (_: Charger, number: string) => operate(server, 'POST', `/receipts/${number}/credit`, { reason: 'unpaid' })
      ]
    ] as const
    for (const [status, mend] of outcomes) {
      const { charger, id } = await charged(server, `AFTER-${status}`)
      await settle(charger)
      await issue(server)
      const [{ number }] = await receiptsOf(server, id)
      assert.deepEqual(await unpaid(id), [])
      // An earlier outcome that is told late does not count.
      await settle(charger, { status, settlementTime: '2026-03-02T09:04:00.000Z' })
      assert.deepEqual(await unpaid(id), [])
      await settle(charger, { status, settlementTime: '2026-03-02T09:10:00.000Z' })
      assert.deepEqual(await unpaid(id), [`receipt ${number} was issued, and the payment PSP-1 is ${status}`])
      await mend(charger, number)
      assert.deepEqual(await unpaid(id), [])
    }
  })

  it('is in the list, latest first, by page and filter', async () => {
    const server = await start(PUBLIC)
    const { charger, id } = await charged(server, 'LISTED')
    await settle(charger, { pspRef: 'L-1', status: 'Failed', settlementAmount: 0, statusInfo: 'card expired' })
    await settle(charger, { pspRef: 'L-2', vatNumber: 'DE1' })
    await settle(charger, { pspRef: 'L-3', status: 'Canceled', transactionId: 'unknown' })
    const list = async (query: string) => ok(server, 'GET', `/settlements?chargePoint=listed${query}`)
    const { items } = await list('')
    const [third, second, first] = items
    assert.equal(items.length, 3)
    const { id: number, receivedAt, ...failed } = first
    assert.ok(Number.isInteger(number) && Math.abs(Date.parse(receivedAt) - Date.now()) < 60_000)
    assert.deepEqual(failed, {
      ...{ chargePoint: 'LISTED', transaction: id, transactionId: 'tx', pspRef: 'L-1', status: 'Failed' },
      ...{ amount: 0, settledAt: AT, statusInfo: 'card expired' }
    })
    assert.deepEqual([second.pspRef, second.vatNumber, second.amount], ['L-2', 'DE1', 4.46])
    assert.deepEqual([third.pspRef, third.transaction, third.transactionId], ['L-3', undefined, 'unknown'])
    const page = await list('&limit=2')
    assert.deepEqual(
      [...page.items, ...(await list(`&limit=2&cursor=${page.nextCursor}`)).items].map(({ pspRef }) => pspRef),
      ['L-3', 'L-2', 'L-1']
    )
    for (const [query, expected] of [
      ['&status=Failed', ['L-1']],
      [`&transaction=${id}`, ['L-2', 'L-1']],
      ['&pspRef=L-2', ['L-2']],
      [`&from=${receivedAt}`, ['L-3', 'L-2', 'L-1']],
      [`&to=${receivedAt}`, []],
      ['&from=2099-01-01', []]
    ] as const) {
      const found = (await list(query)).items.map(({ pspRef }: { pspRef: string }) => pspRef)
      assert.deepEqual(found, expected, query)
    }
    assert.equal((await operate(server, 'GET', '/settlements?status=Paid')).statusCode, 400)
  })

  it('is told to webhooks that may see bills, once, with the transaction', async () => {
    const server = await start({ ...PUBLIC, ...LOCAL })
    const [bills, none] = [await openReceiver(), await openReceiver()]
    const filter = { types: ['settlement'], chargePoints: ['TOLD'] }
    await addWebhook(server, { url: bills.url, filter, scopes: ['billing:read'] })
    await addWebhook(server, { url: none.url, filter, scopes: ['charge-points:read', 'transactions:read'] })
    const { charger, id } = await charged(server, 'TOLD')
    await settle(charger, { status: 'Failed', statusInfo: 'no funds' })
    await settle(charger, { status: 'Failed', statusInfo: 'no funds' })
    const vat = {
      vatNumber: 'NL123',
      vatCompany: { name: 'B.V.', address1: 'Dam 1', city: 'Amsterdam', country: 'NL' }
    }
    await settle(charger, { ...vat, settlementTime: '1970-01-01T00:00:00.000Z' })
    const [failed, settled] = (await bills.received(2)).map(({ event: { type, data } }) => ({ type, ...data }))
    const payment = { type: 'settlement', id, transactionId: 'tx', pspRef: 'PSP-1' }
    assert.deepEqual(failed, { ...payment, status: 'Failed', amount: 4.46, settledAt: AT, statusInfo: 'no funds' })
    // A clock that is not set says nothing.
    const { settledAt, ...known } = settled as unknown as { settledAt: string }
    assert.ok(Math.abs(Date.parse(settledAt) - Date.now()) < 600_000)
    assert.deepEqual(known, { ...payment, ...vat, status: 'Settled', amount: 4.46 })
    assert.equal(none.requests.length, 0)
  })

  it('is answered without a link if the charge point makes receipts itself, or nothing is known of the transaction', async () => {
    const server = await start(PUBLIC)
    const { charger } = await charged(server, 'OWN', { makes: 'false' })
    assert.deepEqual(await settle(charger, { receiptId: '7', receiptUrl: 'https://station.example/7' }), {})
    const other = await charged(server, 'OTHER')
    assert.deepEqual(await settle(other.charger, { transactionId: 'unheard' }), {})
    assert.deepEqual(await settle(other.charger, { transactionId: undefined }), {})
  })

  it('that comes before its transaction is on the receipt', async () => {
    const server = await start(PUBLIC)
    const charger = await priced(server, 'EARLY', { protocol: 'ocpp2.1' })
    await settle(charger, { status: 'Failed' })
    await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0, state: 'Charging' }))
    await result(charger, 'TransactionEvent', event('Ended', 1, '09:00:00', { wh: 7333 }))
    await issue(server)
    const { receipt } = await ok(server, 'GET', `/transactions/${await transactionOf(server, 'EARLY')}/cost`)
    assert.deepEqual(receipt, { status: 'blocked', reason: 'not-settled' })
  })
})
