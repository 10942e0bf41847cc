import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** With the commands of the installed packages. */
export const env = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) }

/** Runs a command as a step. */
export function check(title, command, args) {
  return step(title, () => execute(command, args))
}

/** Runs a command, and shows what it wrote when it is over. Returns what is wrong, or `undefined`. */
export function execute(command, args) {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const end = () => child.kill()
  process.once('exit', end)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return new Promise((resolve) => {
    const over = (fault) => {
      process.off('exit', end)
      process.stdout.write(output)
      resolve(fault)
    }
    child.once('error', ({ message }) => over(message))
    child.once('close', (code, signal) => over(code === 0 ? undefined : (signal ?? `exit code ${code}`)))
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
