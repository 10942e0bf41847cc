import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KyselyPlugin } from 'kysely'
import { ModelStore } from '../../lib/traits/model-store.js'
import { migrated, writerOf } from '../database/support.js'

const SECONDS = 1_000
const BOOTED = { vendor: 'Acme', model: 'One', firmware: '1.0' }
const MODEL = { match: { vendor: 'Acme' }, traits: { energyUnit: 'Wh-means-kWh' as const } }

/** Of one read: the models, and what was learned. */
const STATEMENTS = 2

/** The models as two processes know them, and how often the first one has read them. */
async function twoProcesses() {
  const database = await migrated('sqlite')
  const writer = writerOf(database)
  let reads = 0
  const counting: KyselyPlugin = {
    transformQuery: ({ node }) => {
      reads++
      return node
    },
    transformResult: async ({ result }) => result
  }
  const ours = new ModelStore({ db: database.db.withPlugin(counting), writer })
  const theirs = new ModelStore({ db: database.db, writer })
  return { ours, theirs, reads: () => reads }
}

describe('the charger models of two processes', () => {
  it('are those of both: what another process changes counts within ten seconds', async (t) => {
    const { ours, theirs } = await twoProcesses()
    const now = Math.ceil(performance.now())
    const clock = t.mock.method(performance, 'now', () => now)
    await ours.refresh()
    await theirs.put('acme', MODEL)
    assert.equal(ours.match(BOOTED), undefined)
    clock.mock.mockImplementation(() => now + 10 * SECONDS)
    await ours.refresh()
    assert.equal(ours.match(BOOTED)?.name, 'acme')
    await theirs.delete('acme')
    clock.mock.mockImplementation(() => now + 20 * SECONDS)
    await ours.refresh()
    assert.equal(ours.match(BOOTED), undefined)
  })

  it('and what was learned of charge points of a kind', async () => {
    const { ours, theirs } = await twoProcesses()
    await theirs.learn(BOOTED, { limitStep: 'whole' })
    await theirs.learn(BOOTED, { limitKind: 'Absolute' })
    await theirs.learn({}, { limitKind: 'Absolute' })
    await ours.refresh()
    assert.deepEqual(ours.learned(BOOTED), { limitStep: 'whole', limitKind: 'Absolute' })
    assert.deepEqual([ours.learned({ ...BOOTED, firmware: '2.0' }), ours.learned({})], [undefined, undefined])
  })

  it('are read once when a whole fleet connects, and not again for ten seconds', async (t) => {
    const { ours, reads } = await twoProcesses()
    const now = Math.ceil(performance.now())
    const clock = t.mock.method(performance, 'now', () => now)
    await Promise.all(Array.from({ length: 100 }, () => ours.refresh()))
    clock.mock.mockImplementation(() => now + 9 * SECONDS)
    await ours.refresh()
    assert.equal(reads(), STATEMENTS)
    clock.mock.mockImplementation(() => now + 10 * SECONDS)
    await Promise.all(Array.from({ length: 100 }, () => ours.refresh()))
    assert.equal(reads(), 2 * STATEMENTS)
  })
})
