/** Targets of this project; printed beside the figures, never enforced. */
export const TARGETS = {
  rateToJson: 0.8,
  cpuToJson: 1.25,
  deviationsToPlugin: 1.03,
  memoryToBare: 1.5,
  /** KiB of an idle charger in the back-end. */
  backendMemory: 12,
  /** CPU of connecting and booting, to a bare upgrade with one check. */
  bootToChecked: 1.15,
  bootFailures: 0
}

const NAMES = {
  bare: '(1) ws, constant answer',
  json: '(2) ws + JSON',
  plugin: '(3) fastify-ocpp',
  deviations: '(4) with all deviations',
  checked: '(5) @fastify/websocket + one check',
  backend: '(6) back-end, passwords'
}

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
      server.cpuToPlugin.toFixed(3),
      `${Math.round(server.busy * 100)} %`,
      verdictOf(server)
    ])
  )
  const title = `Messages, 100 connections, closed loop; medians of ${measured[0]?.rounds} rounds, ratios round by round`
  const head = ['', '', 'msg/s', 'to (2)', 'to (1)', 'CPU us/msg', 'to (2)', 'to (1)', 'to (3)', 'server busy', '']
  const target = `wanted of (3): msg/s >= ${TARGETS.rateToJson} x (2), CPU <= ${TARGETS.cpuToJson} x (2); of (4): CPU <= ${TARGETS.deviationsToPlugin} x (3)`
  return [title, table(head, rows), target].join('\n')
}

/** @param {{ name: string, rateToJson: number, cpuToJson: number, cpuToPlugin: number }} server */
function verdictOf(server) {
  if (server.name === 'plugin') return verdict(isFast(server))
  return server.name === 'deviations' ? verdict(server.cpuToPlugin <= TARGETS.deviationsToPlugin) : ''
}

/** @param {{ rateToJson: number, cpuToJson: number }} server */
function isFast({ rateToJson, cpuToJson }) {
  return rateToJson >= TARGETS.rateToJson && cpuToJson <= TARGETS.cpuToJson
}

/** @param {any} measured */
function memorySection({ connections, bare, plugin, backend, ratio }) {
  const row = (label, figure) => [
    label,
    bytes(bare[figure]),
    bytes(plugin[figure]),
    ratio[figure].toFixed(2),
    verdict(ratio[figure] <= TARGETS.memoryToBare),
    bytes(backend[figure]),
    verdict(backend[figure] <= TARGETS.backendMemory * 1024)
  ]
  const rows = [row('heap + external', 'heap'), row('resident set', 'rss')]
  return [
    `Memory of one idle, booted connection (${connections.toLocaleString('en')} connections)`,
    table(['', NAMES.bare, NAMES.plugin, 'ratio', '', NAMES.backend, ''], rows),
    `wanted: ratio <= ${TARGETS.memoryToBare}, back-end <= ${TARGETS.backendMemory} KiB`
  ].join('\n')
}

/** @param {any} measured */
function bootSection({ chargers, rounds, servers }) {
  const rows = servers.map(({ name, failed, failures, seconds, cpu, cpuToChecked }) => [
    NAMES[name],
    failed === 0 ? '0' : `${failed} ${JSON.stringify(failures)}`,
    seconds.toFixed(2),
    cpu.toFixed(0),
    cpuToChecked.toFixed(2),
    name === 'plugin' ? verdict(failed === TARGETS.bootFailures && cpuToChecked <= TARGETS.bootToChecked) : ''
  ])
  return [
    `${chargers.toLocaleString('en')} charge points connect at once and boot (first connections of a cold server); medians of ${rounds} rounds`,
    table(['', 'failed', 'seconds until all are', 'CPU us/charge point', 'to (5)', ''], rows),
    `wanted of (3): ${TARGETS.bootFailures} failed, CPU <= ${TARGETS.bootToChecked} x (5)`
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
