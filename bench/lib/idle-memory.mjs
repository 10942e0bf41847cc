import { connectFleet, dismiss } from './charger.mjs'
import { openFilesLimit } from './cores.mjs'
import { startServer } from './provisioned.mjs'

const CONNECTIONS = 10_000
const AT_ONCE = 200
/** Connections that come and go first: what a server builds once is not memory of a connection. */
const WARM_UP = 500
/** Files that a process needs beside its connections. */
const SPARE_FILES = 200

/** Bytes of an idle, booted connection in each server. @param {{ progress: (text: string) => void }} options */
export async function measureIdleMemory({ progress }) {
  const connections = Math.min(CONNECTIONS, openFilesLimit() - SPARE_FILES)
  if (connections < CONNECTIONS) progress(`only ${connections} connections: raise the limit of open files (ulimit -n)`)
  const bare = await measureServer('bare', connections, progress)
  const plugin = await measureServer('plugin', connections, progress)
  const backend = await measureServer('backend', connections, progress)
  const ratio = { heap: plugin.heap / bare.heap, rss: plugin.rss / bare.rss }
  return { connections, bare, plugin, backend, ratio }
}

/**
 * @param {import('./server-process.mjs').ServerName} name
 * @param {number} connections
 * @param {(text: string) => void} progress
 */
async function measureServer(name, connections, progress) {
  progress(`idle connections: ${connections} to ${name}`)
  const { server, drop } = await startServer(name, connections, ['--expose-gc'])
  try {
    dismiss((await connectFleet(server, WARM_UP, AT_ONCE)).chargers)
    const before = await server.memory()
    const { chargers, failures } = await connectFleet(server, connections, AT_ONCE)
    let lost = 0
    for (const charger of chargers) {
      charger.onFailure = () => {
        lost++
      }
    }
    const after = await server.memory()
    dismiss(chargers)
    if (lost > 0 || Object.keys(failures).length > 0) {
      throw new Error(`idle connections to ${name}: ${lost} lost, failures ${JSON.stringify(failures)}`)
    }
    return { heap: (after.heap - before.heap) / connections, rss: (after.rss - before.rss) / connections }
  } finally {
    await server.stop()
    await drop()
  }
}
