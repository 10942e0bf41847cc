import assert from 'node:assert/strict'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { startProcess } from '../app/process.js'
import { BEARER, TOKEN, temporaryDirectory } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { nodeArguments, ROOT } from '../support/root.js'

/** Hundreds of files each, which a start would load one by one. */
const BUNDLED = ['@sinclair', 'fastify-ocpp', 'kysely']

/** The folder of the bundle: that which `npm test` has made a moment ago, else a new one. */
async function built(): Promise<string> {
  const recent = join(ROOT, 'dist')
  if (nodeArguments('server.ts').includes(join(recent, 'server.js'))) return recent
  const into = join(await temporaryDirectory(), 'dist')
  const { bundle } = await import(pathToFileURL(join(ROOT, 'scripts/bundle.mjs')).href)
  await bundle({ from: ROOT, into })
  return into
}

/** A folder with that bundle, and its packages without those that are bundled. */
async function installation(bundled: string): Promise<string> {
  const directory = await temporaryDirectory()
  await mkdir(join(directory, 'node_modules'))
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (BUNDLED.includes(name)) continue
    await symlink(join(ROOT, 'node_modules', name), join(directory, 'node_modules', name))
  }
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
  await cp(bundled, join(directory, 'dist'), { recursive: true })
  return directory
}

const dist = await built()
const directory = await installation(dist)

test('the back-end as built serves chargers, operators and readers without the packages that are part of it', async () => {
  const backend = await startProcess({ OPERATOR_TOKEN: TOKEN, LOG_LEVEL: 'warn' }, directory, ([node = '']) => {
    return [node, '--enable-source-maps', 'dist/server.js']
  })
  const url = await backend.url()
  await connectCharger(url.replace('http', 'ws'), 'CP-1', { boot: true })
  for (const path of ['/docs', '/docs/static/index.css', '/openapi.json', '/metrics', '/api/v1/charge-points/CP-1']) {
    const { status } = await fetch(`${url}${path}`, { headers: BEARER })
    assert.equal(status, 200, path)
  }
  assert.doesNotMatch(backend.output(), /"level":[56]0/)
})

test('the source maps of the bundle name the source files', async () => {
  const sources = new Set<string>()
  for (const file of await readdir(dist, { recursive: true })) {
    if (!file.endsWith('.js.map')) continue
    const map = JSON.parse(await readFile(join(dist, file), 'utf8'))
    for (const source of map.sources) sources.add(resolve(dist, dirname(file), source))
  }
  for (const file of ['server.ts', 'app.ts', 'lib/database/open.ts', 'plugins/ocpp.ts']) {
    assert.ok(sources.has(join(ROOT, file)), file)
  }
})
