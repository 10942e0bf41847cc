// `npm run bench -- NAME [options]`: builds, then runs a benchmark. Without a name it says which there are.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const BENCHMARKS = {
  plugin: ['plugin/run.mjs', 'messages, memory and a storm of boots, beside a bare ws server'],
  storage: ['storage/run.mjs', 'the back-end with its database, beside the same without one'],
  calls: ['calls/run.mjs', 'calls of operators to chargers'],
  cluster: ['cluster/run.mjs', 'two nodes with NATS: calls between them, and what a connection costs more'],
  reconnect: ['reconnect/run.mjs', 'thousands of chargers that all come back at once'],
  lists: ['lists/run.mjs', 'pages of lists of a million transactions'],
  dashboard: ['dashboard/run.mjs', 'the dashboard with 10,000 charge points, a day of 1 Hz and a year of transactions'],
  events: ['events/run.ts', 'a thousand readers of the event stream'],
  webhooks: ['webhooks/run.ts', 'a thousand changes a second for one webhook'],
  'smart-charging': ['smart-charging/run.ts', 'a day in a garage below its limit, beside the best that is possible'],
  money: ['money/run.ts', 'the cost of a day with 8640 readings and prices by the time of day']
}

const USAGE = `npm run bench -- NAME [options]; --help says which options there are
${Object.entries(BENCHMARKS)
  .map(([name, [, about]]) => `  ${name.padEnd(14)} ${about}`)
  .join('\n')}
`

const [name = '', ...options] = process.argv.slice(2)
const [file] = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : []
if (file === undefined) {
  console.error(USAGE)
  process.exit(2)
}
await import('../scripts/build.mjs')
if (process.exitCode === 0) process.exitCode = run(file)

/** TypeScript runs from the sources. */
function run(file) {
  const loader = file.endsWith('.ts') ? ['--import=tsx', '--conditions=source'] : []
  const args = [...loader, join(import.meta.dirname, file), ...options]
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
}
