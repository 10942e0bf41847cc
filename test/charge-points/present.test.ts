import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { book, event2, onlyTransactionOf, startTransaction } from '../ledger/wire-support.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

interface Listed {
  identity: string
  name?: string
  withheld?: string[]
  connectors: (Record<string, unknown> & { transaction?: Record<string, unknown> })[]
}

async function list(server: TestServer, query: string, headers?: { authorization: string }) {
  const url = `/api/v1/charge-points?${query}`
  const response = headers ? await server.app.inject({ url, headers }) : await operate(server, 'GET', url.slice(7))
  assert.equal(response.statusCode, 200, response.body)
  return response.json() as { items: Listed[]; total?: number; nextCursor?: string }
}

async function connectorsOf(server: TestServer, identity: string) {
  const [one] = (await list(server, `include=connectors&q=${identity}`)).items
  return one?.connectors ?? []
}

const TIME = '2026-03-01T12:00:00Z'
const status16 = { errorCode: 'NoError', timestamp: TIME }
const sampled = (timestamp: string, ...sampledValue: object[]) => [{ timestamp, sampledValue }]

onSharedBackend('the connectors in the list of charge points', (start) => {
  it('of 1.6 have status, state, error and start time, and the energy of the open transaction', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'PRESENT-16', { boot: true })
    await book(charger, 'StatusNotification', { ...status16, connectorId: 0, status: 'Available' })
    await book(charger, 'StatusNotification', { ...status16, connectorId: 1, status: 'Charging' })
    const fault = { connectorId: 2, status: 'Faulted', errorCode: 'GroundFailure', info: 'leak', timestamp: TIME }
    await book(charger, 'StatusNotification', fault)
    await book(charger, 'StatusNotification', { ...fault, timestamp: '2026-03-01T12:30:00Z' })
    const transactionId = await startTransaction(charger, { timestamp: TIME, meterStart: 1000 })
    const now = '2026-03-01T12:10:00Z'
    await book(charger, 'MeterValues', {
      connectorId: 1,
      transactionId,
      meterValue: [
        ...sampled('2026-03-01T12:05:00Z', { value: '9.9', measurand: 'Power.Active.Import', unit: 'kW' }),
        ...sampled(
          now,
          { value: '2.5', unit: 'kWh' },
          { value: '3.6', measurand: 'Power.Active.Import', phase: 'L1', unit: 'kW' },
          { value: '3700', measurand: 'Power.Active.Import', phase: 'L2', unit: 'W' },
          { value: '0', measurand: 'Power.Active.Import', phase: 'L3', unit: 'W' },
          { value: '62', measurand: 'SoC', unit: 'Percent' }
        )
      ]
    })
    await startTransaction(charger, { connectorId: 3, timestamp: TIME })
    const { id } = await onlyOpen(server, 'PRESENT-16', 1)
    assert.deepEqual(await connectorsOf(server, 'PRESENT-16'), [
      { connectorId: 0, status: 'Available', state: 'Available', since: '2026-03-01T12:00:00.000Z' },
      {
        evseId: 1,
        connectorId: 1,
        status: 'Charging',
        state: 'Charging',
        since: '2026-03-01T12:00:00.000Z',
        transaction: {
          id,
          startedAt: '2026-03-01T12:00:00.000Z',
          energyWh: 1500,
          powerW: 7300,
          soc: 62,
          at: '2026-03-01T12:10:00.000Z'
        }
      },
      {
        evseId: 2,
        connectorId: 2,
        status: 'Faulted',
        state: 'Faulted',
        errorCode: 'GroundFailure',
        info: 'leak',
        since: '2026-03-01T12:00:00.000Z'
      },
      // Its transaction is all that is known of this one: not how much it has used, nor what it does.
      {
        evseId: 3,
        connectorId: 3,
        state: 'Unknown',
        transaction: {
          id: (await onlyOpen(server, 'PRESENT-16', 3)).id,
          startedAt: '2026-03-01T12:00:00.000Z'
        }
      }
    ])
  })

  it('of 2.x have the state of their transaction if they are occupied', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'PRESENT-2', { protocol: 'ocpp2.0.1', boot: true })
    const status = { timestamp: TIME, connectorStatus: 'Occupied' }
    for (const place of [
      { evseId: 1, connectorId: 1 },
      { evseId: 2, connectorId: 1 },
      { evseId: 2, connectorId: 2 }
    ]) {
      await book(charger, 'StatusNotification', { ...status, ...place })
    }
    await book(charger, 'StatusNotification', { ...status, connectorStatus: 'Available', evseId: 2, connectorId: 2 })
    const states = async () => (await connectorsOf(server, 'PRESENT-2')).map(({ state }) => state)
    assert.deepEqual(await states(), ['Preparing', 'Preparing', 'Available'])
    const power = { value: 7400, measurand: 'Power.Active.Import', unitOfMeasure: { unit: 'W' } }
    // Names the EVSE only, of which one connector is in use.
    const begun = event2('Started', 0, TIME, { idTag: 'TAG', register: 100, evse: { id: 2 } })
    await book(charger, 'TransactionEvent', {
      ...begun,
      transactionInfo: { transactionId: '1', chargingState: 'Charging' }
    })
    assert.deepEqual(await states(), ['Preparing', 'Charging', 'Available'])
    const more = event2('Updated', 1, '2026-03-01T12:01:00Z', {
      meterValue: sampled('2026-03-01T12:01:00Z', power, { value: 350 })
    })
    await book(charger, 'TransactionEvent', {
      ...more,
      transactionInfo: { transactionId: '1', chargingState: 'SuspendedEV' }
    })
    const { id } = await onlyTransactionOf(server, 'PRESENT-2')
    const connectors = await connectorsOf(server, 'PRESENT-2')
    assert.deepEqual(connectors[1], {
      evseId: 2,
      connectorId: 1,
      status: 'Occupied',
      state: 'SuspendedEV',
      since: '2026-03-01T12:00:00.000Z',
      transaction: {
        id,
        startedAt: '2026-03-01T12:00:00.000Z',
        energyWh: 250,
        powerW: 7400,
        at: '2026-03-01T12:01:00.000Z'
      }
    })
    assert.deepEqual([connectors[0]?.transaction, connectors[2]?.transaction], [undefined, undefined])
    assert.deepEqual(
      (await list(server, 'state=SuspendedEV')).items.map(({ identity }) => identity),
      ['PRESENT-2']
    )
    await book(charger, 'TransactionEvent', event2('Ended', 2, '2026-03-01T12:02:00Z'))
    assert.deepEqual(await states(), ['Preparing', 'Preparing', 'Available'])
    assert.deepEqual((await list(server, 'state=SuspendedEV')).items, [])
    const { body } = await operate(server, 'GET', '/charge-points/PRESENT-2?include=connectors')
    assert.deepEqual(JSON.parse(body).connectors.length, 3)
  })

  it('show no transaction without the scope for it, and say so', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'PRESENT-SCOPE', { boot: true })
    await book(charger, 'StatusNotification', { ...status16, connectorId: 1, status: 'Charging' })
    await startTransaction(charger)
    const headers = await tokenOf(server, 'blind', 'charge-points:read')
    const [shown] = (await list(server, 'include=connectors&q=PRESENT-SCOPE', headers)).items
    assert.deepEqual(shown?.withheld, ['transactions:read'])
    assert.deepEqual(Object.keys(shown?.connectors[0] ?? {}).sort(), [
      'connectorId',
      'evseId',
      'since',
      'state',
      'status'
    ])
    assert.ok((await connectorsOf(server, 'PRESENT-SCOPE'))[0]?.transaction !== undefined)
    const [plain] = (await list(server, 'q=PRESENT-SCOPE')).items
    assert.ok(plain !== undefined && !('connectors' in plain) && !('withheld' in plain), 'nobody asked for them')
  })
})

onSharedBackend('the list of charge points', (start) => {
  it('is counted, and sorted by name, those without one by identity', async () => {
    const server = await start()
    for (const [identity, name] of [
      ['LIST-1', 'Quay: north'],
      ['LIST-2', 'depot'],
      ['LIST-3', undefined],
      ['list-4', 'Depot'],
      ['LIST-5', 'Æther']
    ] as const) {
      await operate(server, 'PUT', `/charge-points/${identity}`, name === undefined ? {} : { name })
    }
    const paged = async (sort: string) => {
      const found: string[] = []
      for (let cursor = ''; ; ) {
        const page = await list(server, `q=list&limit=2&count=true&sort=${sort}${cursor}`)
        assert.equal(page.total, 5)
        found.push(...page.items.map(({ identity }) => identity))
        if (page.nextCursor === undefined) return found
        cursor = `&cursor=${page.nextCursor}`
      }
    }
    const sorted = await paged('name')
    assert.deepEqual(
      sorted.filter((identity) => identity !== 'LIST-5'),
      ['LIST-2', 'list-4', 'LIST-3', 'LIST-1']
    )
    assert.equal(sorted.length, 5)
    assert.deepEqual(await paged('-name'), sorted.reverse())
    assert.equal((await list(server, 'q=list')).total, undefined)
    assert.deepEqual(
      (await list(server, 'q=QUAY')).items.map(({ name }) => name),
      ['Quay: north']
    )
    assert.equal((await list(server, 'connected=true&q=list-&count=true')).total, 0)
  })
})

async function onlyOpen(server: TestServer, chargePoint: string, connectorId: number): Promise<{ id: number }> {
  const path = `/transactions?chargePoint=${chargePoint}&connectorId=${connectorId}&status=open`
  const [one] = (await operate(server, 'GET', path)).json().items
  return one
}
