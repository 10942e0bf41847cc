import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/** Milliseconds for one test file: a hanging socket fails its file instead of the whole run. */
const TIMEOUT_MS = 180_000
/** Files that are named at the end. */
const SLOWEST = 10

/** Runs compiled test files, a process each. Returns what is wrong, or `undefined`. */
export async function runTests(root, tests) {
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --enable-source-maps`.trim()
  const files = tests.map((test) => join(root, '.test-build', test.replace(/\.ts$/, '.js')))
  const seconds = new Map()
  let failed = 0
  const stream = run({ files, concurrency: availableParallelism(), timeout: TIMEOUT_MS })
  for (const outcome of ['test:pass', 'test:fail']) {
    stream.on(outcome, ({ nesting, file, details }) => {
      if (outcome === 'test:fail') failed++
      if (nesting === 0 && file !== undefined) {
        seconds.set(file, (seconds.get(file) ?? 0) + (details.duration_ms ?? 0) / 1000)
      }
    })
  }
  const report = stream.compose(new spec())
  report.pipe(process.stdout, { end: false })
  await once(report, 'end')
  printSlowest(root, seconds)
  return failed === 0 ? undefined : `${failed} failed`
}

function printSlowest(root, seconds) {
  const slowest = [...seconds].sort(([, one], [, other]) => other - one).slice(0, SLOWEST)
  console.log('\nslowest files, in seconds of their tests')
  for (const [file, time] of slowest) {
    console.log(`${time.toFixed(1).padStart(7)}  ${relative(root, file)}`)
  }
}
