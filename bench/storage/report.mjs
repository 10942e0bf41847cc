import { median } from '../lib/statistics.mjs'
/** Ratios to the library. @typedef {{ rate: number, cpu: number }} Ratios */
/** @typedef {{ listening: number, sqlite: Ratios, postgres: Ratios }} Targets */

/** @type {Targets} */
export const TARGETS = { listening: 2, sqlite: { rate: 0.35, cpu: 2.5 }, postgres: { rate: 0.4, cpu: 2.2 } }

/** @param {any} results */
export function report({ throughput, restart, profile }) {
  return [
    ...(throughput === undefined ? [] : [throughputTable(throughput)]),
    ...(restart === undefined ? [] : [restartText(restart)]),
    ...(profile ?? []).map(profileText)
  ].join('\n\n')
}

/** @param {any} throughput */
function throughputTable({ results, stored }) {
  const lines = [
    'message             on        msg/s   p50 ms   p99 ms   max ms  CPU us  busy  rate to library  CPU to library  to floor  wanted'
  ]
  for (const { action, lanes, floors } of results) {
    for (const lane of lanes) {
      lines.push(
        [
          action.padEnd(18),
          lane.name.padEnd(8),
          String(Math.round(lane.rate)).padStart(6),
          lane.p50.toFixed(1).padStart(8),
          lane.p99.toFixed(1).padStart(8),
          lane.max.toFixed(1).padStart(8),
          lane.cpu.toFixed(1).padStart(7),
          lane.busy.toFixed(2).padStart(5),
          lane.rateToLibrary.toFixed(2).padStart(16),
          lane.cpuToLibrary.toFixed(2).padStart(15),
          (lane.rateToFloor?.toFixed(2) ?? '').padStart(9),
          lane.rateToFloor === undefined ? '' : verdict(isReached(lane))
        ].join('  ')
      )
    }
    for (const floor of floors) {
      lines.push(`${action.padEnd(18)}  floor of ${floor.name}: ${Math.round(floor.rate)} messages a second`)
    }
  }
  for (const { dialect, found, expected, logged, isComplete } of stored) {
    lines.push(
      `${dialect}: ${isComplete ? 'every row of what was answered is stored' : 'ROWS ARE MISSING'}, ${JSON.stringify(found)}` +
        (isComplete ? '' : ` instead of ${JSON.stringify(expected)}`) +
        `; ${logged} messages logged`
    )
  }
  return lines.join('\n')
}

/** @param {any} restart */
function restartText({ transactions, meterValues, bytes, filled, seconds, empty }) {
  const times = seconds.map(({ listening, ready }) => `${listening.toFixed(2)} (${ready.toFixed(2)})`).join(', ')
  const [own, least] = [seconds, empty].map((starts) => median(starts.map(({ cpu }) => cpu)))
  const worst = Math.max(...seconds.map(({ listening }) => listening))
  return (
    `restart with ${transactions} transactions and ${meterValues} meter values (${(bytes / 2 ** 30).toFixed(2)} GiB, filled in ` +
    `${filled.toFixed(0)} s), killed with -9 each time: seconds to listening (to ready): ${times}: ${verdict(worst < TARGETS.listening)}; ` +
    `CPU ${own.toFixed(2)} s, an empty Fastify app ${least.toFixed(2)} s: ${(own / least).toFixed(1)} x`
  )
}

/** @param {any} lane */
function isReached({ name, rateToLibrary, cpuToLibrary }) {
  const { rate, cpu } = TARGETS[name]
  return rateToLibrary >= rate && cpuToLibrary <= cpu
}

/** @param {boolean} isReached */
function verdict(isReached) {
  return isReached ? 'reached' : 'MISSED'
}

/** @param {any} profile */
function profileText({ dialect, action, file, perMessage, packages, functions }) {
  const line = ({ name, place = '', share, perMessage: each }) =>
    `${(100 * share).toFixed(1).padStart(6)} %  ${each.toFixed(2).padStart(7)} us  ${name}  ${place}`
  return [
    `${action} on ${dialect}: ${perMessage.toFixed(1)} us a message on the main thread, ${file}`,
    ...packages.slice(0, 12).map(line),
    '  by function:',
    ...functions.map(line)
  ].join('\n')
}
