import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** Where Debian's packages put it, each version in a directory of its own. */
export const INSTALLED = '/usr/lib/postgresql'
/** Longest time until it takes connections, what it repairs after a crash included. */
const START_TIMEOUT_MS = 20_000

interface Account {
  uid?: number
  gid?: number
}

/** A PostgreSQL server of our own that may be restarted; gone with the process. */
export class OwnPostgres {
  readonly url: string
  readonly #binaries: string
  readonly #args: readonly string[]
  readonly #options: Account & { cwd: string }
  readonly #atExit = () => this.remove()
  #process: ChildProcess | undefined
  #output = ''

  private constructor(binaries: string, options: Account & { cwd: string }, port: number, settings: object) {
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`
    this.#binaries = binaries
    this.#options = options
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: options.cwd, port, ...settings }
    this.#args = ['-D', options.cwd, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
    process.once('exit', this.#atExit)
  }

  /**
   * Starts one in a directory below `parent`; undefined where it is not installed.
   *
   * @param settings of PostgreSQL, beside those that it needs
   */
  static async start(parent: string, settings: Record<string, string | number> = {}): Promise<OwnPostgres | undefined> {
    const binaries = findBinaries()
    if (binaries === undefined) return undefined
    const cwd = mkdtempSync(join(parent, 'postgres-'))
    const options = { ...accountOf(cwd), cwd }
    const args = ['-D', cwd, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync']
    execFileSync(join(binaries, 'initdb'), args, { ...options, stdio: ['ignore', 'ignore', 'inherit'] })
    const postgres = new OwnPostgres(binaries, options, await freePort(), settings)
    await postgres.start()
    return postgres
  }

  async start(): Promise<void> {
    this.#output = ''
    const stdio = ['ignore', 'ignore', 'pipe'] as const
    const child = spawn(join(this.#binaries, 'postgres'), this.#args, { ...this.#options, stdio: [...stdio] })
    child.stderr?.setEncoding('utf8').on('data', (text) => (this.#output += text))
    this.#process = child
    const deadline = performance.now() + START_TIMEOUT_MS
    while (!(await this.#answers())) {
      if (isOver(child) || performance.now() > deadline) {
        throw new Error(`PostgreSQL does not start: ${this.#output.slice(-4000)}`)
      }
      await sleep(50)
    }
  }

  /** Leaves everybody where they are, and what is to be repaired to the next start: `pg_ctl stop -m immediate`. */
  async stop(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || isOver(child)) return
    const closed = once(child, 'close')
    child.kill('SIGQUIT')
    await closed
  }

  /** @param away milliseconds that nobody listens */
  async restart(away = 0): Promise<void> {
    await this.stop()
    await sleep(away)
    await this.start()
  }

  /** Stops it and deletes what it has stored. */
  remove(): void {
    process.off('exit', this.#atExit)
    const { cwd } = this.#options
    const stop = ['stop', '-m', 'immediate', '-D', cwd]
    if (this.#process !== undefined && !isOver(this.#process)) {
      execFileSync(join(this.#binaries, 'pg_ctl'), stop, { ...this.#options, stdio: 'ignore' })
    }
    rmSync(cwd, { recursive: true, force: true, maxRetries: 10 })
  }

  /** So that it is no reason for the process to go on. */
  unref(): void {
    this.#process?.unref()
    const { stderr } = this.#process ?? {}
    if (stderr && 'unref' in stderr) (stderr as unknown as { unref(): void }).unref()
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 5_000 })
    try {
      await client.connect()
      await client.end()
      return true
    } catch {
      return false
    }
  }
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

/** Those of the newest version. */
function findBinaries(): string | undefined {
  try {
    const [newest] = readdirSync(INSTALLED).sort((one, other) => Number(other) - Number(one))
    return newest === undefined ? undefined : join(INSTALLED, newest, 'bin')
  } catch {
    return undefined
  }
}

/** PostgreSQL refuses to run as root; the directory becomes the account's. */
function accountOf(directory: string): Account {
  if (process.getuid?.() !== 0) return {}
  const id = (which: string) => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }))
  const account = { uid: id('-u'), gid: id('-g') }
  chownSync(directory, account.uid, account.gid)
  return account
}

/** Below the range from which the system takes ports, so that nobody gets it while the server is down. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(10_000 * Math.random())
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
