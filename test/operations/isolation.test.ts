import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Change } from '../../lib/events/scope.js'
import { OPERATIONS } from '../../lib/operations/table.js'
import type {} from '../../plugins/operations.js'
import { operate, startBackend } from '../app/support.js'
import { deferred, until } from '../support/wait.js'
import { perform, play } from './support.js'

// Facts of one charge point change nothing for another. Whatever an operation looks up, OTHER has it here.

const server = await startBackend()
const { store } = server.app
const NOW = Date.now()

const insert = (change: Change) => store.commit('OTHER', change)

it('a status is triggered for the connectors of the charge point only', async () => {
  await insert(async ({ trx, chargePointId: charge_point_id }) => {
    const row = { charge_point_id, status: 'Available', timestamp: NOW, updated_at: NOW }
    await trx
      .insertInto('connectors')
      .values([1, 2].map((evse_id) => ({ ...row, evse_id, connector_id: 1 })))
      .execute()
  })
  const { charger, asked } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
  await perform(server, charger.identity, 'operations/trigger', { message: 'status' })
  assert.deepEqual(asked, [['TriggerMessage', { requestedMessage: 'StatusNotification' }]])
})

it('a charging limit keeps its profile id, whatever profiles another charge point has', async () => {
  const { charger } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
  const limit = () => perform(server, charger.identity, 'operations/charging-limit', { limit: 16, unit: 'A' })
  const { profileId } = (await limit()).body
  await insert(async ({ trx, chargePointId: charge_point_id }) => {
    const row = { charge_point_id, profile_id: profileId, purpose: 'TxProfile', stack_level: 0 }
    await trx
      .insertInto('charging_profiles')
      .values({ ...row, source: 'CSO', payload: '{}', updated_at: NOW })
      .execute()
  })
  assert.equal((await limit()).body.profileId, profileId)
})

it('a charging limit takes no id that another profile of the charge point has', async () => {
  const { charger } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
  const limit = async (more: object = {}) => {
    const request = { limit: 16, unit: 'A', ...more }
    return (await perform(server, charger.identity, 'operations/charging-limit', request)).body.profileId
  }
  const profileId = await limit()
  await store.commit(charger.identity, async ({ trx, chargePointId: charge_point_id }) => {
    await trx.deleteFrom('charging_profiles').where('charge_point_id', '=', charge_point_id).execute()
    const row = { charge_point_id, profile_id: profileId, purpose: 'TxDefaultProfile', stack_level: 3 }
    await trx
      .insertInto('charging_profiles')
      .values({ ...row, evse_id: 1, source: 'CSO', payload: '{}', updated_at: NOW })
      .execute()
  })
  assert.equal(await limit(), profileId + 1)
})

it('what another charge point has told of its profiles does not count', async () => {
  await insert(async ({ trx, chargePointId: charge_point_id }) => {
    const row = { charge_point_id, component: 'SmartChargingCtrlr', variable: 'Entries', updated_at: NOW }
    await trx
      .insertInto('variables')
      .values({ ...row, variable_instance: 'ChargingProfiles', characteristics: '{"maxLimit":0}' })
      .execute()
  })
  const { charger } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
  const request = { limit: 16, unit: 'A' }
  const { status, body } = await perform(server, charger.identity, 'operations/charging-limit', request)
  assert.deepEqual([status, body.status], [200, 'accepted'], JSON.stringify(body))
})

it('ids that the charge point keeps for others are not taken, the last of them included', async () => {
  const { charger, asked } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
  const limit = () => perform(server, charger.identity, 'operations/charging-limit', { limit: 16, unit: 'A' })
  const { profileId } = (await limit()).body
  const keeps = (value: number) =>
    charger.call('NotifyReport', {
      ...{ requestId: 1, generatedAt: new Date(NOW).toISOString(), seqNo: 0 },
      reportData: [
        {
          component: { name: 'SmartChargingCtrlr' },
          variable: { name: 'MaxExternalConstraintsId' },
          variableAttribute: [{ value: String(value) }]
        }
      ]
    })
  asked.length = 0
  await keeps(profileId)
  const refused = await limit()
  assert.deepEqual([refused.status, refused.body.code, asked], [422, 'INVALID_OPERATION', []])
  await keeps(profileId - 1)
  assert.equal((await limit()).body.status, 'accepted')
})

it('nothing is reserved until a time that is over', async () => {
  const { charger, asked } = await play(server, 'ocpp1.6', () => ({ status: 'Accepted' }))
  const request = { idToken: { idToken: 'AA' }, evseId: 1, expiresAt: new Date(Date.now() - 1).toISOString() }
  const { status, body } = await perform(server, charger.identity, 'operations/reserve', request)
  assert.deepEqual([status, body.code, asked], [422, 'INVALID_OPERATION', []])
})

it('a local list is compared with that of the charge point only', async () => {
  await operate(server, 'PUT', '/id-tokens/04E91C5A2B3C', { status: 'Accepted' })
  await insert(async ({ trx, chargePointId: charge_point_id }) => {
    await trx
      .insertInto('local_lists')
      .values({ charge_point_id, version: 5, entries: '[]', updated_at: NOW })
      .execute()
  })
  const { charger, asked } = await play(server, 'ocpp1.6', (action) =>
    action === 'GetLocalListVersion' ? { listVersion: 5 } : { status: 'Accepted' }
  )
  await perform(server, charger.identity, 'operations/send-local-list', { update: 'differential' })
  const updates = asked.filter(([action]) => action === 'SendLocalList')
  assert.deepEqual(
    updates.map(([, payload]) => (payload as { updateType: string }).updateType),
    ['Full']
  )
})

it('the limits of another charge point do not count in 1.6', async () => {
  await insert(async ({ trx, chargePointId: charge_point_id }) => {
    const keys = ['GetConfigurationMaxKeys', 'SendLocalListMaxLength']
    await trx
      .insertInto('configuration_keys')
      .values(keys.map((key) => ({ charge_point_id, key, value: '1', updated_at: NOW })))
      .execute()
  })
  const { charger, asked } = await play(server, 'ocpp1.6', () => ({ configurationKey: [] }))
  await perform(server, charger.identity, 'operations/get-configuration', { items: [{ key: 'A' }, { key: 'B' }] })
  assert.deepEqual(asked, [
    ['GetConfiguration', { key: ['GetConfigurationMaxKeys'] }],
    ['GetConfiguration', { key: ['A', 'B'] }]
  ])
})

it('the limits and the mutability of the variables of another charge point do not count in 2.x', async () => {
  const variable = { component: { name: 'TxCtrlr' }, variable: { name: 'EVConnectionTimeOut' } }
  await insert(async ({ trx, chargePointId: charge_point_id }) => {
    await trx
      .insertInto('variables')
      .values([
        {
          charge_point_id,
          component: 'DeviceDataCtrlr',
          variable: 'ItemsPerMessage',
          variable_instance: 'GetVariables',
          value: '1',
          mutability: null,
          updated_at: NOW
        },
        {
          charge_point_id,
          component: 'TxCtrlr',
          variable: 'EVConnectionTimeOut',
          variable_instance: '',
          value: '60',
          mutability: 'ReadOnly',
          updated_at: NOW
        }
      ])
      .execute()
  })
  // Limits of its own count only as the actual value of the controller of the whole charge point.
  const limit = { component: 'DeviceDataCtrlr', variable: 'ItemsPerMessage', variable_instance: 'GetVariables' }
  const { charger, asked } = await play(server, 'ocpp2.1', (_action, payload) => {
    const { getVariableData } = payload as { getVariableData: object[] }
    return { getVariableResult: getVariableData.map((one) => ({ ...one, attributeStatus: 'Accepted' })) }
  })
  await store.commit(charger.identity, async ({ trx, chargePointId: charge_point_id }) => {
    const row = { charge_point_id, ...limit, value: '1', updated_at: NOW }
    await trx
      .insertInto('variables')
      .values([
        { ...row, evse_id: 1, attribute: 'Actual' },
        { ...row, evse_id: 0, attribute: 'Target' }
      ])
      .execute()
  })
  const items = [variable, { component: { name: 'TxCtrlr' }, variable: { name: 'StopTxOnInvalidId' } }]
  const { body } = await perform(server, charger.identity, 'operations/get-configuration', { items })
  const sizes = asked.map(([, payload]) => (payload as { getVariableData: object[] }).getVariableData.length)
  assert.deepEqual(sizes, [1, 2], 'the limit is asked for, then both are read at once')
  assert.deepEqual(
    body.items.map(({ readonly }: { readonly?: boolean }) => readonly),
    [undefined, undefined]
  )
})

for (const protocol of ['ocpp1.6', 'ocpp2.1'] as const) {
  it(`a transaction of another charge point is unknown, by either id, in ${protocol}`, async () => {
    const other = await play(server, protocol, () => ({}))
    const timestamp = new Date().toISOString()
    await (protocol === 'ocpp1.6'
      ? other.charger.call('StartTransaction', { connectorId: 1, idTag: 'AA', meterStart: 0, timestamp })
      : other.charger.call('TransactionEvent', {
          eventType: 'Started',
          timestamp,
          triggerReason: 'CablePluggedIn',
          seqNo: 0,
          evse: { id: 1, connectorId: 1 },
          transactionInfo: { transactionId: 'TX-1' }
        }))
    const query = `/transactions?chargePoint=${other.charger.identity}`
    const { id, transactionId } = (await operate(server, 'GET', query)).json().items[0]
    const { charger, asked } = await play(server, protocol, () => ({ status: 'Accepted' }))
    for (const [name, more] of [
      ['stop', {}],
      ['charging-limit', { limit: 6, unit: 'A' }]
    ] as const) {
      for (const which of [{ id }, { transactionId }]) {
        const { status, body } = await perform(server, charger.identity, `operations/${name}`, { ...which, ...more })
        assert.deepEqual([status, body.code], [404, 'UNKNOWN_TRANSACTION'])
      }
    }
    const both = await perform(server, other.charger.identity, 'operations/stop', { id, transactionId })
    assert.deepEqual([both.status, both.body.code], [422, 'INVALID_OPERATION'])
    assert.deepEqual([asked, other.asked], [[], []])
  })
}

it('a report of another charge point is unknown, and its uploads are not those of this one', async () => {
  const { charger } = await play(server, 'ocpp2.1', () => ({}))
  const report = (request_id: number) => ({ request_id, parts: '[]', created_at: NOW, updated_at: NOW })
  await insert(async ({ trx, chargePointId: charge_point_id }) => {
    await trx
      .insertInto('report_requests')
      .values({ charge_point_id, action: 'NotifyReport', type: 'custom', ...report(77) })
      .execute()
    await trx
      .insertInto('status_reports')
      .values({ charge_point_id, kind: 'log', request_id: 78, status: 'Uploaded', received_at: NOW })
      .execute()
  })
  await store.commit(charger.identity, async ({ trx, chargePointId: charge_point_id }) => {
    await trx
      .insertInto('report_requests')
      .values({ charge_point_id, action: 'LogStatusNotification', type: 'log', ...report(78) })
      .execute()
  })
  const read = (requestId: number) => operate(server, 'GET', `/charge-points/${charger.identity}/reports/${requestId}`)
  assert.equal((await read(77)).statusCode, 404)
  const { status, items } = (await read(78)).json()
  assert.deepEqual([status, items], ['pending', []])
})

it('an operation waits for the one before it at its charge point, however the identity is spelt', async () => {
  const first = deferred<object>()
  const answers = [first.promise]
  const { charger, asked } = await play(server, 'ocpp1.6', () => answers.shift() ?? { status: 'Accepted' })
  const set = (identity: string, ...values: readonly string[]) =>
    perform(server, identity, 'operations/set-configuration', { items: values.map((value) => ({ key: 'K', value })) })
  const one = set(charger.identity, '1', '2')
  await until('the first is asked', () => asked.length === 1)
  const other = set(charger.identity.toLowerCase(), '3', '4')
  // Meanwhile the second request arrives, and another charge point has no part in this.
  const { charger: free } = await play(server, 'ocpp1.6', () => ({ status: 'Accepted' }))
  assert.equal((await set(free.identity, '5')).status, 200)
  first.resolve({ status: 'Accepted' })
  await Promise.all([one, other])
  const values = asked.map(([, payload]) => (payload as { value: string }).value)
  assert.deepEqual(values, ['1', '2', '3', '4'])
})

it('an operation that has begun is not left half done when nobody waits for it any more', async () => {
  const leaving = new AbortController()
  const { charger, asked } = await play(server, 'ocpp1.6', () => {
    leaving.abort()
    return { status: 'Accepted' }
  })
  const { status } = await server.app.operations.perform({
    ...{ identity: charger.identity, name: 'set-configuration', operation: OPERATIONS['set-configuration'] },
    request: {
      items: [
        { key: 'A', value: '1' },
        { key: 'B', value: '2' }
      ]
    },
    ...{ operator: 'test', signal: leaving.signal }
  })
  assert.deepEqual([status, asked.length], ['accepted', 2])
})

it('a password that was not sent locks nobody out, and one that was given is not shown', async () => {
  const { charger } = await play(server, 'ocpp1.6', () => ({ status: 'Accepted' }))
  const password = 'a-password-of-an-operator'.slice(0, 20)
  const { body } = await perform(server, charger.identity, 'operations/set-password', { password, show: true })
  assert.deepEqual([body.status, body.password], ['accepted', undefined])
  let lost = 0
  for (const [sent, expected] of [
    [false, 0],
    [true, 1]
  ] as const) {
    const facts = { protocol: 'ocpp1.6', password, onLost: () => lost++ } as const
    const exchange = OPERATIONS['set-password'].rows['ocpp1.6']({ password }, facts)
    exchange.next()
    assert.throws(() => exchange.throw(Object.assign(new Error('it ends'), { sent })))
    assert.equal(lost, expected)
  }
})

it('a local list is compared with what is known of the version that the charge point has', async () => {
  const { charger, asked } = await play(server, 'ocpp1.6', (action) => {
    if (action === 'GetLocalListVersion') return { listVersion: 7 }
    return action === 'SendLocalList' ? { status: 'Accepted' } : {}
  })
  await store.commit(charger.identity, async ({ trx, chargePointId: charge_point_id }) => {
    // Somebody else has set another list since.
    const row = { charge_point_id, version: 6, entries: '[]', updated_at: NOW }
    await trx.insertInto('local_lists').values(row).execute()
  })
  const expiresAt = '2090-01-01T00:00:00.000Z'
  await operate(server, 'PUT', '/id-tokens/EXPIRES', { expiresAt, groupId: 'FAMILY' })
  const [longest, tooLong] = ['L'.repeat(20), 'L'.repeat(21)]
  for (const idToken of [longest, tooLong]) await operate(server, 'PUT', `/id-tokens/${idToken}`, {})
  const sent = await perform(server, charger.identity, 'operations/send-local-list', { update: 'differential' })
  assert.deepEqual([sent.body.status, sent.body.skipped], ['accepted', 1])
  const [, payload] = asked.find(([action]) => action === 'SendLocalList') ?? []
  const { updateType, listVersion, localAuthorizationList } = payload as {
    updateType: string
    listVersion: number
    localAuthorizationList: { idTag: string; idTagInfo: object }[]
  }
  assert.deepEqual([updateType, listVersion], ['Full', 8])
  assert.deepEqual(localAuthorizationList.find(({ idTag }) => idTag === 'EXPIRES')?.idTagInfo, {
    ...{ status: 'Accepted', expiryDate: expiresAt, parentIdTag: 'FAMILY' }
  })
  assert.ok(localAuthorizationList.some(({ idTag }) => idTag === longest))
})

it('a reservation is for the group of its id token, as far as 1.6 can say it', async () => {
  const { charger, asked } = await play(server, 'ocpp1.6', () => ({ status: 'Accepted' }))
  for (const [idToken, groupId] of [
    ['GROUPED', 'FAMILY'],
    ['LONG', 'a-group-of-21-letters'],
    ['ALONE', undefined]
  ] as const) {
    await operate(server, 'PUT', `/id-tokens/${idToken}`, groupId === undefined ? {} : { groupId })
    const request = { idToken: { idToken }, evseId: 1, expiresAt: '2090-01-01T00:00:00Z' }
    assert.equal((await perform(server, charger.identity, 'operations/reserve', request)).body.status, 'accepted')
  }
  assert.deepEqual(
    asked.map(([, payload]) => (payload as { parentIdTag?: string }).parentIdTag),
    ['FAMILY', undefined, undefined]
  )
})
