import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { startBackend } from '../app/support.js'
import { connectSimulator, skip, useBrowser } from './browser.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PAGES = [
  '/',
  '/problems',
  '/charge-points',
  '/charge-points/CP-1',
  '/charge-points/CP-1/messages',
  '/charge-points/CP-1/calls',
  '/charge-points/CP-1/certificates',
  '/charge-points/CP-1/state',
  '/calls'
]

describe('every page', { skip }, () => {
  const openTab = useBrowser()

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe objects to, in ${colorScheme}`, async () => {
      const server = await startBackend()
      await connectSimulator(server, 'ocpp2.1', { identity: 'CP-1' })
      // Axe is not of the page, whose policy would not let it in.
      const tab = await openTab(server, { colorScheme, bypassCSP: true })
      await tab.signIn('/')
      for (const path of PAGES) {
        await tab.open(path)
        await tab.sees('h1')
        await tab.seesNo('.skeleton')
        await tab.page.evaluate(AXE)
        const { violations } = await tab.page.evaluate<{
          violations: { id: string; nodes: { html: string }[] }[]
        }>("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })")
        const found = violations.flatMap(({ id, nodes }) =>
          nodes.map(({ html }) => `${path} ${id} ${html.slice(0, 200)}`)
        )
        assert.deepEqual(found, [])
      }
    })
  }
})
