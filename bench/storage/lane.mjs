import { connectFleet, dismiss } from '../lib/charger.mjs'
import { ServerProcess } from '../lib/server-process.mjs'
import { callFrame, PARTS, PAYLOADS } from './messages.mjs'

export const CONNECTIONS = 200
const STALL_SECONDS = 30

/** A charge point, and the time of its last message. @typedef {{ charger: import('../lib/charger.mjs').Charger, transactionId: number, at: number }} Member */
/** @typedef {{ rate: number, p50: number, p99: number, max: number, cpu: number, busy: number, messages: number }} Window */

/** A server and its charge points. */
export class Lane {
  /** Messages that were answered, by action. @type {Record<string, number>} */
  answered = {}
  /** @type {Member[]} */
  #fleet = []
  #count = 0

  /**
   * @param {string} name
   * @param {ServerProcess} server
   */
  constructor(name, server) {
    this.name = name
    this.server = server
  }

  /**
   * @param {string} name
   * @param {Record<string, string> | undefined} settings of the back-end; without them the library without storage
   */
  static async start(name, settings) {
    // A server process inherits the environment.
    Object.assign(process.env, { OPERATOR_TOKEN: 'token-of-the-benchmark', ...settings })
    if (settings?.DATABASE_URL === undefined) delete process.env.DATABASE_URL
    const server = await ServerProcess.start(settings === undefined ? 'plugin' : '../storage/app')
    const lane = new Lane(name, server)
    await lane.#connect(settings !== undefined)
    return lane
  }

  /** @param {boolean} hasTransactions */
  async #connect(hasTransactions) {
    const { chargers, failures } = await connectFleet(this.server, CONNECTIONS, 50)
    if (Object.keys(failures).length > 0) throw new Error(`${this.name}: ${JSON.stringify(failures)}`)
    for (const [index, charger] of chargers.entries()) {
      const transactionId = hasTransactions ? await startTransaction(charger, index) : 4711
      this.#fleet.push({ charger, transactionId, at: 0 })
    }
  }

  /**
   * Every charge point sends its next message when the last one is answered.
   *
   * @param {string} part one of {@link PARTS}
   * @param {number} seconds
   * @returns {Promise<Window>}
   */
  async measure(part, seconds) {
    const { actions = [], chargePoints = CONNECTIONS } = PARTS[part] ?? {}
    const cpuBefore = await this.server.cpu()
    const start = performance.now()
    /** @type {number[]} */
    const latencies = []
    const stalled = timeout(seconds + STALL_SECONDS, `${this.name}: ${part} is not answered`)
    const until = start + seconds * 1000
    try {
      await Promise.race([
        stalled.promise,
        Promise.all(this.#fleet.slice(0, chargePoints).map((each) => this.#loop(each, actions, until, latencies)))
      ])
    } finally {
      stalled.clear()
    }
    const duration = (performance.now() - start) / 1000
    const cpu = (await this.server.cpu()) - cpuBefore
    const messages = latencies.length
    latencies.sort((a, b) => a - b)
    return {
      messages,
      rate: messages / duration,
      p50: latencies[Math.floor(messages * 0.5)] ?? Number.NaN,
      p99: latencies[Math.floor(messages * 0.99)] ?? Number.NaN,
      max: latencies.at(-1) ?? Number.NaN,
      cpu: cpu / messages,
      busy: cpu / 1e6 / duration
    }
  }

  /**
   * @param {Member} each
   * @param {string[]} actions
   * @param {number} until
   * @param {number[]} latencies
   * @returns {Promise<void>}
   */
  #loop(each, actions, until, latencies) {
    const { charger } = each
    return new Promise((resolve, reject) => {
      let id = ''
      let sentAt = 0
      let step = 0
      let action = ''
      const send = () => {
        const count = ++this.#count
        action = actions[step] ?? ''
        id = `${action.slice(0, 1)}${count}`
        sentAt = performance.now()
        each.at = Math.max(Date.now(), each.at + 1)
        charger.write(callFrame(id, action, PAYLOADS[action]?.(count, each.transactionId, new Date(each.at)) ?? {}))
      }
      charger.onFailure = reject
      charger.onText = (buffer, start, end) => {
        // Calls of the server have no answer here.
        if (buffer[start + 1] === 0x32) return
        const text = buffer.toString('latin1', start, end)
        if (!text.startsWith(`[3,"${id}",`)) {
          reject(new Error(`${action} was answered ${text.slice(0, 200)}`))
          return
        }
        const now = performance.now()
        latencies.push(now - sentAt)
        this.answered[action] = (this.answered[action] ?? 0) + 1
        if (action === 'StartTransaction') each.transactionId = JSON.parse(text)[2].transactionId
        step = (step + 1) % actions.length
        // A transaction that has begun is ended.
        if (now < until || step > 0) send()
        else resolve()
      }
      send()
    })
  }

  async stop() {
    dismiss(this.#fleet.map(({ charger }) => charger))
    await this.server.stop()
  }
}

/**
 * @param {import('../lib/charger.mjs').Charger} charger
 * @param {number} index
 * @returns {Promise<number>}
 */
async function startTransaction(charger, index) {
  let transactionId = 0
  await charger.call({
    action: 'StartTransaction',
    payload: { connectorId: 1, idTag: `TAG-${index}`, meterStart: 0, timestamp: '2026-01-01T00:00:00.000Z' },
    isAnswer(payload) {
      transactionId = payload.transactionId
      return payload.idTagInfo.status === 'Accepted'
    }
  })
  return transactionId
}

/**
 * @param {number} seconds
 * @param {string} message
 */
function timeout(seconds, message) {
  let timer
  const promise = new Promise((_, reject) => {
    timer = setTimeout(reject, seconds * 1000, new Error(message))
  })
  return { promise, clear: () => clearTimeout(timer) }
}
