import { once, setMaxListeners } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import { divide } from './groups.mjs'

/** More files than these in one process are hard to read in a report, and keep much in memory. */
const FILES_PER_PROCESS = 24
/** Milliseconds for one test file: a hanging socket fails its file instead of the whole run. */
const FILE_TIMEOUT_MS = 300_000
/** Milliseconds for the files of one process, so that one which blocks its process fails as well. */
const GROUP_TIMEOUT_MS = 900_000
const MEMORY = '/dev/shm'
/** Bytes that the databases of a whole run need at most, about. */
const MIN_MEMORY = 4 * 1024 ** 3
/** Files that are named at the end. */
const SLOWEST = 10

/** Runs compiled test files, several in a process. Returns what is wrong, or `undefined`. */
export async function runTests(
  root,
  tests,
  {
    filesPerProcess = FILES_PER_PROCESS,
    isOverAtFirstFailure = false,
    // More processes than processors, because tests often wait for a socket or a clock.
    concurrency = availableParallelism() + 2
  } = {}
) {
  await prepare(root)
  let failed = 0
  const files = writeGroups(root, divide(tests, filesPerProcess))
  const stop = new AbortController()
  const { signal } = stop
  // Every process listens to it.
  setMaxListeners(files.length + 1, signal)
  const stream = run({ files, concurrency, timeout: GROUP_TIMEOUT_MS, signal })
  // It ends the processes of the tests, one that hangs, too.
  process.once('exit', () => stop.abort())
  stream.on('test:fail', () => {
    failed++
    if (isOverAtFirstFailure) process.exit(1)
  })
  const report = stream.compose(new spec())
  report.pipe(process.stdout, { end: false })
  await once(report, 'end')
  printTimes()
  rmSync(process.env.TEST_TIMES, { force: true })
  return failed === 0 ? undefined : `${failed} failed`
}

let isPrepared = false

/** Once for all runs of this process. */
export async function prepare(root) {
  if (isPrepared) return
  isPrepared = true
  // So that what was started is stopped, and what was made is removed, when the run is interrupted, too.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  // In memory: thousands of files that live for seconds.
  process.env.TMPDIR = mkdtempSync(join(temporaryParent(), 'fastify-ocpp-tests-'))
  // A PostgreSQL that a test starts itself has an account of its own, and must get to its directory.
  chmodSync(process.env.TMPDIR, 0o711)
  process.once('exit', () => rmSync(process.env.TMPDIR, { recursive: true, force: true, maxRetries: 10 }))
  const postgres = process.env.TEST_POSTGRES ?? (await startPostgres(root))
  if (postgres !== undefined) process.env.TEST_POSTGRES = postgres
  process.env.TEST_TIMES = join(process.env.TMPDIR, 'times.ndjson')
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --enable-source-maps`.trim()
}

/** A server for this run. Returns its URL; `undefined` where no PostgreSQL is installed. */
async function startPostgres(root) {
  const { OwnPostgres } = await import(pathToFileURL(join(root, '.test-build/test/support/own-postgres.js')).href)
  const postgres = await OwnPostgres.start(temporaryParent(), {
    max_connections: 300,
    // It does not wait for disks: the tests end processes, not machines.
    fsync: 'off',
    full_page_writes: 'off',
    log_min_messages: 'panic'
  })
  postgres?.unref()
  return postgres?.url
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

/** Writes what each process runs. Returns the paths. */
function writeGroups(root, groups) {
  const directory = join(root, '.test-build/groups')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  const [tracking, runner] = ['tracking', 'group'].map(
    (name) => pathToFileURL(join(root, `scripts/tests/${name}.mjs`)).href
  )
  return groups.map(({ name, files }) => {
    const path = join(directory, `${name}.mjs`)
    const call = `await runGroup(${JSON.stringify(files)}, ${FILE_TIMEOUT_MS})`
    writeFileSync(path, `import '${tracking}'\nconst { runGroup } = await import('${runner}')\n${call}\n`)
    return path
  })
}

/** What group.mjs has written down. */
function printTimes() {
  if (!existsSync(process.env.TEST_TIMES)) return
  const lines = readFileSync(process.env.TEST_TIMES, 'utf8').trim().split('\n')
  const times = lines.map((line) => JSON.parse(line))
  console.log('\nslowest files: seconds, of these CPU')
  for (const { file, seconds, cpu } of times.sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST)) {
    console.log(`${seconds.toFixed(1).padStart(7)} ${cpu.toFixed(1).padStart(6)}  ${file}`)
  }
}
