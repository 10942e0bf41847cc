import { connectFleet, dismiss } from './charger.mjs'
import { openFilesLimit } from './cores.mjs'
import { SERVERS, ServerProcess } from './server-process.mjs'

const CHARGERS = 5000
const SPARE_FILES = 200

/** A fleet that comes back at once after a power cut. @param {{ progress: (text: string) => void }} options */
export async function measureBootStorm({ progress }) {
  const chargers = Math.min(CHARGERS, openFilesLimit() - SPARE_FILES)
  const servers = []
  for (const name of SERVERS) {
    progress(`boot storm: ${chargers} to ${name}`)
    servers.push(await storm(name, chargers))
  }
  return { chargers, servers }
}

/**
 * @param {import('./server-process.mjs').ServerName} name
 * @param {number} count
 */
async function storm(name, count) {
  const server = await ServerProcess.start(name)
  try {
    const cpuBefore = await server.cpu()
    const start = performance.now()
    const { chargers, failures } = await connectFleet(server, count, count)
    const seconds = (performance.now() - start) / 1000
    const cpu = ((await server.cpu()) - cpuBefore) / count
    dismiss(chargers)
    const failed = Object.values(failures).reduce((sum, times) => sum + times, 0)
    return { name, booted: count - failed, failed, failures, seconds, cpu }
  } finally {
    await server.stop()
  }
}
