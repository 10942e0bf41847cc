import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { DEVIATIONS } from 'fastify-ocpp'
import { ROOT } from '../support/root.js'

test('every deviation is in the docs, with an example and its correction', () => {
  const text = readFileSync(`${ROOT}docs/validation.md`, 'utf8')
  const documented = [...text.matchAll(/^\| `([a-z-]+)` \| \S.* \| \S.* \|$/gm)].map(([, name]) => name)
  assert.deepEqual(documented, Object.keys(DEVIATIONS))
})
