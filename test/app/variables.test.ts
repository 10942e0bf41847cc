import assert from 'node:assert/strict'
import { it } from 'node:test'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { onSharedBackend, operate } from './support.js'

const KEYS = [
  { key: 'HeartbeatInterval', readonly: false, value: '300' },
  { key: 'heartbeatinterval2', readonly: false, value: 'x' },
  { key: 'NumberOfConnectors', readonly: true, value: '2' },
  { key: 'AuthorizationKey', readonly: false, value: 'hunter2hunter2' },
  { key: 'VendorKey', readonly: false, value: '100%' }
]

/** A charge point of 1.6 that has told its configuration. */
async function told16(server: TestServer, identity: string) {
  const charger = await connectCharger(server.url, identity, { boot: true })
  charger.onCall(() => ({ configurationKey: KEYS }))
  const answer = await operate(server, 'POST', `/charge-points/${identity}/operations/get-configuration`, {})
  assert.equal(answer.statusCode, 200, answer.body)
  return charger
}

const attribute = (value: string, mutability = 'ReadWrite') => [{ type: 'Actual', value, mutability }]

const REPORT = [
  {
    component: { name: 'OCPPCommCtrlr' },
    variable: { name: 'HeartbeatInterval' },
    variableAttribute: attribute('300'),
    variableCharacteristics: { dataType: 'integer', unit: 's', minLimit: 10, maxLimit: 3600, supportsMonitoring: false }
  },
  {
    component: { name: 'SampledDataCtrlr' },
    variable: { name: 'TxUpdatedMeasurands' },
    variableAttribute: [
      { type: 'Actual', value: 'Voltage', mutability: 'ReadWrite' },
      { type: 'Target', value: 'Voltage,Current.Import' }
    ],
    variableCharacteristics: {
      dataType: 'MemberList',
      valuesList: 'Voltage, Current.Import',
      maxLimit: 200,
      supportsMonitoring: false
    }
  },
  {
    component: { name: 'Connector', evse: { id: 2, connectorId: 1 } },
    variable: { name: 'Available' },
    variableAttribute: attribute('true', 'ReadOnly'),
    variableCharacteristics: { dataType: 'boolean', supportsMonitoring: true }
  },
  {
    component: { name: 'SecurityCtrlr' },
    variable: { name: 'BasicAuthPassword' },
    variableAttribute: attribute('hunter2hunter2hunter2', 'WriteOnly'),
    variableCharacteristics: { dataType: 'string', supportsMonitoring: false }
  }
]

/** A charge point of 2.x that has told these variables. */
async function told2(server: TestServer, identity: string, protocol: 'ocpp2.0.1' | 'ocpp2.1' = 'ocpp2.0.1') {
  const charger = await connectCharger(server.url, identity, { protocol, boot: true })
  const answer = await charger.call('NotifyReport', {
    requestId: 1,
    generatedAt: '2026-03-01T12:00:00Z',
    seqNo: 0,
    tbc: false,
    reportData: REPORT
  })
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return charger
}

async function list(server: TestServer, identity: string, query = '') {
  const answer = await operate(server, 'GET', `/charge-points/${identity}/variables?${query}`)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json()
}

interface Item {
  key?: string
  component?: { name: string }
  variable?: { name: string }
  attribute?: string
  updatedAt: string
}
const withoutTime = (items: Item[]) => items.map(({ updatedAt: _, ...item }) => item)
const namesOf = (items: Item[]) =>
  items.map(({ key, component, variable, attribute }) => key ?? [component?.name, variable?.name, attribute].join('.'))

onSharedBackend('the settings of a charge point', (start) => {
  it('are the keys of 1.6 with their descriptions from the standard', async () => {
    const server = await start()
    await told16(server, 'OLD-1')
    const { items } = await list(server, 'OLD-1', 'q=heartbeatinterval')
    assert.deepEqual(withoutTime(items), [
      {
        key: 'HeartbeatInterval',
        component: { name: 'OCPPCommCtrlr' },
        variable: { name: 'HeartbeatInterval' },
        value: '300',
        readonly: false,
        type: 'integer',
        unit: 's'
      },
      { key: 'heartbeatinterval2', value: 'x', readonly: false }
    ])
    assert.deepEqual(namesOf((await list(server, 'OLD-1', 'component=ocppcommctrlr')).items), ['HeartbeatInterval'])
    assert.deepEqual(namesOf((await list(server, 'OLD-1', 'component=Nonsense')).items), [])
    assert.deepEqual(namesOf((await list(server, 'OLD-1', 'writable=false')).items), ['NumberOfConnectors'])
    assert.equal((await list(server, 'OLD-1', 'writable=true')).items.length, 4)
    assert.deepEqual(namesOf((await list(server, 'OLD-1', 'q=100%25')).items), ['VendorKey'])
    const [secret] = (await list(server, 'OLD-1', 'q=AuthorizationKey')).items
    assert.deepEqual(withoutTime([secret]), [{ key: 'AuthorizationKey', readonly: false, type: 'string' }])
    assert.deepEqual((await list(server, 'OLD-1', 'q=hunter2')).items, [])
  })

  it('are the variables of 2.x with their characteristics from a report', async () => {
    const server = await start()
    await told2(server, 'NEW-1')
    const reported = { mutability: 'ReadWrite', readonly: false, persistent: false, constant: false }
    const { items } = await list(server, 'NEW-1', 'component=ocppcommctrlr')
    assert.deepEqual(withoutTime(items), [
      {
        component: { name: 'OCPPCommCtrlr' },
        variable: { name: 'HeartbeatInterval' },
        value: '300',
        ...reported,
        type: 'integer',
        unit: 's',
        limits: { min: 10, max: 3600 }
      }
    ])
    const measurands = (await list(server, 'NEW-1', 'q=measurands')).items
    assert.deepEqual(namesOf(measurands), [
      'SampledDataCtrlr.TxUpdatedMeasurands.',
      'SampledDataCtrlr.TxUpdatedMeasurands.Target'
    ])
    assert.deepEqual(measurands[1].values, ['Voltage', 'Current.Import'])
    assert.deepEqual(measurands[1].limits, { max: 200 })
    assert.deepEqual(namesOf((await list(server, 'NEW-1', 'writable=false')).items), ['Connector.Available.'])
    const [connector] = (await list(server, 'NEW-1', 'component=Connector')).items
    assert.deepEqual(connector.component, { name: 'Connector', evse: { id: 2, connectorId: 1 } })
    assert.equal(connector.readonly, true)
    const [secret] = (await list(server, 'NEW-1', 'q=BasicAuth')).items
    assert.equal(secret.value, undefined)
    assert.deepEqual((await list(server, 'NEW-1', 'q=hunter2')).items, [])
  })

  it('are in pages, each once', async () => {
    const server = await start()
    await told16(server, 'OLD-2')
    await told2(server, 'NEW-2', 'ocpp2.1')
    for (const identity of ['OLD-2', 'NEW-2']) {
      const whole = await list(server, identity)
      assert.equal(whole.items.length, 5)
      assert.equal(whole.nextCursor, undefined)
      const pages: Item[] = []
      for (let cursor = ''; ; ) {
        const { items, nextCursor } = await list(server, identity, `limit=2${cursor && `&cursor=${cursor}`}`)
        pages.push(...items)
        if (nextCursor === undefined) break
        cursor = nextCursor
      }
      assert.deepEqual(pages, whole.items)
    }
    const { nextCursor } = await list(server, 'OLD-2', 'limit=2')
    assert.equal((await list(server, 'NEW-2', `cursor=${nextCursor}`)).items.length, 5)
  })

  it('are empty for a charge point that has reported none, and never those of another one', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/BLANK', {})
    assert.deepEqual(await list(server, 'BLANK'), { items: [] })
    assert.equal((await operate(server, 'GET', '/charge-points/NOBODY/variables')).statusCode, 404)
    for (const query of ['writable=maybe', 'q=', 'limit=0', 'cursor=!', 'x=1']) {
      assert.equal((await operate(server, 'GET', `/charge-points/BLANK/variables?${query}`)).statusCode, 400, query)
    }
  })
})

onSharedBackend('the state of a charge point', (start) => {
  it('has only the blocks that were asked for', async () => {
    const server = await start()
    await told16(server, 'PARTS')
    const whole = (await operate(server, 'GET', '/charge-points/PARTS/state')).json()
    const some = (await operate(server, 'GET', '/charge-points/PARTS/state?blocks=configuration,reservations')).json()
    assert.deepEqual(some.configuration, whole.configuration)
    assert.deepEqual(some.reservations, [])
    assert.equal(some.identity, 'PARTS')
    assert.equal(some.connected, true)
    for (const name of ['connectors', 'variables', 'transactions', 'statusHistory']) {
      assert.ok(name in whole, name)
      assert.ok(!(name in some), name)
    }
  })

  it('is rejected with an unknown block, and with one that the token may not read', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/PARTS-2', {})
    const answer = await operate(server, 'GET', '/charge-points/PARTS-2/state?blocks=connectors,wheels')
    assert.equal(answer.statusCode, 400)
    assert.match(answer.json().detail, /no block "wheels"; there are connectors, configuration/)
    const headers = await tokenOf(server, 'blocks', 'charge-points:read')
    const get = (blocks: string) =>
      server.app.inject({ url: `/api/v1/charge-points/PARTS-2/state?blocks=${blocks}`, headers })
    assert.equal((await get('connectors')).statusCode, 200)
    assert.equal((await get('connectors,reservations')).statusCode, 403)
  })
})
