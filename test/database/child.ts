import { type ChildProcess, spawn } from 'node:child_process'
import { after } from 'node:test'
import { nodeArguments } from '../support/root.js'
import { deferred, until, within } from '../support/wait.js'

/** A cold start compiles everything, perhaps on a busy machine. */
const PATIENCE_MS = 60_000

export interface Child {
  readonly process: ChildProcess
  /** Everything it wrote. */
  output(): string
  /** Waits until it has written that. */
  writes(text: string): Promise<void>
  /** Its exit code, once it has gone. */
  exited(): Promise<number | null>
}

/** Runs a TypeScript file of this repository; it is killed when the calling test is over. */
export function run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  const child = spawn(process.execPath, [...nodeArguments(file), ...args], { env: { PATH: process.env.PATH, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const exit = deferred<number | null>()
  child.on('close', (code) => exit.resolve(code))
  after(() => child.kill('SIGKILL'))
  return {
    process: child,
    output: () => output,
    writes: (text) => until(`it writes ${text}`, () => output.includes(text), PATIENCE_MS),
    exited: () => within('it to exit', exit.promise, PATIENCE_MS)
  }
}
