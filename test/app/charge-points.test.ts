import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Store } from '../../lib/charge-points/store.js'
import { connectCharger, refusedCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { onSharedBackend, operate, stateOf } from './support.js'

const PASSWORD = 'correct-horse-battery'
const TIMESTAMP = '2026-01-01T00:00:00.000Z'

async function identities(server: TestServer, query: string): Promise<string[]> {
  const { items } = (await operate(server, 'GET', `/charge-points?${query}`)).json()
  return items.map(({ identity }: { identity: string }) => identity)
}

onSharedBackend('the list of charge points', (start) => {
  it('has those that are connected and those that are not, by identity, page by page', async () => {
    const server = await start()
    for (const identity of ['list-C', 'list-a', 'list-E']) {
      await operate(server, 'PUT', `/charge-points/${identity}`, {})
    }
    for (const identity of ['LIST-B', 'list-d']) await connectCharger(server.url, identity, { boot: true })
    const all = ['list-a', 'LIST-B', 'list-C', 'list-d', 'list-E']
    assert.deepEqual(await identities(server, 'q=List-'), all)
    assert.deepEqual(await identities(server, 'q=list-&connected=true'), ['LIST-B', 'list-d'])
    assert.deepEqual(await identities(server, 'q=list-&connected=false'), ['list-a', 'list-C', 'list-E'])
    for (const connected of ['', '&connected=false', '&connected=true']) {
      const found: string[] = []
      for (let cursor: string | undefined; ; ) {
        const path = `/charge-points?q=list-&limit=1${connected}${cursor === undefined ? '' : `&cursor=${cursor}`}`
        const { items, nextCursor } = (await operate(server, 'GET', path)).json()
        found.push(...items.map(({ identity }: { identity: string }) => identity))
        if (nextCursor === undefined) break
        cursor = nextCursor
      }
      assert.deepEqual(found, await identities(server, `q=list-${connected}`))
    }
  })

  it('has those that have never connected, in pages, as a file and as targets of a bulk call', async () => {
    const server = await start()
    for (const identity of ['new-A', 'new-B', 'new-C', 'new-D']) {
      await operate(server, 'PUT', `/charge-points/${identity}`, {})
    }
    const gone = await connectCharger(server.url, 'new-B', { boot: true })
    await connectCharger(server.url, 'new-C')
    await gone.close()
    assert.deepEqual(await identities(server, 'q=new-&neverConnected=true'), ['new-A', 'new-D'])
    await until('new-B is away', async () => {
      return (await identities(server, 'q=new-&neverConnected=false&connected=false')).includes('new-B')
    })
    assert.deepEqual(await identities(server, 'q=new-&neverConnected=false'), ['new-B', 'new-C'])
    assert.deepEqual(await identities(server, 'q=new-&neverConnected=true&connected=true'), [])
    const path = '/charge-points?q=new-&neverConnected=true&limit=1&count=true&sort=-name'
    const first = (await operate(server, 'GET', path)).json()
    assert.deepEqual([first.items[0].identity, first.total], ['new-D', 2])
    const second = (await operate(server, 'GET', `${path}&cursor=${first.nextCursor}`)).json()
    assert.deepEqual([second.items[0].identity, second.nextCursor], ['new-A', undefined])
    const csv = await operate(server, 'GET', '/charge-points?q=new-&neverConnected=true&format=csv')
    assert.match(csv.body, /new-A.*\r\nnew-D[^\n]*\r\n$/s)
    assert.doesNotMatch(csv.body, /new-[BC]/)
    const bulk = { action: 'ClearCache', filter: { q: 'new-', neverConnected: true }, dryRun: true }
    assert.deepEqual((await operate(server, 'POST', '/calls', bulk)).json().identities, ['new-A', 'new-D'])
    await operate(server, 'PUT', '/sites/new-site', { name: 'New' })
    for (const identity of ['new-A', 'new-B', 'new-C', 'new-D']) {
      await operate(server, 'PUT', `/charge-points/${identity}`, { site: 'new-site' })
    }
    const { chargePoints } = (await operate(server, 'GET', '/summary?site=new-site')).json()
    assert.equal(chargePoints.neverConnected, 2)
  })

  it('has the live state of each', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'Live-1', { protocol: 'ocpp2.1', boot: true })
    const live = (await operate(server, 'GET', '/charge-points/live-1')).json()
    assert.deepEqual(
      [live.identity, live.connected, live.protocol, live.bootStatus, live.pendingCalls, live.remoteAddress],
      ['Live-1', true, 'ocpp2.1', 'Accepted', 0, '127.0.0.1']
    )
    assert.equal(live.counters.callsReceived, 1)
    assert.deepEqual(live.violations, [])
    await charger.close()
    const gone = (await operate(server, 'GET', '/charge-points/live-1')).json()
    assert.deepEqual([gone.connected, gone.protocol, gone.boot.vendor], [false, undefined, 'Acme'])
  })

  it('can be filtered by the status of a connector, and by text without wildcards', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'status_1', { boot: true })
    await connectCharger(server.url, 'statusX1', { boot: true })
    const status = { connectorId: 1, errorCode: 'GroundFailure', status: 'Faulted', timestamp: TIMESTAMP }
    await charger.call('StatusNotification', status)
    assert.deepEqual(await identities(server, 'status=Faulted'), ['status_1'])
    assert.equal((await operate(server, 'GET', '/charge-points?status=faulted')).statusCode, 400)
    assert.deepEqual(await identities(server, 'q=status_'), ['status_1'])
    assert.deepEqual(await identities(server, `q=${encodeURIComponent('%')}`), [])
  })

  it('can be filtered by values of the charge point and by decisions of operators', async () => {
    const server = await start()
    for (const identity of ['told-A', 'told-B', 'told-C']) await connectCharger(server.url, identity, { boot: true })
    await operate(server, 'PUT', '/charge-points/told-B', { registration: 'Pending', enabled: false })
    const told = (query: string) => identities(server, `q=told-&${query}`)
    const { vendor, model } = (await operate(server, 'GET', '/charge-points/told-A')).json().boot
    assert.deepEqual(await told(`vendor=${encodeURIComponent(vendor)}&model=${encodeURIComponent(model)}`), [
      'told-A',
      'told-B',
      'told-C'
    ])
    assert.deepEqual(await told('vendor=Nobody'), [])
    assert.deepEqual(await told('firmwareVersion=none'), [])
    assert.deepEqual(await told('registration=Pending'), ['told-B'])
    assert.deepEqual(await told('enabled=true'), ['told-A', 'told-C'])
    assert.deepEqual(await told('provisioned=true'), ['told-B'])
  })

  it('can be sorted by each column, in both directions, page by page', async () => {
    const server = await start()
    for (const identity of ['sort-B', 'sort-A', 'sort-C']) {
      await operate(server, 'PUT', `/charge-points/${identity}`, {})
      await server.app.store.write((trx) =>
        trx
          .updateTable('charge_points')
          .set({
            notes: null,
            ...(identity !== 'sort-A' && { last_boot_at: identity.charCodeAt(5), vendor: 'V', model: 'M' })
          })
          .where('identity', '=', identity)
          .execute()
      )
    }
    const orders = {
      identity: 'ABC',
      '-identity': 'CBA',
      lastBootAt: 'ABC',
      '-lastBootAt': 'CBA',
      lastSeenAt: 'ABC',
      '-lastSeenAt': 'CBA'
    }
    for (const [order, expected] of Object.entries(orders)) {
      let found = ''
      for (let cursor = ''; ; ) {
        const path = `/charge-points?q=sort-&limit=1&sort=${order}${cursor && `&cursor=${cursor}`}`
        const response = await operate(server, 'GET', path)
        assert.equal(response.statusCode, 200, response.body)
        const page = response.json()
        found += page.items.map(({ identity }: { identity: string }) => identity.at(-1)).join('')
        if (page.nextCursor === undefined) break
        cursor = page.nextCursor
      }
      assert.equal(found, expected, order)
    }
    const { nextCursor } = (await operate(server, 'GET', '/charge-points?q=sort-&limit=1')).json()
    const other = await operate(server, 'GET', `/charge-points?sort=lastBootAt&cursor=${nextCursor}`)
    assert.equal(other.statusCode, 400, other.body)
  })

  it('is answered 400 when the query is invalid', async () => {
    const server = await start()
    for (const query of ['limit=0', 'limit=x', 'connected=yes', 'neverConnected=1', 'cursor=*', 'limit=1&limit=2']) {
      const response = await operate(server, 'GET', `/charge-points?${query}`)
      assert.equal(response.statusCode, 400, query)
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/)
    }
  })
})

onSharedBackend('a charge point', (start) => {
  it('is rejected while it is disabled', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/switch', { password: PASSWORD, enabled: false })
    assert.equal((await refusedCharger(server.url, 'switch', { password: `${PASSWORD}?` })).status, 401)
    assert.equal((await refusedCharger(server.url, 'switch', { password: PASSWORD })).status, 403)
    await operate(server, 'PUT', '/charge-points/switch', { enabled: true })
    await connectCharger(server.url, 'switch', { password: PASSWORD })
  })

  it('is rejected below the security profile that an operator demands', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/profile', { password: PASSWORD, securityProfile: 2 })
    assert.equal((await refusedCharger(server.url, 'profile', { password: PASSWORD })).status, 403)
    const lowered = await operate(server, 'PUT', '/charge-points/profile', { securityProfile: 1 })
    assert.equal(lowered.json().securityProfile, 1)
    await connectCharger(server.url, 'profile', { password: PASSWORD })
  })

  it('returns after its removal without password and without the decisions of operators', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/Back', { password: PASSWORD, notes: 'old' })
    assert.equal((await operate(server, 'DELETE', '/charge-points/BACK')).statusCode, 204)
    for (const path of ['', '/state', '/calls', '/messages']) {
      assert.equal((await operate(server, 'GET', `/charge-points/back${path}`)).statusCode, 404, path)
    }
    assert.deepEqual(await identities(server, 'q=back'), [])
    const queued = '/charge-points/back/calls/Reset?whenOffline=queue'
    await operate(server, 'PUT', '/charge-points/Back', {})
    const { messageId } = (await operate(server, 'POST', queued, { type: 'Soft' })).json()
    await operate(server, 'DELETE', '/charge-points/back')
    assert.equal((await operate(server, 'GET', `/calls/${messageId}`)).json().status, 'cancelled')
    await connectCharger(server.url, 'back', { boot: true })
    const { notes, hasPassword } = await stateOf(server, 'back')
    assert.deepEqual([notes, hasPassword], [undefined, false])
  })

  it('never changes data of another one, whatever ids it uses', async () => {
    const server = await start()
    const owner = await connectCharger(server.url, 'owner', { protocol: 'ocpp2.1', boot: true })
    const thief = await connectCharger(server.url, 'thief', { protocol: 'ocpp2.1', boot: true })
    const component = { component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'Power' } }
    const tell = async (charger: typeof owner, value: string, connectorStatus: string) => {
      const report = { requestId: 1, generatedAt: TIMESTAMP, seqNo: 0 }
      const reportData = [{ ...component, variableAttribute: [{ value }] }]
      const message = { format: 'UTF8', content: value }
      await charger.call('NotifyReport', { ...report, reportData })
      await charger.call('StatusNotification', { timestamp: TIMESTAMP, connectorStatus, evseId: 1, connectorId: 1 })
      await charger.call('ReservationStatusUpdate', { reservationId: 1, reservationUpdateStatus: 'Expired' })
      await charger.call('NotifyDisplayMessages', {
        requestId: 1,
        messageInfo: [{ id: 1, priority: 'AlwaysFront', message }]
      })
    }
    await tell(owner, 'mine', 'Occupied')
    const before = await stateOf(server, 'owner')
    await tell(thief, 'stolen', 'Available')
    const after = await stateOf(server, 'owner')
    for (const block of ['variables', 'connectors', 'reservations', 'displayMessages', 'reports', 'statusHistory']) {
      assert.deepEqual(after[block], before[block], block)
      assert.equal(after[block].length, 1, block)
    }
  })

  it('is admitted without an operator only up to the limit of unprovisioned ones', async () => {
    const server = await start()
    const { store } = server.app
    const full = new Store({ db: store.db, writer: server.app.database.writer, maxUnprovisioned: 0 })
    assert.equal(await full.admit('one-too-many'), false)
    assert.equal(await store.find('one-too-many'), undefined)
    assert.equal(await store.admit('not-too-many'), true)
    assert.ok(await store.find('NOT-TOO-MANY'))
  })
})
