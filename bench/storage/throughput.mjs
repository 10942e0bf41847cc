import { median, medianRatio } from '../lib/statistics.mjs'
import { countRows, emptyDatabase, hasPostgres } from './databases.mjs'
import { Floor } from './floor.mjs'
import { Lane } from './lane.mjs'
import { PARTS, ROWS } from './messages.mjs'

const WARM_UP_SECONDS = 3

/**
 * The library without storage, the back-end on each database, and a bare insert loop on each database, in turn: all run
 * all the time, one has work.
 *
 * @param {{ actions: string[], databases: string[], rounds: number, seconds: number, progress: (text: string) => void }} options
 */
export async function measureThroughput({ actions, databases, rounds, seconds, progress }) {
  const stores = []
  /** @type {Lane[]} */
  const lanes = []
  /** @type {Floor[]} */
  const floors = []
  try {
    lanes.push(await Lane.start('library', undefined))
    for (const dialect of databases) {
      if (dialect === 'postgres' && !(await hasPostgres())) throw new Error('no PostgreSQL at 127.0.0.1:5432')
      const store = await emptyDatabase(/** @type {'sqlite' | 'postgres'} */ (dialect))
      stores.push({ dialect, ...store })
      lanes.push(await Lane.start(dialect, store.settings))
      floors.push(await Floor.start(/** @type {'sqlite' | 'postgres'} */ (dialect)))
    }
    const results = []
    for (const action of actions) {
      for (const lane of lanes) {
        progress(`${action}: warming up ${lane.name}`)
        await lane.measure(action, WARM_UP_SECONDS)
      }
      for (const floor of PARTS[action]?.hasFloor ? floors : []) {
        progress(`${action}: warming up the floor of ${floor.dialect}`)
        await floor.measure(action, WARM_UP_SECONDS)
      }
      const measured = { lanes, floors: PARTS[action]?.hasFloor ? floors : [] }
      results.push(await measureAction(measured, action, { rounds, seconds, progress }))
    }
    // Another connection counts the answered messages.
    const stored = []
    for (const { dialect, settings } of stores) {
      const { answered = {} } = lanes.find(({ name }) => name === dialect) ?? {}
      stored.push({ dialect, ...(await checkStored(settings, answered)) })
    }
    return { results, stored }
  } finally {
    for (const lane of lanes) await lane.stop()
    for (const floor of floors) await floor.stop()
    for (const { drop } of stores) await drop()
  }
}

/**
 * @param {{ lanes: Lane[], floors: Floor[] }} measured
 * @param {string} action
 * @param {{ rounds: number, seconds: number, progress: (text: string) => void }} options
 */
async function measureAction({ lanes, floors }, action, { rounds, seconds, progress }) {
  /** @type {import('./lane.mjs').Window[][]} */
  const windows = lanes.map(() => [])
  /** @type {number[][]} */
  const floorRates = floors.map(() => [])
  for (let round = 1; round <= rounds; round++) {
    progress(`${action}: round ${round} of ${rounds}`)
    for (const [index, lane] of lanes.entries()) windows[index]?.push(await lane.measure(action, seconds))
    for (const [index, floor] of floors.entries()) floorRates[index]?.push(await floor.measure(action, seconds))
  }
  const [library = []] = windows
  return {
    action,
    floors: floors.map(({ dialect }, index) => ({ name: dialect, rate: median(floorRates[index] ?? []) })),
    lanes: lanes.map(({ name }, index) => {
      const own = windows[index] ?? []
      const floor = floorRates[floors.findIndex(({ dialect }) => dialect === name)]
      /** @param {keyof import('./lane.mjs').Window} figure @param {import('./lane.mjs').Window[]} from */
      const values = (figure, from = own) => from.map((window) => window[figure])
      return {
        name,
        rate: median(values('rate')),
        p50: median(values('p50')),
        p99: median(values('p99')),
        max: Math.max(...values('max')),
        cpu: median(values('cpu')),
        busy: median(values('busy')),
        rateToLibrary: medianRatio(values('rate'), values('rate', library)),
        rateToFloor: floor && medianRatio(values('rate'), floor),
        cpuToLibrary: medianRatio(values('cpu'), values('cpu', library))
      }
    })
  }
}

/**
 * @param {Record<string, string>} settings
 * @param {Record<string, number>} answered
 */
async function checkStored(settings, answered) {
  const actions = Object.keys(ROWS)
  const tables = actions.map((action) => ROWS[action].table)
  const { messages, ...found } = await countRows(settings, [...tables, 'messages'])
  const expected = Object.fromEntries(
    actions.map((action) => [ROWS[action].table, (answered[action] ?? 0) * ROWS[action].rows])
  )
  return { found, expected, logged: messages, isComplete: tables.every((table) => found[table] === expected[table]) }
}
