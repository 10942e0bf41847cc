import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../support/root.js'

/** The report of a run of attributed.mjs, without times. */
function reportOf(...args: string[]): string {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
  const file = join(ROOT, 'test/runner/attributed.mjs')
  const { status, stdout } = spawnSync(process.execPath, ['--test-reporter=tap', file, ...args], {
    env,
    encoding: 'utf8'
  })
  assert.equal(status, 1)
  return stdout.replace(/^.*duration_ms.*$/gm, '')
}

it('attributes late errors and hooks to the same tests as Node does, at less expense', () => {
  const tracked = reportOf(pathToFileURL(join(ROOT, 'scripts/tests/tracking.mjs')).href)
  assert.match(tracked, /not ok 2 - leaves a promise that rejects\n[\s\S]*error: 'rejected'/)
  assert.match(tracked, /not ok 3 - leaves a timer that throws\n[\s\S]*error: 'thrown'/)
  assert.match(tracked, /calls: after the before hook, end of the first test, after the first test/)
  assert.equal(tracked, reportOf())
})
