import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BEARER, operate, startBackend } from '../app/support.js'
import { openReader } from '../events/reader.js'
import { connectCharger } from '../support/charger.js'
import { within } from '../support/wait.js'
import { metric, tokenOf } from './support.js'

const START = { connectorId: 1, idTag: 'T', meterStart: 0, timestamp: '2026-01-01T00:00:00Z' }
const METER_VALUES = {
  connectorId: 1,
  meterValue: [{ timestamp: '2026-01-01T00:00:01Z', sampledValue: [{ value: '1' }] }]
}
const STATUS = { connectorId: 1, errorCode: 'NoError', status: 'Charging', timestamp: '2026-01-01T00:00:00.000Z' }

describe('a listener of events', () => {
  it('receives events of transactions only with the scope for them', async () => {
    const server = await startBackend()
    const some = await openReader(server.port, { headers: await tokenOf(server, 'some', 'charge-points:read') })
    const all = await openReader(server.port, {
      headers: await tokenOf(server, 'all', 'charge-points:read', 'transactions:read')
    })
    assert.deepEqual([some.status, all.status], [200, 200])
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    for (const [action, payload] of [
      ['StartTransaction', START],
      ['MeterValues', METER_VALUES],
      ['StatusNotification', STATUS]
    ] as const) {
      assert.equal((await charger.call(action, payload)).type, 3)
    }
    const types = (events: { event?: string }[]) => events.map(({ event }) => event)
    assert.deepEqual(types(await all.events(5)), ['connect', 'boot', 'transaction', 'meter-values', 'status'])
    assert.deepEqual(types(await some.events(3)), ['connect', 'boot', 'status'])
  })

  it('is rejected when it filters for them without that scope', async () => {
    const server = await startBackend()
    const headers = await tokenOf(server, 'some', 'charge-points:read')
    for (const type of ['transaction', 'meter-values']) {
      const refused = await server.app.inject({ url: `/api/v1/events?type=boot&type=${type}`, headers })
      assert.equal(refused.statusCode, 403)
      assert.match(String(refused.headers['www-authenticate']), /scope="transactions:read"/)
      assert.equal(refused.json().code, 'INSUFFICIENT_SCOPE')
    }
    assert.equal(await metric(server, 'operator_refusals_total{reason="insufficient-scope"}'), 2)
    assert.equal((await openReader(server.port, { query: '?type=boot', headers })).status, 200)
  })

  it('is disconnected when its token is revoked, and no other listener is', async (t) => {
    // At once: the check every two seconds is for what other processes revoke.
    t.mock.timers.enable({ apis: ['setInterval'] })
    const server = await startBackend()
    const leaving = await openReader(server.port, { headers: await tokenOf(server, 'leaving', 'charge-points:read') })
    const staying = await openReader(server.port, { headers: await tokenOf(server, 'staying', 'charge-points:read') })
    const builtIn = await openReader(server.port, { headers: BEARER, query: '?type=connect&type=boot' })
    assert.equal((await operate(server, 'DELETE', '/operator-tokens/leaving')).statusCode, 204)
    await within('the reader to be cut off', leaving.closed)
    await connectCharger(server.url, 'CP-1', { boot: true })
    assert.equal((await staying.events(2)).length, 2)
    assert.equal((await builtIn.events(2)).length, 2)
  })

  it('is disconnected when its token expires', async () => {
    const server = await startBackend()
    const expiresAt = new Date(Date.now() + 3_000).toISOString()
    const made = await operate(server, 'POST', '/operator-tokens', { name: 'brief', scopes: ['admin'], expiresAt })
    const headers = { authorization: `Bearer ${made.json().token}` }
    const reader = await openReader(server.port, { headers })
    // On a busy machine it may have expired before.
    if (reader.status === 200) await within('the reader to be cut off', reader.closed, 20_000)
    assert.equal((await openReader(server.port, { headers })).status, 401)
  })
})
