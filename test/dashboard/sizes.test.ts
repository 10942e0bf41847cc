import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { ROOT } from '../support/root.js'

const KIB = 1_024
/** Bytes of gzip of the scripts before anything is painted, of those of a first visit of the overview, and of all pages. */
const FIRST_PAINT = 29 * KIB
const FIRST_VISIT = 36 * KIB
const ALL = 122 * KIB
/** Bytes of the styles of a first visit, as they are; and of gzip of all styles. */
const FIRST_STYLES = 14.5 * KIB
const STYLES = 6.3 * KIB

const output = join(ROOT, 'dist/dashboard')

function assets(ending: string): string[] {
  return readdirSync(join(output, 'assets')).filter((name) => name.endsWith(ending))
}

function gzipped(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(output, 'assets', name)), { level: 9 }).length, 0)
}

/** The scripts that index.html names. */
function namedScripts(): string[] {
  const html = readFileSync(join(output, 'index.html'), 'utf8')
  return Array.from(html.matchAll(/\/assets\/([\w.-]+\.js)/g), ([, name = '']) => name)
}

/** Scripts, and what they import before they run. */
function withImports(names: readonly string[]): string[] {
  const found = new Set(names)
  for (const name of found) {
    const code = readFileSync(join(output, 'assets', name), 'utf8')
    for (const [, imported = ''] of code.matchAll(/(?:from|import)"\.\/([\w.-]+\.js)"/g)) found.add(imported)
  }
  return [...found]
}

describe('the dashboard as built', () => {
  before(async () => {
    const { buildDashboard } = await import(pathToFileURL(join(ROOT, 'scripts/dashboard.mjs')).href)
    await buildDashboard({ from: ROOT })
  })

  it('paints after at most 29 KiB of scripts', () => {
    const first = withImports(namedScripts())
    assert.ok(first.length > 0)
    assert.ok(gzipped(first) <= FIRST_PAINT, `${gzipped(first)} bytes of ${first}`)
  })

  it('reads at most 36 KiB of scripts and 14.5 KiB of styles for a first visit of the overview', () => {
    const overview = assets('.js').filter((name) => name.startsWith('overview-'))
    assert.equal(overview.length, 1)
    const first = withImports([...namedScripts(), ...overview])
    assert.ok(gzipped(first) <= FIRST_VISIT, `${gzipped(first)} bytes of ${first}`)
    const [styles = '', ...others] = assets('.css').filter((name) => name.startsWith('index-'))
    assert.deepEqual(others, [])
    const bytes = readFileSync(join(output, 'assets', styles)).length
    assert.ok(bytes <= FIRST_STYLES, `${bytes} bytes of ${styles}`)
  })

  it('has at most 122 KiB of scripts in all, of which a browser loads those of the pages that are opened', () => {
    assert.ok(gzipped(assets('.js')) <= ALL, `${gzipped(assets('.js'))} bytes`)
  })

  it('has at most 6.3 KiB of styles', () => {
    assert.ok(gzipped(assets('.css')) <= STYLES, `${gzipped(assets('.css'))} bytes`)
  })

  it('has a brotli and a gzip copy beside each script and style', () => {
    for (const name of [...assets('.js'), ...assets('.css')]) {
      for (const ending of ['br', 'gz']) assert.ok(assets(`.${ending}`).includes(`${name}.${ending}`), name)
    }
  })
})
