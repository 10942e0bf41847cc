import assert from 'node:assert/strict'
import { it } from 'node:test'
import { connectCharger } from '../support/charger.js'
import { BEARER, operate, startBackend } from './support.js'

// Identities do not regard case. [1.6 CiString; 2.x identifierString]
it('a charge point that spells its identity in another case is the same charge point', async () => {
  const server = await startBackend()
  const first = await connectCharger(server.url, 'Garage-7', { boot: true })
  const started = await first.call('StartTransaction', {
    connectorId: 1,
    idTag: 'TAG',
    meterStart: 0,
    timestamp: '2026-01-01T00:00:00Z'
  })
  assert.ok(started.type === 3)
  const { transactionId } = started.payload as { transactionId: number }
  const second = await connectCharger(server.url, 'GARAGE-7', { boot: false })
  await first.closed
  await second.call('StopTransaction', { transactionId, meterStop: 1000, timestamp: '2026-01-01T01:00:00Z' })

  const { items } = (await operate(server, 'GET', '/transactions?chargePoint=garage-7')).json()
  assert.deepEqual(
    items.map(({ chargePoint, status, energyWh }: Record<string, unknown>) => [chargePoint, status, energyWh]),
    [['Garage-7', 'ended', 1000]]
  )
  const list = (await server.app.inject({ url: '/api/v1/charge-points', headers: BEARER })).json()
  assert.equal(list.items.length, 1)
  second.onCall(() => ({ status: 'Accepted' }))
  assert.equal((await operate(server, 'POST', '/charge-points/gaRAGE-7/calls/ClearCache', {})).statusCode, 200)
})
