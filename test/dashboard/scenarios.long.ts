import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { fault, repair } from '../../src/simulator/sessions/availability.js'
import { operate, startBackend, TOKEN } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { connectSimulator, skip, type Tab, useBrowser } from './browser.js'

const HOSTILE = '<img src=x onerror=alert(1)>\u202Egnp.exe'
const TEN_KB = 'x'.repeat(10_000)

async function firstUnnamedFocus(tab: Tab): Promise<string> {
  return tab.page.evaluate(
    () => (globalThis as unknown as { document: { activeElement: { tagName: string } } }).document.activeElement.tagName
  )
}

describe('the dashboard', { skip }, () => {
  const openTab = useBrowser()

  it('shows a fault where it is, and its end', async () => {
    const server = await startBackend()
    const charger = await connectSimulator(server, 'ocpp1.6', { identity: 'CP-1' })
    const tab = await openTab(server)
    await tab.signIn('/charge-points')
    await tab.sees('tr[data-key=CP-1] [data-state=Available]')
    fault(charger, 1, 'GroundFailure')
    await tab.sees('tr[data-key=CP-1] [data-state=Faulted]')
    await tab.seesText('GroundFailure', 'tr.below')
    repair(charger, 1)
    await tab.sees('tr[data-key=CP-1] [data-state=Available]')
    await tab.seesNo('tr.below')
    tab.fine()
  })

  it('makes any call from its schema, and copies the same call as a curl line', async () => {
    const server = await startBackend()
    await connectSimulator(server, 'ocpp1.6', { identity: 'CP-1' })
    const tab = await openTab(server, {
      expected: [/status of 400|status of 422/],
      permissions: ['clipboard-read', 'clipboard-write']
    })
    await tab.signIn('/charge-points/CP-1')
    await tab.page.getByText('Any OCPP call').click()
    await tab.page.getByRole('button', { name: 'DataTransfer' }).click()
    const dialog = tab.page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: /vendorId/ }).fill('org.example')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await tab.sees('.call-card[data-state=answered]')
    await tab.page.getByRole('button', { name: 'Copy as curl' }).first().click()
    const line = await tab.page.evaluate<string>('navigator.clipboard.readText()')
    assert.match(
      line,
      /^curl -X POST '.*\/charge-points\/CP-1\/calls\/DataTransfer' -H "Authorization: Bearer \$TOKEN"/
    )
    assert.match(line, /"vendorId":"org.example"/)
    // Pasted into a shell, the line is the same request: its key gets the same answer, and nothing goes out twice.
    const { stdout } = await promisify(execFile)('sh', ['-c', line], { env: { ...process.env, TOKEN } })
    const { items } = (await operate(server, 'GET', '/calls?action=DataTransfer')).json()
    assert.deepEqual(
      items.map(({ messageId }: { messageId: string }) => messageId),
      [JSON.parse(stdout).messageId]
    )
    tab.fine()
  })

  it('shows an operator with read scopes everything they allow, with all actions off and their reasons, and sends no forbidden request', async () => {
    const server = await startBackend()
    await connectSimulator(server, 'ocpp2.1', { identity: 'CP-1' })
    const made = (
      await operate(server, 'POST', '/operator-tokens', { name: 'reader', scopes: ['charge-points:read'] })
    ).json()
    const tab = await openTab(server)
    const refused: string[] = []
    tab.page.on('response', (response) => {
      if (response.status() === 403) refused.push(response.url())
    })
    await tab.signIn('/charge-points/CP-1', made.token)
    const start = tab.page.getByRole('article', { name: 'EVSE 1' }).getByRole('button', { name: 'Start' })
    assert.equal(await start.getAttribute('aria-disabled'), 'true')
    const describedBy = await start.getAttribute('aria-describedby')
    assert.equal(
      await tab.page.locator(`[id="${describedBy}"]`).textContent(),
      'Your token does not have the scope calls:write'
    )
    await tab.page.getByRole('link', { name: 'Overview' }).first().click()
    await tab.seesText('connected')
    assert.equal(await tab.page.getByRole('link', { name: 'Operator tokens' }).count(), 0)
    assert.deepEqual(refused, [])
    tab.fine()
  })

  it('starts and calls with the keyboard alone, and never loses the focus', async () => {
    const server = await startBackend()
    await connectSimulator(server, 'ocpp2.1', { identity: 'CP-1', autoPlug: true })
    const tab = await openTab(server)
    await tab.signIn('/')
    const { keyboard } = tab.page
    await keyboard.press('g')
    await keyboard.press('c')
    await tab.sees('tr[data-key=CP-1]')
    await keyboard.press('j')
    await keyboard.press('Enter')
    await tab.sees('article.evse')
    await tab.page.getByRole('button', { name: 'Start' }).first().focus()
    await keyboard.press('Enter')
    await tab.sees('dialog[open]')
    await keyboard.type('CARD-1')
    await keyboard.press('Enter')
    await tab.seesText(/Transaction \d+ started/)
    assert.notEqual(await firstUnnamedFocus(tab), 'BODY')
    tab.fine()
  })

  it('lets a technician find and reset a charge point on a phone', async () => {
    const server = await startBackend()
    await connectSimulator(server, 'ocpp2.1', { identity: 'DEPOT-77' })
    const tab = await openTab(server, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    await tab.signIn('/')
    await tab.page.getByRole('combobox', { name: 'Search' }).fill('epot-7')
    await tab.page.getByRole('option', { name: /DEPOT-77/ }).tap()
    await tab.sees('article.evse')
    const small = await tab.page.evaluate(smallTargets)
    assert.deepEqual(small, [])
    assert.equal(await tab.page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), true)
    await tab.page.getByRole('button', { name: 'Reset' }).tap()
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Reset' }).tap()
    await tab.seesText(/It booted/)
    tab.fine()
  })

  it('shows hostile text of a charge point as text', async () => {
    const server = await startBackend()
    const boot = { chargePointVendor: HOSTILE.slice(0, 20), chargePointModel: HOSTILE.slice(0, 20) }
    const charger = await connectCharger(server.url, 'CP-1')
    await charger.call('BootNotification', boot)
    await charger.call('StatusNotification', {
      connectorId: 1,
      errorCode: 'OtherError',
      status: 'Faulted',
      info: HOSTILE.slice(0, 50)
    })
    await charger.call('DataTransfer', { vendorId: HOSTILE, data: TEN_KB })
    const tab = await openTab(server)
    for (const path of ['/charge-points', '/charge-points/CP-1', '/charge-points/CP-1/messages']) {
      if (path === '/charge-points') await tab.signIn(path)
      else await tab.open(path)
      await tab.seesText('<img src=x', 'main')
      assert.equal(await tab.page.locator('main img').count(), 0)
      assert.equal(await tab.page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), true)
    }
    tab.fine()
  })
})

interface Box {
  getBoundingClientRect(): { width: number; height: number }
  textContent: string | null
}

/** Buttons and fields that a thumb would miss. Runs in the page. */
function smallTargets(): string[] {
  const page = globalThis as unknown as { document: { querySelectorAll(selector: string): Iterable<Box> } }
  return [...page.document.querySelectorAll('main button, main .button, .bottom a, .bottom button, .top input')]
    .filter((element) => {
      const { width, height } = element.getBoundingClientRect()
      return width > 0 && (height < 44 || width < 24)
    })
    .map(({ textContent }) => textContent ?? '')
}
