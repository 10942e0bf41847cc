import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

const LYON = {
  name: 'Bellecour',
  address: '6 place Bellecour, Lyon',
  position: { latitude: 45.7578, longitude: 4.832 },
  timeZone: 'Europe/Paris',
  notes: 'Ask at the reception'
}

async function answer(
  server: TestServer,
  ...request: Parameters<typeof operate> extends [unknown, ...infer R] ? R : never
) {
  const response = await operate(server, ...request)
  return { status: response.statusCode, body: response.body === '' ? undefined : response.json() }
}

async function identitiesOf(server: TestServer, query: string): Promise<string[]> {
  const { body } = await answer(server, 'GET', `/charge-points?${query}`)
  return body.items.map(({ identity }: { identity: string }) => identity)
}

onSharedBackend('a site', (start) => {
  it('is created, shown, replaced and deleted', async () => {
    const server = await start()
    const made = await answer(server, 'PUT', '/sites/lyon', LYON)
    assert.equal(made.status, 201)
    const { createdAt, updatedAt, ...shown } = made.body
    assert.deepEqual(shown, { id: 'lyon', ...LYON })
    assert.ok(Date.parse(createdAt) > 0 && updatedAt === createdAt)
    const replaced = await answer(server, 'PUT', '/sites/lyon', { name: 'Part-Dieu' })
    assert.equal(replaced.status, 200)
    assert.deepEqual(Object.keys(replaced.body).sort(), ['createdAt', 'id', 'name', 'updatedAt'])
    assert.equal((await answer(server, 'GET', '/sites/lyon')).body.name, 'Part-Dieu')
    assert.equal((await answer(server, 'DELETE', '/sites/lyon')).status, 204)
    for (const method of ['GET', 'DELETE'] as const) {
      const gone = await answer(server, method, '/sites/lyon')
      assert.equal(gone.status, 404)
      assert.equal(gone.body.code, 'UNKNOWN_SITE')
    }
  })

  it('is rejected with an unknown time zone, an impossible position, or without a name', async () => {
    const server = await start()
    for (const [body, status, code] of [
      [{ ...LYON, timeZone: 'Europe/Lyon' }, 422, 'UNKNOWN_TIME_ZONE'],
      [{ ...LYON, timeZone: '+01:00' }, 422, 'UNKNOWN_TIME_ZONE'],
      [{ ...LYON, position: { latitude: 90.1, longitude: 0 } }, 400, 'FST_ERR_VALIDATION'],
      [{ ...LYON, position: { latitude: 0, longitude: -180.1 } }, 400, 'FST_ERR_VALIDATION'],
      [{ ...LYON, position: { latitude: 45 } }, 400, 'FST_ERR_VALIDATION'],
      [{ ...LYON, name: '  ' }, 400, 'FST_ERR_VALIDATION'],
      [{ ...LYON, name: 'two\nlines' }, 400, 'FST_ERR_VALIDATION'],
      [{ ...LYON, limit: 7 }, 400, 'FST_ERR_VALIDATION'],
      [{}, 400, 'FST_ERR_VALIDATION']
    ] as const) {
      const refused = await answer(server, 'PUT', '/sites/refused', body)
      assert.equal(refused.status, status, JSON.stringify(body))
      assert.equal(refused.body.code, code)
    }
    assert.equal((await answer(server, 'GET', '/sites/refused')).status, 404)
    assert.equal((await answer(server, 'PUT', '/sites/Upper', LYON)).status, 400)
  })

  it('is listed by name, page by page, and found by a part of its texts', async () => {
    const server = await start()
    for (const [id, name] of [
      ['l3', 'quai "Perrache"'],
      ['l1', 'Quai'],
      ['l2', 'École']
    ] as const) {
      await answer(server, 'PUT', `/sites/${id}`, { name, notes: `paged ${id}` })
    }
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await answer(server, 'GET', `/sites?q=PAGED&limit=1${cursor}`)
      found.push(...body.items.map(({ id }: { id: string }) => id))
      if (body.nextCursor === undefined) break
      cursor = `&cursor=${body.nextCursor}`
    }
    assert.deepEqual([...found].sort(), ['l1', 'l2', 'l3'])
    assert.ok(found.indexOf('l1') < found.indexOf('l3'))
    const { body } = await answer(server, 'GET', `/sites?q=${encodeURIComponent('ÉCOLE')}`)
    assert.deepEqual(
      body.items.map(({ id }: { id: string }) => id),
      ['l2']
    )
    for (const cursor of ['nonsense', Buffer.from('["a"]').toString('base64url')]) {
      assert.equal((await answer(server, 'GET', `/sites?cursor=${cursor}`)).body.code, 'INVALID_QUERY')
    }
  })

  it('has charge points, which are set, moved and unset one by one, and stay when it is deleted', async () => {
    const server = await start()
    await answer(server, 'PUT', '/sites/depot', { name: 'Depot' })
    await answer(server, 'PUT', '/sites/quay', { name: 'Quay' })
    for (const identity of ['S-1', 'S-2', 'S-3']) {
      const { body } = await answer(server, 'PUT', `/charge-points/${identity}`, {
        site: 'depot',
        name: `No. ${identity}`
      })
      assert.equal(body.site, 'depot')
      assert.equal(body.name, `No. ${identity}`)
    }
    await answer(server, 'PUT', '/charge-points/S-2', { site: 'quay' })
    await answer(server, 'PUT', '/charge-points/S-3', { site: null, name: null })
    assert.deepEqual(await identitiesOf(server, 'site=depot'), ['S-1'])
    assert.deepEqual(await identitiesOf(server, 'site=quay'), ['S-2'])
    const { body: third } = await answer(server, 'GET', '/charge-points/S-3')
    assert.ok(!('site' in third) && !('name' in third))
    const { body: second } = await answer(server, 'GET', '/charge-points/S-2')
    assert.deepEqual([second.site, second.name], ['quay', 'No. S-2'], 'what is left out stays')

    const unknown = await answer(server, 'PUT', '/charge-points/S-9', { site: 'nowhere' })
    assert.deepEqual([unknown.status, unknown.body.code], [422, 'UNKNOWN_SITE'])
    assert.equal((await answer(server, 'GET', '/charge-points/S-9')).status, 404, 'what was refused has no effect')

    assert.equal((await answer(server, 'DELETE', '/sites/depot')).status, 204)
    const { body: first } = await answer(server, 'GET', '/charge-points/S-1')
    assert.ok(!('site' in first))
    assert.equal(first.name, 'No. S-1')

    await answer(server, 'DELETE', '/charge-points/S-2')
    await answer(server, 'PUT', '/charge-points/S-2', {})
    const { body: again } = await answer(server, 'GET', '/charge-points/S-2')
    assert.ok(!('site' in again) && !('name' in again), 'a charge point that was removed comes back without them')
  })

  it('counts its charge points by state; that of disconnected ones is unknown', async () => {
    const server = await start()
    await answer(server, 'PUT', '/sites/counted', { name: 'Counted' })
    await answer(server, 'PUT', '/sites/empty', { name: 'Empty' })
    for (const identity of ['C-1', 'C-2', 'C-3']) {
      await answer(server, 'PUT', `/charge-points/${identity}`, { site: 'counted' })
    }
    await answer(server, 'PUT', '/charge-points/C-3', { enabled: false, registration: 'Pending' })
    const here = await connectCharger(server.url, 'C-1', { boot: true })
    const away = await connectCharger(server.url, 'C-2', { boot: true })
    const status = { errorCode: 'NoError', timestamp: '2026-03-01T12:00:00Z' }
    await here.call('StatusNotification', { ...status, connectorId: 0, status: 'Available' })
    await here.call('StatusNotification', { ...status, connectorId: 1, status: 'Charging' })
    await here.call('StatusNotification', { ...status, connectorId: 2, status: 'Faulted' })
    await away.call('StatusNotification', { ...status, connectorId: 1, status: 'Charging' })
    await away.close()
    const { body } = await answer(server, 'GET', '/sites/counted?include=counts')
    assert.deepEqual(body.counts, {
      chargePoints: { total: 3, connected: 1, neverConnected: 1, disabled: 1, pending: 1 },
      connectors: { Charging: 1, Faulted: 1, Unknown: 1 }
    })
    const list = (await answer(server, 'GET', '/sites?include=counts&limit=1000')).body.items
    const one = (id: string) => list.find((item: { id: string }) => item.id === id).counts
    assert.deepEqual(one('counted'), body.counts)
    assert.equal(one('empty').chargePoints.total, 0)
    assert.deepEqual(one('empty').connectors, {})

    const headers = await tokenOf(server, `sites-${Date.now()}`, 'sites:read')
    const blind = (await server.app.inject({ url: '/api/v1/sites/counted?include=counts', headers })).json()
    assert.ok(!('counts' in blind))
    assert.deepEqual(blind.withheld, ['charge-points:read'])
  })

  it('is in the audit log with each change', async () => {
    const server = await start()
    await answer(server, 'PUT', '/sites/audited', LYON)
    await answer(server, 'DELETE', '/sites/audited')
    const { body } = await answer(server, 'GET', '/audit?limit=10')
    const own = body.items.filter(({ path }: { path: string }) => path === '/sites/audited')
    assert.deepEqual(
      own.map(({ method }: { method: string }) => method),
      ['DELETE', 'PUT']
    )
    assert.deepEqual(own[1].body, LYON)
  })
})
