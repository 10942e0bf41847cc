import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { fileURLToPath } from 'node:url'

const COMPILED = fileURLToPath(new URL('../../.test-build/', import.meta.url))

const END_TIMEOUT_MS = 30_000

/**
 * Runs the test files of one process, one after the other, each as a suite that is named after it. A process that does
 * not end then, because a test left something open, ends with an error that names what is open.
 *
 * @param files paths of the sources, such as `test/ledger/cost.test.ts`
 * @param timeout milliseconds for one file: one that hangs fails instead of holding up the others
 * @param endTimeout milliseconds that the process may go on after its last test
 */
export async function runGroup(files, timeout, endTimeout = END_TIMEOUT_MS) {
  for (const file of files) {
    const started = { wall: performance.now(), cpu: cpuSeconds() }
    // It resolves when all tests of the file are over.
    await describe(file, { timeout }, async () => {
      const { default: define } = await import(join(COMPILED, file.replace(/\.ts$/, '.js')))
      await define()
    })
    record(file, started)
  }
  setTimeout(() => {
    console.error(`still open after the last test: ${process.getActiveResourcesInfo().join(', ')}`)
    process.exit(1)
  }, endTimeout).unref()
}

/** For the list of the slowest. */
function record(file, { wall, cpu }) {
  const times = { file, seconds: (performance.now() - wall) / 1000, cpu: cpuSeconds() - cpu }
  appendFileSync(process.env.TEST_TIMES, `${JSON.stringify(times)}\n`)
}

/** Of this process and of those that it started and that are over. */
function cpuSeconds() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6 + cpuOfChildren()
}

/** CPU time of child processes, which Node does not tell; 0 where the system is not Linux. */
function cpuOfChildren() {
  if (process.platform !== 'linux') return 0
  // After the name, which may contain anything: cutime and cstime of proc(5), in hundredths of a second.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}
