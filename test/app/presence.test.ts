import assert from 'node:assert/strict'
import { it } from 'node:test'
import { StorageError } from '../../lib/database/errors.js'
import { connectCharger } from '../support/charger.js'
import { until } from '../support/wait.js'
import { startBackend } from './support.js'

/** How often it is written down. */
const INTERVAL_MS = 5_000

it('the time of a connection is stored later when it cannot be stored at first', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const server = await startBackend()
  const { store } = server.app
  await connectCharger(server.url, 'CP-1', { boot: true })
  const connectedAt = async () => {
    const row = await store.db.selectFrom('charge_points').select('last_connected_at').executeTakeFirst()
    return row?.last_connected_at ?? undefined
  }

  let failures = 0
  const write = t.mock.method(store, 'write', () => {
    failures++
    return Promise.reject(new StorageError('full'))
  })
  t.mock.timers.tick(INTERVAL_MS)
  await until('writing has failed', () => failures > 0)
  assert.equal(await connectedAt(), undefined)

  write.mock.restore()
  t.mock.timers.tick(INTERVAL_MS)
  const deadline = performance.now() + 5_000
  while ((await connectedAt()) === undefined) {
    assert.ok(performance.now() < deadline, 'it is still not known')
    await new Promise((resolve) => setImmediate(resolve))
  }
})
