import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ServerProcess } from './server-process.mjs'
import { Lane } from './throughput.mjs'

const WARM_UP_SECONDS = 2
/** Microseconds between samples. */
const INTERVAL = 100
const MAX_ENTRIES = 25
const ROOT = new URL('../../', import.meta.url).href
const LIBRARY = `${ROOT}src/`

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
  const sourceOf = sources()
  const callFrames = new Map(nodes.map(({ id, callFrame }) => [id, sourceOf(callFrame)]))
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

/** Finds the source of a call frame of the bundle, by its source map. */
function sources() {
  /** @type {Map<string, SourceMap | undefined>} */
  const maps = new Map()
  /** @param {string} url */
  const read = (url) => {
    const file = url.startsWith('file:') ? `${fileURLToPath(url)}.map` : ''
    return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : undefined
  }
  /** @param {import('node:inspector').Runtime.CallFrame} callFrame */
  return (callFrame) => {
    const { url, lineNumber, columnNumber } = callFrame
    if (url.includes('/node_modules/')) return callFrame
    if (!maps.has(url)) maps.set(url, read(url))
    const entry = maps.get(url)?.findEntry(lineNumber, columnNumber)
    if (entry === undefined || !('originalSource' in entry)) return callFrame
    return { ...callFrame, url: new URL(entry.originalSource, url).href, lineNumber: entry.originalLine }
  }
}

/** @param {import('node:inspector').Runtime.CallFrame} callFrame */
function placeOf({ url, lineNumber }) {
  return url === '' ? '' : `${url.replace(/^.*\/(?=node_modules\/)/, '').replace(ROOT, '')}:${lineNumber + 1}`
}

/** @param {import('node:inspector').Runtime.CallFrame} callFrame */
function packageOf({ url, functionName }) {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native or compiled at run time'
  if (url.startsWith('node:')) return 'node'
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (name !== undefined) return name
  return url.startsWith(LIBRARY) ? 'fastify-ocpp' : 'bench'
}
