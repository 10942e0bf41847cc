import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import { startPostgres } from './test-postgres.mjs'

/** Milliseconds for one test file: a hanging socket fails its file instead of the whole run. */
const TIMEOUT_MS = 180_000
const MEMORY = '/dev/shm'
/** Bytes that the databases of a whole run need at most, about. */
const MIN_MEMORY = 4 * 1024 ** 3
/** Files that are named at the end. */
const SLOWEST = 10

/** Runs compiled test files, a process each. Returns what is wrong, or `undefined`. */
export async function runTests(root, tests) {
  // So that what was started is stopped, and what was made is removed, when the run is interrupted, too.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  // In memory: thousands of files that live for seconds.
  process.env.TMPDIR = mkdtempSync(join(temporaryParent(), 'fastify-ocpp-tests-'))
  // A PostgreSQL that a test starts itself has an account of its own, and must get to its directory.
  chmodSync(process.env.TMPDIR, 0o711)
  process.once('exit', () => rmSync(process.env.TMPDIR, { recursive: true, force: true, maxRetries: 10 }))
  const postgres = process.env.TEST_POSTGRES ?? (await startPostgres(temporaryParent()))
  if (postgres !== undefined) process.env.TEST_POSTGRES = postgres
  process.env.TEST_TIMES = join(process.env.TMPDIR, 'times.ndjson')
  const timer = pathToFileURL(join(root, 'scripts/time-test.mjs')).href
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --enable-source-maps --import=${timer}`.trim()
  const files = tests.map((test) => join(root, '.test-build', test.replace(/\.ts$/, '.js')))
  let failed = 0
  const stream = run({ files, concurrency: availableParallelism(), timeout: TIMEOUT_MS })
  stream.on('test:fail', () => failed++)
  const report = stream.compose(new spec())
  report.pipe(process.stdout, { end: false })
  await once(report, 'end')
  printSlowest(root)
  return failed === 0 ? undefined : `${failed} failed`
}

/** Memory where it is a file system with room, as on most Linux machines; containers often have 64 MiB of it. */
function temporaryParent() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize >= MIN_MEMORY ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** What scripts/time-test.mjs has written down. */
function printSlowest(root) {
  const times = readFileSync(process.env.TEST_TIMES, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const slowest = times.sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST)
  console.log('\nslowest files: seconds, of these CPU')
  for (const { file, seconds, cpu } of slowest) {
    const name = relative(join(root, '.test-build'), file).replace(/\.js$/, '.ts')
    console.log(`${seconds.toFixed(1).padStart(7)} ${cpu.toFixed(1).padStart(6)}  ${name}`)
  }
}
