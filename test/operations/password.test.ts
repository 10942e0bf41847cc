import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import { onBothBackends, operate, stateOf } from '../app/support.js'
import { type CallHandler, connectCharger, ErrorAnswer, NO_ANSWER, refusedCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { deferred, until } from '../support/wait.js'
import { PROTOCOLS, perform, play } from './support.js'

const CLOSED = { OCPP_OPEN_REGISTRATION: 'false' }
const OLD = 'correct-horse-battery'

let chargers = 0

/** The password that a request sets, and the answer of the charger with this status. */
function taking(
  protocol: Protocol,
  status: string,
  onPassword: (password: string) => void = () => undefined
): CallHandler {
  return (action, payload) => {
    if (action === 'ChangeConfiguration') {
      onPassword((payload as { value: string }).value)
      return { status }
    }
    const { setVariableData } = payload as { setVariableData: { attributeValue: string }[] }
    onPassword(setVariableData[0]?.attributeValue ?? '')
    assert.notEqual(protocol, 'ocpp1.6')
    return {
      setVariableResult: setVariableData.map(({ attributeValue: _, ...rest }) => ({ ...rest, attributeStatus: status }))
    }
  }
}

async function withPassword(server: TestServer, protocol: Protocol, answer: CallHandler) {
  const identity = `KEY-${protocol}-${++chargers}`
  await operate(server, 'PUT', `/charge-points/${identity}`, { password: OLD })
  const { charger } = await play(server, protocol, answer, { password: OLD, identity })
  return { identity, charger }
}

/** Which of the passwords it may connect with. */
async function valid({ url }: TestServer, identity: string, protocol: Protocol, passwords: readonly string[]) {
  const answers: boolean[] = []
  for (const password of passwords) {
    try {
      await (await connectCharger(url, identity, { protocol, password })).close()
      answers.push(true)
    } catch {
      answers.push(false)
    }
  }
  return answers
}

onBothBackends('a new password', (start) => {
  for (const protocol of PROTOCOLS) {
    it(`is the only one once it is accepted, in ${protocol}`, async () => {
      const server = await start(CLOSED)
      let sent = ''
      const { identity, charger } = await withPassword(
        server,
        protocol,
        taking(protocol, 'Accepted', (password) => (sent = password))
      )
      const { status, body } = await perform(server, identity, 'operations/set-password')
      assert.deepEqual([status, body.status, body.password], [200, 'accepted', undefined])
      assert.match(sent, /^[0-9a-f]{40}$/)
      await charger.close()
      assert.deepEqual(await valid(server, identity, protocol, [OLD, sent]), [false, true])
    })

    it(`is none once it is refused, in ${protocol}`, async () => {
      const server = await start(CLOSED)
      let sent = ''
      const { identity, charger } = await withPassword(
        server,
        protocol,
        taking(protocol, 'Rejected', (password) => (sent = password))
      )
      const { body } = await perform(server, identity, 'operations/set-password', { show: true })
      assert.deepEqual([body.status, body.password], ['rejected', undefined])
      await charger.close()
      assert.deepEqual(await valid(server, identity, protocol, [sent, OLD]), [false, true])
    })

    it(`is valid beside the one before until it is used when a reboot is needed, in ${protocol}`, async () => {
      const server = await start(CLOSED)
      const { identity, charger } = await withPassword(server, protocol, taking(protocol, 'RebootRequired'))
      const { body } = await perform(server, identity, 'operations/set-password', { show: true })
      assert.equal(body.status, 'reboot-required')
      await charger.close()
      const { password } = body
      assert.deepEqual(await valid(server, identity, protocol, [OLD, OLD, password, OLD]), [true, true, true, false])
    })

    it(`is valid beside the one before until it is used when the answer is lost, in ${protocol}`, async () => {
      const server = await start(CLOSED)
      const password = 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8'
      const { identity, charger } = await withPassword(server, protocol, () => NO_ANSWER)
      const lost = await perform(server, identity, 'operations/set-password', { password }, { query: '?timeout=50' })
      assert.deepEqual([lost.status, lost.body.sent, lost.body.calls.length], [504, true, 1])
      const again = await perform(server, identity, 'operations/set-password')
      assert.deepEqual([again.status, again.body.code], [409, 'PASSWORD_UNDECIDED'])
      await charger.close()
      assert.deepEqual(await valid(server, identity, protocol, [OLD, OLD, password, OLD]), [true, true, true, false])
    })

    it(`is none when it is answered with a CALLERROR, in ${protocol}`, async () => {
      const server = await start(CLOSED)
      const password = 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8'
      const { identity, charger } = await withPassword(server, protocol, () => new ErrorAnswer('NotSupported'))
      const { status, body } = await perform(server, identity, 'operations/set-password', { password })
      assert.deepEqual([status, body.callError.code], [502, 'NotSupported'])
      await charger.close()
      assert.deepEqual(await valid(server, identity, protocol, [password, OLD]), [false, true])
    })
  }

  it('is recognised in a raw call, however its key is spelt, in 1.6', async () => {
    const server = await start(CLOSED)
    const value = 'another-battery-horse'.slice(0, 20)
    const { identity, charger } = await withPassword(server, 'ocpp1.6', taking('ocpp1.6', 'Accepted'))
    await perform(server, identity, 'calls/ChangeConfiguration', { key: 'authorizationkey', value })
    await charger.close()
    assert.deepEqual(await valid(server, identity, 'ocpp1.6', [OLD, value]), [false, true])
  })

  it('is recognised among other variables, in whichever order the results come', async () => {
    const server = await start(CLOSED)
    const wanted = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } }
    const other = { component: { name: 'TxCtrlr' }, variable: { name: 'EVConnectionTimeOut' } }
    for (const [status, expected] of [
      ['Accepted', [false, true]],
      ['Rejected', [true, false]]
    ] as const) {
      const password = 'another-battery-horse'
      const setVariableResult = [
        { ...other, attributeStatus: status === 'Accepted' ? 'Rejected' : 'Accepted' },
        { ...wanted, attributeStatus: status }
      ]
      const { identity, charger } = await withPassword(server, 'ocpp2.0.1', () => ({ setVariableResult }))
      const setVariableData = [
        { ...wanted, attributeValue: password },
        { ...other, attributeValue: '60' }
      ]
      const { body } = await perform(server, identity, 'calls/SetVariables', { setVariableData })
      assert.deepEqual(body.result, { setVariableResult })
      await charger.close()
      assert.deepEqual(await valid(server, identity, 'ocpp2.0.1', [OLD, password]), expected, status)
    }
  })

  it('of a network profile with another identity is not that of the charge point, in 2.1', async () => {
    const server = await start(CLOSED)
    const password = 'another-battery-horse'
    const { identity, charger } = await withPassword(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
    const connectionData = {
      ...{ ocppInterface: 'Wired0', ocppTransport: 'JSON', messageTimeout: 30, securityProfile: 1 },
      ...{ ocppCsmsUrl: 'ws://example.org', identity: `${identity}-2`, basicAuthPassword: password }
    }
    const { status, body } = await perform(server, identity, 'calls/SetNetworkProfile', {
      configurationSlot: 1,
      connectionData
    })
    assert.equal(status, 200, JSON.stringify(body))
    await charger.close()
    assert.deepEqual(await valid(server, identity, 'ocpp2.1', [password, OLD]), [false, true])
  })

  it('keeps the one before valid when its answer makes no sense, and no third one is offered', async () => {
    const server = await start(CLOSED)
    const password = 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8'
    const { identity, charger } = await withPassword(server, 'ocpp1.6', () => ({ nonsense: true }))
    const { status } = await perform(server, identity, 'operations/set-password', { password })
    assert.equal(status, 502)
    const again = await perform(server, identity, 'operations/set-password')
    assert.deepEqual([again.status, again.body.code], [409, 'PASSWORD_UNDECIDED'])
    await charger.close()
    assert.deepEqual(await valid(server, identity, 'ocpp1.6', [OLD, password]), [true, true])
  })

  it('does not block the next one when it was never sent', async () => {
    const server = await start(CLOSED)
    const answer = deferred<object>()
    const { identity, charger } = await withPassword(server, 'ocpp1.6', (action) =>
      action === 'ClearCache' ? answer.promise : { status: 'Accepted' }
    )
    // One is on the wire, and as many wait as may.
    const calls = Array.from({ length: 51 }, () =>
      operate(server, 'POST', `/charge-points/${identity}/calls/ClearCache`, {})
    )
    await until('the queue is full', () => server.app.ocpp.chargePoints.get(identity)?.pendingCalls === 51)
    const refused = await perform(server, identity, 'operations/set-password')
    assert.deepEqual([refused.status, refused.body.code], [429, 'OCPP_ERR_QUEUE_FULL'])
    answer.resolve({ status: 'Accepted' })
    await Promise.all(calls)
    const { status, body } = await perform(server, identity, 'operations/set-password', { show: true })
    assert.deepEqual([status, body.status], [200, 'accepted'])
    await charger.close()
    assert.deepEqual(await valid(server, identity, 'ocpp1.6', [OLD, body.password]), [false, true])
  })

  it('can be set again after an answer was lost, once the charger has reconnected', async () => {
    const server = await start(CLOSED)
    const { identity, charger } = await withPassword(server, 'ocpp1.6', () => NO_ANSWER)
    await perform(server, identity, 'operations/set-password', {}, { query: '?timeout=50' })
    await charger.close()
    const back = await connectCharger(server.url, identity, { password: OLD })
    back.onCall(() => ({ status: 'Accepted' }))
    const { body } = await perform(server, identity, 'operations/set-password', { show: true })
    assert.equal(body.status, 'accepted')
    await back.close()
    assert.deepEqual(await valid(server, identity, 'ocpp1.6', [OLD, body.password]), [false, true])
  })

  it('is shown when that is asked for, and kept in clear nowhere', async () => {
    const server = await start(CLOSED)
    const { identity } = await withPassword(server, 'ocpp2.1', taking('ocpp2.1', 'Accepted'))
    const { body } = await perform(server, identity, 'operations/set-password', { show: true })
    assert.match(body.password, /^[0-9a-f]{40}$/)
    const everything = [
      await stateOf(server, identity),
      (await operate(server, 'GET', `/charge-points/${identity}/calls`)).json(),
      (await operate(server, 'GET', `/charge-points/${identity}/messages`)).json()
    ]
    assert.ok(!JSON.stringify(everything).includes(body.password))
    assert.equal(everything[1].items.length, 1)
  })

  it('of a raw call has the same effect, wherever its result is in the answer', async () => {
    const server = await start(CLOSED)
    const password = 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8'
    const variable = (name: string, attributeValue: string) => ({
      component: { name: 'SecurityCtrlr' },
      variable: { name },
      attributeValue
    })
    const setVariableData = [variable('OrganizationName', 'Acme'), variable('BasicAuthPassword', password)]
    const { identity, charger } = await withPassword(server, 'ocpp2.0.1', () => ({
      setVariableResult: [
        { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' }, attributeStatus: 'Accepted' },
        { component: { name: 'SecurityCtrlr' }, variable: { name: 'OrganizationName' }, attributeStatus: 'Rejected' }
      ]
    }))
    const { status } = await perform(server, identity, 'calls/SetVariables', { setVariableData })
    assert.equal(status, 200)
    await charger.close()
    assert.deepEqual(await valid(server, identity, 'ocpp2.0.1', [OLD, password]), [false, true])
  })

  it('is no new one when another attribute of the variable is set', async () => {
    const server = await start(CLOSED)
    const password = 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8'
    const { identity, charger } = await withPassword(server, 'ocpp2.0.1', taking('ocpp2.0.1', 'Accepted'))
    const setVariableData = [
      {
        component: { name: 'SecurityCtrlr' },
        variable: { name: 'BasicAuthPassword' },
        attributeType: 'Target',
        attributeValue: password
      }
    ]
    const { status } = await perform(server, identity, 'calls/SetVariables', { setVariableData })
    assert.equal(status, 200)
    await charger.close()
    assert.deepEqual(await valid(server, identity, 'ocpp2.0.1', [password, OLD]), [false, true])
  })

  it('of a network profile is valid beside the one that is used, until it is used', async () => {
    const server = await start(CLOSED)
    const password = 'a-password-for-later'
    const { identity, charger } = await withPassword(server, 'ocpp2.1', () => ({ status: 'Accepted' }))
    const connectionData = {
      ocppInterface: 'Wired0',
      ocppTransport: 'JSON',
      messageTimeout: 30,
      ocppCsmsUrl: 'wss://csms.example/ocpp',
      securityProfile: 2
    }
    const set = (data: object) =>
      perform(server, identity, 'calls/SetNetworkProfile', {
        configurationSlot: 1,
        connectionData: { ...connectionData, ...data }
      })
    assert.equal((await set({ identity: 'somebody-else', basicAuthPassword: 'x'.repeat(20) })).status, 200)
    assert.equal((await set({ identity, basicAuthPassword: password })).status, 200)
    await charger.close()
    const tried = await valid(server, identity, 'ocpp2.1', ['x'.repeat(20), OLD, password, OLD])
    assert.deepEqual(tried, [false, true, true, false])
  })

  it('of a rejected network profile does not count', async () => {
    const server = await start(CLOSED)
    const password = 'a-password-for-later'
    const { identity, charger } = await withPassword(server, 'ocpp2.1', taking('ocpp2.1', 'Rejected'))
    const component = { name: 'NetworkConfiguration', instance: '1' }
    const setVariableData = [{ component, variable: { name: 'BasicAuthPassword' }, attributeValue: password }]
    await perform(server, identity, 'calls/SetVariables', { setVariableData })
    await charger.close()
    assert.deepEqual(await valid(server, identity, 'ocpp2.1', [password, OLD]), [false, true])
  })
})

onBothBackends('a charge point that is provisioned', (start) => {
  it('can be random, and is shown once', async () => {
    const server = await start(CLOSED)
    const made = await operate(server, 'PUT', '/charge-points/NEW', { generatePassword: true })
    assert.deepEqual([made.statusCode, made.json().hasPassword], [201, true])
    const { password } = made.json()
    assert.match(password, /^[0-9a-f]{40}$/)
    assert.equal((await refusedCharger(server.url, 'NEW')).status, 401)
    await connectCharger(server.url, 'NEW', { password: Buffer.from(password, 'hex'), boot: true })
    assert.equal((await operate(server, 'GET', '/charge-points/NEW')).json().password, undefined)
    const both = await operate(server, 'PUT', '/charge-points/NEW', { generatePassword: true, password: OLD })
    assert.equal(both.statusCode, 422)
  })
})
