import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { PARTS as MEASURED } from './messages.mjs'
import { profileStorage } from './profile.mjs'
import { report } from './report.mjs'
import { measureRestart } from './restart.mjs'
import { measureThroughput } from './throughput.mjs'

const PARTS = [...Object.keys(MEASURED), 'restart']

const USAGE = `npm run bench -- storage [options]
  --only <parts>        some of ${PARTS.join(',')}; default all
  --databases <names>   sqlite, postgres or both, with a comma; default both
  --rounds <n>          rounds of each message; default 5
  --seconds <s>         length of a measured window; default 4
  --profile             profile the back-end instead, message by message
  --json                results as JSON on standard output
`
/** Nothing is left running when something hangs. */
const TIME_LIMIT = 30 * 60_000

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: PARTS.join(',') },
      databases: { type: 'string', default: 'sqlite,postgres' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      profile: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  const parts = values.only.split(',')
  const databases = values.databases.split(',')
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)]
  const isSensible =
    rounds >= 1 &&
    seconds > 0 &&
    parts.every((part) => PARTS.includes(part)) &&
    databases.every((name) => name === 'sqlite' || name === 'postgres')
  if (!isSensible || values.help) {
    process.stderr.write(USAGE)
    process.exitCode = 2
    return
  }
  setTimeout(() => fail(new Error('out of time')), TIME_LIMIT).unref()
  const actions = parts.filter((part) => part in MEASURED)
  const options = { actions, databases, rounds, seconds, progress }
  const machine = { date: new Date().toISOString(), node: process.version, cpu: cpus()[0]?.model, load: loadavg()[0] }
  const isMeasured = actions.length > 0
  const results = values.profile
    ? { machine, profile: await profileStorage(options) }
    : {
        machine,
        throughput: isMeasured ? await measureThroughput(options) : undefined,
        restart: parts.includes('restart') ? await measureRestart(options) : undefined
      }
  const { date, node, cpu, load } = machine
  const title = `${date} · Node ${node} · ${cpus().length} x ${cpu} · load average before ${load?.toFixed(2)}`
  process.stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : `${title}\n\n${report(results)}\n`)
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
