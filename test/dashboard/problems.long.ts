import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fault, repair } from '../../src/simulator/sessions/availability.js'
import { operate } from '../app/support.js'
import { Garage } from '../load-management/garage.js'
import { until } from '../support/wait.js'
import { faultsIn } from './accessibility.js'
import { connectSimulator, skip, useBackend, useBrowser } from './browser.js'

const STALLS = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.1' }] as const

describe('the problems', { skip }, () => {
  const openTab = useBrowser()
  const backend = useBackend({ OCPP_CALLS_AFTER_CONNECT: '0' })

  it('name a fault with place and age, in the title, too, and it goes by itself', async () => {
    const server = backend()
    const charger = await connectSimulator(server, 'ocpp1.6', { identity: 'BROKEN' })
    const tab = await openTab(server)
    await tab.signIn('/')
    await tab.seesText('All clear')
    fault(charger, 1, 'GroundFailure')
    const row = tab.page.getByRole('row', { name: /BROKEN/ })
    await row.getByText('EVSE 1').waitFor()
    await row.getByText('Faulted').first().waitFor()
    assert.match((await row.locator('time').getAttribute('datetime')) ?? '', /^\d{4}-/)
    await until('the title counts it', async () => (await tab.page.title()).startsWith('(1) '))
    await row.getByRole('link', { name: 'Look at it' }).click()
    await tab.page.getByRole('article', { name: 'EVSE 1' }).getByText('GroundFailure').waitFor()
    await tab.page.goBack()
    await row.waitFor()
    repair(charger, 1)
    await tab.seesText('All clear')
    await until('the title counts none', async () => !(await tab.page.title()).startsWith('('))
    tab.fine()
  })

  it('name a site that is overloaded, lead to its load, and can be acknowledged', async () => {
    const server = backend()
    const circuits = [{ id: 'main', limit: { A: 43 } }]
    const garage = await Garage.open(server, { id: 'full', stalls: STALLS, body: { mode: 'control', circuits } })
    const tab = await openTab(server, { expected: [/status of 404/] })
    await tab.signIn('/')
    await operate(server, 'PUT', '/sites/full/load-management/circuits/main/limit', { A: 3, ttl: 3_600, source: 'EMS' })
    const row = tab.page.getByRole('row', { name: /Site overloaded/ }).first()
    await until(
      'the overload is a problem',
      async () => {
        await garage.run()
        await server.app.problems.check()
        return (await row.count()) > 0
      },
      60_000
    )
    await row.getByRole('link', { name: 'full' }).waitFor()
    // The event of a problem without a charge point has none either, and the latest events show it all the same.
    await tab.page
      .getByRole('region', { name: 'What happens' })
      .getByText(/of circuit main at site full/)
      .first()
      .waitFor()
    await row.getByRole('button', { name: 'Acknowledge' }).click()
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click()
    await tab.seesText('Acknowledged by operator')
    assert.equal((await operate(server, 'GET', '/problems?site=full&kind=site-overload')).json().items.length, 3)
    assert.deepEqual(await faultsIn(tab), [])
    await row.getByRole('link', { name: 'See the load of the site' }).click()
    await tab.seesText(/main, L1: .* more than the limit may be taken, whatever is sent\./)
    tab.fine()
  })
})
