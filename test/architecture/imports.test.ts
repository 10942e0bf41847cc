import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Import,
  importsOf,
  packageOf,
  runtimePackages,
  sourcesAtRoot,
  sourcesBelow,
  withoutExtension
} from './imports.js'

/** From the top down: a file imports from its own layer or from one below, never from one above. */
const LAYERS = [
  /^(index|rest\/.+|simulator\/.+|cluster\/(index|nats))$/,
  /^plugin$/,
  /^(admission|upgrade-guard|unwanted-websocket|websocket-routes|endpoint|ocpp|ocpp-api)$/,
  /^charge-point\/.+$/,
  /^cluster\/(?!index$|nats$).+$/,
  /^(options|charge-points|registration|handshake|describe)$/,
  /^connection\/.+$/,
  /^(handlers|data-transfer)$/,
  /^(frame|validate|action-table|inbound-message|leniency|events)$/,
  /^deviations\/(?!names$).+$/,
  /^protocol$/,
  /^(errors|failure|formats)$/,
  /^(types|smart-charging)\/.+$/,
  /^(v(16|201|21)|limits)\/.+$/,
  /^(schema|time|tick-clock|route-path|redact|deviations\/names)$/,
  /^define-error$/
]
/** These import nothing of their own layer. */
const LEAVES = LAYERS.length - 2

/** Who may know of Fastify and of sockets, and who only by type. */
const SHELL =
  /^src\/(plugin|connection\/connection|handshake|admission|upgrade-guard|unwanted-websocket|websocket-routes|endpoint|ocpp|(rest|charge-point)\/.+)$/
const SHELL_BY_TYPE = /^src\/(types\/.+|events|failure|connection\/.+|cluster\/(bus|member))$/

const libraryFiles = sourcesBelow('src')
const library = importsOf(libraryFiles)
const app = importsOf([
  ...sourcesAtRoot(),
  ...sourcesBelow('lib'),
  ...sourcesBelow('plugins'),
  ...sourcesBelow('routes')
])

test('every file of the library has its layer', () => {
  assert(libraryFiles.includes('src/plugin.ts'))
  assert.deepEqual(
    libraryFiles.filter((file) => layer(withoutExtension(file)) === -1),
    []
  )
})

test('imports of the library go down the layers only', () => {
  const upwards = library.filter(({ from, to }) => {
    if (!isOurs(to)) return false
    return layer(to) < layer(from) || (layer(from) >= LEAVES && layer(to) === layer(from))
  })
  assert.deepEqual(upwards, [])
})

test('no import leads back to its own file', () => {
  assert.deepEqual(
    libraryFiles.map(withoutExtension).filter((file) => reachable(file).has(file)),
    []
  )
})

test('no file of the simulator leads back to itself, type imports included', () => {
  const simulator = libraryFiles.map(withoutExtension).filter((file) => file.startsWith('src/simulator/'))
  assert(simulator.includes('src/simulator/charger'))
  assert.deepEqual(
    simulator.filter((file) => reachable(file, { withTypes: true }).has(file)),
    []
  )
})

test('a version of OCPP knows neither the others nor anything but TypeBox', () => {
  const foreign = library.filter(({ from, to }) => {
    const version = /^src\/v\d+\//.exec(from)?.[0]
    return version !== undefined && !to.startsWith(version) && to !== 'src/schema' && to !== '@sinclair/typebox'
  })
  assert.deepEqual(foreign, [])
})

test('only the shell of the library knows of Fastify and sockets', () => {
  const framework = library.filter(({ to }) => ['fastify', 'ws', '@fastify/websocket'].includes(to))
  const others = framework.filter(({ from, typeOnly }) => !SHELL.test(from) && !(typeOnly && SHELL_BY_TYPE.test(from)))
  assert.deepEqual(others, [])
})

test('the library imports nothing but itself and what its package.json names', () => {
  const outside = library.filter(({ to }) => !isOurs(to))
  assert.deepEqual(undeclared(outside, 'src'), [])
})

test('the app imports the library by its name, and nothing that package.json does not name', () => {
  const outside = app.filter(({ to }) => !/^(app|server|lib\/.+|plugins\/.+|routes\/.+)$/.test(to))
  assert.deepEqual(undeclared(outside, '.'), [])
})

/** The imports that lead neither to Node nor to a package that is there at run time. */
function undeclared(imports: Import[], directory: string): Import[] {
  const packages = runtimePackages(directory)
  return imports.filter(({ to }) => !to.startsWith('node:') && !packages.has(packageOf(to)))
}

function isOurs(to: string): boolean {
  return to.startsWith('src/')
}

function layer(file: string): number {
  return LAYERS.findIndex((members) => members.test(file.replace('src/', '')))
}

/** Every file that is loaded because this one is; with types also every file that it is compiled with. */
function reachable(file: string, { withTypes = false } = {}, seen = new Set<string>()): Set<string> {
  for (const { from, to, typeOnly } of library) {
    if (from !== file || (typeOnly && !withTypes) || seen.has(to)) continue
    seen.add(to)
    reachable(to, { withTypes }, seen)
  }
  return seen
}
