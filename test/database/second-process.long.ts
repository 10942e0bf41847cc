import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type {} from '../../plugins/database.js'
import { startProcess } from '../app/process.js'
import { startBackend } from '../app/support.js'
import { refusedCharger } from '../support/charger.js'
import { until } from '../support/wait.js'
import { emptyDatabase, noPostgres } from './support.js'

/** The minute that a second process waits, and a cold start beside it. */
const PATIENCE_MS = 150_000

describe('a PostgreSQL database that is served already', { skip: noPostgres }, () => {
  it('is refused to a second process: after a minute one line, and exit code 1', { timeout: PATIENCE_MS }, async () => {
    const DATABASE_URL = (await emptyDatabase('postgres')).DATABASE_URL ?? ''
    const first = await startBackend({ DATABASE_URL })
    await first.app.database.ready
    const second = await startProcess({ DATABASE_URL, LOG_LEVEL: 'fatal' })
    const url = await second.url()
    assert.equal((await fetch(`${url}/health/ready`)).status, 503)
    const refused = await refusedCharger(url.replace('http', 'ws'), 'CP-1')
    assert.equal(refused.status, 503)
    await until('it gives up', () => second.output().includes('Cannot go on'), PATIENCE_MS)
    assert.equal(await second.exited(), 1)
    assert.match(second.output(), /another back-end serves this database .*stop that one first/)
    assert.equal(first.app.database.isReady(), true)
  })
})
