import process from 'node:process'
import { run } from './check-charger/run.js'

// `npm run check-charger -- --listen 9000`: tells what of a charger's messages breaks the standard. See
// docs/check-charger.md.

const interrupted = new AbortController()
// A second Ctrl-C ends the process at once.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort())

process.exitCode = await run(process.argv.slice(2), process.env, interrupted.signal, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text)
})
