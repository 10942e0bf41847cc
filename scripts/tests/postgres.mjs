import { execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** Where Debian's packages put it, each version in a directory of its own. */
const INSTALLED = '/usr/lib/postgresql'
const START_TIMEOUT_MS = 20_000

/**
 * Starts a PostgreSQL server for one run of the tests, in a directory below `parent`. It does not wait for disks
 * (fsync is off): the tests end processes, not machines. Returns its URL and how to stop it; `undefined` where no
 * PostgreSQL is installed.
 */
export async function startPostgres(parent) {
  const binaries = findBinaries()
  if (binaries === undefined) return undefined
  const cwd = mkdtempSync(join(parent, 'postgres-'))
  const account = accountOf(cwd)
  const port = await freePort()
  const initArguments = ['-D', cwd, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync']
  execFileSync(join(binaries, 'initdb'), initArguments, { ...account, cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: cwd,
    port,
    max_connections: 300,
    fsync: 'off',
    full_page_writes: 'off',
    log_min_messages: 'panic'
  }
  const args = ['-D', cwd, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const child = spawn(join(binaries, 'postgres'), args, { ...account, cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  // It is no reason for the run to go on.
  child.unref()
  const stop = () => {
    execFileSync(join(binaries, 'pg_ctl'), ['stop', '-m', 'immediate', '-D', cwd], { ...account, cwd, stdio: 'ignore' })
    rmSync(cwd, { recursive: true, force: true, maxRetries: 10 })
  }
  process.once('exit', stop)
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await untilItAnswers(child, url)
  return url
}

async function untilItAnswers(child, connectionString) {
  const deadline = performance.now() + START_TIMEOUT_MS
  for (;;) {
    const client = new pg.Client({ connectionString })
    try {
      await client.connect()
      return await client.end()
    } catch (error) {
      if (child.exitCode !== null || performance.now() > deadline) throw error
      await sleep(50)
    }
  }
}

/** Those of the newest version. */
function findBinaries() {
  try {
    const [newest] = readdirSync(INSTALLED).sort((one, other) => Number(other) - Number(one))
    return newest === undefined ? undefined : join(INSTALLED, newest, 'bin')
  } catch {
    return undefined
  }
}

/** PostgreSQL refuses to run as root; the directory becomes the account's. */
function accountOf(directory) {
  if (process.getuid?.() !== 0) return {}
  const id = (which) => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }))
  const account = { uid: id('-u'), gid: id('-g') }
  chownSync(directory, account.uid, account.gid)
  return account
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
