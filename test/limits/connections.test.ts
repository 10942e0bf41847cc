import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RefusedEvent } from 'fastify-ocpp'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { answerBasics, type ServerOptions, startServer } from '../support/server.js'
import { deferred, until } from '../support/wait.js'

async function start(options: ServerOptions) {
  const server = await startServer(options, answerBasics, { trustProxy: true })
  const refused: RefusedEvent[] = []
  server.app.ocpp.events.on('refused', (event) => refused.push(event))
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
  return { server, refused, from }
}

function assertComeBack(retryAfter: unknown): void {
  assert.ok(Number(retryAfter) >= 1 && Number(retryAfter) <= 60, String(retryAfter))
}

test('more than maxConnections are answered 503, and one that leaves makes room for another', async () => {
  const { server, refused } = await start({ maxConnections: 3 })
  const chargers = []
  for (let index = 0; index < 3; index++) chargers.push(await connectCharger(server.url, `CP-${index}`, { boot: true }))
  const refusal = await refusedCharger(server.url, 'CP-3')
  assert.equal(refusal.status, 503)
  assertComeBack(refusal.headers['retry-after'])
  assert.deepEqual(refused, [
    { rule: 'connections', status: 503, remoteAddress: '127.0.0.1', identity: 'CP-3', offered: 'ocpp1.6' }
  ])
  for (const charger of chargers) assert.equal((await charger.roundTrip()).type, 3)
  await chargers[0]?.close()
  await until('it is gone', () => server.app.ocpp.chargePoints.size === 2)
  await connectCharger(server.url, 'CP-3')
})

test('connections above maxConnectionsPerAddress from one address are answered 429, other addresses are accepted', async () => {
  const { server, refused, from } = await start({ maxConnectionsPerAddress: 2 })
  for (const identity of ['CP-1', 'CP-2']) await connectCharger(server.url, identity, from('192.0.2.1'))
  const refusal = await refusedCharger(server.url, 'CP-3', from('192.0.2.1'))
  assert.equal(refusal.status, 429)
  assertComeBack(refusal.headers['retry-after'])
  assert.deepEqual(refused, [
    { rule: 'connections-per-address', status: 429, remoteAddress: '192.0.2.1', identity: 'CP-3', offered: 'ocpp1.6' }
  ])
  await connectCharger(server.url, 'CP-3', from('192.0.2.2'))
})

test('the addresses of one IPv6 network are one address', async () => {
  const { server, from } = await start({ maxConnectionsPerAddress: 2 })
  for (const host of [1, 2]) await connectCharger(server.url, `CP-${host}`, from(`2001:db8:0:7::${host}`))
  assert.equal((await refusedCharger(server.url, 'CP-3', from('2001:db8:0:7:ffff::9'))).status, 429)
  await connectCharger(server.url, 'CP-3', from('2001:db8:0:8::1'))
})

test('handshakes in progress count as connections', async () => {
  const decision = deferred<boolean>()
  let asked = 0
  const { server } = await start({
    maxConnections: 2,
    authenticate: () => {
      asked++
      return decision.promise
    }
  })
  const waiting = ['CP-1', 'CP-2'].map((identity) => connectCharger(server.url, identity))
  await until('both are asked about', () => asked === 2)
  assert.equal((await refusedCharger(server.url, 'CP-3')).status, 503)
  decision.resolve(true)
  await Promise.all(waiting)
})

test('connections that are refused, replaced, cut or closed are no longer counted', async () => {
  const { server } = await start({
    maxConnections: 4,
    maxTakeovers: 0,
    takeoverTimeout: 0,
    maxLoginFailures: 0,
    authenticate: ({ identity }) => identity !== 'STRANGER'
  })
  const { chargePoints } = server.app.ocpp
  for (let round = 0; round < 10; round++) {
    await refusedCharger(server.url, 'STRANGER')
    const first = await connectCharger(server.url, 'CP-1')
    const second = await connectCharger(server.url, 'CP-1')
    await first.closed
    if (round % 2 === 0) second.ws.terminate()
    else await second.close()
    await until('nobody is left', () => chargePoints.size === 0)
    await refusedCharger(server.url, 'CP-1', { protocol: 'ocpp9' })
  }
  for (let index = 0; index < 4; index++) await connectCharger(server.url, `CP-${index}`)
  assert.equal((await refusedCharger(server.url, 'CP-4')).status, 503)
})

test('0 is any number of connections', async () => {
  const { server } = await start({ maxConnections: 0, maxConnectionsPerAddress: 0 })
  for (let index = 0; index < 30; index++) await connectCharger(server.url, `CP-${index}`)
  assert.equal(server.app.ocpp.chargePoints.size, 30)
})
