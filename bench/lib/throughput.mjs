import { connectFleet, dismiss } from './charger.mjs'
import { closedLoop } from './closed-loop.mjs'
import { MESSAGES } from './messages.mjs'
import { MESSAGE_SERVERS, ServerProcess } from './server-process.mjs'
import { median, medianRatio } from './statistics.mjs'

const CONNECTIONS = 100
const WARM_UP_SECONDS = 1.5

/**
 * One measured window: `rate` in messages a second, `cpu` in microseconds of the server a message, `busy` the
 * share of its core that the server used: near 1 unless something else on the machine was in the way.
 *
 * @typedef {{ rate: number, cpu: number, busy: number }} Window
 */

/**
 * Measures the servers in turn: all of them run all the time, one of them has work.
 *
 * @param {string[]} actions
 * @param {{ rounds: number, seconds: number, progress: (text: string) => void }} options
 */
export async function measureThroughput(actions, { rounds, seconds, progress }) {
  const lanes = await startLanes()
  try {
    for (const action of actions) {
      for (const lane of lanes) {
        progress(`${action}: warming up ${lane.server.name}`)
        await lane.check(action)
        await lane.measure(action, WARM_UP_SECONDS)
      }
    }
    const results = []
    for (const action of actions) results.push(await measureAction(lanes, action, { rounds, seconds, progress }))
    return results
  } finally {
    await Promise.all(lanes.map((lane) => lane.stop()))
  }
}

/** A server and the charge points connected to it. */
export class Lane {
  /** @type {import('./charger.mjs').Charger[]} */
  #chargers = []

  /** @param {ServerProcess} server */
  constructor(server) {
    this.server = server
    this.isConstant = server.name === 'bare'
  }

  async connect() {
    const { chargers, failures } = await connectFleet(this.server, CONNECTIONS, CONNECTIONS)
    this.#chargers = chargers
    if (Object.keys(failures).length > 0) throw new Error(`${this.server.name}: ${JSON.stringify(failures)}`)
  }

  /** Looks at one answer of every connection in full. @param {string} action */
  async check(action) {
    const { isConstant } = this
    await Promise.all(this.#chargers.map((charger) => charger.call(MESSAGES[action], { isConstant })))
  }

  /**
   * @param {string} action
   * @param {number} seconds
   * @returns {Promise<Window & { messages: number }>}
   */
  async measure(action, seconds) {
    const { server, isConstant } = this
    const cpuBefore = await server.cpu()
    const loop = await closedLoop(this.#chargers, MESSAGES[action], { seconds, isConstant })
    const cpu = (await server.cpu()) - cpuBefore
    return {
      messages: loop.messages,
      rate: loop.messages / loop.seconds,
      cpu: cpu / loop.messages,
      busy: cpu / 1e6 / loop.seconds
    }
  }

  async stop() {
    dismiss(this.#chargers)
    await this.server.stop()
  }
}

async function startLanes() {
  const lanes = []
  try {
    for (const name of MESSAGE_SERVERS) {
      const lane = new Lane(await ServerProcess.start(name))
      lanes.push(lane)
      await lane.connect()
    }
    return lanes
  } catch (error) {
    await Promise.all(lanes.map((lane) => lane.stop()))
    throw error
  }
}

/**
 * @param {Lane[]} lanes
 * @param {string} action
 * @param {{ rounds: number, seconds: number, progress: (text: string) => void }} options
 */
async function measureAction(lanes, action, { rounds, seconds, progress }) {
  /** @type {Record<string, Window[]>} */
  const windows = { bare: [], json: [], plugin: [], deviations: [] }
  for (let round = 1; round <= rounds; round++) {
    progress(`${action}: round ${round} of ${rounds}`)
    for (const lane of lanes) windows[lane.server.name].push(await lane.measure(action, seconds))
  }
  const servers = MESSAGE_SERVERS.map((name) => ({ name, ...summarise(windows[name], windows) }))
  return { action, rounds, servers }
}

/**
 * @param {Window[]} own
 * @param {Record<string, Window[]>} all
 */
function summarise(own, { json, bare, plugin }) {
  /** @param {keyof Window} figure @param {Window[]} windows */
  const values = (figure, windows) => windows.map((window) => window[figure])
  /** @param {keyof Window} figure @param {Window[]} reference */
  const ratio = (figure, reference) => medianRatio(values(figure, own), values(figure, reference))
  return {
    rate: median(values('rate', own)),
    cpu: median(values('cpu', own)),
    busy: median(values('busy', own)),
    rateToJson: ratio('rate', json),
    rateToBare: ratio('rate', bare),
    cpuToJson: ratio('cpu', json),
    cpuToBare: ratio('cpu', bare),
    cpuToPlugin: ratio('cpu', plugin),
    cpuToJsonByRound: own.map((window, round) => window.cpu / json[round].cpu)
  }
}
