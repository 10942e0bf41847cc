import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate, startBackend } from '../app/support.js'
import { isLong } from '../support/long.js'
import { until } from '../support/wait.js'
import { connectSimulator, skip, useBrowser } from './browser.js'

/** One of 2.x here; the forms of the others are no different. */
const PROTOCOLS = isLong ? (['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) : (['ocpp1.6', 'ocpp2.1'] as const)

describe('the page of a charge point', { skip }, () => {
  const openTab = useBrowser()

  it('starts transactions, and shows the answer of the charge point, then the effect', async () => {
    const server = await startBackend()
    await operate(server, 'PUT', '/id-tokens/CARD-1', { status: 'Accepted' })
    const tab = await openTab(server)
    await tab.signIn('/charge-points')
    for (const protocol of PROTOCOLS) {
      const identity = `CP-${protocol.slice(4).replaceAll('.', '')}`
      const charger = await connectSimulator(server, protocol, { identity, autoPlug: true, layout: { evses: 2 } })
      await tab.page.locator(`tr[data-key=${identity}] .row-link`).click()
      const first = tab.page.getByRole('article', { name: 'EVSE 1' })
      await first.getByRole('button', { name: 'Start' }).click()
      const dialog = tab.page.getByRole('dialog')
      await dialog.locator('option[value=CARD-1]').waitFor({ state: 'attached' })
      await dialog.getByLabel('Id token').fill('CARD-1')
      await dialog.getByRole('button', { name: 'Start' }).click()
      const card = tab.page.locator('.call-card').first()
      await card.getByText('accepted').waitFor()
      await card.getByText(/Transaction \d+ started/).waitFor()
      const [open] = (await operate(server, 'GET', `/transactions?chargePoint=${identity}&status=open`)).json().items
      assert.equal(await card.locator('.effect a').getAttribute('href'), `/transactions/${open.id}`)
      await first.locator('.state[data-state=Charging]').waitFor()
      await until('the charge point charges', () => charger.station.evses[0]?.transaction !== undefined)
      const second = tab.page.getByRole('article', { name: 'EVSE 2' })
      const start = second.getByRole('button', { name: 'Start' })
      assert.equal(await start.getAttribute('aria-disabled'), 'false')
      await tab.page.getByRole('link', { name: 'Charge points' }).first().click()
    }
    tab.fine()
  })
})
