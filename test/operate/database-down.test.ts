import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startProcess } from '../app/process.js'
import { emptyDatabase, noPostgres } from '../database/support.js'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { createProxy } from './proxy.js'

/** Longer than the pauses between two attempts. */
const RECOVERY_MS = 30_000

/** Asks until the answer has this status. */
async function readiness(url: string, status: number): Promise<unknown> {
  const deadline = performance.now() + RECOVERY_MS
  for (;;) {
    const response = await fetch(`${url}/health/ready`)
    const body = await response.json()
    if (response.status === status) return body
    if (performance.now() > deadline) throw new Error(`still ${response.status}: ${JSON.stringify(body)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('a PostgreSQL that cannot be reached', { skip: noPostgres }, () => {
  it('is retried at the start and later: requests are answered 503 meanwhile, and no restart is needed', async () => {
    const { DATABASE_URL = '' } = await emptyDatabase('postgres')
    const real = new URL(DATABASE_URL)
    const proxy = await createProxy({ host: real.hostname, port: Number(real.port) })
    const through = new URL(DATABASE_URL)
    through.port = String(proxy.port)
    const backend = await startProcess({ DATABASE_URL: through.href })
    const url = await backend.url()
    const ws = url.replace('http', 'ws')

    const body = await readiness(url, 503)
    assert.deepEqual(body, { status: 'unavailable', reasons: ['the database cannot be used yet'] })
    assert.equal((await fetch(`${url}/health/live`)).status, 200)
    assert.match(backend.output(), /waiting for it/)
    const list = await fetch(`${url}/api/v1/charge-points`, { headers: { authorization: 'Bearer whatever-it-is' } })
    assert.equal(((await list.json()) as { code?: string }).code, 'DATABASE_NOT_READY')
    const refusal = await refusedCharger(ws, 'CP-1')
    assert.equal(refusal.status, 503)
    assert.match(String(refusal.headers['retry-after']), /^\d+$/)

    await proxy.open()
    assert.deepEqual(await readiness(url, 200), { status: 'ok' })
    await connectCharger(ws, 'CP-1', { boot: true })

    await proxy.shut()
    await readiness(url, 503)
    await proxy.open()
    await readiness(url, 200)
    const charger = await connectCharger(ws, 'CP-2', { boot: true })
    backend.kill('SIGTERM')
    assert.equal((await charger.closed).code, 1012)
    assert.equal(await backend.exited(), 0)
  })
})
