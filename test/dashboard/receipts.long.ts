import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { charge, issue, priced, receiptsOf, SELLER, VAT } from '../billing/support.js'
import type { TestServer } from '../support/server.js'
import { faultsIn } from './accessibility.js'
import { skip, useBackend, useBrowser } from './browser.js'

const BY_ENERGY = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.39 }], taxRates: VAT } }

describe('receipts in the dashboard', { skip }, () => {
  const openTab = useBrowser()
  const backend = useBackend(SELLER)

  it('are shown by their transaction, corrected and credited there, and print as the API has them', async () => {
    const server = backend()
    const charger = await priced(server, 'SHOP-1', { tariff: BY_ENERGY })
    const id = await charge(server, charger, 'SHOP-1')
    const tab = await openTab(server, { expected: [/status of 422/] })
    await tab.signIn(`/transactions/${id}`)
    const panel = tab.page.locator('section.panel', { has: tab.page.getByRole('heading', { name: 'Receipt' }) })
    await panel.getByText(/when no late message may come any more/).waitFor()
    await issue(server)
    const [first] = await receiptsOf(server, id)
    // Issued while the page is open: the event shows it.
    await panel.getByRole('link', { name: first.number }).waitFor()

    await panel.getByRole('button', { name: 'Correct' }).click()
    const dialog = tab.page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: /^Reason/ }).fill('The meter was read off by hand')
    await dialog.getByRole('button', { name: 'Correct' }).click()
    await dialog.getByText(/says nothing to correct/).waitFor()
    await dialog.getByRole('spinbutton', { name: /^Energy wh/i }).fill('5000')
    await dialog.getByRole('button', { name: 'Correct' }).click()
    const table = panel.getByRole('table', { name: /^Corrections/ })
    await table.getByText('The meter was read off by hand').waitFor()
    const [second, note] = await receiptsOf(server, id)
    assert.deepEqual([second.kind, note.refersTo, second.totalMinor], ['receipt', first.number, 232])
    await table.getByText('€2.32').waitFor()
    await panel.getByRole('link', { name: second.number }).first().click()

    await tab.page.getByRole('heading', { name: `Receipt ${second.number}` }).waitFor()
    await tab.page
      .getByRole('row', { name: /^Energy/ })
      .getByText('5.00 kWh at')
      .waitFor()
    await tab.page
      .getByRole('row', { name: /^Total/ })
      .getByText('€2.32')
      .waitFor()
    assert.deepEqual(await faultsIn(tab), [])
    const [printed] = await Promise.all([
      tab.context.waitForEvent('page'),
      tab.page.getByRole('link', { name: 'Print' }).click()
    ])
    await printed.getByRole('heading', { name: `Receipt ${second.number}` }).waitFor()
    await printed.close()

    await tab.page.getByRole('button', { name: 'Credit' }).click()
    await dialog.getByRole('textbox', { name: /^Reason/ }).fill('Goodwill')
    await dialog.getByRole('button', { name: 'Issue a credit note' }).click()
    await tab.page.getByRole('heading', { name: /^Credit note / }).waitFor()
    await tab.page.getByText('−€2.32').or(tab.page.getByText('-€2.32')).first().waitFor()
    await tab.page.getByRole('link', { name: second.number }).click()
    await tab.seesText('Credited by')
    assert.equal(await tab.page.getByRole('button', { name: 'Credit' }).count(), 0)
    tab.fine()
  })

  it('are listed by month, and exported by the days of the range', async () => {
    const server = backend()
    const charger = await priced(server, 'SHOP-2', { tariff: BY_ENERGY })
    const id = await charge(server, charger, 'SHOP-2')
    await issue(server)
    const [receipt] = await receiptsOf(server, id)
    const tab = await openTab(server)
    await tab.signIn('/receipts?chargePoint=SHOP-2')
    const row = tab.page.locator(`tr[data-key=${receipt.number}]`)
    await row.getByText('€3.40').waitFor()
    assert.equal(await tab.page.locator('tbody tr').count(), 1)
    assert.deepEqual(await faultsIn(tab), [])
    const href = (await tab.page.getByRole('link', { name: 'CSV' }).getAttribute('href')) ?? ''
    const text = await tab.page.evaluate(`fetch(${JSON.stringify(href)}).then((answer) => answer.text())`)
    assert.match(String(text), new RegExp(receipt.number))
    await tab.page.getByRole('button', { name: /before/i }).click()
    await tab.seesText('No receipt was issued in this range.')
    tab.fine()
  })
})

describe('the link of a receipt for its driver', { skip }, () => {
  const openTab = useBrowser()
  const off = useBackend(SELLER)
  const on = useBackend({ ...SELLER, PUBLIC_PAGES: 'receipts', PUBLIC_URL: 'https://strom.example' })

  async function receiptAt(server: TestServer, expected: RegExp) {
    const id = await charge(server, await priced(server, 'SHOP-3', { tariff: BY_ENERGY }), 'SHOP-3')
    await issue(server)
    const [{ number }] = await receiptsOf(server, id)
    const tab = await openTab(server, { expected: [expected] })
    await tab.signIn(`/receipts/${number}`)
    return { tab, number }
  }

  it('is read when it is asked for, and the page says that the pages for drivers are off', async () => {
    const { tab } = await receiptAt(off(), /status of 409/)
    await tab.sees('details.panel summary')
    assert.ok(!tab.requests.some(({ url }) => url.endsWith('/link')))
    await tab.page.getByText('Link for the driver').click()
    await tab.seesText(/The pages for drivers are off/)
    assert.equal(await tab.page.getByRole('button', { name: 'Make a link' }).count(), 0)
    tab.fine()
  })

  it('is made, shown and revoked', async () => {
    const server = on()
    const { tab } = await receiptAt(server, /status of 404/)
    await tab.page.getByText('Link for the driver').click()
    await tab.page.getByRole('button', { name: 'Make a link' }).click()
    const link = tab.page.getByRole('link', { name: /^https:\/\/strom\.example\/receipt\// })
    const url = (await link.getAttribute('href')) ?? ''
    const path = url.replace('https://strom.example', '')
    assert.equal((await server.app.inject(path)).statusCode, 200)
    assert.equal(await tab.page.getByRole('button', { name: 'Copy the link' }).count(), 1)
    assert.deepEqual(await faultsIn(tab), [])
    await tab.page.getByRole('button', { name: 'Revoke' }).click()
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await tab.page.getByRole('button', { name: 'Make a link' }).waitFor()
    assert.equal((await server.app.inject(path)).statusCode, 404)
    tab.fine()
  })
})
