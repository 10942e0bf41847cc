#!/usr/bin/env node
import { run } from './cli/run.js'

const stopped = new AbortController()
/** The first signal ends the run in good order, a second one at once. */
const stop = () => {
  if (stopped.signal.aborted) process.exit(130)
  stopped.abort()
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
// The reader of the output may stop early, as in `… | head`.
process.stdout.on('error', () => process.exit(0))

process.exitCode = await run(process.argv.slice(2), process.env, stopped.signal)
