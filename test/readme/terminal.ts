import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { after } from 'node:test'
import { temporaryDirectory } from '../app/support.js'
import { ROOT } from '../support/root.js'
import { deferred, within } from '../support/wait.js'

/** What a clone has that is made by running it. */
const MADE = new Set(['.env', '.git', '.test-build', 'data', 'dist'])
const PATIENCE_MS = 60_000

/** The shell lines of a page below the comment `<!-- name -->`. */
export function shellLines(name: string, page = 'README.md'): string {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const lines = text.split(`<!-- ${name} -->\n\`\`\`sh\n`)[1]?.split('```')[0]
  if (lines === undefined) throw new Error(`${page} has no shell lines named ${name}`)
  return lines
}

/** A directory like a clone in which nothing has been started yet; it goes when the calling test is over. */
export async function freshClone(): Promise<string> {
  const directory = await temporaryDirectory()
  const names = (await readdir(ROOT)).filter((name) => !MADE.has(name))
  await Promise.all(names.map((name) => symlink(join(ROOT, name), join(directory, name))))
  return directory
}

/** A terminal in which lines are running. */
export interface Terminal {
  output(): string
  /** Its exit code, once all lines are through. */
  exited(): Promise<number | null>
}

/** Runs lines of a shell in `directory`; they and what they started are killed when the calling test is over. */
export function runLines(lines: string, directory: string): Terminal {
  // A group of its own: npm starts others.
  const child = spawn('sh', ['-c', lines], { cwd: directory, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const exit = deferred<number | null>()
  child.on('close', (code) => exit.resolve(code))
  after(() => {
    killGroup(child)
    return exit.promise
  })
  return { output: () => output, exited: () => within('the lines to end', exit.promise, PATIENCE_MS) }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
