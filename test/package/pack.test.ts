import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { ROOT } from '../support/root.js'
import { createProject, type Project, startServer, tool } from './project.js'
import { quickStart } from './quick-start.js'

let project: Project
let library: string
let files: string[]

before(async () => {
  project = await createProject()
  library = join(project.directory, 'node_modules', 'fastify-ocpp')
  const entries = await readdir(library, { recursive: true, withFileTypes: true })
  files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(library, join(entry.parentPath, entry.name)))
})

after(() => project?.remove())

test('the tarball has the licence, the README and nothing that is only for developers', () => {
  for (const name of ['LICENSE', 'README.md', 'package.json', 'index.ts', 'dist/index.js', 'dist/index.d.ts']) {
    assert(files.includes(name), `${name} is missing`)
  }
  const stray = files.filter((name) => /tsbuildinfo|tsconfig|test|node_modules|\.tgz$/.test(name))
  assert.deepEqual(stray, [])
})

test('the tarball names no path of the machine it was packed on', async () => {
  const machine = [ROOT, dirname(dirname(project.tarball))]
  for (const name of files) {
    const text = await readFile(join(library, name), 'utf8')
    for (const path of machine) assert(!text.includes(path), `${name} contains ${path}`)
  }
})

test('every source map leads to a source that is shipped', async () => {
  const maps = files.filter((name) => name.endsWith('.map'))
  assert(maps.some((name) => name.endsWith('.d.ts.map')) && maps.some((name) => name.endsWith('.js.map')))
  for (const name of maps) {
    const { sources } = JSON.parse(await readFile(join(library, name), 'utf8')) as { sources: string[] }
    for (const source of sources) assert(existsSync(resolve(library, dirname(name), source)), `${name} -> ${source}`)
  }
})

test('publint finds no fault in the tarball', inLong, async () => {
  await tool(project.directory, 'publint', '--strict', project.tarball)
})

test('the types of every entry resolve for importers of ES modules', inLong, async () => {
  await tool(project.directory, 'attw', '--profile', 'esm-only', project.tarball)
})

test('a new project gets a single ws, of a release without known faults', inLong, async () => {
  const modules = await readdir(join(project.directory, 'node_modules'), { recursive: true })
  const copies = modules.filter((path) => /^(?:.*node_modules\/)?ws\/package\.json$/.test(path))
  assert.equal(copies.length, 1, copies.join())
  const { version } = JSON.parse(await readFile(join(project.directory, 'node_modules', copies[0] ?? ''), 'utf8'))
  assert.ok(Number(/^8\.(\d+)\./.exec(version)?.[1]) >= 23, version)
})

test('the quick start of the README compiles strictly and answers a charge point', inLong, async () => {
  const tsconfig = {
    compilerOptions: {
      target: 'ES2023',
      module: 'NodeNext',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmitOnError: true,
      outDir: 'compiled',
      rootDir: '.'
    },
    files: ['quick-start.ts']
  }
  await writeFile(join(project.directory, 'tsconfig.json'), JSON.stringify(tsconfig))
  await writeFile(join(project.directory, 'quick-start.ts'), quickStart(await readme(), 'ts'))
  await tool(project.directory, 'tsc', '-p', '.')
  await answersTheFoundingExchange('compiled/quick-start.js', async (port) => {
    const charger = await connectCharger(`ws://127.0.0.1:${port}`, 'CP-2', { boot: true })
    const [, id, action, payload] = await charger.nextFrame()
    assert.deepEqual([action, payload], ['TriggerMessage', { requestedMessage: 'StatusNotification' }])
    charger.send(3, id, { status: 'Accepted' })
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' }
    assert.deepEqual((await charger.call('StatusNotification', status)).type, 3)
    const refused = await refusedCharger(`ws://127.0.0.1:${port}`, 'CP-3', { protocol: 'ocpp2.0.1' })
    assert.equal(refused.status, 400)
  })
})

/** What an application does with the types of every entry that has errors. */
const CONSUMER = `
import Fastify from 'fastify'
import fastifyOcpp, { InvalidOptionsError, TimeoutError } from 'fastify-ocpp'
import { RefusedError, UnreachableError } from 'fastify-ocpp/charge-point'
import operatorRoutes from 'fastify-ocpp/rest'

const app = Fastify()
app.register(fastifyOcpp, { securityProfile: 0 }).register(operatorRoutes, { prefix: '/api' })
export function explain(error: unknown): readonly [string, number] | undefined {
  if (error instanceof TimeoutError) return [error.code satisfies 'OCPP_ERR_TIMEOUT', error.statusCode satisfies 504]
  if (error instanceof InvalidOptionsError) return [error.code satisfies 'OCPP_ERR_INVALID_OPTIONS', error.statusCode]
  if (error instanceof RefusedError) return [error.code satisfies 'OCPP_ERR_REFUSED', error.status]
  return error instanceof UnreachableError ? [error.code, error.statusCode satisfies 504] : undefined
}
export const reset = () => app.ocpp.v16.call('CP-1', 'Reset', { type: 'Soft' }).then(({ status }) => status satisfies string)
// @ts-expect-error no such type of reset
export const wrong = () => app.ocpp.v16.call('CP-1', 'Reset', { type: 'Gentle' })
`

for (const [module, moduleResolution] of [
  ['NodeNext', 'nodenext'],
  ['ESNext', 'bundler'],
  ['Preserve', 'bundler']
]) {
  for (const skipLibCheck of [false, true]) {
    test(
      `the types are right with ${module}, ${moduleResolution} and skipLibCheck ${skipLibCheck}`,
      inLong,
      async () => {
        const options = { module, moduleResolution, skipLibCheck, target: 'ES2023', strict: true, noEmit: true }
        const tsconfig = { compilerOptions: { ...options, types: ['node'], rootDir: '.' }, files: ['consumer.ts'] }
        await writeFile(join(project.directory, 'consumer.ts'), CONSUMER)
        await writeFile(join(project.directory, 'tsconfig.types.json'), JSON.stringify(tsconfig))
        await tool(project.directory, 'tsc', '-p', 'tsconfig.types.json')
      }
    )
  }
}

test('the quick start of the README in plain JavaScript answers a charge point', async () => {
  await writeFile(join(project.directory, 'quick-start.mjs'), quickStart(await readme(), 'js'))
  await answersTheFoundingExchange('quick-start.mjs', async (port) => {
    for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
      const charger = await connectCharger(`ws://127.0.0.1:${port}`, `CP-${protocol}`, { protocol, boot: true })
      const status = {
        'ocpp1.6': { connectorId: 1, errorCode: 'NoError', status: 'Available' },
        'ocpp2.0.1': { evseId: 1, connectorId: 1, connectorStatus: 'Available', timestamp: '2026-01-01T00:00:00Z' },
        'ocpp2.1': { evseId: 1, connectorId: 1, connectorStatus: 'Available', timestamp: '2026-01-01T00:00:00Z' }
      }[protocol]
      assert.equal((await charger.call('StatusNotification', status)).type, 3)
      assert.equal((await charger.call('Heartbeat', {})).type, 3)
    }
  })
})

function readme(): Promise<string> {
  return readFile(join(ROOT, 'README.md'), 'utf8')
}

/** Starts a program of the project, boots a charge point there, and goes on with `more`. */
async function answersTheFoundingExchange(file: string, more: (port: number) => Promise<void>): Promise<void> {
  const server = await startServer(project, file)
  try {
    const answer = JSON.parse(await boot(server.port))
    assert.equal(answer.length, 3)
    assert.deepEqual(answer.slice(0, 2), [3, '12345'])
    assert.deepEqual(Object.keys(answer[2]).sort(), ['currentTime', 'interval', 'status'])
    assert.equal(answer[2].status, 'Accepted')
    assert(!Number.isNaN(Date.parse(answer[2].currentTime)))
    assert(answer[2].interval > 0)
    await more(server.port)
  } catch (error) {
    assert.fail(`${error}\nThe server said:\n${server.output()}`)
  } finally {
    await server.stop()
  }
}

async function boot(port: number): Promise<string> {
  const socket = await connect(`ws://127.0.0.1:${port}/ocpp/test_charge_point`)
  assert.equal(socket.protocol, 'ocpp1.6')
  const answer = new Promise<string>((resolve, reject) => {
    socket.once('message', (data) => resolve(String(data)))
    socket.once('close', (code) => reject(new Error(`closed with ${code} instead of an answer`)))
    AbortSignal.timeout(10_000).addEventListener('abort', () => reject(new Error('no answer within 10 s')))
  })
  socket.send('[2,"12345","BootNotification",{"chargePointVendor":"The Mobility House","chargePointModel":"Optimus"}]')
  return answer.finally(() => socket.terminate())
}

/** The server takes a moment to listen: tries again until it does, for 15 s. */
async function connect(url: string): Promise<WebSocket> {
  const deadline = performance.now() + 15_000
  for (;;) {
    const socket = new WebSocket(url, 'ocpp1.6')
    const failure = await new Promise<Error | undefined>((resolve) => {
      socket.once('open', () => resolve(undefined))
      socket.once('error', resolve)
    })
    if (failure === undefined) return socket
    if (!failure.message.includes('ECONNREFUSED') || performance.now() > deadline) throw failure
    await setTimeout(50)
  }
}
