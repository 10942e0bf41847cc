import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startBackend, TOKEN } from '../app/support.js'
import { connectSimulator, skip, useBrowser } from './browser.js'

const VERSIONS = [
  ['ocpp1.6', 'CP-A'],
  ['ocpp2.0.1', 'CP-B'],
  ['ocpp2.1', 'CP-C']
] as const

describe('the first minutes with the dashboard', { skip }, () => {
  const openTab = useBrowser()

  it('lead from a wrong token to three charge points that appear by themselves', async () => {
    const server = await startBackend()
    const tab = await openTab(server, { expected: [/status of 401/] })
    await tab.open('/')
    await tab.page.getByLabel('Operator token').fill('this-is-the-wrong-token')
    await tab.page.getByRole('button', { name: 'Sign in' }).click()
    await tab.seesText('Unknown token')
    await tab.page.getByLabel('Operator token').fill(TOKEN)
    await tab.page.keyboard.press('Enter')
    await tab.seesText('Three steps to the first charge point')
    await tab.seesText(`${server.url}/ocpp/{identity}`)
    assert.equal(await tab.page.evaluate('document.cookie'), '')
    const cookies = await tab.context.cookies()
    assert.deepEqual(
      cookies.map(({ httpOnly, sameSite, path }) => ({ httpOnly, sameSite, path })),
      [{ httpOnly: true, sameSite: 'Strict', path: '/' }]
    )

    await tab.page.getByRole('link', { name: 'Charge points' }).first().click()
    await tab.live()
    for (const [protocol, identity] of VERSIONS) {
      await connectSimulator(server, protocol, { identity })
      await tab.sees(`tr[data-key=${identity}]`)
    }
    await tab.seesNo('.steps')
    for (const [protocol, identity] of VERSIONS) {
      await tab.seesText(protocol.replace('ocpp', ''), `tr[data-key=${identity}]`)
      await tab.sees(`tr[data-key=${identity}] [data-state=Available]`)
    }
    // What has happened before it was opened is there, too.
    await tab.open('/')
    for (const [, identity] of VERSIONS) await tab.seesText(identity, 'section[aria-label="What happens"]')
    tab.fine()
  })
})
