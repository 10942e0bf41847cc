#!/usr/bin/env node
import { run } from './cli/run.js'

const stopped = new AbortController()
/** A second signal ends it at once. */
const stop = () => {
  if (stopped.signal.aborted) process.exit(130)
  stopped.abort()
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
// Whoever reads the output may stop reading: `… | head`.
process.stdout.on('error', () => process.exit(0))

process.exitCode = await run(process.argv.slice(2), process.env, stopped.signal)
