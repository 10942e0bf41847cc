import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../support/root.js'
import { importsOf, sourcesBelow } from './imports.js'

// Money is calculated in whole numbers. The decimals of a double enter and leave in exact.ts, and nowhere else.

const files = sourcesBelow('lib/money')

/** The lines of code that match, without comments and texts. */
function linesWith(pattern: RegExp, except: readonly string[] = []): string[] {
  return files
    .filter((file) => !except.includes(file))
    .flatMap((file) =>
      readFileSync(join(ROOT, file), 'utf8')
        .split('\n')
        .map((line) =>
          line.replace(/^\s*(?:\/\*\*|\*|\/\/).*$|\s\/\/ .*$/, '').replace(/'[^']*'|`[^`$]*`|\/\^.*\$\//g, "''")
        )
        .filter((line) => pattern.test(line))
        .map((line) => `${file}: ${line.trim()}`)
    )
}

test('money is calculated without doubles: nothing divides or rounds outside of exact.ts', () => {
  assert.ok(files.includes('lib/money/cost.ts'))
  // Whole numbers may be divided: a time as a fraction, in milliseconds.
  assert.deepEqual(
    linesWith(/\s\/\s/, ['lib/money/exact.ts']).filter((line) => !/\.n \/ \w+(?:\.\w+)*\.d\b/.test(line)),
    []
  )
  assert.deepEqual(linesWith(/Math\.(?!min|max)|parseFloat|toFixed|toPrecision|\*\s?0?\.\d|\b\d+\.\d/), [])
})

test('money has no clock, no database and no network', () => {
  assert.deepEqual(linesWith(/Date\.now|new Date\(\)|performance|setTimeout|process\./), [])
  const outside = importsOf(files).filter(({ to }) => !to.startsWith('lib/money/'))
  assert.deepEqual([...new Set(outside.map(({ to }) => to))].sort(), [
    '@sinclair/typebox',
    'lib/calendar',
    'lib/languages',
    'lib/text-like',
    'node:crypto'
  ])
})
