import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, it } from 'node:test'
import { PAGES } from '../../dashboard/router/pages.js'
import { PAGE_PATHS } from '../../lib/http/dashboard.js'
import { ROOT } from '../support/root.js'

/** From the ground up: a folder imports from itself and from those before it. */
const FLOORS = [['api'], ['router'], ['store'], ['ui', 'strings', 'form', 'chart', 'generated'], ['pages'], ['main']]
const IMPORT = /^(import|export)\s+(?:type\s)?(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm
/** What makes something that lives on: at the top of a module nobody could end it. */
const AT_TOP =
  /^(?:export )?(?:const \w+ = )?(?:signal|computed|effect|setInterval|setTimeout|\w+\.addEventListener)\(/m

const files = readdirSync(join(ROOT, 'dashboard'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/node_modules/.test(entry.parentPath))
  .map((entry) => relative(join(ROOT, 'dashboard'), join(entry.parentPath, entry.name)))
  .filter((file) => file !== 'vite.config.ts')

function floorOf(file: string): number {
  const folder = file.split('/')[0]?.replace(/\.tsx?$/, '') ?? ''
  return FLOORS.findIndex((folders) => folders.includes(folder))
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, 'dashboard', file), 'utf8')
}

describe('dashboard/', () => {
  it('has no folder without a floor', () => {
    assert.ok(files.includes('main.tsx'))
    assert.deepEqual(
      files.filter((file) => floorOf(file) === -1),
      []
    )
  })

  it('imports downwards only', () => {
    const upwards = files.flatMap((file) =>
      [...textOf(file).matchAll(IMPORT)]
        .map(([, , fixed, dynamic]) => join(file, '..', fixed ?? dynamic ?? ''))
        .filter((to) => !to.startsWith('..') && floorOf(to) > floorOf(file))
        .map((to) => `${file} -> ${to}`)
    )
    assert.deepEqual(upwards, [])
  })

  it('makes signals, listeners and timers in functions only', () => {
    assert.deepEqual(
      files.filter((file) => AT_TOP.test(textOf(file))),
      []
    )
  })

  it('writes no markup as text', () => {
    assert.deepEqual(
      files.filter((file) => /dangerouslySetInnerHTML|innerHTML|preact\/compat/.test(textOf(file))),
      []
    )
  })

  it('has the pages that the server answers', () => {
    const pages = Object.values(PAGES).filter((path) => path !== '/')
    assert.deepEqual([...PAGE_PATHS].sort(), pages.sort())
  })
})
