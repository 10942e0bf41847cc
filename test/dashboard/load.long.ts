import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate } from '../app/support.js'
import { Garage } from '../load-management/garage.js'
import { until } from '../support/wait.js'
import { faultsIn } from './accessibility.js'
import { skip, type Tab, useBackend, useBrowser } from './browser.js'

const STALLS = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.1' }] as const
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
/** Chromium says this of the answer that there is no load management yet. */
const NOT_FOUND = /status of 404/

/** Lets the time of the garage pass until the page shows something. */
async function passUntilSeen(garage: Garage, tab: Tab, text: string | RegExp): Promise<void> {
  await until(`${text} is seen`, async () => {
    await garage.pass(5)
    return (await tab.page.getByText(text).count()) > 0
  })
}

describe('the load management of a site', { skip }, () => {
  const openTab = useBrowser()
  const backend = useBackend({ OCPP_CALLS_AFTER_CONNECT: '0' })

  it('says how to begin, marks what does not fit, and only observes at first', async () => {
    const server = backend()
    const garage = await Garage.open(server, {
      id: 'first',
      stalls: STALLS,
      body: { mode: 'off', circuits: [{ id: 'main', limit: { A: 63 } }] }
    })
    assert.equal((await operate(server, 'DELETE', '/sites/first/load-management')).statusCode, 204)
    for (const charger of garage.chargers)
      await until('its EVSE is known', async () => {
        const { connectors } = (
          await operate(server, 'GET', `/charge-points/${charger.identity}?include=connectors`)
        ).json()
        return connectors.length > 0
      })
    const tab = await openTab(server, { expected: [NOT_FOUND, /status of 4(00|22)/] })
    await tab.signIn('/sites/first')
    await tab.seesText('The power of this site is not shared by load management')
    await tab.page.getByRole('button', { name: 'Configure' }).click()
    const dialog = tab.page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'As JSON' }).click()
    const json = dialog.getByRole('textbox', { name: 'JSON' })
    const offered = JSON.parse(await json.inputValue())
    assert.deepEqual(
      offered.evses,
      garage.chargers.map(({ identity }) => ({ identity, evseId: 1, circuit: 'main' }))
    )
    const evses = offered.evses.map((evse: object) => ({ ...evse, maximum: 32, fallback: 30 }))
    await json.fill(JSON.stringify({ circuits: [{ id: 'main', limit: { A: 43 } }], evses }))
    await dialog.getByRole('button', { name: 'As a form' }).click()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText(/The largest fallback that fits for all is 21 A/).waitFor()
    await dialog.getByRole('button', { name: 'As JSON' }).click()
    await json.fill((await json.inputValue()).replaceAll('"fallback": 30', '"fallback": 6'))
    await dialog.getByRole('button', { name: 'Save' }).click()
    await tab.seesText('Observe: everything is calculated and shown, nothing is sent')
    assert.equal((await operate(server, 'GET', '/sites/first/load-management')).json().mode, 'observe')
    tab.fine()
  })

  it('shows what each EVSE gets and why, and takes a limit for some time', async () => {
    const server = backend()
    const circuits = [{ id: 'main', limit: { A: 43 } }]
    const garage = await Garage.open(server, { id: 'garage', stalls: STALLS, body: { mode: 'observe', circuits } })
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    const tab = await openTab(server, { expected: [NOT_FOUND] })
    await tab.signIn('/sites/garage')
    await tab.page.getByRole('button', { name: 'Control', exact: true }).click()
    const dialog = tab.page.getByRole('dialog')
    await dialog.getByText(/^2 EVSEs get a limit.*2 transactions are open at this site\.$/).waitFor()
    assert.equal((await operate(server, 'GET', '/sites/garage/load-management')).json().mode, 'observe')
    await dialog.getByRole('button', { name: 'Control' }).click()
    await tab.seesText('Control: the EVSEs are limited')
    await garage.run()
    await garage.reach([21, 21], 900)
    const row = tab.page.getByRole('row', { name: /garage-0, EVSE 1/ }).first()
    await row.getByText('21 A', { exact: true }).first().waitFor()
    const [evse] = (await garage.state()).evses
    await row.getByText(evse.reason).waitFor()
    await tab.page
      .getByRole('row', { name: /main L1/ })
      .getByText('43 A')
      .waitFor()

    await tab.page.getByRole('button', { name: 'Set limit' }).first().click()
    await dialog.getByLabel(/^Seconds/).fill('300')
    await dialog.getByLabel(/^A( |$)/).fill('23')
    await dialog.getByRole('button', { name: 'Set limit' }).click()
    await passUntilSeen(garage, tab, 'The limit holds: all that may be in force is within it.')
    await tab.page
      .getByRole('row', { name: /main L1/ })
      .getByText('23 A')
      .waitFor()
    await tab.page
      .getByRole('row', { name: /main L1/ })
      .getByText('an energy manager or operator')
      .waitFor()
    await garage.reach([11, 11], 60)
    await tab.page
      .getByRole('table', { name: /^Limits that were sent/ })
      .getByText('accepted')
      .first()
      .waitFor()
    assert.deepEqual(await faultsIn(tab), [])

    await tab.page.getByRole('button', { name: 'Set limit' }).first().click()
    await dialog.getByText(/^Now 23 A, set by .*, until/).waitFor()
    await dialog.getByRole('button', { name: 'Take it back' }).click()
    await tab.page
      .getByRole('row', { name: /main L1/ })
      .getByText('43 A')
      .waitFor()
    tab.fine()
  })
})
