import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { emptyDatabase, noPostgres } from '../database/support.js'
import { freePort } from '../operate/proxy.js'
import { NatsServer, NodeProcess, noNats } from './support.js'

/** Longer than the lease of a node, after which others serve its charge points. */
const STANDSTILL_MS = 11_000
const SERVICE_RESTART = 1012

describe('a node that stood still for longer than its lease', { skip: noPostgres || noNats }, () => {
  it('handles nothing that its charge points have sent meanwhile, but lets them connect again', async () => {
    const { DATABASE_URL = '' } = await emptyDatabase('postgres', { withSchema: true })
    const nats = new NatsServer(await freePort())
    await nats.start()
    const node = await NodeProcess.start({ DATABASE_URL, NATS_URL: `nats://127.0.0.1:${nats.port}` })
    const charger = await node.connect('STALL-1')
    node.process.kill('SIGSTOP')
    // The standstill may be in the middle of anything.
    const payload = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: '1970-01-01T00:00:00Z' }
    charger.ws.send(JSON.stringify([2, 'late', 'StartTransaction', payload]))
    await sleep(STANDSTILL_MS)
    node.process.kill('SIGCONT')
    assert.equal((await charger.gone).code, SERVICE_RESTART)
    assert.deepEqual(
      charger.received.filter((text) => text.includes('"late"')),
      []
    )
    const again = await node.connect('STALL-1')
    const answer = await again.call('StartTransaction', payload)
    assert.equal(answer.type, 3)
    assert.equal((await node.get('/transactions')).body.items.length, 1)
    node.process.kill('SIGTERM')
    assert.equal(await node.process.exited(), 0)
  })
})
