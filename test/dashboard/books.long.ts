import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate, startBackend } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import { until } from '../support/wait.js'
import { faultsIn } from './accessibility.js'
import { chargingCar, furnish } from './books-scene.js'
import { skip, useBrowser } from './browser.js'

const PAGES = [
  '/transactions',
  '/transactions/1',
  '/id-tokens',
  '/id-tokens/CARD-1',
  '/authorizations',
  '/statistics/transactions',
  '/charge-points/DEPOT-3/variables',
  '/tariffs',
  '/certificates',
  '/operator-tokens',
  '/sign-ins',
  '/audit',
  '/webhooks#1',
  '/about'
]

describe('the pages of the books', { skip }, () => {
  const open = useBrowser()

  it('limit a transaction, then stop it, and show the same figures as the API', async () => {
    const server = await startBackend()
    const charger = await furnish(server)
    const tab = await open(server)
    await tab.signIn('/transactions')
    await tab.page.locator('.row-link', { hasText: '1' }).click()
    await tab.seesText('9.4 kW')
    const limits: unknown[] = []
    charger.onCall((action, payload) => {
      if (action === 'SetChargingProfile') limits.push(payload)
      return { status: 'Accepted' }
    })
    await tab.page.getByRole('button', { name: 'Limit power' }).click()
    await tab.page.getByRole('dialog').getByLabel('Limit').fill('7.4')
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Limit', exact: true }).click()
    await tab.page.locator('.call-card').getByText('accepted').waitFor()
    assert.match(JSON.stringify(limits), /"limit":7400/)

    const timestamp = new Date().toISOString()
    const offered = {
      timestamp,
      sampledValue: [{ value: 7_400, measurand: 'Power.Offered', unitOfMeasure: { unit: 'W' } }]
    }
    await book(charger, 'TransactionEvent', { ...event2('Updated', 2, timestamp), meterValue: [offered] })
    await tab.page.locator('figcaption').getByText('Offered: 7.4 kW at last').waitFor()

    await tab.page.getByRole('button', { name: 'Stop' }).click()
    await tab.page.getByRole('button', { name: 'Ask the charge point to stop' }).click()
    await tab.page.locator('.call-card').nth(1).waitFor()
    await tab.seesText('accepted', '.call-card:first-child')
    // Accepted is the word of the charge point; the transaction is open until its end is told.
    assert.equal(await tab.page.locator('.page-note .state').textContent(), 'Charging')
    const end = event2('Ended', 3, new Date().toISOString(), { register: 8_400 })
    const transactionInfo = { ...end.transactionInfo, stoppedReason: 'Remote' }
    await book(charger, 'TransactionEvent', { ...end, transactionInfo })
    await tab.seesText('Ended', '.page-note')
    const { energyWh, cost, stopReason } = (await operate(server, 'GET', '/transactions/1')).json()
    assert.equal(stopReason, 'Remote')
    await tab.seesText(`${(energyWh / 1_000).toFixed(2)} kWh`, '.figures')
    await tab.seesText(cost.toFixed(2), '.figures')
    tab.fine()
  })

  it('close a hung transaction with the identity typed; a late end still corrects it', async () => {
    const server = await startBackend()
    const charger = await chargingCar(server, 'DEPOT-3')
    const tab = await open(server, { expected: [/status of 422/] })
    await tab.signIn('/transactions/1')
    await tab.page.getByRole('button', { name: 'Close in the books' }).click()
    const dialog = tab.page.getByRole('dialog')
    const submit = dialog.getByRole('button', { name: 'Close in the books' })
    await dialog.getByLabel('Note').fill('The charge point was replaced')
    assert.equal(await submit.isDisabled(), true)
    await dialog.getByLabel('Type DEPOT-3 to confirm').fill('DEPOT-3')
    await dialog.getByLabel('Ended at').fill('2020-01-01T00:00:00')
    await submit.click()
    // Refused: the dialog stays, with the reason at the field.
    await dialog.getByText(/before the (start|transaction)/).waitFor()
    assert.equal(await dialog.getByLabel('Ended at').getAttribute('aria-invalid'), 'true')
    await dialog.getByLabel('Ended at').fill('')
    await submit.click()
    await tab.seesText('Closed by the back-end', '.page-note')
    const { items } = (await operate(server, 'GET', '/audit')).json()
    assert.equal(items[0].path, '/transactions/1/close')
    await book(charger, 'TransactionEvent', event2('Ended', 2, new Date().toISOString(), { register: 9_000 }))
    await tab.seesText('8.00 kWh', '.figures')
    tab.fine()
  })

  it('make any OCPP call with a form or its JSON, and show the errors of the server at their fields', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'FORM-21', { protocol: 'ocpp2.1', boot: true })
    const received: unknown[] = []
    charger.onCall((action, payload) => {
      received.push(action, payload)
      return { status: 'Accepted' }
    })
    const tab = await open(server, { expected: [/status of 4(00|22)/] })
    await tab.signIn('/charge-points/FORM-21')
    await tab.page.getByText('Any OCPP call').click()
    await tab.page.getByRole('button', { name: 'SetChargingProfile' }).click()
    const dialog = tab.page.getByRole('dialog')
    await dialog.getByLabel('stackLevel').fill('3')
    await dialog.getByRole('button', { name: 'As JSON' }).click()
    const json = dialog.getByLabel('The same as JSON')
    const value = JSON.parse(await json.inputValue())
    assert.equal(value.chargingProfile.stackLevel, 3)
    value.chargingProfile.stackLevel = 'three'
    await json.fill(JSON.stringify(value))
    await dialog.getByRole('button', { name: 'As a form' }).click()
    await dialog.locator('form').evaluate((form) => form.setAttribute('novalidate', ''))
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.locator('[aria-invalid=true]').waitFor()
    await until('the field with the error has the focus', () =>
      tab.page.evaluate<boolean>('document.activeElement.id.endsWith("/chargingProfile/stackLevel")')
    )
    assert.deepEqual(received, [])
    await dialog.getByLabel('stackLevel').fill('4')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await tab.sees('.call-card[data-state=answered]')
    assert.equal(received[0], 'SetChargingProfile')
    value.chargingProfile.stackLevel = 4
    assert.deepEqual(received[1], value)
    tab.fine()
  })

  it('write a schedule period by period, with the keyboard, and show its errors at the period', async () => {
    const server = await startBackend()
    const received: unknown[] = []
    for (const [identity, protocol] of Object.entries({ 'PLAN-16': 'ocpp1.6', 'PLAN-21': 'ocpp2.1' } as const)) {
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      charger.onCall((_action, payload) => {
        received.push(payload)
        return { status: 'Accepted' }
      })
    }
    const tab = await open(server, { expected: [/status of 4(00|22)/] })
    const { keyboard } = tab.page
    const dialog = tab.page.getByRole('dialog')
    const type = async (...texts: readonly string[]) => {
      for (const text of texts) {
        await keyboard.press('ControlOrMeta+a')
        await keyboard.type(text)
        await keyboard.press('Tab')
      }
    }
    await tab.signIn('/charge-points/PLAN-21')
    await tab.page.getByText('Any OCPP call').click()
    await tab.page.getByRole('button', { name: 'SetChargingProfile' }).click()
    const add = dialog.getByRole('button', { name: 'Add chargingSchedulePeriod' })
    await dialog.getByRole('group', { name: 'chargingSchedulePeriod 1' }).getByLabel('startPeriod').focus()
    await type('0', '16')
    await add.press('Enter')
    const second = dialog.getByRole('group', { name: 'chargingSchedulePeriod 2' })
    await until('the new period has the focus', () =>
      second.getByLabel('startPeriod').evaluate((one) => one.matches(':focus'))
    )
    await type('1800', '8.5', '7')
    await dialog.getByText('0:30:00: 16', { exact: false }).waitFor()
    await dialog.getByText(/^From 0:30:00: 8.5 [AW], 7 phases$/).waitFor()
    assert.deepEqual(await faultsIn(tab), [])
    await dialog.locator('form').evaluate((form) => form.setAttribute('novalidate', ''))
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.locator('[aria-invalid=true]').waitFor()
    const focused = await tab.page.evaluate<string>('document.activeElement.id')
    assert.match(focused, /\/chargingSchedulePeriod\/1\/numberPhases$/)
    await type('1')
    await second.getByLabel('startPeriod').fill('0')
    await dialog.getByText('Period 2 does not start after the one before it').waitFor()
    await second.getByLabel('startPeriod').fill('1800')
    await dialog.getByRole('button', { name: 'As JSON' }).click()
    const json = JSON.parse(await dialog.getByLabel('The same as JSON').inputValue())
    await dialog.getByRole('button', { name: 'Send' }).click()
    await tab.sees('.call-card[data-state=answered]')
    assert.deepEqual(received.pop(), json)
    assert.deepEqual(json.chargingProfile.chargingSchedule[0].chargingSchedulePeriod, [
      { startPeriod: 0, limit: 16 },
      { startPeriod: 1800, limit: 8.5, numberPhases: 1 }
    ])

    await tab.open('/charge-points/PLAN-16#charging-limit')
    await dialog.getByLabel('Limit', { exact: false }).first().fill('16')
    await dialog.getByLabel('A', { exact: true }).check()
    await dialog.getByRole('button', { name: 'Add Periods' }).first().press('Enter')
    await until('the period has the focus', () =>
      tab.page.evaluate<boolean>('document.activeElement.id.endsWith("/periods/0/start")')
    )
    await type('3600', '0')
    await dialog.getByText('0:00:00 to 1:00:00: 16 A').waitFor()
    await dialog.getByText('From 1:00:00: 0 A').waitFor()
    await dialog.getByRole('button', { name: 'Send' }).click()
    await tab.sees('.call-card[data-state=answered]')
    const { csChargingProfiles } = received.pop() as { csChargingProfiles: { chargingSchedule: object } }
    const { startSchedule: _, ...schedule } = csChargingProfiles.chargingSchedule as Record<string, unknown>
    assert.deepEqual(schedule, {
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 16 },
        { startPeriod: 3600, limit: 0 }
      ]
    })
    tab.fine()
  })

  it('send an empty text where one is required, when the operator says so', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'EMPTY-16', { boot: true })
    const set: unknown[] = []
    charger.onCall((_action, payload) => {
      set.push(payload)
      return { status: 'Accepted' }
    })
    const tab = await open(server)
    await tab.signIn('/charge-points/EMPTY-16')
    await tab.page.getByText('Any OCPP call').click()
    await tab.page.getByRole('button', { name: 'ChangeConfiguration' }).click()
    const dialog = tab.page.getByRole('dialog')
    const value = dialog.getByLabel('value')
    await dialog.getByLabel('key').fill('AuthorizationKey')
    await value.fill('old')
    assert.equal(await dialog.getByLabel('Send an empty text').count(), 0)
    await value.fill('')
    await dialog.getByRole('button', { name: 'Send', exact: true }).click()
    assert.equal(await value.evaluate((input) => input.matches(':invalid')), true)
    await value.press('Tab')
    await tab.page.keyboard.press('Space')
    assert.deepEqual(await faultsIn(tab), [])
    await dialog.getByRole('button', { name: 'Send', exact: true }).click()
    await tab.sees('.call-card[data-state=answered]')
    assert.deepEqual(set, [{ key: 'AuthorizationKey', value: '' }])
    tab.fine()
  })

  it('set a setting, with its present value beside the new one', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'KEY-16', { boot: true })
    const keys = [{ key: 'HeartbeatInterval', readonly: false, value: '300' }]
    const set: unknown[] = []
    charger.onCall((action, payload) => {
      if (action === 'GetConfiguration') return { configurationKey: keys }
      set.push(payload)
      return { status: 'Accepted' }
    })
    const tab = await open(server)
    await tab.signIn('/charge-points/KEY-16/variables')
    await tab.page.getByRole('button', { name: 'Ask for all settings' }).click()
    await tab.page
      .getByRole('row', { name: /HeartbeatInterval/ })
      .getByRole('button', { name: 'Set' })
      .click()
    const dialog = tab.page.getByRole('dialog')
    await dialog.locator('dd').getByText('300', { exact: true }).waitFor()
    await dialog.getByLabel('New value').fill('60')
    await dialog.getByRole('button', { name: 'Send to the charge point' }).click()
    await until('the charge point got it', () => set.length === 1)
    assert.deepEqual(set, [{ key: 'HeartbeatInterval', value: '60' }])
    await tab.page
      .getByRole('row', { name: /HeartbeatInterval/ })
      .getByText('60')
      .waitFor()
    tab.fine()
  })

  it('list an unknown card as soon as it is presented, and accept it with one click', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'READER-16', { boot: true })
    const tab = await open(server)
    await tab.signIn('/authorizations?known=false')
    await charger.call('Authorize', { idTag: 'STRANGER-1' })
    const row = tab.page.getByRole('row', { name: /STRANGER-1/ })
    await row.getByText('Not known').waitFor()
    await row.getByRole('button', { name: 'Add' }).click()
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await tab.seesNo('dialog')
    assert.equal((await operate(server, 'GET', '/id-tokens/STRANGER-1')).json().status, 'Accepted')
    // It is known now, so the filter does not show it any more.
    await tab.seesText('Nothing matches')
    tab.fine()
  })

  it('show a new operator token once, and nowhere else', async () => {
    const server = await startBackend()
    const tab = await open(server)
    await tab.signIn('/operator-tokens')
    await tab.page.getByRole('button', { name: 'Create' }).click()
    const dialog = tab.page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('billing')
    await dialog.getByLabel('transactions:read').check()
    await dialog.getByRole('button', { name: 'Create' }).click()
    const token = (await tab.page.locator('.secret').textContent()) ?? ''
    const self = await server.app.inject({
      url: '/api/v1/operator-tokens/self',
      headers: { authorization: `Bearer ${token}` }
    })
    assert.equal(self.json().name, 'billing')
    await tab.page.getByRole('button', { name: 'Done' }).click()
    await tab.page.getByRole('row', { name: /billing/ }).waitFor()
    const kept = await tab.page.evaluate<string>('document.documentElement.outerHTML + JSON.stringify(localStorage)')
    assert.equal((kept + tab.page.url()).includes(token), false)
    tab.fine()
  })

  it('ask for nothing that a token with read scopes may not, and say why actions are off', async () => {
    const server = await startBackend()
    await furnish(server)
    const scopes = ['charge-points:read', 'transactions:read', 'id-tokens:read'] as const
    const token = (await tokenOf(server, 'reader', ...scopes)).authorization.replace('Bearer ', '')
    const tab = await open(server)
    await tab.signIn('/transactions/1', token)
    const stop = tab.page.getByRole('button', { name: 'Stop' })
    assert.equal(await stop.getAttribute('aria-disabled'), 'true')
    const reason = await tab.page.locator(`[id="${await stop.getAttribute('aria-describedby')}"]`).textContent()
    assert.match(reason ?? '', /calls:write/)
    for (const path of ['/transactions', '/id-tokens', '/id-tokens/CARD-1', '/tariffs', '/certificates', '/about']) {
      await tab.open(path)
      await tab.live()
      await tab.sees('h1')
    }
    // The console would show a request that was refused.
    tab.fine()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`have no fault that axe-core finds (${colorScheme})`, async () => {
      const server = await startBackend()
      await furnish(server)
      const tab = await open(server, { colorScheme, bypassCSP: true })
      await tab.signIn('/about')
      for (const path of PAGES) {
        await tab.open(path)
        await tab.live()
        await tab.sees('.loaded, .empty')
        await tab.seesNo('[data-stale=true], .skeleton')
        assert.deepEqual(await faultsIn(tab), [], path)
      }
      await tab.open('/tariffs')
      await tab.page.getByRole('button', { name: 'Edit' }).click()
      await tab.sees('dialog form')
      assert.deepEqual(await faultsIn(tab), [], 'form of a tariff')
      tab.fine()
    })
  }

  it('fit on a phone without scrolling sideways, in German numbers', async () => {
    const server = await startBackend()
    await furnish(server)
    const tab = await open(server, { locale: 'de-DE', viewport: { width: 360, height: 780 }, hasTouch: true })
    await tab.signIn('/transactions/1')
    await tab.seesText('6,80 kWh', '.figures')
    await tab.seesText(/3,16\s€/, '.figures')
    for (const path of PAGES) {
      await tab.open(path)
      await tab.live()
      await tab.sees('.loaded, .empty')
      const root = 'document.documentElement'
      const scrollWidth = await tab.page.evaluate<number>(`${root}.scrollWidth`)
      const clientWidth = await tab.page.evaluate<number>(`${root}.clientWidth`)
      assert.ok(scrollWidth <= clientWidth, `${path} is ${scrollWidth} wide`)
    }
    tab.fine()
  })
})
