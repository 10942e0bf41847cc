import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../support/root.js'

const [TRACKING, GROUP] = ['tracking', 'group'].map(
  (name) => pathToFileURL(join(ROOT, `scripts/tests/${name}.mjs`)).href
)

/** The process of a group without files that leaves something open. */
function run(left: string, endTimeout: number) {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
  const code = `
    import '${TRACKING}'
    import { createServer } from 'node:net'
    const { runGroup } = await import('${GROUP}')
    await runGroup([], 1000, ${endTimeout})
    ${left}`
  return spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    env,
    encoding: 'utf8',
    timeout: 60_000
  })
}

it('ends a process in which a test left something open, and says what', () => {
  const { status, stderr } = run('createServer().listen(0, "127.0.0.1")', 50)
  assert.match(stderr, /^still open after the last test: .*TCPServerWrap/m)
  assert.equal(status, 1)
})

it('does not hold up a process in which nothing is open', () => {
  assert.equal(run('', 60_000).status, 0)
})
