import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../support/root.js'
import { sourcesAtRoot, sourcesBelow } from './imports.js'

// The text of a frame is not validated, may be no JSON, and may be refused. The app decides from `handled`, `sent` and
// `call`; only the message log takes whole frames, and the metrics count them.

const files = [...sourcesAtRoot(), ...sourcesBelow('lib'), ...sourcesBelow('plugins'), ...sourcesBelow('routes')]

/** The lines of the app that match, each with its file. */
function linesWith(pattern: RegExp): string[] {
  return files.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => `${file}: ${line.trim()}`)
  )
}

test('the sources of the app are found', () => {
  assert.ok(files.includes('app.ts') && files.includes('server.ts') && files.includes('plugins/message-log.ts'))
})

test('nothing listens to frames but the message log and a counter', () => {
  assert.deepEqual(linesWith(/(?:\(|:)['"`]?frame['"`]\s*,|fastify-ocpp:frame|['"`]frame['"`]/).sort(), [
    "lib/metrics/ocpp.ts: events.on('frame', ({ direction }) => {",
    "plugins/message-log.ts: if (messageLog !== undefined) app.ocpp.events.on('frame', (frame) => messageLog.add(frame))"
  ])
})

test('nothing names the type of a frame but the message log', () => {
  const naming = linesWith(/\bFrameEvent\b/).map((line) => line.slice(0, line.indexOf(':')))
  assert.deepEqual([...new Set(naming)], ['lib/charge-points/message-log.ts'])
})

test('nothing parses a frame, and only the message log takes its redacted copy', () => {
  assert.deepEqual(linesWith(/\.parsed\(|\bframe\.text\b|\bparsed\s*[,}].*FrameEvent|\btext\s*[,}].*FrameEvent/), [])
  const redacting = linesWith(/\.(?:redacted|plain)\(/).map((line) => line.slice(0, line.indexOf(':')))
  assert.deepEqual([...new Set(redacting)], ['lib/charge-points/message-log.ts'])
})
