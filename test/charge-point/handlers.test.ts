import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import { CallError } from 'fastify-ocpp/charge-point'
import type { Answer } from '../support/charger.js'
import { deferred, within } from '../support/wait.js'
import { chargePoint, startCsms } from './csms.js'

const V16 = { protocols: ['ocpp1.6'] } as const

/** A connected charge point of 1.6, and how the CSMS calls it. */
async function connected(options: { handlerTimeout?: number; reconnect?: false } = {}) {
  const csms = await startCsms()
  const client = chargePoint(csms.url, { ...V16, ...options })
  await client.connect()
  const connection = await csms.connection(0)
  const call = (action: string, payload: unknown = {}, id?: string): Promise<Answer> =>
    connection.call(action, payload, id)
  return { csms, client, connection, call }
}

/** Code and description of a CALLERROR, or the payload of a result. */
function told(answer: Answer): unknown {
  return answer.type === 3 ? answer.payload : [answer.code, answer.description]
}

test('a handler gets payload, client, message id, logger and signal; its answer is sent', async () => {
  const { client, call } = await connected()
  client.on('Reset', async (request, context) => {
    assert.deepEqual([request.type, context.messageId, context.client], ['Hard', 'r1', client])
    assert.equal(context.signal.aborted, false)
    context.log.info('a silent logger takes it')
    return { status: 'Rejected' }
  })
  assert.deepEqual(told(await call('Reset', { type: 'Hard' }, 'r1')), { status: 'Rejected' })
})

test('after runs when the answer is out, with both payloads, and may call the CSMS', async () => {
  const { client, call, connection } = await connected()
  const order: unknown[] = []
  const ran = deferred()
  client
    .on('TriggerMessage', () => ({ status: 'Accepted' }))
    .after('TriggerMessage', async (request, response, context) => {
      order.push([request.requestedMessage, response.status])
      await context.client.call('Heartbeat', {})
      ran.resolve()
    })
  const answer = await call('TriggerMessage', { requestedMessage: 'Heartbeat' })
  assert.equal(answer.type, 3)
  connection.onCall(() => ({ currentTime: '2026-01-01T00:00:00Z' }))
  await within('the call of after', ran.promise)
  assert.deepEqual(order, [['Heartbeat', 'Accepted']])
})

test('a handler may call the CSMS before it answers', async () => {
  const { client, call, connection } = await connected()
  connection.onCall(() => ({ idTagInfo: { status: 'Accepted' } }))
  client.on('RemoteStartTransaction', async ({ idTag }, context) => {
    const { idTagInfo } = await context.client.call('Authorize', { idTag })
    return { status: idTagInfo.status === 'Accepted' ? 'Accepted' : 'Rejected' }
  })
  assert.deepEqual(told(await call('RemoteStartTransaction', { idTag: 'A' })), { status: 'Accepted' })
})

test('every failure of a handler is a CALLERROR, and none ends the connection', async () => {
  const { client, call } = await connected({ handlerTimeout: 40 })
  const aborted = deferred()
  client
    .on('Reset', () => {
      throw new CallError('SecurityError', 'not by you')
    })
    .on('ClearCache', async () => {
      throw new Error('a secret')
    })
    .on('UnlockConnector', () => ({ status: 'Maybe' }) as never)
    .on('GetLocalListVersion', (_request, { signal }) => {
      signal.addEventListener('abort', () => aborted.resolve())
      return new Promise(() => undefined)
    })
    .after('ClearCache', () => assert.fail('there was no answer'))
    .on('ChangeAvailability', () => ({ status: 'Accepted' }))
    .after('ChangeAvailability', () => {
      throw new Error('after the answer')
    })
  assert.deepEqual(told(await call('Reset', { type: 'Soft' })), ['SecurityError', 'not by you'])
  assert.deepEqual(told(await call('ClearCache')), ['InternalError', ''])
  assert.deepEqual(told(await call('UnlockConnector', { connectorId: 1 })), ['InternalError', ''])
  assert.deepEqual(told(await call('GetLocalListVersion')), ['InternalError', 'no answer in time'])
  await within('the signal', aborted.promise)
  const changed = await call('ChangeAvailability', { connectorId: 0, type: 'Operative' })
  assert.deepEqual(told(changed), { status: 'Accepted' })
  assert.ok(client.connected)
})

test('the signal of a handler is aborted when the connection is lost', async () => {
  const { client, connection } = await connected({ reconnect: false })
  const aborted = deferred()
  client.on('ClearCache', (_request, { signal }) => {
    signal.addEventListener('abort', () => aborted.resolve())
    connection.ws.terminate()
    return new Promise(() => undefined)
  })
  connection.send(2, '1', 'ClearCache', {})
  await within('the signal', aborted.promise)
})

test('a CALL that the CSMS may not send, or that is invalid, is answered with the code for it', async () => {
  const { client, call } = await connected()
  client.on('Reset', () => assert.fail('it is not asked'))
  assert.deepEqual(told(await call('Heartbeat')), ['NotSupported', 'this action is not for you to send'])
  assert.deepEqual(told(await call('ClearCache')), ['NotImplemented', 'nothing handles this action'])
  assert.deepEqual(told(await call('Nonsense')), ['NotImplemented', 'unknown action'])
  const wrong = await call('Reset', { type: 'Medium' })
  assert.equal(wrong.type === 4 && wrong.code, 'PropertyConstraintViolation')
  const incomplete = await call('Reset')
  assert.equal(incomplete.type === 4 && incomplete.code, 'OccurenceConstraintViolation')
})

test('the fallback answers actions without a handler, and gets the action', async () => {
  const { client, call } = await connected()
  client.on('Reset', () => ({ status: 'Accepted' }))
  client.fallback((action, request, context) => {
    assert.equal(context.client, client)
    assert.deepEqual(request, action === 'ClearCache' ? {} : { connectorId: 1 })
    return { status: action === 'ClearCache' ? 'Accepted' : 'NotSupported' }
  })
  assert.deepEqual(told(await call('ClearCache')), { status: 'Accepted' })
  assert.deepEqual(told(await call('UnlockConnector', { connectorId: 1 })), { status: 'NotSupported' })
  assert.deepEqual(told(await call('Reset', { type: 'Soft' })), { status: 'Accepted' })
})

test('vendor data is typed and checked by its schema', async () => {
  const { client, call } = await connected()
  client.onDataTransfer(
    { vendorId: 'com.example', messageId: 'Price', data: Type.Object({ cents: Type.Integer() }) },
    ({ data }, context) => {
      assert.equal(context.client, client)
      return { status: 'Accepted', data: { shown: data.cents / 100 } }
    }
  )
  const price = { vendorId: 'COM.example', messageId: 'Price', data: '{"cents":150}' }
  assert.deepEqual(told(await call('DataTransfer', price)), { status: 'Accepted', data: '{"shown":1.5}' })
  assert.equal((await call('DataTransfer', { ...price, data: '{"cents":"x"}' })).type, 4)
  assert.deepEqual(told(await call('DataTransfer', { vendorId: 'com.example', messageId: 'X' })), {
    status: 'UnknownMessageId'
  })
  assert.deepEqual(told(await call('DataTransfer', { vendorId: 'nobody' })), { status: 'UnknownVendorId' })
})

test('with several versions on offer one registration is for all that have the action', async () => {
  for (const protocol of ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'] as const) {
    const csms = await startCsms(undefined, { handleProtocols: () => protocol })
    const client = chargePoint(csms.url, { protocols: ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'] })
    client.on('ClearCache', () => ({ status: 'Accepted' }))
    client.on('UnlockConnector', () => ({ status: 'UnlockFailed' }))
    client.on('GetBaseReport', () => ({ status: 'NotSupported' }))
    await client.connect()
    const connection = await csms.connection(0)
    assert.deepEqual(told(await connection.call('ClearCache')), { status: 'Accepted' })
    const report = told(await connection.call('GetBaseReport', { requestId: 1, reportBase: 'FullInventory' }))
    const isOld = protocol === 'ocpp1.6'
    assert.deepEqual(report, isOld ? ['NotImplemented', 'unknown action'] : { status: 'NotSupported' })
  }
})

test('a second handler, and a handler of an action that no offered version has, are rejected at registration', () => {
  const client = chargePoint('ws://127.0.0.1:1', V16).on('Reset', () => ({ status: 'Accepted' }))
  const twice = { code: 'OCPP_ERR_HANDLER_EXISTS' }
  assert.throws(() => client.on('Reset', () => ({ status: 'Accepted' })), twice)
  client.fallback(() => ({}))
  assert.throws(() => client.fallback(() => ({})), twice)
  for (const action of ['Heartbeat', 'GetBaseReport', 'Nonsense', '__proto__']) {
    assert.throws(() => client.on(action as never, () => undefined as never), { code: 'OCPP_ERR_UNKNOWN_ACTION' })
    assert.throws(() => client.after(action as never, () => undefined), { code: 'OCPP_ERR_UNKNOWN_ACTION' })
  }
})
