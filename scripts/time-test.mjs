import { appendFileSync } from 'node:fs'

// Loaded into every process of a test run; a test file says how long it took.

if (process.argv[1]?.endsWith('.test.js') && process.env.TEST_TIMES !== undefined) {
  process.once('exit', () => {
    const { user, system } = process.cpuUsage()
    const times = { file: process.argv[1], seconds: process.uptime(), cpu: (user + system) / 1e6 }
    appendFileSync(process.env.TEST_TIMES, `${JSON.stringify(times)}\n`)
  })
}
