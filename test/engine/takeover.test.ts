import assert from 'node:assert/strict'
import { test } from 'node:test'

import { connectCharger } from '../support/charger.js'
import { connectRaw } from '../support/raw.js'
import { answerBasics, type ServerOptions, startServer } from '../support/server.js'
import { measureDelays, until, within } from '../support/wait.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }
const REPLACED = { code: 4000, reason: 'replaced by a newer connection' }

async function start(options: ServerOptions = {}) {
  const server = await startServer({ ...ACCEPTED, ...options }, answerBasics)
  const events: string[] = []
  const { ocpp } = server.app
  ocpp.events.on('connect', ({ chargePoint }) => events.push(`connect ${chargePoint.context ?? ''}`.trim()))
  ocpp.events.on('disconnect', ({ reason, code }) => events.push(`disconnect ${reason} ${code}`))
  ocpp.events.on('security', ({ type, identity }) => events.push(`${type} ${identity}`))
  const current = () => ocpp.chargePoints.get('CP-1')
  const clearCache = () => ocpp.v16.call('CP-1', 'ClearCache', {})
  return { server, ocpp, events, current, clearCache }
}

test('a new connection gets the calls at once, and the old one is closed on its first frame', async () => {
  const { server, events, current, clearCache } = await start()
  const old = await connectCharger(server.url, 'CP-1')
  const replaced = current()
  const newcomer = await connectCharger(server.url, 'CP-1')
  newcomer.onCall(() => ({ status: 'Accepted' }))
  old.onCall(() => ({ status: 'Rejected' }))
  assert.notEqual(current(), replaced)
  assert.equal(replaced?.connected, true)
  // The answer is the first frame of the newcomer.
  assert.deepEqual(await clearCache(), { status: 'Accepted' })
  assert.deepEqual(await within('the close of the old one', old.closed), REPLACED)
  assert.equal(server.app.ocpp.chargePoints.size, 1)
  assert.deepEqual(events, ['connect', 'connect', 'disconnect replaced 4000', 'connection-replaced CP-1'])
})

test('the old connection works as before until the first frame of the new one', async () => {
  const { server } = await start()
  const old = await connectCharger(server.url, 'CP-1')
  const newcomer = await connectCharger(server.url, 'CP-1')
  assert.equal((await old.roundTrip()).type, 3)
  assert.equal((await newcomer.roundTrip()).type, 3)
  assert.deepEqual(await within('the close of the old one', old.closed), REPLACED)
})

test('a silent new connection replaces the old one after takeoverTimeout', async () => {
  const { server, current } = await start({ takeoverTimeout: 60 })
  const old = await connectCharger(server.url, 'CP-1')
  const newcomer = await connectCharger(server.url, 'CP-1')
  const latest = current()
  const startedAt = performance.now()
  const delays = measureDelays()
  assert.deepEqual(await within('the close of the old one', old.closed), REPLACED)
  const duration = performance.now() - startedAt
  assert.ok(duration > 30, 'not at once')
  assert.ok(duration < 1000 + delays(), 'not after the default, 2 s')
  assert.equal(current(), latest)
  assert.equal((await newcomer.roundTrip()).type, 3)
})

test('with takeoverTimeout 0 a new connection replaces the old one at once', async () => {
  const { server } = await start({ takeoverTimeout: 0 })
  const old = await connectCharger(server.url, 'CP-1')
  await connectCharger(server.url, 'CP-1')
  assert.deepEqual(await within('the close of the old one', old.closed), REPLACED)
})

test('the old connection continues when the new one ends without a frame', async () => {
  const { server, events, current, clearCache } = await start()
  const old = await connectCharger(server.url, 'CP-1')
  const first = current()
  const newcomer = await connectCharger(server.url, 'CP-1')
  newcomer.ws.terminate()
  await until('the old one is current again', () => current() === first)
  old.onCall(() => ({ status: 'Accepted' }))
  assert.deepEqual(await clearCache(), { status: 'Accepted' })
  assert.equal((await old.roundTrip()).type, 3)
  assert.deepEqual(events, ['connect', 'connect', 'disconnect closed 1006'])
})

test('the new connection stays when the old one ends first', async () => {
  const { server, current, clearCache } = await start()
  const old = await connectCharger(server.url, 'CP-1')
  const newcomer = await connectCharger(server.url, 'CP-1')
  const latest = current()
  await old.close()
  await until('the old one is gone', () => server.app.ocpp.chargePoints.size === 1)
  assert.equal(current(), latest)
  newcomer.onCall(() => ({ status: 'Accepted' }))
  assert.deepEqual(await clearCache(), { status: 'Accepted' })
  await newcomer.close()
  await until('nobody is connected', () => current() === undefined)
})

test('the end of a replaced connection never removes the one that replaced it', async () => {
  const { server, current } = await start()
  const old = await connectRaw(server.port, 'CP-1')
  const newcomer = await connectCharger(server.url, 'CP-1')
  await newcomer.roundTrip()
  assert.equal(await old.closeCode(), 4000)
  const latest = current()
  old.socket.resetAndDestroy()
  await within('the end of the old socket', old.closed)
  await newcomer.roundTrip()
  assert.equal(current(), latest)
})

test('messages of a replaced connection are dropped', async () => {
  const handled: string[] = []
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.on('Heartbeat', (_request, { messageId }) => {
      handled.push(messageId)
      return { currentTime: '2026-01-01T00:00:00Z' }
    })
  })
  const old = await connectRaw(server.port, 'CP-1')
  const newcomer = await connectCharger(server.url, 'CP-1')
  await newcomer.call('Heartbeat', {}, 'new')
  await old.closeCode()
  old.write({ payload: '[2,"late","Heartbeat",{}]' })
  await newcomer.call('Heartbeat', {}, 'new 2')
  await newcomer.call('Heartbeat', {}, 'new 3')
  assert.deepEqual(handled, ['new', 'new 2', 'new 3'])
  assert.deepEqual(old.texts, [])
})

test('calls of the replaced connection reject at once and say why', async () => {
  const { server, current } = await start()
  await connectCharger(server.url, 'CP-1')
  const old = current()
  assert.equal(old?.protocol, 'ocpp1.6')
  const call = old.call('ClearCache', {})
  const rejected = assert.rejects(call, { code: 'OCPP_ERR_DISCONNECTED', message: /replaced/ })
  const newcomer = await connectCharger(server.url, 'CP-1')
  await newcomer.roundTrip()
  await rejected
})

test('of three connections the last one stays, whichever ends first', async () => {
  for (const leaver of [0, 1]) {
    const { server, current } = await start()
    const chargers = []
    for (let index = 0; index < 3; index++) chargers.push(await connectCharger(server.url, 'CP-1'))
    const latest = current()
    await chargers[leaver]?.close()
    await chargers[2]?.roundTrip()
    const others = chargers.filter((_, index) => index !== leaver && index !== 2)
    for (const other of others) assert.deepEqual(await within('the close of an old one', other.closed), REPLACED)
    assert.equal(current(), latest)
    assert.equal(server.app.ocpp.chargePoints.size, 1)
  }
})

test('of three connections the first gets the calls again when the two newer ones end without a frame', async () => {
  const { server, current } = await start()
  const first = await connectCharger(server.url, 'CP-1')
  const original = current()
  const second = await connectCharger(server.url, 'CP-1')
  const third = await connectCharger(server.url, 'CP-1')
  second.ws.terminate()
  third.ws.terminate()
  await until('the first is current', () => current() === original)
  assert.equal((await first.roundTrip()).type, 3)
})

test('a new connection with another version takes over, too', async () => {
  const { server, current } = await start()
  const old = await connectCharger(server.url, 'CP-1')
  const newcomer = await connectCharger(server.url, 'cp-1', { protocol: 'ocpp2.0.1' })
  await newcomer.roundTrip()
  assert.deepEqual(await within('the close of the old one', old.closed), REPLACED)
  assert.equal(current()?.protocol, 'ocpp2.0.1')
})

test('a hundred take-overs leave one connection and nothing behind it', async () => {
  const { server, current } = await start({ takeoverTimeout: 0, maxTakeovers: 0 })
  for (let index = 0; index < 100; index++) await connectCharger(server.url, 'CP-1')
  await until('the others are closed', () => server.app.ocpp.chargePoints.size === 1)
  assert.equal(current()?.connected, true)
})

test('a new connection after the end of the old one is no take-over', async () => {
  const { events, server } = await start()
  const old = await connectCharger(server.url, 'CP-1')
  const newcomer = await connectCharger(server.url, 'CP-1')
  await old.close()
  await until('the old one has left', () => events.includes('disconnect closed 1000'))
  await newcomer.roundTrip()
  assert.deepEqual(events, ['connect', 'connect', 'disconnect closed 1000'])
})
