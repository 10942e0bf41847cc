import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** With the commands of the installed packages. */
export const env = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) }

/** Runs a command as a step. */
export function check(title, command, args) {
  return step(title, () => {
    const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env })
    return status === 0 ? undefined : (error?.message ?? signal ?? `exit code ${status}`)
  })
}

/** Runs a step, which returns what is wrong, if anything; then it is the last one. */
export async function step(title, run) {
  console.log(`\n== ${title}`)
  const started = performance.now()
  const fault = await run()
  if (fault !== undefined) fail(`FAILED: ${title} (${fault})`)
  console.log(`== ${title}: passed in ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

export function fail(message) {
  console.error(`\n${message}`)
  process.exit(1)
}
