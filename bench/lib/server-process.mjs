import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { serverCommand } from './cores.mjs'

const ANSWER_TIMEOUT = 30_000

/** The servers in the order of their numbers. */
export const SERVERS = /** @type {const} */ (['bare', 'json', 'plugin'])

/** These, and the plugin with traits for every charge point: what messages are measured with. */
export const MESSAGE_SERVERS = /** @type {const} */ ([...SERVERS, 'deviations'])

/** Servers of the boot storm and of idle memory. */
export const BOOT_SERVERS = /** @type {const} */ ([...SERVERS, 'checked', 'backend'])

/** @typedef {typeof MESSAGE_SERVERS[number] | typeof BOOT_SERVERS[number]} ServerName */

/** A server under test, in a process of its own. */
export class ServerProcess {
  /** @type {Map<number, (answer: any) => void>} */
  #pending = new Map()
  #lastId = 0
  #child

  /**
   * @param {ServerName} name
   * @param {string[]} [nodeOptions]
   * @param {{ settings?: Record<string, string>, password?: string }} [more] `password`: of its chargers
   */
  static async start(name, nodeOptions = [], more = {}) {
    const server = new ServerProcess(name, nodeOptions, more)
    try {
      server.port = await server.#answer(0)
      return server
    } catch (error) {
      await server.stop()
      throw error
    }
  }

  /**
   * @param {ServerName} name
   * @param {string[]} nodeOptions
   * @param {{ settings?: Record<string, string>, password?: string }} more
   */
  constructor(name, nodeOptions, { settings = {}, password }) {
    this.name = name
    this.password = password
    this.port = 0
    const file = fileURLToPath(new URL(`../servers/${name}.mjs`, import.meta.url))
    const [command, args] = serverCommand([...nodeOptions, file])
    const env = { ...process.env, ...settings }
    this.#child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.on('message', ({ id, answer }) => this.#pending.get(id)?.(answer))
  }

  /** Id of the server's process: `taskset` replaces itself by it. */
  get pid() {
    return this.#child.pid
  }

  /** CPU microseconds used so far. @returns {Promise<number>} */
  cpu() {
    return this.#ask('cpu')
  }

  /** Bytes in use; needs `--expose-gc`. @returns {Promise<{ heap: number, rss: number }>} */
  memory() {
    return this.#ask('memory')
  }

  /** @param {number} interval microseconds between samples */
  startProfile(interval) {
    return this.#ask('startProfile', interval)
  }

  /** @returns {Promise<import('node:inspector').Profiler.Profile>} */
  stopProfile() {
    return this.#ask('stopProfile')
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  /**
   * @param {string} question
   * @param {unknown} [argument]
   */
  #ask(question, argument) {
    const id = ++this.#lastId
    const answer = this.#answer(id)
    this.#child.send({ id, question, argument })
    return answer
  }

  /** @param {number} id */
  async #answer(id) {
    const { promise, resolve, reject } = withResolvers()
    const timer = setTimeout(reject, ANSWER_TIMEOUT, new Error(`server ${this.name} does not answer`))
    const onExit = () => reject(new Error(`server ${this.name} has ended`))
    this.#child.once('exit', onExit)
    this.#pending.set(id, resolve)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#pending.delete(id)
      this.#child.off('exit', onExit)
    }
  }
}

function withResolvers() {
  /** @type {(value: any) => void} */
  let resolve = () => {}
  /** @type {(error: Error) => void} */
  let reject = () => {}
  const promise = new Promise((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
