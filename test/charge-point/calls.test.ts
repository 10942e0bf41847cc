import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallError } from 'fastify-ocpp'
import { ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { startServer } from '../support/server.js'
import { deferred, within } from '../support/wait.js'
import { chargePoint, rejection, startCsms } from './csms.js'

const V16 = { protocols: ['ocpp1.6'] } as const

test('a call resolves with the answer of the CSMS, and payloads are sent unchanged', async () => {
  const frames: unknown[] = []
  const csms = await startCsms((action, payload, id) => {
    frames.push([action, payload, id])
    return { idTagInfo: { status: 'Blocked' } }
  })
  const client = chargePoint(csms.url, V16)
  await client.connect()
  const answer = await client.call('Authorize', { idTag: 'ABC' }, { messageId: 'my-id' })
  assert.deepEqual(answer, { idTagInfo: { status: 'Blocked' } })
  assert.deepEqual(frames, [['Authorize', { idTag: 'ABC' }, 'my-id']])
})

test('a CALLERROR rejects with code, description and details', async () => {
  const csms = await startCsms(() => new ErrorAnswer('InternalError', 'no database', { retry: true }))
  const client = chargePoint(csms.url, V16)
  await client.connect()
  const error = (await rejection(client.call('Heartbeat', {}))) as unknown as CallError
  assert.deepEqual(
    [error.name, error.code, error.description, error.details],
    ['CallError', 'InternalError', 'no database', { retry: true }]
  )
})

test('an answer that breaks its schema rejects, and the connection stays', async () => {
  let answer: unknown = { currentTime: 'noon' }
  const csms = await startCsms(() => answer)
  const client = chargePoint(csms.url, V16)
  await client.connect()
  const error = await rejection(client.call('Heartbeat', {}))
  assert.deepEqual(
    [error.code, (error.violation as { pointer: string }).pointer],
    ['OCPP_ERR_INVALID_RESPONSE', '/currentTime']
  )
  answer = { currentTime: '2026-01-01T00:00:00Z' }
  assert.deepEqual(await client.call('Heartbeat', {}), answer)
})

test('a request that breaks its schema, and one that a CSMS sends, are not sent', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, V16)
  await client.connect()
  const wrong = client.call('Authorize', { idTag: 'x'.repeat(21) })
  assert.equal((await rejection(wrong)).code, 'OCPP_ERR_INVALID_PAYLOAD')
  assert.equal((await rejection(client.call('Reset' as never, {} as never))).code, 'OCPP_ERR_UNKNOWN_ACTION')
  assert.equal((await rejection(client.call('TransactionEvent' as never, {} as never))).code, 'OCPP_ERR_UNKNOWN_ACTION')
  await client.close()
  assert.deepEqual(csms.connections[0]?.received, [])
})

test('a call without answer ends by time-out, by signal or with the connection', async () => {
  const csms = await startCsms(() => NO_ANSWER)
  const client = chargePoint(csms.url, { ...V16, callTimeout: 30, reconnect: false })
  await client.connect()
  assert.equal((await rejection(client.call('Heartbeat', {}))).code, 'OCPP_ERR_TIMEOUT')
  const aborted = rejection(client.call('Heartbeat', {}, { signal: AbortSignal.timeout(5), timeout: 5000 }))
  assert.equal((await aborted).code, 'OCPP_ERR_ABORTED')
  const lost = rejection(client.call('Heartbeat', {}, { timeout: 5000 }))
  csms.open[0]?.ws.terminate()
  assert.equal((await lost).code, 'OCPP_ERR_DISCONNECTED')
})

test('one CALL is on the wire at a time', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, V16)
  await client.connect()
  const connection = await csms.connection(0)
  const calls = Promise.all([client.call('Heartbeat', {}), client.call('Heartbeat', {})])
  for (let count = 0; count < 2; count++) {
    const [, id] = await connection.nextFrame()
    assert.deepEqual(connection.unread, [])
    connection.send(3, id, { currentTime: '2026-01-01T00:00:00Z' })
  }
  await within('the answers', calls)
})

test('registration is the status of the last BootNotification', async () => {
  const statuses = ['Pending', 'Rejected', 'Accepted']
  const csms = await startCsms(() => {
    const status = statuses.shift()
    if (status === undefined) return new ErrorAnswer('InternalError')
    return { status, currentTime: '2026-01-01T00:00:00Z', interval: 10 }
  })
  const client = chargePoint(csms.url, { protocols: ['ocpp2.0.1'] })
  await client.connect()
  const boot = () =>
    client.call('BootNotification', { reason: 'PowerUp', chargingStation: { vendorName: 'A', model: 'B' } })
  assert.equal(client.registration, undefined)
  for (const status of ['Pending', 'Rejected', 'Accepted']) {
    assert.equal((await boot()).status, status)
    assert.equal(client.registration, status)
  }
  await rejection(boot())
  assert.equal(client.registration, 'Accepted', 'no answer changes nothing')
})

test('a payload is not parsed on its way, whether or not the charge point was accepted', async (t) => {
  const csms = await startCsms(() => ({ currentTime: '2026-01-01T00:00:00Z' }))
  const client = chargePoint(csms.url, V16)
  await client.connect()
  const parse = t.mock.method(JSON, 'parse')
  await client.call('Heartbeat', {})
  parse.mock.restore()
  const [sent] = csms.connections[0]?.received ?? []
  // Once by the CSMS, which is in this process.
  assert.equal(parse.mock.calls.filter(({ arguments: [text] }) => text === sent).length, 1)
})

test('a SEND of 2.1 arrives, and other versions have none', async () => {
  const came = deferred<unknown>()
  const authenticate = () => ({ accept: true, registration: 'Accepted' }) as const
  const { url } = await startServer({ authenticate }, (app) => {
    app.ocpp.v21.on('NotifyPeriodicEventStream', (request) => came.resolve(request))
  })
  const payload = { id: 1, pending: 0, basetime: '2026-01-01T00:00:00Z', data: [{ t: 0, v: '1' }] }
  const client = chargePoint(`${url}/ocpp`, { protocols: ['ocpp2.1'] })
  await client.connect()
  client.send('NotifyPeriodicEventStream', payload)
  assert.deepEqual(await within('the SEND', came.promise), payload)
  const old = chargePoint(`${url}/ocpp`, { identity: 'CP-2', protocols: ['ocpp2.0.1'] })
  await old.connect()
  assert.throws(() => old.send('NotifyPeriodicEventStream' as never, payload as never), {
    code: 'OCPP_ERR_UNKNOWN_ACTION'
  })
})
