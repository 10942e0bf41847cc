import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../support/root.js'
import { floatingPromises } from './promises.js'

const FIXTURE = 'test/architecture/promises.fixture.ts'
const found = floatingPromises()
const isFixture = ({ place }: { place: string }) => place.startsWith(FIXTURE)

test('the search finds floating promises, and nothing else', () => {
  const lines = readFileSync(join(ROOT, FIXTURE), 'utf8').split('\n')
  const wanted = lines.flatMap((line, index) => {
    const rule = / \/\/ (statement|void|callback)$/.exec(line)?.[1]
    return rule === undefined ? [] : [`${FIXTURE}:${index + 1} ${rule}`]
  })
  assert.deepEqual(
    found
      .filter(isFixture)
      .map(({ place, rule }) => `${place} ${rule}`)
      .sort(),
    wanted.sort()
  )
})

// A rejection that nobody catches ends the process, and with it the connections of all charge points.
test('no promise floats: it is awaited, returned, caught, or goes through background()', () => {
  assert.deepEqual(
    found.filter((one) => !isFixture(one)),
    []
  )
})
