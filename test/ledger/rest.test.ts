import assert from 'node:assert/strict'
import { it } from 'node:test'
import { BEARER, onSharedBackend, operate } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

async function book(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

/** Three transactions of one day, of which the second is over. */
async function sessions(server: TestServer, identity: string): Promise<void> {
  const charger = await connectCharger(server.url, identity, { boot: true })
  for (const hour of ['08', '09', '10']) {
    const idTag = `${identity}-${hour}`.slice(0, 20)
    const at = (minute: string) => `2026-03-01T${hour}:${minute}:00Z`
    const begin = { connectorId: Number(hour), idTag, meterStart: 0, timestamp: at('00') }
    const { transactionId } = await book(charger, 'StartTransaction', begin)
    const meterValue = ['10', '20', '30'].map((minute) => ({
      timestamp: at(minute),
      sampledValue: [{ value: String(Number(minute) * 10) }]
    }))
    await book(charger, 'MeterValues', { connectorId: Number(hour), transactionId, meterValue })
    if (hour === '09') await book(charger, 'StopTransaction', { transactionId, meterStop: 500, timestamp: at('40') })
  }
}

async function list(server: TestServer, query: string): Promise<Record<string, unknown>[]> {
  const response = await operate(server, 'GET', `/transactions?${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items
}

function csv(server: TestServer, path: string) {
  return server.app.inject({ url: `/api/v1${path}`, headers: { ...BEARER, accept: 'text/csv' } })
}

onSharedBackend('the transactions for operators', (start) => {
  it('are found by charge point, id token, status and start, the newest first', async () => {
    const server = await start()
    await sessions(server, 'F1')
    await sessions(server, 'F2')
    const hours = async (query: string) => (await list(server, query)).map(({ connectorId }) => connectorId)
    assert.deepEqual(await hours('chargePoint=f1'), [10, 9, 8])
    assert.deepEqual(await hours('idToken=f1-09'), [9])
    assert.deepEqual(await hours('chargePoint=F1&status=open'), [10, 8])
    assert.deepEqual(await hours('chargePoint=F1&status=ended'), [9])
    assert.deepEqual(await hours('chargePoint=F1&from=2026-03-01T09:00:00Z'), [10, 9])
    assert.deepEqual(await hours('chargePoint=F1&from=2026-03-01T08:00:00Z&to=2026-03-01T09:00:00Z'), [8])
    assert.deepEqual(await hours('chargePoint=nobody'), [])
  })

  it('are in pages that new transactions do not shift', async () => {
    const server = await start()
    await sessions(server, 'P1')
    const first = (await operate(server, 'GET', '/transactions?chargePoint=P1&limit=2')).json()
    await sessions(server, 'P2')
    const second = (
      await operate(server, 'GET', `/transactions?chargePoint=P1&limit=2&cursor=${first.nextCursor}`)
    ).json()
    const ids = [...first.items, ...second.items].map(({ connectorId }) => connectorId)
    assert.deepEqual(ids, [10, 9, 8])
    assert.equal(second.nextCursor, undefined)
    const whole = (await operate(server, 'GET', '/transactions?chargePoint=P1&limit=3')).json()
    assert.deepEqual([whole.items.length, whole.nextCursor], [3, undefined])
  })

  it('show one transaction with its events and its energy so far', async () => {
    const server = await start()
    await operate(server, 'PUT', '/tariffs/one', { chargePoint: 'ONE', currency: 'EUR', pricePerKwh: 10 })
    await sessions(server, 'ONE')
    const [open, ended] = await list(server, 'chargePoint=ONE')
    const running = (await operate(server, 'GET', `/transactions/${open?.id}`)).json()
    assert.deepEqual([running.status, running.energyWh, running.cost, running.currency], ['open', 300, 3, 'EUR'])
    const whole = (await operate(server, 'GET', `/transactions/${ended?.id}`)).json()
    assert.deepEqual([whole.energyWh, whole.duration, whole.cost], [500, 2400, 5])
    assert.deepEqual(
      whole.events.map(({ eventType, request }: { eventType: string; request: { idTag?: string } }) => [
        eventType,
        request.idTag
      ]),
      [
        ['Started', 'ONE-09'],
        ['Ended', undefined]
      ]
    )
  })

  it('list open transactions with the same energy and cost so far as each has when it is read alone', async () => {
    const server = await start()
    await operate(server, 'PUT', '/tariffs/list', { currency: 'EUR', pricePerKwh: 10 })
    await sessions(server, 'L1')
    await sessions(server, 'L2')
    const charger = await connectCharger(server.url, 'L3', { boot: true })
    const begin = { connectorId: 11, idTag: 'L1-11', meterStart: 50, timestamp: '2026-03-01T11:00:00Z' }
    await book(charger, 'StartTransaction', begin)
    const used = async (path: string) => {
      const { energyWh, cost, costUnknown, meterStart, meterStop } = (await operate(server, 'GET', path)).json()
      return { energyWh, cost, costUnknown, meterStart, meterStop }
    }
    const open = (await list(server, 'status=open')).filter(({ chargePoint }) => /^L\d$/.test(String(chargePoint)))
    assert.equal(open.length, 5)
    for (const { id, energyWh, cost, costUnknown, meterStart, meterStop } of open) {
      assert.deepEqual({ energyWh, cost, costUnknown, meterStart, meterStop }, await used(`/transactions/${id}`))
    }
    assert.deepEqual(open.map(({ chargePoint, energyWh, cost }) => [chargePoint, energyWh, cost]).sort(), [
      ['L1', 300, 3],
      ['L1', 300, 3],
      ['L2', 300, 3],
      ['L2', 300, 3],
      ['L3', undefined, undefined]
    ])
  })

  it('show meter values in the order of time, page by page', async () => {
    const server = await start()
    await sessions(server, 'M1')
    const [{ id } = {}] = await list(server, 'chargePoint=M1')
    const first = (await operate(server, 'GET', `/transactions/${id}/meter-values?limit=2`)).json()
    const path = `/transactions/${id}/meter-values?limit=2&cursor=${first.nextCursor}`
    const second = (await operate(server, 'GET', path)).json()
    const values = [...first.items, ...second.items].map(({ value, unit }) => [value, unit])
    assert.deepEqual(values, [
      [100, 'Wh'],
      [200, 'Wh'],
      [300, 'Wh']
    ])
    assert.equal(second.nextCursor, undefined)
  })

  it('are CSV for clients that ask for it, with a link to the next page', async () => {
    const server = await start()
    await sessions(server, 'C1')
    const page = await csv(server, '/transactions?chargePoint=C1&limit=2')
    assert.match(String(page.headers['content-type']), /^text\/csv/)
    const lines = page.body.split('\r\n')
    assert.equal(lines.length, 4)
    assert.match(String(lines[0]), /^id,chargePoint,transactionId,/)
    const next = /<\/api\/v1(.*)>; rel="next"/.exec(String(page.headers.link))?.[1]
    assert.equal((await csv(server, next ?? '')).body.split('\r\n').length, 3)
    const [{ id } = {}] = await list(server, 'chargePoint=C1')
    const values = await csv(server, `/transactions/${id}/meter-values`)
    assert.match(values.body, /2026-03-01T10:10:00.000Z,[^,]+,,10,Energy.Active.Import.Register,100,Wh,/)
  })

  it('contain no formula that a spreadsheet would run', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'EVIL', { boot: true })
    const idTag = '=HYPERLINK("x,y")'
    const timestamp = '2026-03-01T00:00:00Z'
    await book(charger, 'StartTransaction', { connectorId: 1, idTag, meterStart: 5, timestamp })
    const { body } = await csv(server, '/transactions?chargePoint=EVIL')
    assert.match(body, /,"'=HYPERLINK\(""x,y""\)",/)
  })

  it('say what is wrong with a request', async () => {
    const server = await start()
    const status = async (path: string) => (await operate(server, 'GET', path)).statusCode
    for (const path of ['/transactions/999999', '/transactions/999999/meter-values', '/tariffs/none']) {
      assert.equal(await status(path), 404, path)
    }
    for (const query of ['limit=0', 'limit=1001', 'cursor=x', 'status=done', 'from=today', 'nonsense=1']) {
      assert.equal(await status(`/transactions?${query}`), 400, query)
    }
    assert.equal(await status('/transactions/one'), 400)
    assert.equal((await server.app.inject('/api/v1/transactions')).statusCode, 401)
  })

  it('have tariffs that can be created, replaced, listed and deleted', async () => {
    const server = await start()
    const made = await operate(server, 'PUT', '/tariffs/night', { currency: 'EUR', groupId: 'N', pricePerKwh: 0.25 })
    assert.equal(made.statusCode, 201)
    assert.equal((await operate(server, 'PUT', '/tariffs/night', { currency: 'CHF', groupId: 'N' })).statusCode, 200)
    const { updatedAt, ocppTariffId, text, ...tariff } = (await operate(server, 'GET', '/tariffs/night')).json()
    const nothing = { pricePerKwh: 0, pricePerHour: 0, pricePerSession: 0, tax: 0 }
    assert.deepEqual(tariff, {
      ...{ id: 'night', groupId: 'N', currency: 'CHF', ...nothing },
      ...{ enabled: true, appliesTo: { groupIds: ['N'] }, priority: 0, version: 2, warnings: [] },
      document: { currency: 'CHF', fixedFee: { prices: [{ priceFixed: 0 }] } }
    })
    assert.match(ocppTariffId, /^night\.[0-9a-f]{12}$/)
    assert.equal(text, '0 CHF per session (incl. tax)')
    const ids = (await operate(server, 'GET', '/tariffs')).json().items.map(({ id }: { id: string }) => id)
    assert.ok(ids.includes('night'))
    assert.equal((await operate(server, 'DELETE', '/tariffs/night')).statusCode, 204)
    assert.equal((await operate(server, 'DELETE', '/tariffs/night')).statusCode, 404)
    for (const body of [
      {},
      { currency: 'Euro' },
      { currency: 'EUR', pricePerKwh: -1 },
      { currency: 'EUR', price: 1 }
    ]) {
      assert.equal((await operate(server, 'PUT', '/tariffs/bad', body)).statusCode, 400, JSON.stringify(body))
    }
  })
})
