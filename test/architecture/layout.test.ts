import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ROOT } from '../support/root.js'
import { type Import, importsOf, sourcesBelow, withoutExtension } from './imports.js'

/**
 * The rooms of lib/ from the ground up: a room knows its neighbours on the same floor, as long as there is no circle,
 * and those below. Files beside the rooms are the ground that all of them stand on.
 */
const FLOORS = [
  ['settings'],
  ['database', 'limits', 'money'],
  ['events'],
  ['id-tokens', 'operators', 'ledger', 'sites', 'traits'],
  ['http'],
  ['billing', 'charge-points', 'webhooks', 'violations'],
  ['calls', 'certificates', 'reports', 'tls'],
  ['load-management', 'operations', 'metrics', 'nodes', 'openapi', 'price-messages', 'problems'],
  ['smart-charging']
]

const libFiles = sourcesBelow('lib')
const pluginFiles = sourcesBelow('plugins')
const lib = importsOf(libFiles)
const plugins = importsOf(pluginFiles)
const routes = importsOf(sourcesBelow('routes'))

/** The room of a file; undefined on the ground, and outside of lib/. */
function roomOf(file: string): string | undefined {
  return /^lib\/([^/]+)\//.exec(file)?.[1]
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room))
}

/** Imports from one room into another. */
function doors(): { from: string; to: string; through: Import }[] {
  return lib.flatMap((through) => {
    const from = roomOf(through.from)
    const to = roomOf(through.to)
    return from === undefined || to === undefined || from === to ? [] : [{ from, to, through }]
  })
}

function reachableFrom(room: string, seen = new Set<string>()): Set<string> {
  for (const { from, to } of doors()) {
    if (from !== room || seen.has(to)) continue
    seen.add(to)
    reachableFrom(to, seen)
  }
  return seen
}

describe('lib/', () => {
  it('has no room without a floor', () => {
    const rooms = new Set(libFiles.flatMap((file) => roomOf(file) ?? []))
    assert.deepEqual([...rooms].sort(), FLOORS.flat().sort())
  })

  it('knows nothing of plugins, routes, Fastify and its plugins', () => {
    const foreign = lib.filter(({ to }) => /^(plugins|routes|src)\/|^(fastify|fastify-plugin|@fastify\/.+)$/.test(to))
    assert.deepEqual(foreign, [])
  })

  it('imports from the same floor or from below, types included', () => {
    const upwards = doors().filter(({ from, to }) => floorOf(to) > floorOf(from))
    assert.deepEqual(upwards, [])
  })

  it('has no circle of rooms', () => {
    assert.deepEqual(
      FLOORS.flat().filter((room) => reachableFrom(room).has(room)),
      []
    )
  })

  it('has files outside of the folders that import no folder', () => {
    const fromGround = lib.filter(({ from, to }) => roomOf(from) === undefined && roomOf(to) !== undefined)
    assert.deepEqual(fromGround, [])
  })
})

describe('plugins/', () => {
  it('holds Fastify plugins and nothing else: each file exports one by default', () => {
    const others = pluginFiles.filter(
      (file) =>
        !/^export default fp\(/m.test(readFileSync(join(ROOT, file), 'utf8')) || !/^plugins\/(csms\/)?[^/]+$/.test(file)
    )
    assert.deepEqual(others, [])
  })

  it('knows no routes', () => {
    assert.deepEqual(
      plugins.filter(({ to }) => to.startsWith('routes/')),
      []
    )
  })
})

describe('routes/', () => {
  it('knows of plugins the types only', () => {
    const known = new Set(pluginFiles.map(withoutExtension))
    const values = routes.filter(({ to, typeOnly }) => known.has(to) && !typeOnly)
    assert.deepEqual(values, [])
  })
})

describe('scripts/tests/seconds.mjs', () => {
  it('names test files that are there', () => {
    const text = readFileSync(join(ROOT, 'scripts/tests/seconds.mjs'), 'utf8')
    const named = Array.from(text.matchAll(/'(test\/[^']+)'/g), ([, file = '']) => file)
    assert.ok(named.length > 0)
    assert.deepEqual(
      named.filter((file) => !existsSync(join(ROOT, file))),
      []
    )
  })
})
