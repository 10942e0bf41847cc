import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidPayloadError } from 'fastify-ocpp'
import { NO_ANSWER } from '../support/charger.js'
import { within } from '../support/wait.js'
import { connected, nextId } from './connected.js'

test('WRONG_PROTOCOL, NOT_CONNECTED and UNKNOWN_ACTION reject before anything is sent', async () => {
  const { charger, ocpp } = await connected()
  const { v201, v16 } = ocpp
  await assert.rejects(v201.call('CP-1', 'ClearCache', {}), { code: 'OCPP_ERR_WRONG_PROTOCOL', statusCode: 409 })
  await assert.rejects(v16.call('CP-2', 'ClearCache', {}), { code: 'OCPP_ERR_NOT_CONNECTED', statusCode: 409 })
  for (const action of ['Nonsense', 'Heartbeat', 'RequestStartTransaction', '__proto__', 'clearCache', '']) {
    await assert.rejects(ocpp.call('CP-1', action, {}), { code: 'OCPP_ERR_UNKNOWN_ACTION', statusCode: 422 })
  }
  await charger.roundTrip()
  assert.equal(charger.received.length, 1)
})

test('a payload that breaks its schema is INVALID_PAYLOAD with a pointer, and nothing is sent', async () => {
  const { charger, ocpp, chargePoint, outcomes } = await connected()
  const wrong: [action: string, payload: unknown, pointer: string][] = [
    ['Reset', {}, '/type'],
    ['Reset', { type: 'Gentle' }, '/type'],
    ['Reset', { type: 'Soft', extra: 1 }, '/extra'],
    ['Reset', null, ''],
    ['Reset', undefined, ''],
    ['Reset', 'Soft', ''],
    ['Reset', [], ''],
    ['ChangeAvailability', { connectorId: '1', type: 'Operative' }, '/connectorId'],
    [
      'SendLocalList',
      { listVersion: 1, updateType: 'Full', localAuthorizationList: [{}] },
      '/localAuthorizationList/0/idTag'
    ]
  ]
  for (const [action, payload, pointer] of wrong) {
    await assert.rejects(ocpp.call('CP-1', action, payload), (error: unknown) => {
      assert.ok(error instanceof InvalidPayloadError, String(error))
      assert.deepEqual([error.code, error.statusCode], ['OCPP_ERR_INVALID_PAYLOAD', 422])
      assert.equal(error.violation.pointer, pointer)
      return true
    })
  }
  await charger.roundTrip()
  assert.deepEqual([charger.received.length, chargePoint.counters.callsSent, outcomes], [1, 0, []])
})

test('a payload that JSON cannot hold rejects and leaves the queue in order', async () => {
  const { charger, ocpp, clearCache } = await connected({}, 'ocpp2.0.1')
  const circular: Record<string, unknown> = { vendorId: 'x' }
  circular.self = circular
  const payload = { vendorId: 'x', data: circular }
  const invalid = { code: 'OCPP_ERR_INVALID_PAYLOAD', statusCode: 422 }
  await assert.rejects(ocpp.call('CP-1', 'DataTransfer', payload), invalid)
  await assert.rejects(ocpp.call('CP-1', 'DataTransfer', { vendorId: 'x', data: 1n }), invalid)
  charger.onCall(() => ({ status: 'Accepted' }))
  await assert.rejects(clearCache('1'), { code: 'OCPP_ERR_WRONG_PROTOCOL' })
  assert.deepEqual(await ocpp.call('CP-1', 'ClearCache', {}), { status: 'Accepted' })
})

test('a message id of the caller has 1 to 36 characters and is not in use', async () => {
  const { charger, clearCache } = await connected()
  const wrong = { code: 'OCPP_ERR_INVALID_MESSAGE_ID', statusCode: 422 }
  await assert.rejects(clearCache(''), wrong)
  await assert.rejects(clearCache('x'.repeat(37)), wrong)
  const calls = [clearCache('x'.repeat(36)), clearCache('queued "\\ \n')]
  await assert.rejects(clearCache('x'.repeat(36)), wrong)
  await assert.rejects(clearCache('queued "\\ \n'), wrong)
  charger.onCall(() => ({ status: 'Accepted' }))
  await Promise.all(calls)
  await clearCache('x'.repeat(36))
})

test('a message id that is no string is refused', async () => {
  const { clearCache } = await connected({ callTimeout: 100 })
  await assert.rejects(clearCache(5 as unknown as string), { code: 'OCPP_ERR_INVALID_MESSAGE_ID', statusCode: 422 })
})

test('without one the message id is a new UUID', async () => {
  const { charger, ocpp } = await connected()
  const ids: string[] = []
  charger.onCall((_action, _payload, id) => {
    ids.push(id)
    return { status: 'Accepted' }
  })
  await ocpp.v16.call('CP-1', 'ClearCache', {})
  await ocpp.v16.call('CP-1', 'ClearCache', {})
  assert.notEqual(ids[0], ids[1])
  assert.ok(ids.every((id) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)))
})

test('a time-out that is no positive number of milliseconds does not hang the call for ever', async () => {
  const { charger, clearCache } = await connected()
  charger.onCall(() => NO_ANSWER)
  for (const timeout of [0, -1, Number.NaN]) {
    const settled = clearCache('1', { timeout }).then(
      () => 'resolved',
      (error: Error) => error.constructor.name
    )
    assert.notEqual(await within(`the call with time-out ${timeout}`, settled), 'resolved')
  }
})

test('a very long time-out does not fire at once', async () => {
  const { charger, clearCache } = await connected()
  const call = clearCache('1', { timeout: 2 ** 31 })
  call.catch(() => undefined)
  await nextId(charger)
  await charger.roundTrip()
  charger.send(3, '1', { status: 'Accepted' })
  assert.deepEqual(await call, { status: 'Accepted' })
})
