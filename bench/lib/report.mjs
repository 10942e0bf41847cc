/** What this project wants to reach; printed beside the figures, never enforced. */
export const TARGETS = {
  rateToJson: 0.8,
  cpuToJson: 1.25,
  memoryToBare: 1.5,
  bootFailures: 0
}

const NAMES = { bare: '(1) ws, constant answer', json: '(2) ws + JSON', plugin: '(3) fastify-ocpp' }

/** @typedef {{ throughput?: any[], idleMemory?: any, bootStorm?: any, profile?: any[] }} Results */

/** @param {Results} results */
export function report({ throughput, idleMemory, bootStorm, profile }) {
  const sections = [
    throughput && throughputSection(throughput),
    idleMemory && memorySection(idleMemory),
    bootStorm && bootSection(bootStorm),
    ...(profile ?? []).map(profileSection)
  ]
  return sections.filter((section) => section !== undefined).join('\n\n')
}

/** @param {any[]} measured */
function throughputSection(measured) {
  const rows = measured.flatMap(({ action, servers }) =>
    servers.map((server, index) => [
      index === 0 ? action : '',
      NAMES[server.name],
      Math.round(server.rate).toLocaleString('en'),
      server.rateToJson.toFixed(2),
      server.rateToBare.toFixed(2),
      server.cpu.toFixed(2),
      server.cpuToJson.toFixed(2),
      server.cpuToBare.toFixed(2),
      `${Math.round(server.busy * 100)} %`,
      server.name === 'plugin' ? verdict(isFast(server)) : ''
    ])
  )
  const title = `Messages, 100 connections, closed loop; medians of ${measured[0]?.rounds} rounds, ratios round by round`
  const head = ['', '', 'msg/s', 'to (2)', 'to (1)', 'CPU us/msg', 'to (2)', 'to (1)', 'server busy', '']
  const target = `wanted of (3): msg/s >= ${TARGETS.rateToJson} x (2), CPU <= ${TARGETS.cpuToJson} x (2)`
  return [title, table(head, rows), target].join('\n')
}

/** @param {{ rateToJson: number, cpuToJson: number }} server */
function isFast({ rateToJson, cpuToJson }) {
  return rateToJson >= TARGETS.rateToJson && cpuToJson <= TARGETS.cpuToJson
}

/** @param {any} measured */
function memorySection({ connections, bare, plugin, ratio }) {
  const row = (label, figure) => [
    label,
    bytes(bare[figure]),
    bytes(plugin[figure]),
    ratio[figure].toFixed(2),
    verdict(ratio[figure] <= TARGETS.memoryToBare)
  ]
  const rows = [row('heap + external', 'heap'), row('resident set', 'rss')]
  return [
    `Memory of one idle, booted connection (${connections.toLocaleString('en')} connections)`,
    table(['', NAMES.bare, NAMES.plugin, 'ratio', ''], rows),
    `wanted: ratio <= ${TARGETS.memoryToBare}`
  ].join('\n')
}

/** @param {any} measured */
function bootSection({ chargers, servers }) {
  const rows = servers.map(({ name, booted, failed, failures, seconds, cpu }) => [
    NAMES[name],
    booted.toLocaleString('en'),
    failed === 0 ? '0' : `${failed} ${JSON.stringify(failures)}`,
    seconds.toFixed(2),
    cpu.toFixed(0),
    name === 'plugin' ? verdict(failed === TARGETS.bootFailures) : ''
  ])
  return [
    `${chargers.toLocaleString('en')} charge points connect at once and boot (first connections of a cold server)`,
    table(['', 'booted', 'failed', 'seconds until all are', 'CPU us/charge point', ''], rows),
    `wanted of (3): ${TARGETS.bootFailures} failed`
  ].join('\n')
}

/** @param {any} profile */
function profileSection({ action, file, perMessage, packages, functions }) {
  const figures = ({ share, perMessage }) => [`${(share * 100).toFixed(1)} %`, perMessage.toFixed(3)]
  return [
    `Profile of ${action}: ${perMessage.toFixed(2)} us a message on the main thread, sampling included (${file})`,
    table(
      ['package', 'self', 'us/msg'],
      packages.map((entry) => [entry.name, ...figures(entry)])
    ),
    '',
    table(
      ['function', 'self', 'us/msg', 'where'],
      functions.map((entry) => [entry.name, ...figures(entry), entry.place])
    )
  ].join('\n')
}

/** @param {boolean} isReached */
function verdict(isReached) {
  return isReached ? 'reached' : 'MISSED'
}

/** @param {number} count */
function bytes(count) {
  return `${(count / 1024).toFixed(2)} KiB`
}

const NUMBER = /^[\d.,]+( %| KiB)?$/

/**
 * Text left, numbers right.
 *
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)))
  const isNumeric = head.map((_, column) => rows.every((row) => row[column] === '' || NUMBER.test(row[column])))
  const line = (cells) =>
    cells
      .map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}
