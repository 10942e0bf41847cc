import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BEARER, operate, startBackend, temporaryDirectory } from '../app/support.js'
import { connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { until } from '../support/wait.js'
import { connectSimulator, skip, useBrowser } from './browser.js'

// What goes wrong between a page, the server and a charge point, and what must be seen then.

/** Chromium says this of every answer that is no success, and of every connection that breaks. */
const FAILED = /Failed to load resource|net::ERR_/

describe('on errors, the dashboard', { skip }, () => {
  const openTab = useBrowser()

  it('shows that the server cannot be reached, and continues by itself when it can', async () => {
    const settings = { DATA_DIR: await temporaryDirectory() }
    const server = await startBackend(settings)
    await operate(server, 'PUT', '/charge-points/CP-1', { name: 'Before' })
    const tab = await openTab(server, { expected: [FAILED] })
    await tab.signIn('/charge-points/CP-1')
    await tab.page.getByRole('button', { name: 'Edit' }).click()
    await tab.page.getByLabel('Notes').fill('half a form')
    await server.close()
    await tab.sees('.pill[data-state=away], .pill[data-state=reconnecting]')
    await tab.seesText(/data as of \d\d:\d\d:\d\d/, '.pill')
    const again = await startBackend({ ...settings, PORT: String(server.port) }, {}, async (app) => {
      await app.listen({ port: server.port, host: '127.0.0.1' })
      const close = () => app.close().then(() => undefined)
      return { ...server, app, close, isClosed: () => !app.server.listening }
    })
    try {
      await tab.live()
      assert.equal(await tab.page.getByLabel('Notes').inputValue(), 'half a form')
      await operate(again, 'PUT', '/charge-points/CP-2', { name: 'After' })
      await tab.page.getByRole('button', { name: 'Cancel' }).click()
      await tab.page.getByRole('link', { name: 'Charge points' }).first().click()
      await tab.sees('tr[data-key=CP-2]')
    } finally {
      await again.close()
    }
    tab.fine()
  })

  it('asks for a token again when its own was revoked, and keeps the entries of the form', async () => {
    const server = await startBackend()
    await operate(server, 'PUT', '/charge-points/CP-1', { name: 'One' })
    const made = (
      await operate(server, 'POST', '/operator-tokens', { name: 'anna', scopes: ['charge-points:write'] })
    ).json()
    const tab = await openTab(server, { expected: [FAILED] })
    await tab.signIn('/charge-points/CP-1', made.token)
    await tab.page.getByRole('button', { name: 'Edit' }).click()
    await tab.page.getByLabel('Notes').fill('typed before')
    await operate(server, 'DELETE', `/operator-tokens/anna`)
    await tab.seesText('Your sign-in has ended')
    await tab.sees('.pill[data-state=signed-out]')
    const other = (
      await operate(server, 'POST', '/operator-tokens', { name: 'bert', scopes: ['charge-points:write'] })
    ).json()
    await tab.page.getByLabel('Operator token').fill(other.token)
    await tab.page.keyboard.press('Enter')
    await tab.live()
    assert.equal(await tab.page.getByLabel('Notes').inputValue(), 'typed before')
    await tab.page.getByRole('button', { name: 'Save' }).click()
    await tab.seesText('typed before', 'dl')
    tab.fine()
  })

  it('shows that the outcome of a call is unknown, and repeats it without calling twice', async () => {
    const server = await startBackend()
    const charger = await connectSimulator(server, 'ocpp2.1', { identity: 'CP-1' })
    const tab = await openTab(server, { expected: [FAILED] })
    await tab.signIn('/charge-points/CP-1')
    let isCut = true
    await tab.page.route('**/operations/unlock', async (route) => {
      if (!isCut) return route.continue()
      isCut = false
      // The server gets the request, and the answer is lost.
      await fetch(route.request().url(), {
        method: 'POST',
        headers: {
          ...BEARER,
          'content-type': 'application/json',
          'idempotency-key': route.request().headers()['idempotency-key'] ?? ''
        },
        body: route.request().postData()
      })
      await route.abort('connectionreset')
    })
    await tab.page.getByRole('article', { name: 'EVSE 1' }).getByRole('button', { name: 'Unlock' }).click()
    await tab.seesText('Not known whether it went out.')
    await tab.page.getByRole('button', { name: 'Ask again' }).click()
    await tab.sees('.call-card[data-state=answered]')
    const { items } = (await operate(server, 'GET', '/calls?action=UnlockConnector')).json()
    assert.equal(items.length, 1)
    assert.ok(charger.isOnline)
    tab.fine()
  })

  it('shows the last state of a charge point that left as its last state, and offers to queue calls', async () => {
    const server = await startBackend()
    const charger = await connectSimulator(server, 'ocpp2.1', { identity: 'CP-1' })
    const tab = await openTab(server)
    await tab.signIn('/charge-points/CP-1')
    const card = tab.page.getByRole('article', { name: 'EVSE 1' })
    await card.getByText('Available').waitFor()
    await charger.close()
    await tab.seesText('CP-1 is away')
    assert.equal(await card.locator('.state').getAttribute('data-away'), 'true')
    const start = card.getByRole('button', { name: 'Start' })
    assert.equal(await start.getAttribute('aria-disabled'), 'true')
    assert.equal(await start.getAttribute('title'), 'The charge point is away')
    await tab.page.getByLabel('Let calls wait until it is back').check()
    await tab.page.getByText('Any OCPP call').click()
    await tab.page.getByRole('button', { name: 'ClearCache', exact: true }).click()
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
    await tab.seesText(/^Waits for CP-1/)
    const { items } = (await operate(server, 'GET', '/calls?status=queued')).json()
    assert.equal(items.length, 1)
    await tab.page.getByRole('button', { name: 'Reset', exact: true }).last().click()
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click()
    await until('the reset waits, too', async () => {
      const queued = (await operate(server, 'GET', '/calls?status=queued')).json().items
      return queued.some(({ action }: { action: string }) => action === 'Reset')
    })
    tab.fine()
  })

  it('shows an answer that is no success as the charge point gave it', async () => {
    const server = await startBackend()
    const charger = await connectSimulator(server, 'ocpp1.6', { identity: 'CP-1' })
    const tab = await openTab(server)
    await tab.signIn('/charge-points/CP-1')
    await tab.page.getByText('Any OCPP call').click()
    await tab.page.getByRole('button', { name: 'ReserveNow', exact: true }).waitFor()
    await tab.page.getByRole('button', { name: 'TriggerMessage', exact: true }).click()
    const dialog = tab.page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await tab.sees('.call-card[data-state=answered]')
    assert.ok(charger.isOnline)
    await until('no card says success', async () => (await tab.page.getByText(/success/i).count()) === 0)
    tab.fine()
  })

  it('tells a CALLERROR in the words of the charge point, and of a call without answer that it may have acted', async () => {
    const server = await startBackend({ OCPP_CALL_TIMEOUT: '3000' })
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    const answers = [new ErrorAnswer('InternalError', 'the relay is stuck'), NO_ANSWER]
    charger.onCall(() => answers.shift())
    const tab = await openTab(server, { expected: [FAILED] })
    await tab.signIn('/charge-points/CP-1')
    await tab.page.getByText('Any OCPP call').click()
    for (const [index, words] of [/the relay is stuck/, /No answer in time. It may have acted/].entries()) {
      await tab.page.getByRole('button', { name: 'ClearCache', exact: true }).click()
      await tab.page.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
      await tab.seesText(words, '.call-card')
      assert.equal(await tab.page.locator('.call-card[data-state=refused]').count(), index + 1)
    }
    assert.equal(
      await tab.page
        .locator('.call-card')
        .getByText(/success|accepted/i)
        .count(),
      0
    )
    tab.fine()
  })
})
