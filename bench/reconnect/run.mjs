import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { provision } from '../lib/provisioned.mjs'
import { emptyDatabase } from '../storage/databases.mjs'

const SERVER = fileURLToPath(new URL('../../dist/server.js', import.meta.url))
const CHARGERS = fileURLToPath(new URL('chargers.mjs', import.meta.url))
const PROCESSES = 2
const PATIENCE_MS = 120_000
const WANTED_SECONDS = 20

const USAGE = `npm run bench -- reconnect [options]
  --chargers <n>          default 5000
  --databases <names>     some of sqlite,postgres; default sqlite
  --rounds <n>            times that the server is killed; default 3
`

async function main() {
  const { values } = parseArgs({
    options: {
      chargers: { type: 'string', default: '5000' },
      databases: { type: 'string', default: 'sqlite' },
      rounds: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) return process.stdout.write(USAGE)
  const count = Number(values.chargers)
  process.stdout.write(`${count} chargers, Node ${process.version}, load average ${loadavg()[0]?.toFixed(2)}\n`)
  for (const dialect of values.databases.split(',')) {
    for (const password of [undefined, 'the-same-for-this-benchmark']) {
      const seconds = await measure(
        /** @type {'sqlite' | 'postgres'} */ (dialect),
        count,
        password,
        Number(values.rounds)
      )
      const verdict = seconds.every((each) => each <= WANTED_SECONDS) ? 'reached' : 'missed'
      const what =
        password === undefined ? 'without passwords' : `with passwords, wanted ${WANTED_SECONDS} s: ${verdict}`
      process.stdout.write(`${dialect}, ${what}: ${seconds.map((each) => each.toFixed(1)).join(', ')} s\n`)
    }
  }
}

/**
 * Seconds from the end of the server until every charger has booted again, for each time that it is killed.
 *
 * @param {'sqlite' | 'postgres'} dialect
 * @param {number} count
 * @param {string | undefined} password
 * @param {number} rounds
 */
async function measure(dialect, count, password, rounds) {
  const { settings, drop } = await emptyDatabase(dialect)
  const port = 21_000 + (process.pid % 5000)
  /** @type {Fleet | undefined} */
  let fleet
  let server
  try {
    if (password !== undefined) {
      const identities = Array.from({ length: count }, (_, index) => `CP-${index + 1}`)
      await provision(settings, identities, password)
    }
    const start = () => startServer({ ...settings, OCPP_OPEN_REGISTRATION: String(password === undefined) }, port)
    server = await start()
    fleet = new Fleet(`ws://127.0.0.1:${port}/ocpp`, count, password)
    await fleet.booted()
    const seconds = []
    for (let round = 0; round < rounds; round++) {
      await fleet.nextRound()
      const begin = performance.now()
      server.kill('SIGKILL')
      await once(server, 'exit')
      const back = fleet.booted()
      server = await start()
      const listening = (performance.now() - begin) / 1000
      const failures = await back
      seconds.push((performance.now() - begin) / 1000)
      const times = `listens after ${listening.toFixed(1)} s, all are back after ${seconds.at(-1)?.toFixed(1)} s`
      const told = `  round ${round + 1}: ${times}, CPU of the server ${cpuSeconds(server.pid).toFixed(1)} s`
      process.stderr.write(`${told}, refused or cut: ${JSON.stringify(failures)}\n`)
    }
    return seconds
  } finally {
    fleet?.stop()
    server?.kill('SIGKILL')
    await drop()
  }
}

/**
 * @param {Record<string, string>} settings
 * @param {number} port
 */
async function startServer(settings, port) {
  const env = {
    PATH: process.env.PATH,
    PORT: String(port),
    OPERATOR_TOKEN: 'token-of-the-benchmark',
    LOG_LEVEL: 'error',
    ...settings
  }
  const server = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const deadline = performance.now() + PATIENCE_MS
  while (!(await isReady(port))) {
    if (server.exitCode !== null || performance.now() > deadline) throw new Error('the server does not start')
    await sleep(20)
  }
  return server
}

/** User and system time of a process so far: what remains true on a busy machine. @param {number | undefined} pid */
function cpuSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return Number.NaN
  }
}

/** @param {number} port */
async function isReady(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/live`)).ok
  } catch {
    return false
  }
}

/** The chargers, in processes of their own. */
class Fleet {
  #parts

  /**
   * @param {string} url
   * @param {number} count
   * @param {string | undefined} password
   */
  constructor(url, count, password) {
    const share = Math.ceil(count / PROCESSES)
    this.#parts = Array.from({ length: PROCESSES }, (_, index) => {
      const to = Math.min(count, (index + 1) * share)
      const args = [url, String(index * share + 1), String(to), ...(password === undefined ? [] : [password])]
      return fork(CHARGERS, args)
    })
  }

  /** Resolves when all have booted, with what went wrong before. */
  async booted() {
    const answers = await Promise.all(this.#parts.map((part) => this.#told(part, 'booted')))
    /** @type {Record<string, number>} */
    const failures = {}
    for (const [reason, times] of answers.flatMap((answer) => Object.entries(answer.failures))) {
      failures[reason] = (failures[reason] ?? 0) + Number(times)
    }
    return failures
  }

  /** From now on connections count that are still to be made. */
  async nextRound() {
    const ready = this.#parts.map((part) => this.#told(part, 'isReady'))
    for (const part of this.#parts) part.send('next')
    await Promise.all(ready)
  }

  stop() {
    for (const part of this.#parts) part.kill('SIGKILL')
  }

  /**
   * @param {import('node:child_process').ChildProcess} part
   * @param {string} what
   * @returns {Promise<any>}
   */
  #told(part, what) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(reject, PATIENCE_MS, new Error(`waited ${PATIENCE_MS} ms for ${what}`))
      /** @param {any} message */
      const onMessage = (message) => {
        if (!(what in message)) return
        clearTimeout(timer)
        part.off('message', onMessage)
        resolve(message)
      }
      part.on('message', onMessage)
    })
  }
}

await main()
