import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, describe, it } from 'node:test'
import { startProcess } from '../app/process.js'
import { until } from '../support/wait.js'

/** Runs a command on a terminal of its own. */
const onTerminal = (command: string[]) => ['script', '--quiet', '--return', '--command', command.join(' '), '/dev/null']

describe('the process of the back-end', () => {
  // Node cannot restore the settings of a terminal that is gone, and faults while it exits.
  it('ends when its terminal is closed', async () => {
    const backend = await startProcess({ NODE_ENV: 'production' }, undefined, onTerminal)
    await backend.url()
    const [line = ''] = backend.output().match(/\{"level":.*\}/) ?? []
    const { pid } = JSON.parse(line)
    after(() => isRunning(pid) && process.kill(pid, 'SIGKILL'))
    backend.kill('SIGKILL')
    await until('the server ends', () => !isRunning(pid))
  })

  it('ends at once after a fault in native code', async () => {
    const backend = await startProcess()
    await backend.url()
    backend.kill('SIGSEGV')
    assert.equal(await backend.exited(), null)
    assert.doesNotMatch(backend.output(), /going down/)
  })
})

/** A process that has ended has an entry until its parent asks for its exit code. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
