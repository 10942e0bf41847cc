import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ServerProcess } from './server-process.mjs'
import { Lane } from './throughput.mjs'

const WARM_UP_SECONDS = 2
/** Microseconds between samples. */
const INTERVAL = 100
const MAX_ENTRIES = 25

/**
 * Where the plugin spends its time, warmed up and under load.
 *
 * @param {string[]} actions
 * @param {{ seconds: number, progress: (text: string) => void }} options
 */
export async function profilePlugin(actions, { seconds, progress }) {
  const results = []
  for (const action of actions) {
    progress(`profile of ${action}`)
    const { profile, messages } = await record(action, seconds)
    const file = join(mkdtempSync(join(tmpdir(), 'ocpp-bench-')), `${action}.cpuprofile`)
    writeFileSync(file, JSON.stringify(profile))
    results.push({ action, file, messages, ...readProfile(profile, messages) })
  }
  return results
}

/**
 * @param {string} action
 * @param {number} seconds
 */
async function record(action, seconds) {
  const lane = new Lane(await ServerProcess.start('plugin'))
  try {
    await lane.connect()
    await lane.measure(action, WARM_UP_SECONDS)
    await lane.server.startProfile(INTERVAL)
    const { messages } = await lane.measure(action, seconds)
    return { profile: await lane.server.stopProfile(), messages }
  } finally {
    await lane.stop()
  }
}

/**
 * The functions with the most time of their own, and the time of each package.
 *
 * @param {import('node:inspector').Profiler.Profile} profile
 * @param {number} messages
 */
export function readProfile({ nodes, samples = [], timeDeltas = [] }, messages) {
  const callFrames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  /** @type {Map<string, { name: string, place: string, time: number }>} */
  const functions = new Map()
  /** @type {Map<string, number>} */
  const packages = new Map()
  let total = 0
  samples.forEach((id, index) => {
    const callFrame = callFrames.get(id)
    // A sample lasts until the next one.
    const time = timeDeltas[index + 1] ?? 0
    if (callFrame === undefined || callFrame.functionName === '(idle)') return
    total += time
    const name = callFrame.functionName || '(anonymous)'
    const place = placeOf(callFrame)
    const entry = functions.get(`${name} ${place}`) ?? { name, place, time: 0 }
    entry.time += time
    functions.set(`${name} ${place}`, entry)
    const owner = packageOf(callFrame)
    packages.set(owner, (packages.get(owner) ?? 0) + time)
  })
  /** @param {{ time: number }} entry */
  const figures = ({ time }) => ({ share: time / total, perMessage: time / messages })
  return {
    perMessage: total / messages,
    packages: [...packages].sort((a, b) => b[1] - a[1]).map(([name, time]) => ({ name, ...figures({ time }) })),
    functions: [...functions.values()]
      .sort((a, b) => b.time - a.time)
      .slice(0, MAX_ENTRIES)
      .map((entry) => ({ name: entry.name, place: entry.place, ...figures(entry) }))
  }
}

/** @param {import('node:inspector').Runtime.CallFrame} callFrame */
function placeOf({ url, lineNumber }) {
  return url === '' ? '' : `${url.replace(/^.*\/(?=node_modules\/|src\/|bench\/)/, '')}:${lineNumber + 1}`
}

/** @param {import('node:inspector').Runtime.CallFrame} callFrame */
function packageOf({ url, functionName }) {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native or compiled at run time'
  if (url.startsWith('node:')) return 'node'
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (name !== undefined) return name
  return url.includes('/src/dist/') ? 'fastify-ocpp' : 'bench'
}
