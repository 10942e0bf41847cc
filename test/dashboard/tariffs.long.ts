import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { connectCharger } from '../support/charger.js'
import { faultsIn } from './accessibility.js'
import { chargingCar } from './books-scene.js'
import { skip, useBackend, useBrowser } from './browser.js'

const TAXES = [{ type: 'VAT', tax: 19 }]
const BY_ENERGY = {
  currency: 'EUR',
  energy: {
    prices: [{ priceKwh: 0.395, conditions: { maxEnergy: 3_000 } }, { priceKwh: 0.3 }],
    taxRates: TAXES
  },
  fixedFee: { prices: [{ priceFixed: 1 }], taxRates: TAXES }
}

describe('prices', { skip }, () => {
  const openTab = useBrowser()
  const backend = useBackend()

  it('of a transaction are explained period by period', async () => {
    const server = backend()
    await operate(server, 'PUT', '/tariffs/by-energy', { ...BY_ENERGY, appliesTo: { chargePoints: ['DEPOT-3'] } })
    await chargingCar(server, 'DEPOT-3')
    const [{ id }] = (await operate(server, 'GET', '/transactions?chargePoint=DEPOT-3')).json().items
    const { cost } = (await operate(server, 'GET', `/transactions/${id}/cost`)).json()
    const tab = await openTab(server)
    await tab.signIn(`/transactions/${id}`)
    const panel = tab.page.locator('section.panel', { hasText: 'Cost, and how it came about' })
    await panel.getByRole('link', { name: 'by-energy, version 1' }).waitFor()
    await panel.getByText('So far: the transaction goes on.').waitFor()
    await panel
      .getByText(`€${cost.total.toFixed(2)}`, { exact: true })
      .last()
      .waitFor()
    await panel.getByText(/^How it came about/).click()
    const periods = panel.getByRole('table', { name: /^Periods/ })
    await periods.getByText('€0.395 / kWh').waitFor()
    const [, limited] = cost.periods.flatMap(({ charges }: { charges: { because: string }[] }) => charges)
    await periods.getByText(limited.because, { exact: true }).first().waitFor()
    assert.deepEqual(await faultsIn(tab), [])
    tab.fine()
  })

  it('of a transaction that cannot be known say why, and what is certain', async () => {
    const server = backend()
    await operate(server, 'PUT', '/tariffs/unknown', { ...BY_ENERGY, appliesTo: { chargePoints: ['NO-METER'] } })
    const charger = await connectCharger(server.url, 'NO-METER', { protocol: 'ocpp2.0.1', boot: true })
    const now = () => new Date().toISOString()
    const evse = { id: 1, connectorId: 1 }
    await book(charger, 'TransactionEvent', {
      ...event2('Started', 0, now(), { evse }),
      idToken: { idToken: 'CARD-1', type: 'ISO14443' }
    })
    await book(charger, 'TransactionEvent', event2('Ended', 1, now()))
    const [{ id }] = (await operate(server, 'GET', '/transactions?chargePoint=NO-METER')).json().items
    const tab = await openTab(server)
    await tab.signIn(`/transactions/${id}`)
    await tab.seesText(/^Not known: Energy, there is no meter reading at the start$/)
    await tab.seesText('At least', '.panel')
    await tab.seesText('€1.19', '.panel')
    tab.fine()
  })

  it('that the charge point calculated otherwise stand beside ours, and are a problem that leads there', async () => {
    const server = backend()
    await operate(server, 'PUT', '/tariffs/station', {
      currency: 'EUR',
      energy: { prices: [{ priceKwh: 0.5 }] },
      appliesTo: { chargePoints: ['STATION'] }
    })
    const charger = await connectCharger(server.url, 'STATION', { protocol: 'ocpp2.1', boot: true })
    const now = () => new Date().toISOString()
    const evse = { id: 1, connectorId: 1 }
    const started = event2('Started', 0, now(), { register: 0, evse })
    await book(charger, 'TransactionEvent', { ...started, idToken: { idToken: 'CARD-1', type: 'ISO14443' } })
    const total = { exclTax: 6, inclTax: 6 }
    await book(charger, 'TransactionEvent', {
      ...event2('Ended', 1, now(), { register: 10_000 }),
      costDetails: {
        totalCost: { currency: 'EUR', typeOfCost: 'NormalCost', energy: total, total },
        totalUsage: { energy: 10_000, chargingTime: 1, idleTime: 0 }
      }
    })
    const tab = await openTab(server)
    await tab.signIn('/')
    const row = tab.page.getByRole('row', { name: /STATION/ })
    await row.getByText('Costs differ').waitFor()
    await row.getByRole('link', { name: 'Compare the costs' }).click()
    await tab.seesText('The charge point calculated €6.00: €1.00 more than this back-end')
    await tab.seesText('€5.00', '.panel')
    await tab.seesText('Billed by the figures of this back-end.')
    tab.fine()
  })

  it('with conditions are edited as JSON, and each fault is marked at its pointer', async () => {
    const server = backend()
    await operate(server, 'PUT', '/tariffs/long', {
      ...BY_ENERGY,
      priority: 7,
      appliesTo: { kinds: ['adhoc'] }
    })
    const tab = await openTab(server, { expected: [/status of 4(00|22)/] })
    await tab.signIn('/tariffs')
    const row = tab.page.getByRole('row', { name: /^long/ })
    await row.getByRole('button', { name: 'Edit' }).click()
    const dialog = tab.page.getByRole('dialog')
    const json = dialog.getByRole('textbox', { name: 'The tariff as JSON' })
    const given = JSON.parse(await json.inputValue())
    assert.deepEqual([given.priority, given.appliesTo], [7, { kinds: ['adhoc'] }])
    const wrong = { ...given, energy: { ...given.energy, prices: [{ priceKwh: 0.3, conditions: { minEnergy: 'x' } }] } }
    await json.fill(JSON.stringify(wrong, undefined, 2))
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('button', { name: '/energy/prices/0/conditions/minEnergy' }).waitFor()
    const marked = `(() => {
      const { value, selectionStart, selectionEnd } = document.querySelector('dialog textarea')
      return value.slice(selectionStart, selectionEnd)
    })()`
    assert.equal(await tab.page.evaluate(marked), '"x"')
    const right = { ...given, energy: { ...given.energy, prices: [{ priceKwh: 0.31 }] } }
    await json.fill(JSON.stringify(right, undefined, 2))
    await dialog.getByRole('button', { name: 'Check' }).click()
    await dialog.getByText(/Nothing is wrong with it|This may not be meant/).waitFor()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    const saved = (await operate(server, 'GET', '/tariffs/long')).json()
    assert.deepEqual([saved.version, saved.priority, saved.appliesTo], [2, 7, { kinds: ['adhoc'] }])

    await row.getByRole('button', { name: 'Versions' }).click()
    await dialog.getByRole('rowheader', { name: '2' }).waitFor()
    await dialog.getByRole('rowheader', { name: '1' }).waitFor()
    await tab.page.keyboard.press('Escape')

    await row.getByRole('button', { name: 'Price' }).click()
    await dialog.getByRole('button', { name: 'Price' }).click()
    // 20 kWh and the fee, with tax: (20 x 0.31 + 1) x 1.19
    await dialog.getByText('€8.57').last().waitFor()
    assert.deepEqual(await faultsIn(tab), [])
    tab.fine()
  })
})
