import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isLong } from '../support/long.js'
import { ROOT } from '../support/root.js'

// A project of somebody who has nothing but the packed library.

/** Two minutes for a command: an install over a slow network is the longest. */
const COMMAND_TIMEOUT = 120_000

export interface Project {
  directory: string
  tarball: string
  remove(): Promise<void>
}

/** Packs the library as it stands and installs the tarball beside Fastify, outside the repository. */
export async function createProject(): Promise<Project> {
  const root = await mkdtemp(join(tmpdir(), 'fastify-ocpp-'))
  const remove = () => rm(root, { recursive: true, force: true })
  try {
    const tarball = await pack(join(root, 'repository'))
    const directory = join(root, 'project')
    await install(directory, tarball)
    return { directory, tarball, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** In the long suite as its users do; otherwise unpacked beside the packages of the repository that it needs. */
async function install(directory: string, tarball: string): Promise<void> {
  await mkdir(directory)
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  if (isLong) {
    await npm(directory, 'install', '--no-audit', '--no-fund', tarball, `fastify@${await versionOf('fastify')}`)
    return
  }
  const library = join(directory, 'node_modules', 'fastify-ocpp')
  await mkdir(library, { recursive: true })
  await run(directory, 'tar', ['-xzf', tarball, '--strip-components=1', '-C', library])
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name !== 'fastify-ocpp') await symlink(join(ROOT, 'node_modules', name), join(directory, 'node_modules', name))
  }
}

/** Packs a copy: prepack empties dist, which other tests may be running from. `npm test` packs what it has just built. */
async function pack(copy: string): Promise<string> {
  const leftOut = isLong ? /[\\/]src[\\/](dist|node_modules)$/ : /[\\/]src[\\/]node_modules$/
  const isSource = (path: string) => !leftOut.test(path)
  await cp(join(ROOT, 'src'), join(copy, 'src'), { recursive: true, filter: isSource })
  for (const name of ['package.json', 'tsconfig.base.json']) await cp(join(ROOT, name), join(copy, name))
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const name = await npm(join(copy, 'src'), 'pack', '--silent', ...(isLong ? [] : ['--ignore-scripts']))
  return join(copy, 'src', name.trim())
}

async function versionOf(dependency: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'node_modules', dependency, 'package.json'), 'utf8'))
  return version
}

export function npm(cwd: string, ...args: string[]): Promise<string> {
  return run(cwd, 'npm', args)
}

/** Runs a command of the repository's own node_modules. */
export function tool(cwd: string, name: string, ...args: string[]): Promise<string> {
  return run(cwd, join(ROOT, 'node_modules', '.bin', name), args)
}

async function run(cwd: string, command: string, args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { cwd, env: ownEnvironment(), timeout: COMMAND_TIMEOUT })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    assert.fail(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`)
  }
}

/** Without what `npm test` says about the repository. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const isForeign = ([name]: [string, unknown]) =>
    !/^(npm_(package|lifecycle|config_local_prefix)|NODE_TEST_CONTEXT$)/.test(name)
  return Object.fromEntries(Object.entries(process.env).filter(isForeign))
}

export interface RunningServer {
  port: number
  output(): string
  stop(): Promise<void>
}

/** Starts a program of the project that listens on PORT. */
export async function startServer(project: Project, file: string): Promise<RunningServer> {
  const port = await freePort()
  const child = spawn(process.execPath, [file], {
    cwd: project.directory,
    env: { ...ownEnvironment(), PORT: String(port) }
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
  return { port, output: () => output, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert(address !== null && typeof address === 'object')
  server.close()
  await once(server, 'close')
  return address.port
}
