import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { book, event2, startTransaction } from '../ledger/wire-support.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

const TIME = '2026-03-01T12:00:00Z'

async function get(server: TestServer, path: string) {
  const response = await operate(server, 'GET', path)
  assert.equal(response.statusCode, 200, response.body)
  return response.json()
}

const power = (value: string, unit = 'W') => ({ value, measurand: 'Power.Active.Import', unit })

/** A site with a charge point of 1.6 that charges with 7.4 kW, and one of 2.0.1 whose car pauses. */
async function fill(server: TestServer, site: string) {
  await operate(server, 'PUT', `/sites/${site}`, { name: site })
  for (const one of ['A', 'B', 'C'])
    await operate(server, 'PUT', `/charge-points/${site}-${one}`, { site, name: `No. ${one}` })
  await operate(server, 'PUT', '/tariffs/default', { currency: 'EUR', pricePerKwh: 1 })
  const old = await connectCharger(server.url, `${site}-A`, { boot: true })
  await book(old, 'StatusNotification', { connectorId: 1, status: 'Charging', errorCode: 'NoError', timestamp: TIME })
  const over = await startTransaction(old, { connectorId: 2, meterStart: 0, timestamp: TIME })
  await book(old, 'StopTransaction', { transactionId: over, meterStop: 1500, timestamp: '2026-03-01T13:00:00Z' })
  const transactionId = await startTransaction(old, { meterStart: 0, timestamp: TIME })
  const sampledValue = [{ value: '2500' }, power('7.4', 'kW'), { value: '62', measurand: 'SoC', unit: 'Percent' }]
  await book(old, 'MeterValues', { connectorId: 1, transactionId, meterValue: [{ timestamp: TIME, sampledValue }] })
  const young = await connectCharger(server.url, `${site}-B`, { protocol: 'ocpp2.0.1', boot: true })
  const place = { evseId: 1, connectorId: 1 }
  await book(young, 'StatusNotification', { timestamp: TIME, connectorStatus: 'Occupied', ...place })
  const begun = event2('Started', 0, TIME, { idTag: 'TAG', evse: { id: 1, connectorId: 1 } })
  const transactionInfo = { transactionId: site, chargingState: 'SuspendedEV' }
  await book(young, 'TransactionEvent', { ...begun, transactionInfo })
  return { old, young }
}

onSharedBackend('the figures of a site', (start) => {
  it('are counted and summed up, and unknown figures are absent', async () => {
    const server = await start()
    await fill(server, 'sum')
    const { at, from, ...figures } = await get(server, '/summary?site=sum&from=2026-01-01')
    assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000)
    assert.equal(from, '2026-01-01T00:00:00.000Z')
    assert.deepEqual(figures, {
      chargePoints: { total: 3, connected: 2, neverConnected: 1, disabled: 0, pending: 0 },
      connectors: { Charging: 1, SuspendedEV: 1 },
      transactions: { open: 2, since: 3 },
      powerW: 7400,
      energyWh: 4000,
      cost: [{ currency: 'EUR', amount: 4 }],
      calls: { queued: 0, sent: 0 },
      problems: { critical: 0, warning: 0 }
    })
    await operate(server, 'POST', '/charge-points/sum-C/calls/ClearCache?whenOffline=queue&expiresIn=600', {})
    const later = await get(server, '/summary?site=sum&from=2099-01-01')
    assert.deepEqual(later.transactions, { open: 2, since: 0 })
    assert.ok(!('energyWh' in later) && !('cost' in later), 'of no transaction nothing is known')
    assert.deepEqual(later.calls, { queued: 1, sent: 0 })

    const bulk = { action: 'ClearCache', filter: { site: 'sum', state: 'SuspendedEV' }, dryRun: true }
    assert.deepEqual((await operate(server, 'POST', '/calls', bulk)).json().identities, ['sum-B'])

    await operate(server, 'PUT', '/sites/nothing', { name: 'Nothing' })
    const nothing = await get(server, '/summary?site=nothing')
    assert.equal(nothing.chargePoints.total, 0)
    assert.ok(!('powerW' in nothing))
    const all = await get(server, '/summary')
    assert.ok(all.chargePoints.total >= 3 && all.transactions.open >= 2)
    assert.equal(all.from, `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`)

    const headers = await tokenOf(server, 'figures', 'charge-points:read')
    const blind = (await server.app.inject({ url: '/api/v1/summary?site=sum', headers })).json()
    assert.deepEqual(blind.withheld, ['transactions:read'])
    for (const name of ['transactions', 'powerW', 'energyWh', 'cost']) assert.ok(!(name in blind), name)
    assert.equal(blind.chargePoints.total, 3)
    assert.equal((await operate(server, 'GET', '/summary?from=yesterday')).statusCode, 400)
  })

  it('have the transactions of the site, by state, counted, with power and state of charge while they are open', async () => {
    const server = await start()
    const { young } = await fill(server, 'list')
    const { items, total } = await get(server, '/transactions?site=list&count=true&sort=receivedAt&limit=2')
    assert.equal(total, 3)
    assert.equal(items.length, 2)
    const shown = async (query: string) => {
      const { items } = await get(server, `/transactions?sort=receivedAt&${query}`)
      return items.map((item: Record<string, unknown>) => [
        item.chargePoint,
        item.status,
        item.state,
        item.powerW,
        item.soc
      ])
    }
    const ended = ['list-A', 'ended', undefined, undefined, undefined]
    const charging = ['list-A', 'open', 'Charging', 7400, 62]
    const paused = ['list-B', 'open', 'SuspendedEV', undefined, undefined]
    assert.deepEqual(await shown('site=list'), [ended, charging, paused])
    assert.deepEqual(await shown('site=list&state=Charging'), [charging])
    assert.deepEqual(await shown('site=list&state=SuspendedEV'), [paused])
    assert.deepEqual(await shown('site=list&state=Faulted'), [])
    assert.deepEqual(await shown('chargePoint=LIST-a&chargePoint=list-B'), [ended, charging, paused])
    assert.deepEqual(await shown('chargePoint=list-B'), [paused])
    assert.deepEqual(await shown('site=nowhere'), [])
    const { id } = (await get(server, '/transactions?chargePoint=list-B')).items[0]
    assert.equal((await get(server, `/transactions/${id}`)).state, 'SuspendedEV')
    const fault = { timestamp: '2026-03-01T12:05:00Z', connectorStatus: 'Faulted', evseId: 1, connectorId: 1 }
    await book(young, 'StatusNotification', fault)
    assert.equal((await get(server, `/transactions/${id}`)).state, 'Faulted', 'the fault is what is wrong')
    await book(young, 'TransactionEvent', event2('Ended', 1, '2026-03-01T12:06:00Z', { transactionId: 'list' }))
    assert.ok(!('state' in (await get(server, `/transactions/${id}`))))
    for (const query of ['status=unassigned&chargePoint=list-A&chargePoint=list-B', 'status=unassigned&site=list']) {
      assert.equal((await operate(server, 'GET', `/transactions?${query}`)).statusCode, 400, query)
    }
  })

  it('are available as CSV with all matches, whatever the limit', async () => {
    const server = await start()
    await fill(server, 'file')
    const identities = Array.from({ length: 250 }, (_, index) => `FILE-M-${String(index).padStart(3, '0')}`)
    const row = (identity: string) => ({ identity, identity_key: identity.toLowerCase(), created_at: 1, updated_at: 1 })
    await server.app.database.writer.write((trx) =>
      trx.insertInto('charge_points').values(identities.map(row)).execute()
    )
    const file = async (path: string) => {
      const response = await operate(server, 'GET', path)
      assert.equal(response.statusCode, 200, response.body)
      assert.match(String(response.headers['content-type']), /^text\/csv/)
      assert.match(String(response.headers['content-disposition']), /^attachment; filename="[a-z-]+\.csv"$/)
      return response.body.trimEnd().split('\r\n')
    }
    const transactions = await file('/transactions?site=file&format=csv&limit=1')
    assert.equal(transactions.length, 4)
    assert.match(transactions[0] ?? '', /^id,chargePoint,transactionId/)
    const many = await file('/charge-points?q=file-&sort=-identity&format=csv&limit=1')
    assert.equal(many.length, 1 + 253)
    assert.match(many[0] ?? '', /^identity,name,site,connected,states,powerW/)
    assert.match(many[1] ?? '', /^FILE-M-249,,,false,,,/)
    assert.match(many.at(-1) ?? '', /^file-A,No\. A,file,true,1: Charging,7400,ocpp1\.6,Acme,One/)
    assert.match(many.at(-2) ?? '', /^file-B,No\. B,file,true,1: SuspendedEV,,ocpp2\.0\.1/)
    assert.deepEqual(await file('/charge-points?q=nothing-like-this&format=csv'), [many[0]])
  })
})
