import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { after, describe, it } from 'node:test'
import { startProcess } from '../app/process.js'
import { connectCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { until } from '../support/wait.js'
import { freePort } from './proxy.js'

/** A shell that does something and becomes the back-end. */
const afterwards = (script: string) => (command: string[]) => ['sh', '-c', `${script}`, 'sh', ...command]

describe('when the disk of the log is full', () => {
  it('continues without a log', inLong, async () => {
    const port = await freePort()
    const settings = { PORT: String(port), LOG_LEVEL: 'trace', OPERATOR_TOKEN: 'token-of-the-test-operator' }
    const backend = await startProcess(settings, undefined, afterwards('exec "$@" > /dev/full'))
    await serves(`http://127.0.0.1:${port}`)
    const charger = await connectCharger(`ws://127.0.0.1:${port}`, 'CP-1', { boot: true })
    for (let times = 0; times < 50; times++) assert.equal((await charger.call('Nonsense')).type, 4)
    assert.equal((await charger.roundTrip()).type, 3)
    backend.kill('SIGTERM')
    assert.equal((await charger.closed).code, 1012)
    assert.equal(await backend.exited(), 0)
  })
})

describe('when no more files can be opened', () => {
  it('keeps its connections, and accepts others as soon as that is possible', inLong, async () => {
    const limit = 128
    const backend = await startProcess({})
    const url = (await backend.url()).replace('http', 'ws')
    // Only once it runs: while it starts, Node.js opens all its modules at once.
    execFileSync('prlimit', ['--pid', String(backend.pid), `--nofile=${limit}`])
    const charger = await connectCharger(url, 'CP-1', { boot: true })
    await charger.roundTrip()
    const crowd = Array.from({ length: 2 * limit }, () => idle(Number(new URL(url).port)))
    // One is kept in reserve, to turn away who cannot be let in.
    await until('all are in use', () => openFiles(backend.pid) >= limit - 1)
    assert.equal((await charger.roundTrip()).type, 3)
    for (const socket of crowd) socket.destroy()
    await until('some are free', () => openFiles(backend.pid) < limit / 2 + 20)
    const other = await connectCharger(url, 'CP-2', { boot: true })
    for (const each of [charger, other]) assert.equal((await each.roundTrip()).type, 3)
  })
})

/** A connection on which nothing is said. */
function idle(port: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  after(() => socket.destroy())
  return socket
}

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

async function serves(url: string): Promise<void> {
  let status = 0
  const ask = () => {
    fetch(`${url}/health/live`).then(
      (response) => {
        status = response.status
      },
      () => setTimeout(ask, 20)
    )
  }
  ask()
  await until('it serves', () => status === 200, 60_000)
}
