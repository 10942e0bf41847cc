import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate, startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { skip, useBrowser } from './browser.js'

describe('the statistics page', { skip }, () => {
  const open = useBrowser()

  it('shows the sums of the API, in groups, and the same as CSV', async () => {
    const server = await startBackend()
    await operate(server, 'PUT', '/tariffs/default', { currency: 'EUR', pricePerKwh: 0.5 })
    for (const [identity, meterStop] of [
      ['SUM-1', 4_000],
      ['SUM-2', 6_000]
    ] as const) {
      const charger = await connectCharger(server.url, identity, { boot: true })
      const timestamp = new Date().toISOString()
      await charger.call('StartTransaction', { connectorId: 1, idTag: 'CARD-1', meterStart: 0, timestamp })
      const [open] = (await operate(server, 'GET', `/transactions?chargePoint=${identity}`)).json().items
      const transactionId = Number(open.transactionId)
      await charger.call('StopTransaction', { transactionId, meterStop, timestamp: new Date().toISOString() })
    }
    const tab = await open(server)
    await tab.signIn('/statistics/transactions?groupBy=chargePoint')
    await tab.seesText('10.00 kWh', '.figures')
    await tab.seesText('€5.00', '.figures')
    await tab.page.getByRole('row', { name: /SUM-1/ }).getByText('4.00 kWh').waitFor()
    await tab.page.getByRole('row', { name: /SUM-2/ }).getByText('€3.00').waitFor()
    const link = await tab.page.getByRole('link', { name: 'CSV' }).getAttribute('href')
    const csv = await tab.context.request.get(tab.origin + link, { headers: { 'sec-fetch-site': 'same-origin' } })
    assert.match(await csv.text(), /^start,group,transactions.*\r\n.*SUM-1.*\r\n.*SUM-2/)
    await tab.open('/transactions')
    await tab.page.getByRole('button', { name: 'This month' }).click()
    await tab.seesText('10.00 kWh', '.figures')
    tab.fine()
  })
})
