import { spawn } from 'node:child_process'
import { after } from 'node:test'
import { nodeArguments } from '../support/root.js'
import { deferred, until, within } from '../support/wait.js'
import { temporaryDirectory } from './support.js'

/** A cold start compiles everything, perhaps on a busy machine. */
const START_TIMEOUT_MS = 60_000

/** The back-end as an operator starts it. */
export interface Process {
  /** Everything it wrote, the log included. */
  output(): string
  /** `http://127.0.0.1:port`, once it listens. */
  url(): Promise<string>
  kill(signal: NodeJS.Signals): void
  readonly pid: number
  /** Its exit code, once it has gone. */
  exited(): Promise<number | null>
}

/**
 * Starts the back-end in a directory of its own; it is killed when the calling test is over.
 *
 * @param through what to run instead of the command, such as a shell that changes something and then becomes it
 */
export async function startProcess(
  settings: Record<string, string> = {},
  directory?: string,
  through: (command: string[]) => string[] = (command) => command
): Promise<Process> {
  const cwd = directory ?? (await temporaryDirectory())
  const command = [process.execPath, ...nodeArguments('server.ts')]
  const [file = '', ...args] = through(command)
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: 'data', ...settings }
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const exit = deferred<number | null>()
  let isGone = false
  child.on('close', (code) => {
    isGone = true
    exit.resolve(code)
  })
  after(() => child.kill('SIGKILL'))
  return {
    output: () => output,
    pid: child.pid ?? 0,
    exited: () => within('the process to exit', exit.promise, START_TIMEOUT_MS),
    kill: (signal) => child.kill(signal),
    async url() {
      const found = () => /operators call +(\S+)\/api\/v1/.exec(output)?.[1]
      await until('it listens', () => isGone || found() !== undefined, START_TIMEOUT_MS)
      const url = found()
      if (url === undefined) throw new Error(`it ended: ${output}`)
      return url
    }
  }
}
