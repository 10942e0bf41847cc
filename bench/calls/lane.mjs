import { fork } from 'node:child_process'
import { once } from 'node:events'
import { ServerProcess } from '../lib/server-process.mjs'
import { HttpClient } from './http-client.mjs'

export const CHARGERS = 200
const TOKEN = 'token-of-the-benchmark'
/** Action of the calls, with its payload. */
export const ACTIONS = {
  /** Recorded like any other call. */
  ClearCache: '{}',
  /** The back-end also stores that a transaction is awaited. */
  RemoteStartTransaction: JSON.stringify({ idTag: 'TAG-0001', connectorId: 1 })
}
const ACCEPTED = '"result":{"status":"Accepted"}'
const TICK_MS = 5

/** @typedef {{ calls: number, rate: number, p50: number, p99: number, max: number, cpu: number, busy: number }} Window */

/** A server, its charge points and those who call them. */
export class Lane {
  /** Calls that were answered so far. */
  answered = 0
  /** @type {HttpClient[]} */
  #clients = []

  /**
   * @param {string} name
   * @param {ServerProcess} server
   * @param {import('node:child_process').ChildProcess} fleet
   * @param {keyof typeof ACTIONS} action
   */
  constructor(name, server, fleet, action) {
    this.name = name
    this.action = action
    this.server = server
    this.fleet = fleet
    this.#clients = Array.from({ length: CHARGERS }, () => new HttpClient(server.port))
  }

  /**
   * @param {string} name
   * @param {Record<string, string> | undefined} settings of the back-end; without them the relay
   * @param {keyof typeof ACTIONS} action
   */
  static async start(name, settings, action = 'ClearCache') {
    // A server process inherits the environment.
    const own = { OPERATOR_TOKEN: TOKEN, OCPP_MESSAGE_RATE: '0', ...settings }
    for (const key of ['DATABASE_URL', 'DATA_DIR', 'MESSAGE_LOG']) delete process.env[key]
    Object.assign(process.env, own)
    const server = await ServerProcess.start(settings === undefined ? '../calls/relay' : '../storage/app')
    const fleet = fork(new URL('./fleet.mjs', import.meta.url), { stdio: 'inherit' })
    fleet.send({ port: server.port, count: CHARGERS })
    const [failures] = await once(fleet, 'message')
    if (Object.keys(failures).length > 0) throw new Error(`${name}: ${JSON.stringify(failures)}`)
    return new Lane(name, server, fleet, action)
  }

  /**
   * Everybody makes the next call when the last one is answered.
   *
   * @param {number} seconds
   */
  closedLoop(seconds) {
    return this.#measure(async (call) => {
      const until = performance.now() + seconds * 1000
      const loop = async (index) => {
        while (performance.now() < until) await call(index, performance.now())
      }
      await Promise.all(this.#clients.map((_client, index) => loop(index)))
    })
  }

  /**
   * So many calls a second, whether or not those before are answered; waiting for a free connection counts.
   *
   * @param {number} seconds
   * @param {number} rate
   */
  paced(seconds, rate) {
    return this.#measure(async (call) => {
      const free = this.#clients.map((_client, index) => index)
      /** @type {number[]} */
      const due = []
      const serve = async () => {
        const index = free.pop()
        if (index === undefined) return
        for (let at = due.shift(); at !== undefined; at = due.shift()) await call(index, at)
        free.unshift(index)
      }
      const running = new Set()
      const start = performance.now()
      for (let made = 0; made < seconds * rate; ) {
        await new Promise((resolve) => setTimeout(resolve, TICK_MS))
        const wanted = Math.min(seconds * rate, Math.floor(((performance.now() - start) * rate) / 1000))
        for (; made < wanted; made++) {
          due.push(start + (made * 1000) / rate)
          const served = serve().finally(() => running.delete(served))
          running.add(served)
        }
      }
      await Promise.all(running)
    })
  }

  /**
   * @param {(call: (index: number, since: number) => Promise<void>) => Promise<void>} load
   * @returns {Promise<Window>}
   */
  async #measure(load) {
    const cpuBefore = await this.server.cpu()
    const start = performance.now()
    /** @type {number[]} */
    const latencies = []
    await load(async (index, since) => {
      const path = `/api/v1/charge-points/CP-${index}/calls/${this.action}`
      const { status, body } = await this.#clients[index].post(path, ACTIONS[this.action], TOKEN)
      if (status !== 200 || !body.includes(ACCEPTED)) throw new Error(`${this.name}: ${status} ${body}`)
      latencies.push(performance.now() - since)
    })
    const duration = (performance.now() - start) / 1000
    const cpu = (await this.server.cpu()) - cpuBefore
    const calls = latencies.length
    this.answered += calls
    latencies.sort((a, b) => a - b)
    const at = (share) => latencies[Math.min(calls - 1, Math.floor(calls * share))] ?? Number.NaN
    return {
      calls,
      rate: calls / duration,
      p50: at(0.5),
      p99: at(0.99),
      max: at(1),
      cpu: cpu / calls,
      busy: cpu / 1e6 / duration
    }
  }

  async stop() {
    for (const client of this.#clients) client.close()
    this.fleet.kill('SIGKILL')
    await this.server.stop()
  }
}
