import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SecurityEvent } from 'fastify-ocpp'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { answerBasics, type ServerOptions, startServer } from '../support/server.js'
import { until } from '../support/wait.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }

async function start(options: ServerOptions = {}) {
  const server = await startServer({ ...ACCEPTED, ...options }, answerBasics)
  const security: SecurityEvent[] = []
  server.app.ocpp.events.on('security', (event) => security.push(event))
  const flapping = () => security.filter(({ type }) => type === 'flapping')
  return { server, flapping }
}

test('of two with the same credentials the newest wins up to a limit per minute, after which a new one waits', async () => {
  const { server, flapping } = await start()
  let current = await connectCharger(server.url, 'CP-1')
  for (let times = 0; times < 5; times++) {
    const newcomer = await connectCharger(server.url, times % 2 === 0 ? 'cp-1' : 'CP-1')
    assert.equal((await newcomer.roundTrip()).type, 3)
    assert.equal((await current.closed).code, 4000)
    current = newcomer
  }
  assert.deepEqual(flapping(), [])
  for (let times = 0; times < 3; times++) {
    const { status, headers } = await refusedCharger(server.url, 'CP-1')
    assert.equal(status, 429)
    assert.ok(Number(headers['retry-after']) >= 1 && Number(headers['retry-after']) <= 12)
  }
  assert.deepEqual(flapping(), [
    {
      type: 'flapping',
      identity: 'CP-1',
      remoteAddress: '127.0.0.1',
      detail: 'more than 5 take-overs per minute: another device probably has the same credentials'
    }
  ])
  assert.equal((await current.roundTrip()).type, 3, 'the newest stays')
  await connectCharger(server.url, 'CP-2')
})

test('a charger whose connections end before it comes back is never slowed down', async () => {
  const { server, flapping } = await start()
  for (let times = 0; times < 30; times++) {
    const charger = await connectCharger(server.url, 'CP-1')
    await charger.roundTrip()
    if (times % 2 === 0) await charger.close()
    else charger.ws.terminate()
    await until('it is gone', () => server.app.ocpp.chargePoints.size === 0)
  }
  assert.deepEqual(flapping(), [])
})

test('new connections that end without a frame replace no other, so they are no take-overs', async () => {
  const { server, flapping } = await start()
  const { chargePoints } = server.app.ocpp
  const live = await connectCharger(server.url, 'CP-1')
  const first = chargePoints.get('CP-1')
  for (let times = 0; times < 30; times++) {
    const newcomer = await connectCharger(server.url, 'CP-1')
    if (times % 2 === 0) await newcomer.close()
    else newcomer.ws.terminate()
    await until('it is gone', () => chargePoints.get('CP-1') === first)
  }
  assert.equal((await live.roundTrip()).type, 3, 'it was never pushed out')
  assert.deepEqual(flapping(), [])
  for (let times = 0; times < 5; times++) await (await connectCharger(server.url, 'CP-1')).roundTrip()
  assert.equal((await refusedCharger(server.url, 'CP-1')).status, 429)
})

test('new connections that are still silent count as take-overs', async () => {
  const { server } = await start({ maxTakeovers: 2, takeoverTimeout: 60_000 })
  const live = await connectCharger(server.url, 'CP-1')
  const silent = await connectCharger(server.url, 'CP-1')
  await connectCharger(server.url, 'CP-1')
  assert.equal((await refusedCharger(server.url, 'CP-1')).status, 429)
  await silent.close()
  await (await connectCharger(server.url, 'CP-1')).roundTrip()
  assert.equal((await live.closed).code, 4000)
})

test('a charge point that flapped is accepted as soon as no other connection exists', async () => {
  const { server } = await start({ maxTakeovers: 1 })
  await connectCharger(server.url, 'CP-1')
  const newcomer = await connectCharger(server.url, 'CP-1')
  await newcomer.roundTrip()
  assert.equal((await refusedCharger(server.url, 'CP-1')).status, 429)
  await newcomer.close()
  await until('it is gone', () => server.app.ocpp.chargePoints.size === 0)
  await connectCharger(server.url, 'CP-1')
})

test('a rejected handshake does not count as a take-over', async () => {
  const server = await startServer(
    { maxTakeovers: 1, maxLoginFailures: 0, authenticate: ({ password }) => password?.toString() === 'right' },
    answerBasics
  )
  const live = await connectCharger(server.url, 'CP-1', { password: 'right', boot: true })
  for (let times = 0; times < 10; times++) {
    assert.equal((await refusedCharger(server.url, 'CP-1', { password: 'wrong' })).status, 401)
    assert.equal((await refusedCharger(server.url, 'CP-1', { password: 'right', protocol: 'ocpp9' })).status, 400)
  }
  assert.equal((await live.roundTrip()).type, 3)
  await (await connectCharger(server.url, 'CP-1', { password: 'right' })).roundTrip()
})
