import { connectFleet, dismiss } from './charger.mjs'
import { openFilesLimit } from './cores.mjs'
import { polling } from './polling.mjs'
import { startServer } from './provisioned.mjs'
import { BOOT_SERVERS } from './server-process.mjs'
import { median, medianRatio } from './statistics.mjs'

const CHARGERS = 5000
const SPARE_FILES = 200
/** The back-end looks at so many handshakes at a time at most, and asks the others to come later. */
const AT_ONCE_TO_BACKEND = 500

/**
 * A fleet that comes back at once after a power cut, to one server after the other, each of which has just started.
 *
 * @param {{ rounds: number, progress: (text: string) => void }} options
 */
export async function measureBootStorm({ rounds, progress }) {
  const chargers = Math.min(CHARGERS, openFilesLimit() - SPARE_FILES)
  /** @type {Record<string, Awaited<ReturnType<typeof storm>>[]>} */
  const storms = {}
  for (let round = 1; round <= rounds; round++) {
    for (const name of BOOT_SERVERS) {
      progress(`boot storm: ${chargers} to ${name}, round ${round} of ${rounds}`)
      storms[name] = [...(storms[name] ?? []), await storm(name, chargers)]
    }
  }
  const servers = BOOT_SERVERS.map((name) => summarise(name, storms))
  return { chargers, rounds, servers }
}

/**
 * @param {import('./server-process.mjs').ServerName} name
 * @param {Record<string, Awaited<ReturnType<typeof storm>>[]>} storms
 */
function summarise(name, storms) {
  const own = storms[name] ?? []
  /** @param {string} of */
  const cpu = (of) => (storms[of] ?? []).map((storm) => storm.cpu)
  return {
    name,
    failed: Math.max(...own.map(({ failed }) => failed)),
    failures: own.flatMap(({ failures }) => Object.keys(failures)),
    seconds: median(own.map(({ seconds }) => seconds)),
    cpu: median(cpu(name)),
    cpuToChecked: medianRatio(cpu(name), cpu('checked'))
  }
}

/**
 * @param {import('./server-process.mjs').ServerName} name
 * @param {number} count
 */
async function storm(name, count) {
  const { server, drop } = await startServer(name, count)
  try {
    return await polling(async () => {
      const cpuBefore = await server.cpu()
      const start = performance.now()
      const { chargers, failures } = await connectFleet(server, count, name === 'backend' ? AT_ONCE_TO_BACKEND : count)
      const seconds = (performance.now() - start) / 1000
      const cpu = ((await server.cpu()) - cpuBefore) / count
      dismiss(chargers)
      const failed = Object.values(failures).reduce((sum, times) => sum + times, 0)
      return { failed, failures, seconds, cpu }
    })
  } finally {
    await server.stop()
    await drop()
  }
}
