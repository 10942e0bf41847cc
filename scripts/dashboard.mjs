import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const SOURCES = 'dashboard'
const OUTPUT = 'dist/dashboard'
/** Digest of what the output was made from. */
const STAMP = '.digest'
/** Modules of the back-end that pages import. */
const SHARED = ['lib/charge-points/connector-state.ts', 'package.json', 'package-lock.json', 'scripts/dashboard.mjs']
const COMPRESSIBLE = /\.(?:js|css|svg|webmanifest|html)$/

/**
 * Bundles the dashboard into dist/dashboard, with brotli and gzip beside each file. Nothing happens if nothing changed
 * since the last time. Without vite, which a production install leaves out, there is no dashboard.
 */
export async function buildDashboard({ from = '.' } = {}) {
  if (!existsSync(join(from, SOURCES))) return
  const output = resolve(from, OUTPUT)
  const digest = digestOf(from)
  const stamp = join(output, STAMP)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  const vite = await findVite()
  if (vite === undefined) {
    console.log('vite is not installed: the back-end has no dashboard')
    return
  }
  await vite.build({ configFile: resolve(from, SOURCES, 'vite.config.ts'), logLevel: 'warn' })
  await compress(output)
  writeFileSync(stamp, digest)
}

async function findVite() {
  try {
    return await import('vite')
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function digestOf(from) {
  const hash = createHash('sha256')
  const below = readdirSync(join(from, SOURCES), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(from, join(entry.parentPath, entry.name)))
  for (const path of [...below, ...SHARED].sort()) hash.update(`${path}\n`).update(readFileSync(join(from, path)))
  return hash.digest('hex')
}

async function compress(directory) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && COMPRESSIBLE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  await Promise.all(
    files.map(async (path) => {
      const contents = readFileSync(path)
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: contents.length }
      writeFileSync(`${path}.br`, await promisify(brotliCompress)(contents, { params }))
      writeFileSync(`${path}.gz`, await promisify(gzip)(contents, { level: 9 }))
    })
  )
}
