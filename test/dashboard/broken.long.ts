import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate } from '../app/support.js'
import { connectCharger, NO_ANSWER } from '../support/charger.js'
import { until } from '../support/wait.js'
import { chargingCar } from './books-scene.js'
import { connectSimulator, skip, useBackend, useBrowser } from './browser.js'

// Answers that are late, refused or missing, and clocks that differ.

const EVENTS = /\/api\/v1\/events/
const FAILED = /Failed to load resource|net::ERR_/

describe('the dashboard', { skip }, () => {
  const openTab = useBrowser()
  const backend = useBackend()

  it('gives the reason while the database is away, keeps the old data, and asks no more often than it may', async () => {
    const server = backend()
    await operate(server, 'PUT', '/charge-points/KEPT', { name: 'Kept' })
    const tab = await openTab(server, { expected: [FAILED] })
    await tab.signIn('/charge-points?q=KEPT')
    await tab.sees('tr[data-key=KEPT]')
    const asked: number[] = []
    await tab.page.route('**/api/v1/charge-points?**', (route) => {
      asked.push(performance.now())
      return route.fulfill({
        status: 503,
        headers: { 'content-type': 'application/problem+json', 'retry-after': '3' },
        body: JSON.stringify({ status: 503, code: 'DATABASE_UNAVAILABLE', detail: 'the database does not answer' })
      })
    })
    await tab.page.getByRole('button', { name: /^Name/ }).click()
    await tab.seesText('the database does not answer')
    await tab.seesText(/^Data as of \d\d:\d\d:\d\d$/)
    await tab.sees('tr[data-key=KEPT]')
    await until('it asks again', () => asked.length >= 2)
    // Timers may run a little early.
    assert.ok((asked[1] ?? 0) - (asked[0] ?? 0) > 2_900, String(asked))
    await tab.page.unroute('**/api/v1/charge-points?**')
    await tab.seesNo('.problem')
    await tab.sees('[aria-sort] >> text=Name')
    tab.fine()
  })

  it('says that a call was not sent', async () => {
    const server = backend()
    await connectSimulator(server, 'ocpp2.1', { identity: 'UNSENT' })
    const tab = await openTab(server, { expected: [FAILED] })
    await tab.signIn('/charge-points/UNSENT')
    await tab.page.route('**/operations/unlock', (route) =>
      route.fulfill({
        status: 504,
        headers: { 'content-type': 'application/problem+json' },
        body: JSON.stringify({ status: 504, code: 'OCPP_ERR_TIMEOUT', detail: 'no answer in time', sent: false })
      })
    )
    await tab.page.getByRole('article', { name: 'EVSE 1' }).getByRole('button', { name: 'Unlock' }).click()
    await tab.seesText('It was not sent.', '.call-card')
    const words = tab.page.locator('.call-card').getByText(/success|accepted|may have acted/i)
    assert.equal(await words.count(), 0)
    tab.fine()
  })

  it('says of two calls which one may have acted when the connection breaks', async () => {
    const server = backend()
    const charger = await connectCharger(server.url, 'BROKEN', { protocol: 'ocpp2.1', boot: true })
    charger.onCall(() => NO_ANSWER)
    const tab = await openTab(server, { expected: [FAILED] })
    await tab.signIn('/charge-points/BROKEN')
    await tab.page.getByText('Any OCPP call').click()
    for (const [index, name] of ['ClearCache', 'GetLocalListVersion'].entries()) {
      await tab.page.getByRole('button', { name, exact: true }).click()
      await tab.page.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
      await until('it waits', () => server.app.ocpp.chargePoints.get('BROKEN')?.pendingCalls === index + 1)
      // The dialog closes with the answer, and the second call waits for the first one.
      await tab.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    }
    charger.ws.terminate()
    const card = (name: string) => tab.page.locator('.call-card', { hasText: name })
    await card('ClearCache').getByText('No answer in time. It may have acted.').waitFor()
    await card('GetLocalListVersion').getByText('It was not sent.').waitFor()
    await card('ClearCache').getByRole('button', { name: 'Look again' }).click()
    await card('ClearCache').getByText('unknown').waitFor()
    tab.fine()
  })

  it('offers to let an operation wait for a charge point that left, for as long as is chosen, and to cancel it', async () => {
    const server = backend()
    const charger = await connectSimulator(server, 'ocpp2.1', { identity: 'LEFT' })
    const tab = await openTab(server, { expected: [FAILED] })
    await tab.signIn('/charge-points/LEFT')
    await tab.page.getByRole('article', { name: 'EVSE 1' }).getByText('Available').waitFor()
    await tab.page.getByRole('button', { name: 'Reset', exact: true }).click()
    await charger.close()
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click()
    const card = tab.page.locator('.call-card', { hasText: 'Reset' })
    await card.getByText(/^LEFT is away/).waitFor()
    await card.getByLabel('At most').selectOption('1 hour')
    await card.getByRole('button', { name: 'Queue until it is back' }).click()
    await card.getByText(/^Waits for LEFT until/).waitFor()
    const [call] = (await operate(server, 'GET', '/calls?status=queued&chargePoint=LEFT')).json().items
    const minutes = (Date.parse(call.expiresAt) - Date.now()) / 60_000
    assert.ok(minutes > 55 && minutes <= 60, String(minutes))
    await card.getByRole('button', { name: 'Cancel' }).click()
    await card.getByText('Cancelled').waitFor()
    assert.equal((await operate(server, 'GET', `/calls/${call.messageId}`)).json().status, 'cancelled')
    tab.fine()
  })

  it('says when to ask again after too many requests', async () => {
    const server = backend()
    await connectSimulator(server, 'ocpp2.1', { identity: 'BUSY' })
    const tab = await openTab(server, { expected: [FAILED] })
    await tab.signIn('/charge-points/BUSY')
    await tab.page.route('**/operations/unlock', (route) =>
      route.fulfill({
        status: 429,
        headers: { 'content-type': 'application/problem+json', 'retry-after': '7' },
        body: JSON.stringify({ status: 429, code: 'OCPP_ERR_QUEUE_FULL', detail: '50 calls wait already' })
      })
    )
    await tab.page.getByRole('article', { name: 'EVSE 1' }).getByRole('button', { name: 'Unlock' }).click()
    await tab.seesText(/50 calls wait already/, '.call-card')
    await tab.seesText('Ask again after 7 seconds.', '.call-card')
    await tab.sees('.call-card[data-state=refused]')
    tab.fine()
  })

  it('counts the time of a transaction by the clock of the server, when that of the browser is wrong', async () => {
    const server = backend()
    await chargingCar(server, 'CLOCK')
    const tab = await openTab(server)
    await tab.page.addInitScript('const now = Date.now; Date.now = () => now() - 600_000')
    await tab.signIn('/charge-points/CLOCK')
    await tab.seesText(/^0:41:\d\d$/, 'article.evse')
    tab.fine()
  })

  it('says since when its data is old when the stream falls silent, and misses nothing after it', async () => {
    const server = backend()
    const charger = await connectSimulator(server, 'ocpp2.1', { identity: 'QUIET' })
    const tab = await openTab(server, { expected: [FAILED] })
    await tab.page.clock.install()
    await tab.signIn('/charge-points/QUIET')
    await tab.page.getByRole('article', { name: 'EVSE 1' }).getByText('Available').waitFor()
    await tab.page.route(EVENTS, () => undefined)
    await tab.page.clock.fastForward(36_000)
    await tab.sees('.pill[data-state=reconnecting]')
    await tab.seesText(/^Reconnecting, data as of \d\d:\d\d:\d\d$/, '.pill')
    await charger.close()
    await tab.page.unroute(EVENTS)
    await tab.live()
    await tab.seesText('QUIET is away')
    tab.fine()
  })
})
