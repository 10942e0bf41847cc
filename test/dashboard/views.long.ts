import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fault } from '../../src/simulator/sessions/availability.js'
import { operate } from '../app/support.js'
import { until } from '../support/wait.js'
import { furnish } from './books-scene.js'
import { connectSimulator, skip, Tab, useBackend, useBrowser } from './browser.js'

const VIEWS = [
  '/charge-points?state=Faulted&sort=-lastSeenAt',
  '/charge-points/BROKEN/messages?direction=in',
  '/transactions?status=open&chargePoint=DEPOT-3',
  '/id-tokens?status=Blocked',
  '/authorizations?known=false',
  '/calls?status=answered',
  '/problems?severity=critical',
  '/statistics/transactions?interval=day&groupBy=chargePoint'
]
/** Without figures that move: the names of the rows. */
const ROWS = `[...document.querySelectorAll('main tr[data-key]')].map((row) => row.dataset.key).join()`
const TOO_WIDE = 'document.documentElement.scrollWidth > window.innerWidth'

/** As the browser tells a tab that another one is in front. */
const HIDE = `(() => {
  Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
  document.dispatchEvent(new Event('visibilitychange'))
})()`

describe('views', { skip }, () => {
  const openTab = useBrowser()
  const backend = useBackend()

  it('are the same after a reload, and after back and forward', async () => {
    const server = backend()
    await furnish(server)
    const charger = await connectSimulator(server, 'ocpp1.6', { identity: 'BROKEN' })
    await connectSimulator(server, 'ocpp1.6', { identity: 'WHOLE' })
    fault(charger, 1, 'GroundFailure')
    await until('the fault is known', async () => {
      return (await operate(server, 'GET', '/charge-points?state=Faulted')).json().items.length === 1
    })
    const tab = await openTab(server)
    await tab.signIn('/')
    const rowsOf = async () => {
      await tab.seesNo('.skeleton, [aria-busy=true]')
      return tab.page.evaluate<string>(ROWS)
    }
    const seen = new Map<string, string>()
    for (const view of VIEWS) {
      await tab.open(view)
      await tab.sees('main h1')
      await tab.sees('main .loaded')
      seen.set(view, await rowsOf())
      await tab.page.reload()
      await tab.sees('main .loaded')
      assert.equal(await rowsOf(), seen.get(view), view)
      assert.equal(tab.page.url(), tab.origin + view)
    }
    assert.equal(seen.get(VIEWS[0] ?? ''), 'BROKEN')
    await tab.page.getByRole('link', { name: 'Charge points' }).first().click()
    await tab.sees('tr[data-key=WHOLE]')
    await tab.page.getByRole('link', { name: 'Faulted' }).first().click()
    await tab.seesNo('tr[data-key=WHOLE]')
    await tab.page.goBack()
    await tab.sees('tr[data-key=WHOLE]')
    await tab.page.goForward()
    await tab.seesNo('tr[data-key=WHOLE]')
    await tab.sees('tr[data-key=BROKEN]')
    tab.fine()
  })

  it('load for a first visit what the overview needs, and the rest with the first other page', async () => {
    const tab = await openTab(backend())
    await tab.signIn('/')
    await tab.sees('main h1')
    const loaded = () => [
      ...new Set(
        tab.requests.map(({ url }) => /^\/assets\/(.+)-[\w-]{8}\.(?:css|js)$/.exec(url)?.[1] ?? '').filter(Boolean)
      )
    ]
    assert.deepEqual(loaded().sort(), ['base', 'index', 'overview', 'rolldown-runtime'])
    await tab.page.getByRole('link', { name: 'Charge points' }).first().click()
    await tab.sees('.filters')
    assert.ok(loaded().includes('pages') && loaded().includes('charge-points'), loaded().join())
    tab.fine()
  })

  it('load in eight tabs at once, of which the one in front is live', async () => {
    const server = backend()
    const charger = await connectSimulator(server, 'ocpp2.1', { identity: 'EIGHT' })
    const tab = await openTab(server)
    await tab.page.clock.install()
    await tab.signIn('/charge-points/EIGHT')
    let front = tab
    for (let number = 2; number <= 8; number++) {
      await front.page.evaluate(HIDE)
      await front.page.clock.fastForward(31_000)
      await front.sees('.pill[data-state=paused]')
      front = new Tab(await tab.context.newPage(), tab.context, { origin: tab.origin, expected: [] })
      await front.page.clock.install()
      await front.open('/charge-points/EIGHT')
      await front.live()
    }
    await charger.close()
    await front.seesText('EIGHT is away')
    tab.fine()
    front.fine()
  })

  it('fit at 200 % and 400 % without scrolling sideways, and keep their signs in forced colours', async () => {
    const server = backend()
    const tab = await openTab(server, { forcedColors: 'active' })
    await tab.signIn('/')
    for (const path of ['/', '/charge-points', '/charge-points/BROKEN', '/transactions/1', '/tariffs', '/sites']) {
      for (const width of [640, 320]) {
        await tab.page.setViewportSize({ width, height: 450 })
        await tab.open(path)
        await tab.sees('main h1')
        await tab.seesNo('.skeleton, [aria-busy=true]')
        assert.equal(await tab.page.evaluate(TOO_WIDE), false, `${path} at ${width} px`)
      }
    }
    await tab.open('/charge-points/BROKEN')
    const glyph = tab.page.locator('.state[data-state] .glyph').first()
    await glyph.waitFor()
    const [stroke, background] = await glyph.evaluate((element) => {
      const style = (globalThis as unknown as { getComputedStyle(of: unknown): Record<string, string> })
        .getComputedStyle
      const { document } = globalThis as unknown as { document: { body: unknown } }
      return [style(element).stroke, style(document.body).backgroundColor]
    })
    assert.notEqual(stroke, background)
    tab.fine()
  })
})
