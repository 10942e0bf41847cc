import { describe, it } from 'node:test'
import { operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { connectCharger, NO_ANSWER } from '../support/charger.js'
import { until } from '../support/wait.js'
import { connectSimulator, skip, useBackend, useBrowser } from './browser.js'

describe('the card of an EVSE', { skip }, () => {
  const openTab = useBrowser()
  // Nobody answers what is asked after a boot, and the tests are over before anything is sent again.
  const backend = useBackend({ OCPP_CALL_TIMEOUT: '300000' })

  it('says what limits the power, as soon as it does, and no longer', async () => {
    const server = backend()
    await connectSimulator(server, 'ocpp2.1', { identity: 'LIMITED', autoPlug: true })
    await perform(server, 'LIMITED', 'operations/start', { idToken: { idToken: 'DRIVER' }, evseId: 1 })
    const tab = await openTab(server)
    await tab.signIn('/charge-points/LIMITED')
    const card = tab.page.getByRole('article', { name: 'EVSE 1' })
    await card.getByText('No profile limits it.').waitFor()
    await card.getByRole('button', { name: 'Limit' }).click()
    await tab.page.getByRole('dialog').getByLabel('Limit in kW').fill('7.4')
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Limit' }).click()
    await card.getByText('Limited to 7.4 kW by a limit of this transaction (TxProfile).').waitFor()
    // A lower default of the whole charge point does not count beside the limit of the transaction; a maximum does.
    const maximum = { limit: 5_000, unit: 'W', purpose: 'station' }
    await perform(server, 'LIMITED', 'operations/charging-limit', maximum)
    await card.getByText('Limited to 5.0 kW by the maximum of the charge point (ChargingStationMaxProfile).').waitFor()
    await perform(server, 'LIMITED', 'operations/clear-charging-limit', { purpose: 'station' })
    await card.getByText('Limited to 7.4 kW by a limit of this transaction (TxProfile).').waitFor()
    tab.fine()
  })

  it('says when the limit is not certain, and why', async () => {
    const server = backend()
    const charger = await connectCharger(server.url, 'REBOOTED', { boot: true })
    charger.onCall((action) => (action === 'GetCompositeSchedule' ? NO_ANSWER : { status: 'Accepted' }))
    await perform(server, 'REBOOTED', 'operations/charging-limit', { limit: 16, unit: 'A', evseId: 1 })
    await charger.call('BootNotification', { chargePointVendor: 'Vendor', chargePointModel: 'Model' })
    await charger.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' })
    await charger.call('StartTransaction', {
      connectorId: 1,
      idTag: 'DRIVER',
      meterStart: 0,
      timestamp: new Date().toISOString()
    })
    await until('the transaction is booked', async () => {
      const { items } = (await operate(server, 'GET', '/transactions?status=open&chargePoint=REBOOTED')).json()
      return items.length === 1
    })
    const tab = await openTab(server)
    await tab.signIn('/charge-points/REBOOTED')
    const card = tab.page.getByRole('article', { name: 'EVSE 1' })
    await card.getByText('Limited to 11.0 kW by the default for transactions (TxDefaultProfile).').waitFor()
    await card.getByText('Not certain: the charge point may have the profile or not.').waitFor()
    await card.getByText('Where A and W are converted, 3 phases and 230 V are assumed: nobody has told.').waitFor()
    tab.fine()
  })
})
