import { describe, it } from 'node:test'
import { startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { skip, useBrowser } from './browser.js'

describe('a charge point that was refused', { skip }, () => {
  const openTab = useBrowser()

  it('is listed with the reason, and let in with a password that is shown once', async () => {
    const server = await startBackend({ OCPP_OPEN_REGISTRATION: 'false' })
    const tab = await openTab(server)
    await tab.signIn('/refused-charge-points')
    await connectCharger(server.url, 'CP-NEW').catch(() => undefined)
    await tab.sees('tr[data-key=CP-NEW]')
    await tab.page.getByRole('button', { name: 'Let it in' }).click()
    await tab.page.getByRole('button', { name: 'Save' }).click()
    const password = (await tab.page.locator('dialog code').last().textContent()) ?? ''
    await tab.page.getByRole('button', { name: 'I have noted it' }).click()
    await connectCharger(server.url, 'CP-NEW', {
      headers: { authorization: `Basic ${Buffer.from(`CP-NEW:${password}`).toString('base64')}` }
    })
    await tab.open('/charge-points')
    await tab.sees('tr[data-key=CP-NEW]')
    tab.fine()
  })
})
