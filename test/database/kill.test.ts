import assert from 'node:assert/strict'
import { it } from 'node:test'
import { until } from '../support/wait.js'
import { run } from './child.js'
import { emptyDatabase, loggedActions, onBothDatabasesAlways, open } from './support.js'

function acknowledged(output: string): string[] {
  // The last line may have been cut.
  return [...output.matchAll(/^ack (\S+)\n/gm)].map(([, name = '']) => name)
}

onBothDatabasesAlways('kill -9', (dialect) => {
  it('loses nothing that was acknowledged, and leaves no lock behind', async () => {
    const settings = await emptyDatabase(dialect)
    const args = [settings.DATA_DIR, ...(settings.DATABASE_URL === undefined ? [] : [settings.DATABASE_URL])]
    const scribe = run('test/database/scribe.ts', args)
    await scribe.writes('open')
    await until('it has written a lot', () => acknowledged(scribe.output()).length > 500, 20_000)
    scribe.process.kill('SIGKILL')
    await scribe.exited()
    const names = acknowledged(scribe.output())
    const stored = await loggedActions(open(settings))
    assert.ok(names.length > 500)
    assert.deepEqual(
      names.filter((name) => !stored.includes(name)),
      []
    )
    assert.equal(new Set(stored).size, stored.length)
  })
})
