import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../app/support.js'
import { inLong } from '../support/long.js'
import { ROOT } from '../support/root.js'

const COMPILER_OPTIONS = {
  rootDir: '.',
  outDir: 'dist',
  types: [],
  module: 'NodeNext',
  tsBuildInfoFile: 'dist/.tsbuildinfo'
}

const SOURCES = [
  'app.ts',
  'server.ts',
  'lib/charge-points/credential.ts',
  'lib/database/open.ts',
  'lib/settings/settings.ts',
  'plugins/clock.ts',
  'routes/index.ts',
  'scripts/db.ts',
  'scripts/tokens.ts'
]

/** A repository in small: a library in src/, an app with one plugin beside it. */
async function smallRepository(): Promise<string> {
  const directory = await temporaryDirectory()
  const write = (path: string, content: string) => writeFile(join(directory, path), content)
  for (const path of [...SOURCES, 'src/index.ts']) await mkdir(join(directory, path, '..'), { recursive: true })
  for (const path of ['package.json', 'src/package.json']) await write(path, '{ "type": "module" }')
  const library = { compilerOptions: { ...COMPILER_OPTIONS, composite: true }, exclude: ['dist'] }
  await write('src/tsconfig.json', JSON.stringify(library))
  const app = {
    compilerOptions: { ...COMPILER_OPTIONS, incremental: true, noEmit: true },
    references: [{ path: './src' }]
  }
  await write('tsconfig.json', JSON.stringify({ ...app, include: ['**/*.ts'], exclude: ['src', 'dist'] }))
  for (const path of ['src/index.ts', 'src/old.ts', ...SOURCES]) await write(path, 'export {}')
  return directory
}

it(
  'a build compiles what has changed, leaves the rest alone, and removes the output of deleted files',
  inLong,
  async () => {
    const directory = await smallRepository()
    const build = () => promisify(execFile)(process.execPath, [join(ROOT, 'scripts/build.mjs')], { cwd: directory })
    const writtenAt = async (path: string) => (await stat(join(directory, path), { bigint: true })).mtimeNs
    const isThere = async (path: string) => (await stat(join(directory, path)).catch(() => undefined)) !== undefined
    await build()
    const server = await writtenAt('dist/server.js')
    const library = await writtenAt('src/dist/index.js')

    await rm(join(directory, 'plugins/clock.ts'))
    await rm(join(directory, 'src/old.ts'))
    await writeFile(join(directory, 'src/index.ts'), 'export const answer = 42')
    await build()

    assert.equal(await writtenAt('dist/server.js'), server)
    assert.notEqual(await writtenAt('src/dist/index.js'), library)
    for (const path of ['dist/plugins', 'src/dist/old.js', 'src/dist/old.d.ts']) assert.ok(!(await isThere(path)), path)
  }
)
