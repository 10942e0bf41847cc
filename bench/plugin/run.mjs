import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { measureBootStorm } from '../lib/boot-storm.mjs'
import { isPinned, pinSelf } from '../lib/cores.mjs'
import { measureIdleMemory } from '../lib/idle-memory.mjs'
import { MESSAGES } from '../lib/messages.mjs'
import { profilePlugin } from '../lib/profile.mjs'
import { report, TARGETS } from '../lib/report.mjs'
import { measureThroughput } from '../lib/throughput.mjs'

const PARTS = [...Object.keys(MESSAGES), 'memory', 'boot']

const USAGE = `npm run bench -- plugin [options]
  --only <parts>    some of ${PARTS.join(',')}; default all
  --rounds <n>      rounds of each message; default 7
  --seconds <s>     length of a measured window; default 1.2
  --profile         profile the plugin instead, message by message
  --json            results as JSON on standard output
`

/** Longer than any sensible run: nothing is left running when something hangs. */
const TIME_LIMIT = 30 * 60_000

async function main() {
  const options = readOptions()
  if (options === undefined) {
    process.stderr.write(USAGE)
    process.exitCode = 2
    return
  }
  setTimeout(() => fail(new Error('out of time')), TIME_LIMIT).unref()
  pinSelf()
  const results = { machine: describeMachine(), targets: TARGETS, ...(await measure(options)) }
  process.stdout.write(`${options.json ? JSON.stringify(results, null, 2) : readable(results)}\n`)
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: PARTS.join(',') },
      rounds: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '1.2' },
      profile: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  const parts = values.only.split(',')
  const rounds = Number(values.rounds)
  const seconds = Number(values.seconds)
  const isSensible =
    Number.isInteger(rounds) && rounds > 0 && seconds > 0 && parts.every((part) => PARTS.includes(part))
  return isSensible && !values.help ? { ...values, parts, rounds, seconds, progress } : undefined
}

/** @param {NonNullable<ReturnType<typeof readOptions>>} options */
async function measure(options) {
  const { parts, profile } = options
  const actions = parts.filter((part) => part in MESSAGES)
  if (profile) return { profile: await profilePlugin(actions, options) }
  return {
    throughput: actions.length > 0 ? await measureThroughput(actions, options) : undefined,
    idleMemory: parts.includes('memory') ? await measureIdleMemory(options) : undefined,
    bootStorm: parts.includes('boot') ? await measureBootStorm(options) : undefined
  }
}

function describeMachine() {
  return {
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    isPinned,
    /** Of the minute before: what else was running. */
    loadAverage: loadavg()[0]
  }
}

/** @param {any} results */
function readable({ machine, ...results }) {
  const { date, node, cpu, cores, loadAverage } = machine
  const pinning = machine.isPinned ? 'server on core 0, load generator on core 1' : 'NOT PINNED to cores'
  return [
    `${date} · Node ${node} · ${cores} x ${cpu} · ${pinning} · load average before ${loadAverage.toFixed(2)}`,
    report(results)
  ].join('\n\n')
}

/** @param {string} text */
function progress(text) {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
}

/** @param {unknown} error */
function fail(error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
}

await main().catch(fail)
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
