import { readFileSync } from 'node:fs'

// What a browser measures of a page, and what the server spends.

/** Linux counts the CPU time of processes in ticks of so many milliseconds. */
const TICK_MS = 10

/** Milliseconds of CPU time that a process has used so far, with all its threads. [proc(5)] */
export function cpuOfProcess(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Milliseconds from the navigation to the first contentful paint. */
export async function firstPaint(page, origin) {
  await page.goto(origin)
  await page.locator('.tiles').waitFor()
  return page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN")
}

/**
 * Milliseconds from opening a path, or from a click, until something is painted.
 *
 * @param {import('playwright-core').Page} page
 * @param {{ open?: string, click?: string, seen: string }} what
 */
export async function milliseconds(page, { open, click, seen }) {
  const wait = `new Promise((done) => {
    const look = () => document.querySelector(${JSON.stringify(seen)}) ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look)
    look()
  })`
  if (open !== undefined) {
    await page.goto(new URL(open, page.url()).href)
    return page.evaluate(wait)
  }
  return page.evaluate(`(async () => {
    const began = performance.now()
    document.querySelector(${JSON.stringify(click)}).click()
    return (await ${wait}) - began
  })()`)
}

/** Milliseconds of the longest frame while the page is scrolled to its end. */
export function longestFrame(page) {
  return page.evaluate(`new Promise((done) => {
    let longest = 0
    let before = performance.now()
    const step = () => {
      const now = performance.now()
      longest = Math.max(longest, now - before)
      before = now
      const at = scrollY
      scrollBy(0, 40)
      if (scrollY === at) done(longest)
      else requestAnimationFrame(step)
    }
    requestAnimationFrame(() => { before = performance.now(); requestAnimationFrame(step) })
  })`)
}

/** Milliseconds of CPU time of the page while something happens. */
export async function cpuOf(page, act) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration').value
  }
  const before = await spent()
  await act()
  const used = (await spent()) - before
  await session.detach()
  return used * 1_000
}
