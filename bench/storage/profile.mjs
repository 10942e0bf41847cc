import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readProfile } from '../lib/profile.mjs'
import { emptyDatabase } from './databases.mjs'
import { Lane } from './lane.mjs'

/** Microseconds between samples. */
const INTERVAL = 200

/**
 * Where the back-end spends its time, warmed up and under load.
 *
 * @param {{ actions: string[], databases: string[], seconds: number, progress: (text: string) => void }} options
 */
export async function profileStorage({ actions, databases, seconds, progress }) {
  const results = []
  for (const dialect of databases) {
    const { settings, drop } = await emptyDatabase(/** @type {'sqlite' | 'postgres'} */ (dialect))
    const lane = await Lane.start(dialect, settings)
    try {
      for (const action of actions) {
        progress(`profile of ${action} on ${dialect}`)
        await lane.measure(action, 2)
        await lane.server.startProfile(INTERVAL)
        const { messages } = await lane.measure(action, seconds)
        const profile = await lane.server.stopProfile()
        const file = join(tmpdir(), `storage-${dialect}-${action}.cpuprofile`)
        writeFileSync(file, JSON.stringify(profile))
        const { perMessage, packages, functions } = readProfile(profile, messages)
        // A function outside of all packages belongs to the back-end itself.
        const owners = packages.map((each) => (each.name === 'bench' ? { ...each, name: 'back-end' } : each))
        results.push({ dialect, action, file, messages, perMessage, packages: owners, functions })
      }
    } finally {
      await lane.stop()
      await drop()
    }
  }
  return results
}
