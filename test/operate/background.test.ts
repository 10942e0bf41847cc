import assert from 'node:assert/strict'
import { it } from 'node:test'
import { background } from '../../lib/background.js'
import { until } from '../support/wait.js'

it('an error in the background is logged with the work that was not done', async () => {
  const lines: unknown[] = []
  const log = { error: (...line: unknown[]) => lines.push(line) }
  const err = new Error('away')
  background(Promise.reject(err), log, 'could not reload the TLS files')
  background(Promise.resolve(), log, 'never said')
  await until('it is logged', () => lines.length > 0)
  assert.deepEqual(lines, [[{ err }, 'could not reload the TLS files']])
})
