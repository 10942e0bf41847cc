import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, stateOf } from '../app/support.js'
import { type CallHandler, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { perform, play, VERSIONS_2 } from './support.js'

interface Named {
  component: object
  variable: { name: string }
}

const KEYS = ['A', 'B', 'C', 'D', 'E']
const item = (name: string) => ({ component: { name: 'Ctrlr' }, variable: { name } })

/** A charger of 1.6 that takes so many keys at a time and has the value of none but these. */
function keys(most: string, answer: (wanted: string[]) => unknown): CallHandler {
  return (_action, payload) => {
    const { key } = payload as { key: string[] }
    if (key[0] === 'GetConfigurationMaxKeys') {
      return { configurationKey: [{ key: 'GetConfigurationMaxKeys', readonly: true, value: most }] }
    }
    return answer(key)
  }
}

const told = (wanted: string[]) => ({
  configurationKey: wanted.map((key) => ({ key, readonly: false, value: key.toLowerCase() }))
})

/** A charger of 2.x that takes so many variables at a time. */
function variables(most: string, answer: (wanted: Named[]) => unknown): CallHandler {
  return (_action, payload) => {
    const { getVariableData } = payload as { getVariableData: Named[] }
    if (getVariableData[0]?.variable.name === 'ItemsPerMessage') {
      return { getVariableResult: [{ ...getVariableData[0], attributeStatus: 'Accepted', attributeValue: most }] }
    }
    return answer(getVariableData)
  }
}

const values = (items: { value?: string }[]) => items.map(({ value }) => value)
const statuses = (items: { status: string }[]) => items.map(({ status }) => status)

onSharedBackend('many settings', (start) => {
  it('of 1.6 are found whatever the case and the order of the keys in the answer', async () => {
    const server = await start()
    const spelt = { HeartbeatInterval: 'heartbeatINTERVAL', MeterValueSampleInterval: 'METERVALUESAMPLEINTERVAL' }
    const answer = () => ({
      configurationKey: [
        { key: spelt.MeterValueSampleInterval, readonly: false, value: '60' },
        { key: spelt.HeartbeatInterval, readonly: true, value: '300' }
      ]
    })
    const { charger } = await play(server, 'ocpp1.6', keys('10', answer))
    const items = [...Object.keys(spelt), 'Missing'].map((key) => ({ key }))
    const { body } = await perform(server, charger.identity, 'operations/get-configuration', { items })
    assert.deepEqual(statuses(body.items), ['accepted', 'accepted', 'not-found'])
    assert.deepEqual(values(body.items), ['300', '60', undefined])
  })

  it('are read in as many messages as GetConfigurationMaxKeys requires, which is read once', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp1.6', keys('2', told))
    const request = { items: KEYS.map((key) => ({ key })) }
    for (const count of [4, 3]) {
      asked.length = 0
      const { body } = await perform(server, charger.identity, 'operations/get-configuration', request)
      assert.equal(body.status, 'accepted')
      assert.deepEqual(values(body.items), ['a', 'b', 'c', 'd', 'e'])
      assert.equal(asked.length, count)
    }
  })

  for (const protocol of VERSIONS_2) {
    it(`are read in as many messages as ItemsPerMessage wants, in whatever order they are answered, in ${protocol}`, async () => {
      const server = await start()
      const answer = (wanted: Named[]) => ({
        getVariableResult: wanted.toReversed().map((one) => ({
          ...one,
          variable: { name: one.variable.name.toLowerCase() },
          attributeStatus: 'Accepted',
          attributeValue: `value of ${one.variable.name}`
        }))
      })
      const { charger, asked } = await play(server, protocol, variables('2', answer))
      const request = { items: KEYS.map(item) }
      for (const count of [4, 3]) {
        asked.length = 0
        const { body } = await perform(server, charger.identity, 'operations/get-configuration', request)
        assert.deepEqual(
          values(body.items),
          KEYS.map((name) => `value of ${name}`)
        )
        assert.equal(asked.length, count)
      }
    })
  }

  it('are split by BytesPerMessage as well', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp2.1', (_action, payload) => {
      const { setVariableData } = payload as { setVariableData: (Named & { attributeValue: string })[] }
      const result = setVariableData.map(({ component, variable }) => ({
        component,
        variable,
        attributeStatus: 'Accepted'
      }))
      return { setVariableResult: result }
    })
    const limit = (name: string, value: string) => ({
      component: { name: 'DeviceDataCtrlr' },
      variable: { name, instance: 'SetVariables' },
      variableAttribute: [{ value, mutability: 'ReadOnly' }]
    })
    const reportData = [limit('ItemsPerMessage', '100'), limit('BytesPerMessage', '1000')]
    await charger.call('NotifyReport', { requestId: 1, generatedAt: new Date().toISOString(), seqNo: 0, reportData })
    const items = KEYS.map((name) => ({ ...item(name), value: 'x'.repeat(300) }))
    const { body } = await perform(server, charger.identity, 'operations/set-configuration', { items })
    assert.deepEqual([body.status, asked.length], ['accepted', 3])
    for (const [, payload] of asked) assert.ok(JSON.stringify(payload).length < 1000)
  })

  it('lose nothing when one message is answered with a CALLERROR', async () => {
    const server = await start()
    const answer = (wanted: string[]) => (wanted.includes('C') ? new ErrorAnswer('InternalError', 'no') : told(wanted))
    const { charger } = await play(server, 'ocpp1.6', keys('2', answer))
    const request = { items: KEYS.map((key) => ({ key })) }
    const { status, body } = await perform(server, charger.identity, 'operations/get-configuration', request)
    assert.deepEqual([status, body.status], [200, 'partial'])
    assert.deepEqual(statuses(body.items), ['accepted', 'accepted', 'failed', 'failed', 'accepted'])
    assert.equal(body.items[2].reason, 'InternalError')
    assert.deepEqual(body.calls[2].error, { code: 'InternalError', detail: 'no' })
  })

  it('are asked for no more once the charger does not answer', async () => {
    const server = await start()
    const answer = (wanted: string[]) => (wanted.includes('C') ? NO_ANSWER : told(wanted))
    const { charger, asked } = await play(server, 'ocpp1.6', keys('2', answer))
    const request = { items: KEYS.map((key) => ({ key })) }
    const query = '?timeout=3000'
    const { body } = await perform(server, charger.identity, 'operations/get-configuration', request, { query })
    assert.deepEqual(statuses(body.items), ['accepted', 'accepted', 'failed', 'failed', 'not-sent'])
    assert.deepEqual([body.items[2].reason, asked.length], ['OCPP_ERR_TIMEOUT', 3])
  })

  it('are a problem when none could be read', async () => {
    const server = await start()
    const { charger } = await play(
      server,
      'ocpp1.6',
      keys('1', () => new ErrorAnswer('NotSupported'))
    )
    const request = { items: [{ key: 'A' }, { key: 'B' }] }
    const { status, body } = await perform(server, charger.identity, 'operations/get-configuration', request)
    assert.deepEqual([status, body.code, body.callError.code], [502, 'OCPP_CALLERROR', 'NotSupported'])
    assert.equal(body.calls.length, 3)
  })

  it('show whether they can be set, after a report with their mutability', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp2.0.1', (_action, payload) => {
      const { getVariableData } = payload as { getVariableData: Named[] }
      const result = getVariableData.map((one) => ({ ...one, attributeStatus: 'Accepted', attributeValue: '1' }))
      return { getVariableResult: result }
    })
    const reportData = [{ ...item('A'), variableAttribute: [{ value: '1', mutability: 'ReadOnly' }] }]
    await charger.call('NotifyReport', { requestId: 1, generatedAt: new Date().toISOString(), seqNo: 0, reportData })
    const request = { items: [item('A')] }
    const { body } = await perform(server, charger.identity, 'operations/get-configuration', request)
    assert.deepEqual(body.items, [{ ...item('A'), status: 'accepted', value: '1', readonly: true }])
  })

  it('show no password, even if the charger does', async () => {
    const server = await start()
    const secret = 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8'
    const answer = { configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: secret }] }
    const { charger } = await play(server, 'ocpp1.6', () => answer)
    for (const request of [{}, { items: [{ key: 'AuthorizationKey' }] }]) {
      const { body } = await perform(server, charger.identity, 'operations/get-configuration', request)
      assert.equal(body.items[0].status, 'accepted')
      assert.ok(!JSON.stringify(body).includes(secret))
    }
  })

  it('are stored as they were set, whichever version their name is from', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp2.1', (_action, payload) => {
      const { setVariableData } = payload as { setVariableData: (Named & { attributeValue: string })[] }
      const [first] = setVariableData
      return {
        setVariableResult: [{ component: first?.component, variable: first?.variable, attributeStatus: 'Accepted' }]
      }
    })
    const items = [{ key: 'HeartbeatInterval', value: '77' }]
    await perform(server, charger.identity, 'operations/set-configuration', { items })
    const { variables: stored } = await stateOf(server, charger.identity)
    assert.deepEqual(
      stored.map(({ component, variable, value }: Record<string, unknown>) => [component, variable, value]),
      [['OCPPCommCtrlr', 'HeartbeatInterval', '77']]
    )
  })

  it('have one name each', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp1.6', () => ({}))
    for (const items of [[{}], [{ key: 'A', ...item('A') }], [{ component: { name: 'Ctrlr' } }]]) {
      const { status, body } = await perform(server, charger.identity, 'operations/get-configuration', { items })
      assert.deepEqual([status, body.code], [422, 'INVALID_OPERATION'])
    }
    assert.deepEqual(asked, [])
  })
})
