import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BEARER, itemsOf, operate, TOKEN } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { connectCharger } from '../support/charger.js'
import { deferred, until } from '../support/wait.js'
import { faultsIn } from './accessibility.js'
import { skip, useBackend, useBrowser } from './browser.js'

const ACCEPTED = { status: 'Accepted' }

describe('many charge points in the dashboard', { skip }, () => {
  const openTab = useBrowser()
  const backend = useBackend()

  it('stops a bulk call: what was not sent is cancelled, and what was sent is answered', async () => {
    const server = backend()
    const answer = deferred<object>()
    const first = await connectCharger(server.url, 'STOP-1', { boot: true })
    first.onCall(() => answer.promise)
    const second = await connectCharger(server.url, 'STOP-2', { boot: true })
    second.onCall(() => ACCEPTED)
    const payload = { action: 'ClearCache', identities: ['STOP-1', 'STOP-2'], concurrency: 1 }
    const headers = { ...BEARER, prefer: 'respond-async' }
    const made = await server.app.inject({ method: 'POST', url: '/api/v1/calls', headers, payload })
    const { bulkId } = made.json()
    const tab = await openTab(server)
    await tab.signIn(`/bulk-calls/${bulkId}`)
    await tab.seesText('Running')
    await tab.page.getByRole('button', { name: 'Stop…' }).click()
    await tab.seesText(/1 call that did not go out yet/, 'dialog')
    await tab.page.getByRole('button', { name: 'Stop sending' }).click()
    await tab.seesText('Stopping')
    await tab.seesNo('button:has-text("Stop…")')
    answer.resolve(ACCEPTED)
    await tab.seesText('Stopped')
    await tab.seesText(/Cancelled 1/)
    await second.roundTrip()
    assert.equal(second.received.filter((text) => text.startsWith('[2,')).length, 0)
    const { counts } = (await operate(server, 'GET', `/bulk-calls/${bulkId}`)).json()
    assert.deepEqual(counts, { answered: 1, cancelled: 1 })
    tab.fine()
  })

  it('sends an operation to all that match, lets it wait for one that is away, and shows the outcome of each', async () => {
    const server = backend()
    const asked: unknown[] = []
    for (const identity of ['FLEET-1', 'FLEET-2', 'FLEET-3']) {
      const charger = await connectCharger(server.url, identity, { boot: true })
      charger.onCall((_action, payload) => {
        asked.push(payload)
        return ACCEPTED
      })
      if (identity !== 'FLEET-3') continue
      charger.ws.close()
      await until('it is away', () => !server.app.ocpp.chargePoints.has(identity))
    }
    const tab = await openTab(server, { expected: [/status of 400/] })
    await tab.signIn('/charge-points?q=FLEET-')
    await tab.page.getByRole('checkbox', { name: 'Select FLEET-1' }).check()
    await tab.seesText('1 selected')
    await tab.page.getByRole('button', { name: 'Clear' }).click()
    await tab.seesNo('.bulk-bar')
    await tab.page.getByRole('checkbox', { name: /Select all/ }).check()
    await tab.seesText('3 selected')
    await tab.page.getByRole('button', { name: 'Settings…' }).click()
    const dialog = tab.page.getByRole('dialog')
    const send = dialog.getByRole('button', { name: 'Send' })
    const sure = dialog.getByLabel(/Type 3 to confirm/)
    await sure.waitFor()
    assert.equal(await send.isDisabled(), true)
    await dialog.getByLabel('Let it wait').check()
    await sure.fill('3')
    await dialog.getByRole('button', { name: 'As JSON' }).click()
    await dialog.getByLabel('JSON').fill('{"items":[{"key":"HeartbeatInterval","value":7}]}')
    await send.click()
    await dialog.getByText('/items/0/value').waitFor()
    await dialog.getByLabel('JSON').fill('{"items":[{"key":"HeartbeatInterval","value":"600"}]}')
    await send.click()
    await tab.seesText('2 of 3 charge points')
    await tab.sees('tr[data-key=FLEET-3]:has-text("Waits")')
    await tab.sees('tr[data-key=FLEET-1]:has-text("accepted")')
    assert.deepEqual(asked, Array(2).fill({ key: 'HeartbeatInterval', value: '600' }))
    await tab.page.getByRole('button', { name: 'Stop…' }).click()
    await tab.page.getByRole('button', { name: 'Stop sending' }).click()
    await tab.sees('tr[data-key=FLEET-3]:has-text("Cancelled")')
    tab.fine()
  })

  it('shows for how long EVSEs were up, as the API says', async () => {
    const server = backend()
    const charger = await connectCharger(server.url, 'UP-1', { boot: true })
    await charger.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Faulted' })
    const path = '/statistics/availability?chargePoint=UP-1'
    await itemsOf(server, path, 1)
    const tab = await openTab(server)
    await tab.signIn(path)
    await tab.page.getByRole('link', { name: 'UP-1, EVSE 1' }).waitFor()
    const row = tab.page.locator('tbody tr').first()
    await row.getByText('0.00%').first().waitFor()
    await tab.seesText('without data there is no figure')
    assert.deepEqual(await faultsIn(tab), [])
    tab.fine()
  })

  it('counts on the overview those that never connected, and lists them', async () => {
    const server = backend()
    for (const identity of ['UNSEEN-1', 'UNSEEN-2']) await operate(server, 'PUT', `/charge-points/${identity}`, {})
    await connectCharger(server.url, 'UNSEEN-3', { boot: true })
    const tab = await openTab(server)
    await tab.signIn('/')
    await tab.page.getByRole('link', { name: /never connected/ }).click()
    await tab.sees('tr[data-key=UNSEEN-1]')
    assert.match(tab.page.url(), /\/charge-points\?neverConnected=true$/)
    assert.equal(await tab.page.locator('tr[data-key=UNSEEN-3]').count(), 0)
    assert.deepEqual(await faultsIn(tab), [])
    // The one that connects leaves the list by itself.
    await connectCharger(server.url, 'UNSEEN-1', { boot: true })
    await tab.seesNo('tr[data-key=UNSEEN-1]')
    await tab.page.getByRole('link', { name: 'Never connected' }).click()
    await tab.sees('tr[data-key=UNSEEN-3]')
    tab.fine()
  })

  it('names what it did not find, and what is similar to it', async () => {
    const server = backend()
    const charger = await connectCharger(server.url, 'QUAY-77', { protocol: 'ocpp2.0.1', boot: true })
    await operate(server, 'PUT', '/id-tokens/LOOKALIKE-1', { status: 'Accepted' })
    await operate(server, 'PUT', '/sites/harbour', { name: 'The harbour' })
    const told = { transactionId: '987654', idTag: 'LOOKALIKE-1' }
    await book(charger, 'TransactionEvent', event2('Started', 0, new Date().toISOString(), told))
    const [transaction] = await itemsOf(server, '/transactions?transactionId=987654', 1)
    assert.ok(transaction)
    const tab = await openTab(server, { expected: [/status of 404/] })
    await tab.signIn('/charge-points/QUAY-7Z')
    for (const [path, title, similar] of [
      ['/charge-points/QUAY-7Z', 'There is no charge point QUAY-7Z.', 'QUAY-77'],
      ['/charge-points/Z-QUAY-77/connections', 'There is no charge point Z-QUAY-77.', 'QUAY-77'],
      ['/id-tokens/LOOKALIKE-2', 'The back-end does not know the id token LOOKALIKE-2.', 'LOOKALIKE-1'],
      ['/sites/harbor', 'There is no site harbor.', 'The harbour'],
      ['/transactions/987654', 'There is no transaction 987654.', `${transaction.id}, QUAY-77`]
    ] as const) {
      await tab.open(path)
      await tab.seesText(title)
      assert.equal(await tab.page.locator('main .problem').count(), 0, path)
      assert.deepEqual(await faultsIn(tab), [], path)
      await tab.page.getByRole('main').getByRole('link', { name: similar, exact: true }).click()
      await until('it is found', async () => (await tab.page.getByText(title).count()) === 0)
    }
    for (const tabName of ['messages', 'calls', 'variables', 'connections', 'certificates', 'state']) {
      await tab.open(`/charge-points/QUAY-7Z/${tabName}`)
      await tab.seesText('There is no charge point QUAY-7Z.')
      await tab.page.getByRole('main').getByRole('link', { name: 'QUAY-77', exact: true }).waitFor()
      const others =
        'main .problem, main .filters, main table, main .empty:not(:has(a)), main .page-actions :is(a, button)'
      assert.equal(await tab.page.locator(others).count(), 0, tabName)
    }
    // What appears meanwhile is found.
    await tab.open('/sites/quay')
    await tab.seesText('There is no site quay.')
    await operate(server, 'PUT', '/sites/quay', { name: 'The quay' })
    await tab.page.getByRole('button', { name: 'Try again' }).click()
    await tab.page.getByRole('heading', { name: 'The quay' }).waitFor()
    tab.fine()
  })

  it('warns before a sign-in ends, and goes on after another one', async () => {
    const server = backend()
    const expiresAt = new Date(Date.now() + 110_000).toISOString()
    const made = { name: 'short', scopes: ['charge-points:read'], expiresAt }
    const { token } = (await operate(server, 'POST', '/operator-tokens', made)).json()
    const tab = await openTab(server)
    await tab.signIn('/charge-points', token)
    await tab.seesText(/Your sign-in ends at/)
    await tab.page.getByRole('button', { name: 'Sign in again' }).click()
    await tab.page.getByRole('dialog').getByLabel('Operator token').fill(TOKEN)
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click()
    await tab.seesNo('dialog[open]')
    await tab.seesNo('.banner:has-text("Your sign-in ends")')
    tab.fine()
  })

  it('says that the server was updated, and does not reload by itself', async () => {
    const server = backend()
    const tab = await openTab(server)
    const version = { minor: 0, told: 0 }
    await tab.page.route('**/api/v1/about', async (route) => {
      const response = await route.fetch()
      const json = { ...(await response.json()), version: `1.${version.minor}.0` }
      await route.fulfill({ response, json })
      version.told++
    })
    await tab.page.clock.install()
    await tab.signIn('/charge-points')
    await until('the page is told the version', () => version.told > 0)
    await tab.page.clock.runFor(1_000)
    assert.equal(await tab.page.getByText('Updated.').count(), 0)
    await until('the page says so', async () => {
      // Another one each time: on a busy machine the page may not have read the first answer yet.
      version.minor++
      await tab.page.clock.runFor(301_000)
      return (await tab.page.getByText('Updated.').count()) > 0
    })
    assert.equal(await tab.page.getByRole('button', { name: 'Reload' }).count(), 1)
    tab.fine()
  })
})
