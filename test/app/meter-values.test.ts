import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { BEARER, onBothBackends, operate } from './support.js'

interface Reading {
  timestamp: string
  evseId?: number
  connectorId?: number
  measurand: string
  value: number
  transactionId?: string
  transaction?: number
}

function at(minute: number): string {
  return `2026-03-04T05:${String(minute).padStart(2, '0')}:00.000Z`
}

function measured16(minute: number, value: number, measurand = 'Energy.Active.Import.Register') {
  return { timestamp: at(minute), sampledValue: [{ value: String(value), measurand }] }
}

async function history(server: TestServer, identity: string, query = '') {
  const response = await operate(server, 'GET', `/charge-points/${identity}/meter-values${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json() as { items: Reading[]; nextCursor?: string }
}

function valuesOf({ items }: { items: Reading[] }): number[] {
  return items.map(({ value }) => value)
}

async function pages(server: TestServer, identity: string, query: string): Promise<number[]> {
  const values: number[] = []
  for (let cursor = ''; ; ) {
    const page = await history(server, identity, `?${query}${cursor}`)
    values.push(...valuesOf(page))
    if (page.nextCursor === undefined) return values
    cursor = `&cursor=${page.nextCursor}`
  }
}

async function answered(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

async function list(t: TestContext, server: TestServer): Promise<void> {
  await t.test('are listed whether they belong to a transaction or not, the latest first', async () => {
    const charger = await connectCharger(server.url, 'LIST-16', { boot: true })
    const begin = { connectorId: 1, idTag: 'A', meterStart: 100, timestamp: at(1) }
    const { transactionId } = await answered(charger, 'StartTransaction', begin)
    await answered(charger, 'MeterValues', { connectorId: 2, meterValue: [measured16(0, 50)] })
    await answered(charger, 'MeterValues', { connectorId: 0, meterValue: [measured16(3, 900)] })
    await answered(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue: [measured16(2, 200)] })
    const { items } = await history(server, 'list-16')
    const [transaction] = (await operate(server, 'GET', '/transactions?chargePoint=LIST-16')).json().items
    assert.deepEqual(
      items.map(({ evseId, connectorId, value, transactionId: own, transaction: ours }) => {
        return { evseId, connectorId, value, own, ours }
      }),
      [
        { evseId: 0, connectorId: undefined, value: 900, own: undefined, ours: undefined },
        { evseId: 1, connectorId: 1, value: 200, own: String(transactionId), ours: transaction.id },
        { evseId: 2, connectorId: 2, value: 50, own: undefined, ours: undefined }
      ]
    )
    assert.deepEqual(valuesOf(await history(server, 'LIST-16', '?evseId=1')), [200])
    assert.deepEqual(valuesOf(await history(server, 'LIST-16', '?evseId=0')), [900])
  })

  await t.test(
    'show the place of their transaction where a station of 2.x names none, and no place that nobody named',
    async () => {
      const charger = await connectCharger(server.url, 'PLACE-2', { protocol: 'ocpp2.0.1', boot: true })
      const event = (eventType: string, seqNo: number, more: object = {}) => ({
        eventType,
        timestamp: at(seqNo),
        triggerReason: 'MeterValuePeriodic',
        seqNo,
        transactionInfo: { transactionId: 'T-1' },
        meterValue: [{ timestamp: at(seqNo), sampledValue: [{ value: seqNo }] }],
        ...more
      })
      await answered(charger, 'TransactionEvent', event('Started', 0))
      assert.deepEqual(
        (await history(server, 'PLACE-2')).items.map((item) => 'evseId' in item || 'connectorId' in item),
        [false]
      )
      await answered(charger, 'TransactionEvent', event('Updated', 1, { evse: { id: 2, connectorId: 1 } }))
      await answered(charger, 'MeterValues', {
        evseId: 0,
        meterValue: [{ timestamp: at(2), sampledValue: [{ value: 2 }] }]
      })
      const { items } = await history(server, 'PLACE-2')
      assert.deepEqual(
        items.map(({ value, evseId, connectorId, transactionId }) => [value, evseId, connectorId, transactionId]),
        [
          [2, 0, undefined, undefined],
          [1, 2, 1, 'T-1'],
          [0, 2, 1, 'T-1']
        ]
      )
    }
  )

  await t.test('are filtered by measurand and time, in either order, over as many pages as it takes', async () => {
    const charger = await connectCharger(server.url, 'FILTER', { boot: true })
    const minutes = Array.from({ length: 9 }, (_, minute) => minute)
    const meterValue = minutes.flatMap((minute) => [
      measured16(minute, minute),
      measured16(minute, 1000 + minute, 'Voltage')
    ])
    await answered(charger, 'MeterValues', { connectorId: 1, meterValue })
    const voltages = minutes.map((minute) => 1000 + minute)
    const query = 'measurand=Voltage&limit=2'
    assert.deepEqual(await pages(server, 'FILTER', query), voltages.toReversed())
    assert.deepEqual(await pages(server, 'FILTER', `${query}&sort=timestamp`), voltages)
    const span = `from=${at(2)}&to=${at(5)}`
    assert.deepEqual(await pages(server, 'FILTER', `${query}&${span}`), [1004, 1003, 1002])
    assert.deepEqual(await pages(server, 'FILTER', `${span}&limit=1&measurand=Nothing`), [])
    assert.deepEqual(await pages(server, 'FILTER', `${span}&limit=4&sort=timestamp`), [2, 1002, 3, 1003, 4, 1004])
  })

  await t.test('can be had as CSV', async () => {
    const charger = await connectCharger(server.url, 'CSV', { boot: true })
    await answered(charger, 'MeterValues', { connectorId: 1, meterValue: [measured16(0, 1), measured16(1, 2)] })
    const url = '/api/v1/charge-points/CSV/meter-values?limit=1'
    const { body, headers } = await server.app.inject({ url, headers: { ...BEARER, accept: 'text/csv' } })
    const [names, row] = body.split('\r\n')
    assert.match(
      String(names),
      /^timestamp,receivedAt,evseId,connectorId,measurand,value,.*,transactionId,transaction$/
    )
    assert.match(String(row), /^2026-03-04T05:01:00.000Z,[^,]+,1,1,Energy.Active.Import.Register,2,Wh,/)
    assert.match(String(headers.link), /^<\/api\/v1\/charge-points\/CSV\/meter-values\?.*cursor=.*>; rel="next"$/)
  })

  await t.test('are those of one charge point only, and need the scope of transactions', async () => {
    for (const [identity, value] of [
      ['MINE', 1],
      ['OTHERS', 2]
    ] as const) {
      const charger = await connectCharger(server.url, identity, { boot: true })
      await answered(charger, 'MeterValues', { connectorId: 1, meterValue: [measured16(0, value)] })
    }
    assert.deepEqual(valuesOf(await history(server, 'MINE')), [1])
    assert.equal((await operate(server, 'GET', '/charge-points/NOBODY/meter-values')).statusCode, 404)
    const made = await operate(server, 'POST', '/operator-tokens', { name: 'reader', scopes: ['charge-points:read'] })
    const headers = { authorization: `Bearer ${made.json().token}` }
    const url = '/api/v1/charge-points/MINE/meter-values'
    assert.equal((await server.app.inject({ url, headers })).statusCode, 403)
  })
}

async function showLatest(t: TestContext, server: TestServer): Promise<void> {
  await t.test('when a message repeats the beginning of a transaction', async () => {
    const charger = await connectCharger(server.url, 'ONE-2', { protocol: 'ocpp2.0.1', boot: true })
    const sampledValue = [
      { value: 163_630, context: 'Sample.Periodic' },
      { value: 157_440, context: 'Transaction.Begin' },
      { value: 230, measurand: 'Voltage', phase: 'L1-N' }
    ]
    const event = {
      eventType: 'Updated',
      timestamp: at(1),
      triggerReason: 'MeterValuePeriodic',
      seqNo: 1,
      transactionInfo: { transactionId: 'T-1' },
      evse: { id: 1, connectorId: 1 },
      meterValue: [{ timestamp: at(1), sampledValue }]
    }
    await answered(charger, 'TransactionEvent', event)
    const clock = [{ value: 163_631, context: 'Sample.Clock', location: 'Outlet' }]
    await answered(charger, 'MeterValues', { evseId: 1, meterValue: [{ timestamp: at(1), sampledValue: clock }] })
    const { readings } = (await operate(server, 'GET', '/charge-points/ONE-2/state')).json()
    assert.deepEqual(readings, [
      {
        evseId: 1,
        connectorId: 1,
        timestamp: at(1),
        samples: [
          { measurand: 'Voltage', value: 230, phase: 'L1-N' },
          {
            measurand: 'Energy.Active.Import.Register',
            value: 163_631,
            unit: 'Wh',
            location: 'Outlet',
            context: 'Sample.Clock'
          }
        ]
      }
    ])
  })

  await t.test('when it came in a transaction and without one', async () => {
    const charger = await connectCharger(server.url, 'ONE-16', { boot: true })
    const begin = { connectorId: 1, idTag: 'A', meterStart: 100, timestamp: at(0) }
    const { transactionId } = await answered(charger, 'StartTransaction', begin)
    await answered(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue: [measured16(1, 200)] })
    await answered(charger, 'MeterValues', { connectorId: 1, meterValue: [measured16(1, 201)] })
    const { readings } = (await operate(server, 'GET', '/charge-points/ONE-16/state')).json()
    const samples = [{ measurand: 'Energy.Active.Import.Register', value: 201, unit: 'Wh' }]
    assert.deepEqual(readings, [{ connectorId: 1, timestamp: at(1), samples }])
  })
}

onBothBackends('the meter values of a charge point', (start) => {
  it('have a history', async (t) => list(t, await start()))

  it('show one value for each register at one time', async (t) => showLatest(t, await start()))
})
