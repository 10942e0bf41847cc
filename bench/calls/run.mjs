import { writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDatabase } from '../../dist/lib/database/open.js'
import { pinSelf } from '../lib/cores.mjs'
import { readProfile } from '../lib/profile.mjs'
import { median } from '../lib/statistics.mjs'
import { emptyDatabase } from '../storage/databases.mjs'
import { ACTIONS, Lane } from './lane.mjs'

const USAGE = `npm run bench -- calls [options]
  --databases <names>   sqlite, postgres or both, with a comma; default sqlite
  --action <name>       ClearCache (default), or RemoteStartTransaction, of which more is stored
  --rounds <n>          rounds; default 5
  --seconds <s>         length of a measured window; default 4
  --rate <n>            calls a second at which latency is measured; default: half of what the back-end can do
  --profile             profile the back-end instead
  --json                results as JSON on standard output
`
/** Targets of this project, compared with the relay; printed beside the figures, never enforced. */
const TARGETS = { rate: 0.4, p99: 4 }
const WARM_UP_SECONDS = 3
/** Microseconds between samples. */
const INTERVAL = 200
/** Nothing is left running when something hangs. */
const TIME_LIMIT = 20 * 60_000

async function main() {
  const { values } = parseArgs({
    options: {
      databases: { type: 'string', default: 'sqlite' },
      action: { type: 'string', default: 'ClearCache' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      rate: { type: 'string' },
      profile: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  const databases = values.databases.split(',')
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)]
  const rate = values.rate === undefined ? undefined : Number(values.rate)
  const { action } = values
  const isSensible =
    action in ACTIONS &&
    rounds >= 1 &&
    seconds > 0 &&
    !(rate <= 0) &&
    databases.every((name) => name === 'sqlite' || name === 'postgres')
  if (!isSensible || values.help) {
    process.stderr.write(USAGE)
    process.exitCode = 2
    return
  }
  setTimeout(() => fail(new Error('out of time')), TIME_LIMIT).unref()
  pinSelf()
  const load = loadavg()[0]
  const results = values.profile
    ? await profile(databases, seconds, action)
    : await measure(databases, { rounds, seconds, rate, action })
  const title = `${new Date().toISOString()} · Node ${process.version} · ${cpus().length} x ${cpus()[0]?.model} · load average before ${load?.toFixed(2)}`
  process.stdout.write(
    values.json ? `${JSON.stringify({ title, results }, null, 2)}\n` : `${title}\n\n${report(results)}\n`
  )
}

/**
 * Round by round every server in turn, so that what disturbs one disturbs all.
 *
 * @param {string[]} databases
 * @param {{ rounds: number, seconds: number, rate: number | undefined, action: string }} options
 */
async function measure(databases, { rounds, seconds, rate, action }) {
  const lanes = [{ lane: await Lane.start('relay', undefined, action), windows: [], paced: [], isComplete: undefined }]
  const drops = []
  const stored = []
  try {
    for (const dialect of databases) {
      const { settings, drop } = await emptyDatabase(dialect)
      drops.push(drop)
      const lane = await Lane.start(dialect, settings, action)
      lanes.push({ lane, windows: [], paced: [] })
      stored.push({ lane, settings })
    }
    for (const { lane } of lanes) await lane.closedLoop(WARM_UP_SECONDS)
    for (let round = 1; round <= rounds; round++) {
      for (const { lane, windows } of lanes) {
        progress(`round ${round} of ${rounds}: ${lane.name}`)
        windows.push(await lane.closedLoop(seconds))
      }
      // The same for all, so that their latencies may be compared.
      const half = Math.min(...lanes.map(({ windows }) => windows.at(-1).rate)) / 2
      for (const { lane, paced } of lanes) {
        progress(`round ${round} of ${rounds}: ${lane.name}, paced`)
        paced.push(await lane.paced(seconds, rate ?? half))
      }
    }
    for (const { lane } of lanes) await lane.stop()
    const counts = []
    for (const { lane, settings } of stored) {
      counts.push({ name: lane.name, answered: lane.answered, recorded: await recorded(settings) })
    }
    return { lanes: lanes.map(({ lane, windows, paced }) => summary(lane.name, windows, paced)), counts }
  } finally {
    for (const { lane } of lanes) await lane.stop()
    for (const drop of drops) await drop()
  }
}

/** @typedef {import('./lane.mjs').Window} Window */

/**
 * @param {string} name
 * @param {Window[]} windows
 * @param {Window[]} paced
 */
function summary(name, windows, paced) {
  const of = (list, key) => median(list.map((each) => each[key]))
  return {
    name,
    rate: of(windows, 'rate'),
    cpu: of(windows, 'cpu'),
    busy: of(windows, 'busy'),
    p99: of(windows, 'p99'),
    pacedRate: of(paced, 'rate'),
    pacedP50: of(paced, 'p50'),
    pacedP99: of(paced, 'p99'),
    pacedMax: Math.max(...paced.map(({ max }) => max))
  }
}

/**
 * Calls that are written down as answered, with their answer, read by this process.
 *
 * @param {Record<string, string>} settings
 */
async function recorded(settings) {
  const database = openDatabase({ DATABASE_POOL_SIZE: 2, ...settings }, { exclusive: false })
  try {
    const { count } = await database.db
      .selectFrom('calls')
      .select(({ fn }) => fn.countAll().as('count'))
      .where('status', '=', 'answered')
      .where('operator', 'is not', null)
      .where('response', 'is not', null)
      .where('duration', 'is not', null)
      .executeTakeFirstOrThrow()
    return Number(count)
  } finally {
    await database.close()
  }
}

/**
 * @param {string[]} databases
 * @param {number} seconds
 * @param {string} action
 */
async function profile(databases, seconds, action) {
  const profiles = []
  for (const dialect of databases) {
    const { settings, drop } = await emptyDatabase(dialect)
    const lane = await Lane.start(dialect, settings, action)
    try {
      await lane.closedLoop(WARM_UP_SECONDS)
      await lane.server.startProfile(INTERVAL)
      const { calls } = await lane.closedLoop(seconds)
      const recording = await lane.server.stopProfile()
      const file = join(tmpdir(), `calls-${dialect}.cpuprofile`)
      writeFileSync(file, JSON.stringify(recording))
      profiles.push({ dialect, file, calls, ...readProfile(recording, calls) })
    } finally {
      await lane.stop()
      await drop()
    }
  }
  return { profiles }
}

/** Whether a back-end has what is wanted of it. */
function isReached(lane, relay) {
  return lane.rate >= TARGETS.rate * relay.rate && lane.pacedP99 <= TARGETS.p99 * relay.pacedP99
}

/** @param {any} results */
function report({ lanes, counts, profiles }) {
  if (profiles !== undefined) return profiles.map(profileText).join('\n\n')
  const [relay] = lanes
  const rows = lanes.map((lane) =>
    [
      lane.name.padEnd(9),
      String(Math.round(lane.rate)).padStart(8),
      (lane.rate / relay.rate).toFixed(2).padStart(9),
      lane.cpu.toFixed(0).padStart(12),
      lane.busy.toFixed(2).padStart(6),
      lane.p99.toFixed(1).padStart(8),
      String(Math.round(lane.pacedRate)).padStart(9),
      lane.pacedP50.toFixed(1).padStart(7),
      lane.pacedP99.toFixed(1).padStart(7),
      (lane.pacedP99 / relay.pacedP99).toFixed(1).padStart(9),
      lane.pacedMax.toFixed(1).padStart(7),
      lane === relay ? '' : isReached(lane, relay) ? '  yes' : '  NO'
    ].join(' ')
  )
  return [
    'calls through HTTP, 200 chargers: as many as it takes, then at half of that rate',
    'server     calls/s  to relay  CPU us/call   busy   p99 ms   paced/s  p50 ms  p99 ms  to relay  max ms  wanted',
    ...rows,
    `wanted, to the relay: ${TARGETS.rate} of its rate, and at most ${TARGETS.p99} times its p99 at half rate`,
    ...counts.map(
      ({ name, answered, recorded }) =>
        `${name}: ${answered === recorded ? 'every answered call is recorded with its answer' : 'RECORDS ARE MISSING'}, ${recorded} of ${answered}`
    )
  ].join('\n')
}

/** @param {any} profile */
function profileText({ dialect, file, calls, perMessage, packages, functions }) {
  const line = ({ name, place, share, perMessage: time }) =>
    `${(100 * share).toFixed(1).padStart(5)} %  ${time.toFixed(1).padStart(6)} us  ${name}${place === undefined ? '' : `  ${place}`}`
  return [
    `${dialect}: ${perMessage.toFixed(0)} us a call, ${calls} calls, ${file}`,
    ...packages.slice(0, 12).map(line),
    '',
    ...functions.map(line)
  ].join('\n')
}

/** @param {string} text */
function progress(text) {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
}

/** @param {unknown} error */
function fail(error) {
  process.stderr.write(`\n${error instanceof Error ? error.stack : error}\n`)
  process.exit(1)
}

await main().catch(fail)
