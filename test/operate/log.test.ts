import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startProcess } from '../app/process.js'
import { until } from '../support/wait.js'

/** Runs a command on a terminal of its own. */
const onTerminal = (command: string[]) => ['script', '--quiet', '--return', '--command', command.join(' '), '/dev/null']

function jsonLines(output: string): string[] {
  return output.split(/\r?\n/).filter((line) => line.startsWith('{"level":'))
}

describe('the log', () => {
  it('is readable on a terminal', async () => {
    const backend = await startProcess({}, undefined, onTerminal)
    await backend.url()
    await until('it has logged', () => /\[?\d\d:\d\d:\d\d\]?.*Server listening/.test(backend.output()))
    assert.deepEqual(jsonLines(backend.output()), [])
  })

  it('is JSON in production, on a terminal as well', async () => {
    const backend = await startProcess({ NODE_ENV: 'production' }, undefined, onTerminal)
    await backend.url()
    const lines = jsonLines(backend.output())
    assert.ok(lines.some((line) => JSON.parse(line).msg.startsWith('Server listening')))
  })

  it('is JSON when it goes into a file or a pipe', async () => {
    const backend = await startProcess()
    await backend.url()
    assert.ok(jsonLines(backend.output()).length > 0)
  })
})
