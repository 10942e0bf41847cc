import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { fileURLToPath } from 'node:url'

const COMPILED = fileURLToPath(new URL('../../.test-build/', import.meta.url))

/**
 * Runs the test files of one process, one after the other, each as a suite that is named after it.
 *
 * @param files paths of the sources, such as `test/ledger/cost.test.ts`
 * @param timeout milliseconds for one file: one that hangs fails instead of holding up the others
 */
export async function runGroup(files, timeout) {
  for (const file of files) {
    const started = { wall: performance.now(), cpu: process.cpuUsage() }
    // It resolves when all tests of the file are over.
    await describe(file, { timeout }, async () => {
      const { default: define } = await import(join(COMPILED, file.replace(/\.ts$/, '.js')))
      await define()
    })
    record(file, started)
  }
}

/** For the list of the slowest. */
function record(file, { wall, cpu }) {
  const { user, system } = process.cpuUsage(cpu)
  const times = { file, seconds: (performance.now() - wall) / 1000, cpu: (user + system) / 1e6 }
  appendFileSync(process.env.TEST_TIMES, `${JSON.stringify(times)}\n`)
}
