import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Tab } from './browser.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Faults of accessibility that axe-core finds in what is on screen. */
export async function faultsIn(tab: Tab): Promise<string[]> {
  return tab.page.evaluate(async (source) => {
    const run = new Function(`${source}; return axe`) as () => {
      run: (
        options: object
      ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>
    }
    const { violations } = await run().run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  }, AXE)
}
