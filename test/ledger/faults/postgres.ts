import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { administer } from '../../database/support.js'
import { freePort } from './server.js'

/** Where its packages put it, each version in a directory of its own. */
export const INSTALLED = '/usr/lib/postgresql'
/** Longest time until it takes connections, what it repairs after a crash included. */
const START_TIMEOUT_MS = 20_000

/** PostgreSQL refuses to run as root. */
interface Account {
  uid?: number
  gid?: number
}

/** A PostgreSQL server of our own that may be restarted, until the calling test is over. */
export class OwnPostgres {
  readonly url: string
  readonly #program: string
  readonly #args: readonly string[]
  readonly #options: Account & { cwd: string }
  #process: ChildProcess | undefined
  #output = ''

  private constructor(program: string, options: Account & { cwd: string }, port: number) {
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`
    this.#program = program
    this.#options = options
    const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: options.cwd, port }
    this.#args = ['-D', options.cwd, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  }

  /** undefined where it is not installed. */
  static async start(): Promise<OwnPostgres | undefined> {
    const binaries = findBinaries()
    if (binaries === undefined) {
      assert.notEqual(process.env.REQUIRE_SERVICES, '1', `no PostgreSQL in ${INSTALLED}`)
      return undefined
    }
    const cwd = await mkdtemp(join(tmpdir(), 'postgres-'))
    const account = accountOf(cwd)
    const postgres = new OwnPostgres(join(binaries, 'postgres'), { ...account, cwd }, await freePort())
    const kill = () => postgres.#process?.kill('SIGQUIT')
    process.once('exit', kill)
    after(async () => {
      process.off('exit', kill)
      await postgres.stop()
      await rm(cwd, { recursive: true })
    })
    const args = ['-D', cwd, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync']
    execFileSync(join(binaries, 'initdb'), args, { ...account, cwd, stdio: ['ignore', 'ignore', 'pipe'] })
    await postgres.start()
    return postgres
  }

  async start(): Promise<void> {
    this.#output = ''
    const child = spawn(this.#program, this.#args, { ...this.#options, stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.setEncoding('utf8').on('data', (text) => (this.#output += text))
    this.#process = child
    const deadline = performance.now() + START_TIMEOUT_MS
    while (!(await this.#answers())) {
      const isGone = child.exitCode !== null || child.signalCode !== null
      assert.ok(!isGone && performance.now() < deadline, `PostgreSQL does not start: ${this.#output.slice(-4000)}`)
      await sleep(50)
    }
  }

  /** Leaves everybody where they are, and what is to be repaired to the next start: `pg_ctl stop -m immediate`. */
  async stop(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
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

  #answers(): Promise<boolean> {
    return administer('select 1', this.url).then(
      () => true,
      () => false
    )
  }
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

/** Who it runs as; the directory becomes theirs. */
function accountOf(directory: string): Account {
  if (process.getuid?.() !== 0) return {}
  const id = (which: string) => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }))
  const account = { uid: id('-u'), gid: id('-g') }
  chownSync(directory, account.uid, account.gid)
  return account
}
