import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { connectCharger } from '../support/charger.js'
import { until } from '../support/wait.js'
import { faultsIn } from './accessibility.js'
import { connectSimulator, skip, useBackend, useBrowser } from './browser.js'

const HOUR = 3_600_000

describe('the page of a charge point', { skip }, () => {
  const openTab = useBrowser()
  const backend = useBackend()

  it('says that the clock of the charge point is wrong, and counts by that of the server', async () => {
    const server = backend()
    const charger = await connectCharger(server.url, 'AHEAD', { boot: true })
    const timestamp = () => new Date(Date.now() + 3 * HOUR).toISOString()
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Charging', timestamp: timestamp() }
    await charger.call('StatusNotification', status)
    await charger.call('StartTransaction', { connectorId: 1, idTag: 'CARD-1', meterStart: 0, timestamp: timestamp() })
    const tab = await openTab(server)
    await tab.signIn('/charge-points/AHEAD')
    await tab.seesText(/The clock of AHEAD is 3 hrs? ahead of the server's/)
    await tab.seesText(/^0:0\d:\d\d$/, 'article.evse')
    const [{ id }] = (await operate(server, 'GET', '/transactions?chargePoint=AHEAD')).json().items
    await tab.page.getByRole('link', { name: `Transaction ${id}` }).click()
    await tab.seesText(/The clock of AHEAD is 3 hrs? ahead/)
    await tab.seesText(/^0:0\d:\d\d$/, '.figures')
    await tab.seesText('No profile limits it.')
    tab.fine()
  })

  it('shows problems, phases against what is offered, and the latest readings', async () => {
    const server = backend()
    const charger = await connectCharger(server.url, 'PHASES', { protocol: 'ocpp2.0.1', boot: true })
    const now = () => new Date().toISOString()
    const evse = { id: 1, connectorId: 1 }
    await charger.call('StatusNotification', {
      timestamp: now(),
      connectorStatus: 'Faulted',
      evseId: 2,
      connectorId: 1
    })
    const sample = (value: number, measurand: string, phase?: string) => ({
      value,
      measurand,
      ...(phase !== undefined && { phase }),
      unitOfMeasure: { unit: 'A' }
    })
    await book(charger, 'TransactionEvent', {
      ...event2('Started', 0, now(), { evse }),
      idToken: { idToken: 'CARD-1', type: 'ISO14443' }
    })
    const readings = [
      ...['L1', 'L2', 'L3'].map((phase, index) => sample(12 + index, 'Current.Import', phase)),
      sample(16, 'Current.Offered')
    ]
    const event = event2('Updated', 1, now())
    await book(charger, 'TransactionEvent', {
      ...event,
      evse,
      triggerReason: 'ChargingStateChanged',
      transactionInfo: { ...event.transactionInfo, chargingState: 'SuspendedEV' },
      meterValue: [{ timestamp: now(), sampledValue: readings }]
    })
    const tab = await openTab(server)
    await tab.signIn('/charge-points/PHASES')
    const card = tab.page.getByRole('article', { name: 'EVSE 1' })
    await card.getByText('14 A of 16 A').waitFor()
    assert.equal(await card.locator('.phases meter').count(), 3)
    await tab.page
      .getByRole('region', { name: 'Problems' })
      .getByText(/Faulted/)
      .first()
      .waitFor()
    await tab.page.getByText('Latest readings (4)').click()
    await tab.page.getByRole('table', { name: 'The latest readings of each place' }).getByText('L3').waitFor()
    assert.deepEqual(await faultsIn(tab), [])
    const [{ id }] = (await operate(server, 'GET', '/transactions?chargePoint=PHASES')).json().items
    await tab.page.getByRole('link', { name: `Transaction ${id}` }).click()
    await tab.sees('figure.curves canvas')
    await tab.seesText(/paused by the car/, 'figcaption')
    assert.deepEqual(await faultsIn(tab), [])
    tab.fine()
  })

  it('opens an operation that was searched', async () => {
    const server = backend()
    await connectSimulator(server, 'ocpp2.1', { identity: 'FOUND' })
    const tab = await openTab(server)
    await tab.signIn('/charge-points/FOUND')
    await tab.page.getByRole('combobox', { name: 'Search' }).fill('local author')
    await tab.page.getByRole('option', { name: /^Send the local authorization list/ }).click()
    const dialog = tab.page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Send' }).waitFor()
    // An example of what can be sent is no choice of the operator.
    assert.equal(await dialog.getByText('04E91C5A2B3C').count(), 0)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await tab.seesNo('dialog[open]')
    assert.equal(new URL(tab.page.url()).hash, '')
    tab.fine()
  })

  it('gets the id tokens in its local list, with all others that are connected', async () => {
    const server = backend()
    const charger = await connectSimulator(server, 'ocpp2.1', { identity: 'LIST' })
    await operate(server, 'PUT', '/id-tokens/LISTED', { type: 'ISO14443', status: 'Accepted' })
    const tab = await openTab(server)
    await tab.signIn('/id-tokens')
    await tab.page.getByRole('button', { name: 'Send to charge points' }).click()
    const dialog = tab.page.getByRole('dialog')
    const sure = dialog.getByLabel(/Type \d+ to confirm/)
    await sure.fill(
      /\d+/.exec(
        (await dialog
          .getByText(/^Type \d+ to confirm/)
          .first()
          .textContent()) ?? ''
      )?.[0] ?? ''
    )
    await dialog.getByRole('button', { name: 'Send' }).click()
    await tab.sees('tr[data-key=LIST]:has-text("accepted")')
    assert.ok(charger.isOnline)
    await until('the list is known', async () => {
      const { localList } = (await operate(server, 'GET', '/charge-points/LIST/state?blocks=localList')).json()
      return JSON.stringify(localList ?? '').includes('LISTED')
    })
    tab.fine()
  })
})
