import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import { operate } from '../app/support.js'
import { type Charger, connectCharger, ErrorAnswer } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { skip, type Tab, useBackend, useBrowser } from './browser.js'

const FLEET = 500
const OF_BRAND = 200
/** Connections that are made at the same time. */
const TOGETHER = 50
const COUNT = 50_000

async function connectFleet(server: TestServer): Promise<Charger[]> {
  const chargers: Charger[] = []
  for (let from = 0; from < FLEET; from += TOGETHER) {
    const some = Array.from({ length: TOGETHER }, async (_, index) => {
      const number = from + index
      const charger = await connectCharger(server.url, `MANY-${String(number).padStart(3, '0')}`)
      const chargePointVendor = number < OF_BRAND ? 'Brand' : 'Other'
      await charger.call('BootNotification', { chargePointVendor, chargePointModel: 'One' })
      return charger
    })
    chargers.push(...(await Promise.all(some)))
  }
  return chargers
}

/** What the page can read itself, as a browser that is signed in. */
async function fetched(tab: Tab, link: string): Promise<string> {
  const href = await tab.page.getByRole('link', { name: link, exact: true }).getAttribute('href')
  return tab.page.evaluate<string>(`fetch(${JSON.stringify(href)}).then((answer) => answer.text())`)
}

describe('with many charge points and rows, the dashboard', { skip }, () => {
  const openTab = useBrowser()
  const backend = useBackend()

  it('sets a setting on 200 of 500 by filter, of which 3 are away and 2 fail, and repeats the failed ones', async () => {
    const server = backend()
    const chargers = await connectFleet(server)
    const asked = new Map<string, number>()
    let isStuck = true
    for (const charger of chargers) {
      charger.onCall((action) => {
        asked.set(charger.identity, (asked.get(charger.identity) ?? 0) + 1)
        const fails = isStuck && /MANY-00[12]$/.test(charger.identity)
        return fails ? new ErrorAnswer('InternalError', `${action} is stuck`) : { status: 'Accepted' }
      })
    }
    for (const charger of chargers.slice(10, 13)) {
      charger.ws.close()
      await until('it is away', () => !server.app.ocpp.chargePoints.has(charger.identity))
    }
    const tab = await openTab(server)
    await tab.signIn('/charge-points?vendor=Brand')
    await tab.seesText(/^50 of 200$/)
    await tab.page.getByRole('checkbox', { name: /Select all/ }).check()
    await tab.page.getByRole('button', { name: 'Select all 200 that match' }).click()
    await tab.page.getByRole('button', { name: 'Settings…' }).click()
    const dialog = tab.page.getByRole('dialog')
    await dialog.getByLabel('Let it wait').check()
    await dialog.getByLabel(/Type 200 to confirm/).fill('200')
    await dialog.getByRole('button', { name: 'As JSON' }).click()
    await dialog.getByLabel('JSON').fill('{"items":[{"key":"HeartbeatInterval","value":"600"}]}')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await tab.seesText('197 of 200 charge points')
    await tab.page.getByRole('link', { name: 'Waits 3' }).waitFor()
    await tab.page.getByRole('link', { name: 'Answered 195' }).waitFor()
    assert.equal(asked.size, 197)
    assert.ok([...asked.values()].every((number) => number === 1))
    isStuck = false
    await tab.page.getByRole('link', { name: 'Waits 3' }).click()
    await tab.seesNo('tr[data-key=MANY-003]')
    assert.equal(await tab.page.locator('tbody tr').count(), 3)
    // Those that wait are not over, so nothing is repeated before they are.
    for (const charger of chargers.slice(10, 13)) {
      const back = await connectCharger(server.url, charger.identity, { boot: true })
      back.onCall(() => ({ status: 'Accepted' }))
    }
    await tab.page.getByRole('button', { name: 'Repeat for 2 failed' }).click()
    await dialog.getByLabel(/Type 2 to confirm/).fill('2')
    await dialog.getByRole('button', { name: 'Repeat for 2 failed' }).click()
    await tab.seesText('2 of 2 charge points')
    await tab.sees('tr[data-key=MANY-001]:has-text("accepted")')
    assert.deepEqual([asked.get('MANY-001'), asked.get('MANY-003')], [2, 1])
    tab.fine()
  })

  it('follows a hundred messages per second, pairs them, and exports all that match', async () => {
    const server = backend()
    const charger = await connectCharger(server.url, 'TALKS', { boot: true })
    const tab = await openTab(server)
    await tab.signIn('/charge-points/TALKS/messages')
    await tab.page.getByRole('button', { name: 'Follow' }).click()
    const metrics = await tab.context.newCDPSession(tab.page)
    // CPU time: on a busy machine frames take longer than the page needs.
    await metrics.send('Performance.enable', { timeDomain: 'threadTicks' })
    const spent = async () => {
      const { metrics: all } = await metrics.send('Performance.getMetrics')
      return all.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
    }
    const before = await spent()
    const seconds = 6
    for (let second = 0; second < seconds; second++) {
      // A call and its answer are two messages.
      const began = performance.now()
      for (let index = 0; index < 50; index++) {
        await charger.call('DataTransfer', { vendorId: 'org.example', data: `${second}-${index}` })
      }
      await until('a second has passed', () => performance.now() - began > 1_000)
    }
    await tab.seesText(`${seconds - 1}-49`, 'main')
    const used = (await spent()) - before
    // Rows are shown five times per second: no update may keep the page busy for 100 ms.
    assert.ok(used < seconds * 5 * 0.1, `${used} s of CPU time in ${seconds} s`)

    await tab.page.getByRole('button', { name: 'Following' }).click()
    await tab.page.getByLabel('Part of the payload').fill('3-41')
    const call = tab.page.locator('tr', { hasText: '3-41' }).first()
    await call.getByRole('button').last().click()
    await tab.page.locator('.pair').getByText('CALLRESULT').waitFor()
    await tab.page.getByRole('link', { name: 'Clear filters' }).click()
    await tab.page.getByLabel('Kind').selectOption('3')
    await tab.page.locator('tbody tr').first().getByRole('button').last().click()
    await tab.page.locator('.pair').getByText('vendorId').first().waitFor()

    await tab.page.getByRole('link', { name: 'Clear filters' }).click()
    await tab.page.getByLabel('Action').fill('DataTransfer')
    await until('the filter is in the link', async () => {
      const href = await tab.page.getByRole('link', { name: 'NDJSON' }).getAttribute('href')
      return href?.includes('action=DataTransfer') === true
    })
    const exported = (await fetched(tab, 'NDJSON'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id)
    const listed: number[] = []
    let cursor: string | undefined
    do {
      const path = `/charge-points/TALKS/messages?action=DataTransfer&limit=100${cursor ? `&cursor=${cursor}` : ''}`
      const { items, nextCursor } = (await operate(server, 'GET', path)).json()
      listed.push(...items.map(({ id }: { id: number }) => id))
      cursor = nextCursor
    } while (cursor !== undefined)
    assert.equal(exported.length, seconds * 100)
    assert.deepEqual(exported.sort(), listed.sort())
    tab.fine()
  })

  it('sums a month of fifty thousand transactions as SQL does, and exports each of them', async () => {
    const server = backend()
    await fillMonth(server)
    const { rows } = await sql<{ number: number; energy: number; cost: number; duration: number }>`
      select count(*) as number, sum(energy_wh) as energy, sum(cost) as cost, sum(duration) as duration from transactions
      where charge_point_id in (9001, 9002)`.execute(server.app.database.db)
    const [{ number, energy, cost }] = rows as [(typeof rows)[number]]
    assert.equal(Number(number), COUNT)
    const range = 'from=2025-11-01T00:00:00.000Z&to=2025-12-01T00:00:00.000Z'
    const tab = await openTab(server)
    await tab.signIn(`/transactions?${range}`)
    await tab.seesText('November 2025')
    const figures = tab.page.locator('.figures').first()
    await figures.getByText('50,000', { exact: true }).waitFor()
    await figures.getByText(`${(energy / 1e6).toFixed(2)} MWh`).waitFor()
    const money = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'EUR' })
    await figures.getByText(money.format(cost)).waitFor()

    const lines = (await fetched(tab, 'CSV')).trim().split('\r\n')
    assert.equal(lines.length, COUNT + 1)
    const column = (lines[0] ?? '').split(',').indexOf('energyWh')
    const sum = lines.slice(1).reduce((total, line) => total + Number(line.split(',')[column]), 0)
    assert.equal(Math.round(sum), Math.round(energy))

    await tab.open(`/statistics/transactions?${range}&groupBy=chargePoint&interval=month`)
    for (const identity of ['BOOK-1', 'BOOK-2']) {
      await tab.page
        .getByRole('row', { name: new RegExp(identity) })
        .getByText('25,000')
        .waitFor()
    }
    tab.fine()
  })
})

/** Fifty thousand transactions that ended in November 2025. */
async function fillMonth({ app }: TestServer): Promise<void> {
  const { writer } = app.database
  const begin = Date.UTC(2025, 10, 1)
  const step = Math.floor((30 * 86_400_000) / COUNT)
  await writer.write(async (trx) => {
    await sql`insert into charge_points (id, identity, identity_key, created_at, updated_at) values
      (9001, 'BOOK-1', 'book-1', 0, 0), (9002, 'BOOK-2', 'book-2', 0, 0)`.execute(trx)
  })
  // In several steps, because a statement may not take long.
  for (let from = 0; from < COUNT; from += 2_500) {
    const rows = sql`insert into transactions (charge_point_id, transaction_id, protocol, status, id_token, start_timestamp,
        end_timestamp, energy_wh, duration, cost, currency, created_at, ended_at, updated_at)
      with recursive n(i) as (select ${sql.lit(from)} union all select i + 1 from n where i < ${sql.lit(from + 2_499)})
      select 9001 + i % 2, 'bk-' || i, 'ocpp1.6', 'ended', 'CARD-' || (i % 50), ${sql.lit(begin)} + i * ${sql.lit(step)},
        ${sql.lit(begin)} + i * ${sql.lit(step)} + 1000, i % 1000 + 5, i % 3600, (i % 500) / 100.0, 'EUR',
        ${sql.lit(begin)} + i * ${sql.lit(step)}, ${sql.lit(begin)} + i * ${sql.lit(step)} + 1000, ${sql.lit(begin)} from n`
    await writer.write((trx) => rows.execute(trx))
  }
}
