import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { ROOT } from '../support/root.js'

const KIB = 1_024
/** Bytes of gzip that a browser reads before the first page is painted, and for all pages together. */
const FIRST_PAINT = 32 * KIB
const ALL = 117 * KIB
/** Bytes of gzip of all styles. */
const STYLES = 5.6 * KIB

const output = join(ROOT, 'dist/dashboard')

function assets(ending: string): string[] {
  return readdirSync(join(output, 'assets')).filter((name) => name.endsWith(ending))
}

function gzipped(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(output, 'assets', name)), { level: 9 }).length, 0)
}

/** The scripts that index.html names, and what they import before they run. */
function firstScripts(): string[] {
  const html = readFileSync(join(output, 'index.html'), 'utf8')
  const found = new Set(Array.from(html.matchAll(/\/assets\/([\w.-]+\.js)/g), ([, name = '']) => name))
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

  it('paints its first page after at most 32 KiB of scripts', () => {
    const first = firstScripts()
    assert.ok(first.length > 0)
    assert.ok(gzipped(first) <= FIRST_PAINT, `${gzipped(first)} bytes of ${first}`)
  })

  it('has at most 117 KiB of scripts in all, of which a browser loads those of the pages that are opened', () => {
    assert.ok(gzipped(assets('.js')) <= ALL, `${gzipped(assets('.js'))} bytes`)
  })

  it('has at most 5.6 KiB of styles', () => {
    assert.ok(gzipped(assets('.css')) <= STYLES, `${gzipped(assets('.css'))} bytes`)
  })

  it('has a brotli and a gzip copy beside each script and style', () => {
    for (const name of [...assets('.js'), ...assets('.css')]) {
      for (const ending of ['br', 'gz']) assert.ok(assets(`.${ending}`).includes(`${name}.${ending}`), name)
    }
  })
})
