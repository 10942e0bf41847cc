import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { serverCommand } from './cores.mjs'

const ANSWER_TIMEOUT = 30_000

/** The servers in the order of their numbers. */
export const SERVERS = /** @type {const} */ (['bare', 'json', 'plugin'])

/** @typedef {typeof SERVERS[number]} ServerName */

/** A server under test, in a process of its own. */
export class ServerProcess {
  /** @type {Map<number, (answer: any) => void>} */
  #pending = new Map()
  #lastId = 0
  #child

  /**
   * @param {ServerName} name
   * @param {string[]} [nodeOptions]
   */
  static async start(name, nodeOptions = []) {
    const server = new ServerProcess(name, nodeOptions)
    server.port = await server.#answer(0)
    return server
  }

  /**
   * @param {ServerName} name
   * @param {string[]} nodeOptions
   */
  constructor(name, nodeOptions) {
    this.name = name
    this.port = 0
    const file = fileURLToPath(new URL(`../servers/${name}.mjs`, import.meta.url))
    const [command, args] = serverCommand([...nodeOptions, file])
    this.#child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.on('message', ({ id, answer }) => this.#pending.get(id)?.(answer))
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
