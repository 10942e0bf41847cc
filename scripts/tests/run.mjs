import { once, setMaxListeners } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import { divide } from './groups.mjs'

/** More files than these in one process are hard to read in a report, and keep much in memory. */
const FILES_PER_PROCESS = 72
/** Milliseconds for one test file: a hanging socket fails its file instead of the whole run. */
const FILE_TIMEOUT_MS = 300_000
/** Milliseconds for the files of one process, so that one which blocks its process fails as well. */
const GROUP_TIMEOUT_MS = 1_800_000
/** Tests make much that is garbage at once: collecting it less often saves a twentieth of the CPU time. */
const YOUNG_SPACE = '--max-semi-space-size=64'
const MEMORY = '/dev/shm'
/** Bytes that the databases of a whole run need at most, about. */
const MIN_MEMORY = 4 * 1024 ** 3
/** Files that are named at the end. */
const MOST_EXPENSIVE = 10
const ALL_TIMES = '.test-build/times.txt'
/** With more files than these something is wrong that a second try does not change. */
const MOST_AGAIN = 12
/** Characters of an error that are printed again at the end. */
const REASON_LENGTH = 600

/**
 * Runs compiled test files, several in a process. Returns what is wrong, or `undefined`.
 *
 * With TEST_AGAIN=1 a few files that failed are run a second time, alone, and the run only fails if they do so again.
 * What passed only then is named: it depends on how busy the machine is, or there is a race.
 */
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
  const groups = divide(tests, filesPerProcess)
  const paths = writeGroups(root, groups)
  const first = await runOnce(paths, { concurrency, isOverAtFirstFailure })
  const times = readTimes()
  printTimes(root, times)
  const files = failedFiles(
    first,
    groups.map((group, index) => ({ ...group, path: paths[index] })),
    new Set(times.map(({ file }) => file))
  )
  const isTriedAgain = process.env.TEST_AGAIN === '1' && files.length > 0 && files.length <= MOST_AGAIN
  if (!isTriedAgain) return conclude(first)
  console.log(`\nrun again, each alone: ${files.join(', ')}`)
  const second = await runOnce(writeGroups(root, divide(files, 1)), { concurrency: 1 })
  readTimes()
  conclude(first)
  if (second.length > 0) return conclude(second)
  console.log(
    '\nPassed only when run again, alone: the test depends on the machine, or there is a race. Find out which.'
  )
}

/** Runs one process for each of the files. Returns the failures: innermost tests as well as suites. */
async function runOnce(files, { concurrency, isOverAtFirstFailure = false }) {
  const failures = []
  const stop = new AbortController()
  const { signal } = stop
  // Every process listens to it.
  setMaxListeners(files.length + 1, signal)
  const stream = run({ files, concurrency, timeout: GROUP_TIMEOUT_MS, signal })
  // It ends the processes of the tests, one that hangs, too.
  const end = () => stop.abort()
  process.once('exit', end)
  stream.on('test:fail', (failure) => {
    failures.push(failure)
    if (isOverAtFirstFailure) process.exit(1)
  })
  const report = stream.compose(new spec())
  report.pipe(process.stdout, { end: false })
  await once(report, 'end')
  process.off('exit', end)
  return failures
}

/**
 * The test files that failed, or that their process did not get to. None when a process failed although all its files
 * passed: a second try would pass, and say nothing.
 */
function failedFiles(failures, groups, ended) {
  const names = new Set(failures.filter(({ nesting }) => nesting === 0).map(({ name }) => name))
  const ofGroups = groups.map(({ path, files }) => {
    const failed = files.filter((file) => names.has(file) || !ended.has(file))
    return { failed, isUnclear: names.has(path) && failed.length === 0 }
  })
  return ofGroups.some(({ isUnclear }) => isUnclear) ? [] : ofGroups.flatMap(({ failed }) => failed)
}

/** Prints, as the last thing, what failed and why. */
function conclude(failures) {
  if (failures.length === 0) return undefined
  const isSuite = ({ details }) => details.error?.failureType === 'subtestsFailed'
  const causes = failures.filter((failure) => !isSuite(failure))
  console.log('\nfailed:')
  for (const { name, details } of causes) {
    const { cause = details.error } = details.error ?? {}
    const text = String(cause?.message ?? cause).slice(0, REASON_LENGTH)
    console.log(`- ${name}: ${text.replaceAll('\n', '\n  ')}`)
  }
  return `${failures.length} failed`
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
  process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, '--enable-source-maps', YOUNG_SPACE].filter(Boolean).join(' ')
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

/** Times that group.mjs has noted for each file that came to its end; the next run starts an empty file. */
function readTimes() {
  if (!existsSync(process.env.TEST_TIMES)) return []
  const lines = readFileSync(process.env.TEST_TIMES, 'utf8').trim().split('\n')
  rmSync(process.env.TEST_TIMES)
  return lines.map((line) => JSON.parse(line))
}

/** The most expensive files, and all of them in a file. */
function printTimes(root, times) {
  const table = [...times]
    .sort((one, other) => other.cpu - one.cpu)
    .map(({ file, seconds, cpu }) => `${cpu.toFixed(1).padStart(7)} ${seconds.toFixed(1).padStart(7)}  ${file}`)
  const total = times.reduce((sum, { cpu }) => sum + cpu, 0)
  writeFileSync(join(root, ALL_TIMES), `${table.join('\n')}\n`)
  console.log(`\nCPU seconds, and seconds, of the most expensive of ${times.length} files; of all in ${ALL_TIMES}`)
  console.log(`${table.slice(0, MOST_EXPENSIVE).join('\n')}\n${total.toFixed(1).padStart(7)}          in all`)
}
