import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'

const SERVER_CORE = '0'
const LOAD_CORE = '1'

/** Whether server and load generator get a core each. */
export const isPinned = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0

/** Moves this process, the load generator, to its core. */
export function pinSelf() {
  if (isPinned) spawnSync('taskset', ['--all-tasks', '--pid', '--cpu-list', LOAD_CORE, String(process.pid)])
}

/**
 * The command that runs a server on its core.
 *
 * @param {string[]} args of node
 * @returns {[string, string[]]}
 */
export function serverCommand(args) {
  if (!isPinned) return [process.execPath, args]
  return ['taskset', ['--cpu-list', SERVER_CORE, process.execPath, ...args]]
}

/** Files a process may have open; node raises its soft limit to this by itself. */
export function openFilesLimit() {
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' })
  const limit = Number.parseInt(stdout, 10)
  return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit
}
