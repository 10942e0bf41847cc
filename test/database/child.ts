import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { after } from 'node:test'
import { pathToFileURL } from 'node:url'
import { nodeArguments, ROOT } from '../support/root.js'
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
  return start([...nodeArguments(file), ...args], env)
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, ...env } })
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

/** The output of one run of a command, and its exit code. */
export interface Outcome {
  readonly code: number
  readonly output: string
}

/** A command line, and the settings that it runs with. */
export interface CommandLine {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Runs a script such as `scripts/db.ts` for one command line after the other, in one process for all of them. */
export async function runAll(file: string, lines: readonly CommandLine[]): Promise<Outcome[]> {
  const [script = '', ...options] = nodeArguments(file).reverse()
  const given = JSON.stringify({ script: pathToFileURL(script).href, lines })
  const child = start([...options.reverse(), join(ROOT, 'test/database/command-lines.mjs'), given])
  assert.equal(await child.exited(), 0, child.output())
  return JSON.parse(child.output())
}
