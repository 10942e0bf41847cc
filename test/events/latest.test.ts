import assert from 'node:assert/strict'
import { it } from 'node:test'
import { BEARER, onSharedBackend, operate } from '../app/support.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

interface Shown {
  id: string
  type: string
  chargePoint: string
  data: { idTag?: string; status?: string }
}

async function latest({ app }: TestServer, query = '', headers: Record<string, string> = BEARER): Promise<Shown[]> {
  const response = await app.inject({ url: `/api/v1/events/latest${query}`, headers })
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items
}

onSharedBackend('the latest events', (start) => {
  it('are told to whoever did not listen, newest first', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'LATEST-1', { boot: true })
    await connectCharger(server.url, 'LATEST-2', { boot: true })
    for (const status of ['Available', 'Preparing', 'Charging']) {
      await charger.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status })
    }
    const all = await latest(server, '?chargePoint=latest-1')
    assert.deepEqual(
      all.map(({ type, data }) => data.status ?? type),
      ['Charging', 'Preparing', 'Available', 'Accepted', 'connect']
    )
    const [one, ...others] = await latest(server, '?type=status&limit=1')
    assert.deepEqual([one, others], [all[0], []])
    const types = (await latest(server, '?type=boot&type=connect&chargePoint=LATEST-2')).map(({ type }) => type)
    assert.deepEqual(types, ['boot', 'connect'])
  })

  it('are those that the operator may see', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'LATEST-3', { boot: true })
    await charger.call('Authorize', { idTag: 'SECRET-TAG' })
    const headers = await tokenOf(server, 'latest', 'charge-points:read')
    const seen = await latest(server, '?chargePoint=LATEST-3', headers)
    assert.deepEqual([...new Set(seen.map(({ type }) => type))], ['boot', 'connect'])
    const refused = await server.app.inject({ url: '/api/v1/events/latest?type=transaction', headers })
    assert.equal(refused.statusCode, 403)
    for (const query of ['limit=0', 'limit=1001', 'type=none', 'from=1']) {
      assert.equal((await operate(server, 'GET', `/events/latest?${query}`)).statusCode, 400, query)
    }
  })
})
