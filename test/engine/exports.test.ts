import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as library from 'fastify-ocpp'
import { ROOT } from '../support/root.js'

test('every export of the library is in the docs: the rest is internal', () => {
  const pages = readdirSync(`${ROOT}docs`).filter((name) => name.endsWith('.md'))
  const text = pages.map((name) => readFileSync(`${ROOT}docs/${name}`, 'utf8')).join('\n')
  const untold = Object.keys(library).filter((name) => name !== 'default' && !text.includes(name))
  assert.deepEqual(untold, [])
  assert.ok(!('LogThrottle' in library))
})
