import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { until, within } from '../support/wait.js'
import { chargePoint, rejection, startCsms } from './csms.js'

const OPTIONS = { protocols: ['ocpp1.6'], pingInterval: 40 } as const

test('a quiet CSMS is pinged, and kept while it answers', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, { ...OPTIONS, reconnect: false })
  await client.connect()
  const [connection] = csms.open
  assert.ok(connection)
  for (let pings = 0; pings < 4; pings++) await within('a ping', once(connection.ws, 'ping'))
  assert.ok(client.connected)
})

test('a CSMS that answers no ping is left: calls reject at once, and it connects again', async () => {
  const csms = await startCsms(undefined, { autoPong: false })
  const client = chargePoint(csms.url, OPTIONS)
  const reasons: string[] = []
  client.events.on('disconnect', ({ reason }) => reasons.push(reason))
  await client.connect()
  const error = await rejection(client.call('Heartbeat', {}))
  assert.deepEqual([error.code, error.sent], ['OCPP_ERR_DISCONNECTED', true])
  assert.equal(reasons[0], 'ping-timeout')
  await csms.connection(1)
})

test('pingInterval: 0 never pings', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, { ...OPTIONS, pingInterval: 0, handlerTimeout: 40 })
  await client.connect()
  csms.open[0]?.ws.on('ping', () => assert.fail('a ping came'))
  // A handler that is given up shows that the clock runs.
  client.on('ClearCache', () => new Promise(() => undefined))
  for (let times = 0; times < 3; times++) assert.equal((await csms.open[0]?.call('ClearCache'))?.type, 4)
})

test('a CSMS that has closed its WebSocket, but not the TCP connection, counts as gone', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, { ...OPTIONS, pingInterval: 0 })
  await client.connect()
  const [connection] = csms.open
  assert.ok(connection)
  // A close frame by hand: the socket below stays open and unread.
  const { _socket: socket } = connection.ws as unknown as { _socket: import('node:net').Socket }
  socket.write(Buffer.from([0x88, 0x02, 0x03, 0xe8]))
  connection.ws.pause()
  await until('it has connected again', () => csms.connections.length > 1, 4000)
})
