// npm run bench -- dashboard [--transactions 300000] [--charge-points 10000] [--seconds 86400] [--chromium /usr/bin/chromium]
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { startBackend, TOKEN } from '../lib/backend.mjs'
import { Bystander } from '../lists/bystander.mjs'
import { emptyDatabase } from '../storage/databases.mjs'
import { fill } from './fill.mjs'
import { cpuOf, cpuOfProcess, firstPaint, longestFrame, milliseconds } from './measure.mjs'
import { Sender } from './sender.mjs'

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '300000' },
    'charge-points': { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '86400' },
    chromium: { type: 'string', default: '/usr/bin/chromium' }
  }
})
const size = {
  transactions: Number(values.transactions),
  chargePoints: Number(values['charge-points']),
  seconds: Number(values.seconds)
}
const LIVE_POINTS = 20
/** Milliseconds until the run gives up. */
const PATIENCE = 120_000

console.log(`load average at the start ${loadavg()[0].toFixed(1)}; ${JSON.stringify(size)}`)
const { settings, drop } = await emptyDatabase('sqlite')
let isOver = false
try {
  const long = await fill(settings, size)
  const server = await startBackend(settings)
  const browser = await chromium.launch({
    executablePath: values.chromium,
    args: ['--no-sandbox', '--disable-dev-shm-usage']
  })
  try {
    const charger = await Bystander.connect(server.port)
    await charger.measure(1)
    const waits = charger.measureWhile(() => !isOver)
    const page = await browser.newPage()
    page.setDefaultTimeout(PATIENCE)
    await measure(page, `http://127.0.0.1:${server.port}`, { long, pid: server.child.pid })
    isOver = true
    const { Heartbeat } = await waits
    const at = (share) => Heartbeat[Math.ceil(share * Heartbeat.length) - 1] ?? 0
    tell(`Heartbeat of a bystander, p99 of ${Heartbeat.length}`, at(0.99), 50)
    charger.close()
  } finally {
    isOver = true
    await browser.close()
    server.child.kill('SIGTERM')
    await once(server.child, 'exit')
  }
} finally {
  await drop()
}

/** Prints a figure beside its budget. A missed budget does not fail the run: the machine may be busy. */
function tell(what, found, wanted, unit = 'ms') {
  const verdict = wanted === undefined ? '' : `  wanted ${wanted}${found <= wanted ? '' : ' MISSED'}`
  console.log(`${what.padEnd(52)} ${found.toFixed(unit === 'ms' ? 1 : 0).padStart(8)} ${unit}${verdict}`)
}

/** Opens a page, and tells what it costs the server: on a busy machine only that can be compared. */
async function opened(page, pid, what, { path, seen, wanted }) {
  const before = cpuOfProcess(pid)
  tell(what, await milliseconds(page, { open: path, seen }), wanted)
  tell('  CPU time of the server for it', cpuOfProcess(pid) - before)
}

async function measure(page, origin, { long, pid }) {
  await page.goto(origin)
  await page.getByLabel('Operator token').fill(TOKEN)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('.tiles').waitFor()
  tell('first paint of the overview', await firstPaint(page, origin), 1_000)
  await opened(page, pid, 'overview with data', { path: '/', seen: '.tiles', wanted: 1_500 })
  tell(
    '50 of the charge points after the click',
    await milliseconds(page, { click: 'a[href="/charge-points"]', seen: 'tr[data-key="CP-1"]' }),
    300
  )
  tell('longest frame while their rows are scrolled', await longestFrame(page), 50)

  const { points } = await page.evaluate(countPoints, long.transaction)
  tell('points of the largest series of the day of 1 Hz', points, 2_000, 'points')
  const curve = { path: `/transactions/${long.transaction}`, seen: 'figure.curves canvas' }
  await opened(page, pid, 'its page until the curve is drawn', curve)
  const drawn = await cpuOf(page, async () => {
    await page.evaluate("document.documentElement.dataset.theme = 'dark'; window.dispatchEvent(new Event('resize'))")
    await page.setViewportSize({ width: 1_100, height: 800 })
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  })
  tell('CPU time to draw it again', drawn, 100)
  tell('CPU time of a live point', await livePoints(page, origin, long), 16)

  const year = `from=${new Date(long.to - 364 * 86_400_000).toISOString()}&to=${new Date(long.to).toISOString()}`
  const statistics = `/statistics/transactions?${year}&interval=day`
  await opened(page, pid, 'a year of statistics by day', { path: statistics, seen: 'tbody tr' })
  await opened(page, pid, '… again', { path: statistics, seen: 'tbody tr' })
}

/** Runs in the page. */
async function countPoints(id) {
  const measurands = ['Power.Active.Import', 'Energy.Active.Import.Register']
    .map((name) => `measurand=${name}`)
    .join('&')
  const answer = await fetch(`/api/v1/transactions/${id}/series?points=600&${measurands}`)
  const { series } = await answer.json()
  return { points: Math.max(...series.map((one) => one.points.length)) }
}

/** The CPU time that the page needs for each new reading of the transaction on screen. */
async function livePoints(page, origin, { to }) {
  const charger = await Sender.connect(`${origin.replace('http', 'ws')}/ocpp/CP-2`)
  const used = await cpuOf(page, async () => {
    for (let index = 1; index <= LIVE_POINTS; index++) {
      const timestamp = new Date(to + index * 1_000).toISOString()
      const sampledValue = [{ value: '12000', measurand: 'Power.Active.Import', unit: 'W' }]
      await charger.call('MeterValues', {
        connectorId: 1,
        transactionId: 900_001,
        meterValue: [{ timestamp, sampledValue }]
      })
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    }
  })
  charger.close()
  return used / LIVE_POINTS
}
