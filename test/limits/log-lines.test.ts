import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogLines } from '../../lib/limits/log-lines.js'

test('of each kind 20 lines are written at once, then one a second that says how many were left out', () => {
  let now = 5000
  const lines = new LogLines(() => now)
  const written: (number | undefined)[] = []
  const write = (kind = 'a') => lines.line(kind, ({ suppressed }) => written.push(suppressed))
  for (let times = 0; times < 100; times++) write()
  assert.deepEqual(written.splice(0), Array(20).fill(undefined))
  write('another kind')
  assert.deepEqual(written.splice(0), [undefined])
  now += 999
  write()
  assert.deepEqual(written, [])
  now += 1
  write()
  write()
  assert.deepEqual(written.splice(0), [81])
  now += 60_000
  for (let times = 0; times < 25; times++) write()
  assert.deepEqual(written, [1, ...Array(19).fill(undefined)])
})
