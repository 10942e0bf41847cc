import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { build } from 'esbuild'

/** Files that are run or imported by name, and those that the back-end finds in its folders. The rest is in chunks. */
const ENTRIES = [
  'app.ts',
  'server.ts',
  'plugins/**/*.ts',
  'routes/**/*.ts',
  // By operators, and by the benchmarks.
  'scripts/db.ts',
  'scripts/tokens.ts',
  'lib/charge-points/credential.ts',
  'lib/database/open.ts',
  'lib/settings/settings.ts'
]

/** Packages of hundreds of small modules, which become part of the chunks. */
const BUNDLED = ['@sinclair/typebox', 'fastify-ocpp', 'kysely']

/** Output of the compiler and of the bundler of the dashboard in the same folder. */
const OF_OTHERS = /^(?:\.tsbuildinfo|dashboard\/)/

/**
 * Bundles the back-end, because Node takes half a millisecond to load a module, and there are a thousand. A file that
 * would not change is not written; a file that is not part of the bundle is removed.
 */
export async function bundle({ from = '.', into = 'dist' } = {}) {
  const { outputFiles } = await build({
    absWorkingDir: resolve(from),
    entryPoints: ENTRIES,
    outbase: '.',
    outdir: resolve(into),
    // Beside app.ts, which looks for the folders of its plugins and routes beside itself.
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['source'],
    external: [...dependencies(join(from, 'package.json')), ...dependencies(join(from, 'src/package.json'))],
    sourcemap: true,
    sourcesContent: false,
    write: false
  })
  for (const { path, contents } of outputFiles) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
  const written = new Set(outputFiles.map(({ path }) => path))
  removeStaleOutput(into, (path) => OF_OTHERS.test(path) || written.has(resolve(into, path)))
}

/** The packages that stay packages. */
function dependencies(manifest) {
  const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
  return Object.keys(dependencies).filter((name) => !BUNDLED.includes(name))
}

/** Deletes files that are not current, and folders that are empty afterwards. */
export function removeStaleOutput(folder, isCurrent) {
  if (!existsSync(folder)) return
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !isCurrent(relative(folder, path))) rmSync(path)
  }
  // The longest path first: a folder is empty only after the folders inside it are gone.
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name))
  for (const each of folders.sort((a, b) => b.length - a.length)) {
    if (readdirSync(each).length === 0) rmdirSync(each)
  }
}
