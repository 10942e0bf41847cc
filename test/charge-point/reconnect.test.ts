import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { ChargePointClient, connect, RefusedError, type RetryInfo } from 'fastify-ocpp/charge-point'
import { WebSocket } from 'ws'
import { silentLogger } from '../../src/charge-point/logger.js'
import { NO_ANSWER } from '../support/charger.js'
import { startServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'
import { answerHttp, chargePoint, QUICK, rejection, startCsms, startTcp } from './csms.js'

const V16 = { protocols: ['ocpp1.6'] } as const
/** Longer than any test. */
const SLOW = { waitMinimum: 3_600_000 }

test('a connection that the CSMS closes or cuts is opened again, with the same handlers', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, V16).on('ClearCache', () => ({ status: 'Accepted' }))
  const reasons: string[] = []
  client.events.on('disconnect', ({ reason, code }) => reasons.push(`${reason} ${code}`))
  await client.connect()
  const ends = [
    () => csms.open[0]?.ws.close(1001),
    () => csms.open[0]?.ws.terminate(),
    () => csms.open[0]?.ws.close(4000)
  ]
  for (const [index, end] of ends.entries()) {
    end()
    const connection = await csms.connection(index + 1)
    assert.deepEqual((await connection.call('ClearCache')).type, 3)
  }
  assert.deepEqual(reasons, ['closed 1001', 'closed 1006', 'closed 4000'])
  await until('one connection is left', () => csms.open.length === 1)
})

test('the waits double while the CSMS is not reachable, and start again after a connection', async () => {
  let status = 101
  const retries: RetryInfo[] = []
  const csms = await startCsms(undefined, {
    verifyClient: (_info, done) => done(status === 101, status)
  })
  const client = chargePoint(csms.url, { ...V16, onRetry: (retry) => retries.push(retry) })
  await client.connect()
  status = 503
  csms.open[0]?.ws.terminate()
  await until('it has tried six times', () => retries.length === 6)
  status = 101
  await csms.connection(1)
  await until('it is connected', () => client.connected)
  const before = retries.length
  csms.open[0]?.ws.terminate()
  await csms.connection(2)

  assert.deepEqual(
    retries.slice(0, 6).map(({ wait }) => wait),
    [1, 2, 4, 8, 8, 8]
  )
  assert.deepEqual(
    retries.slice(0, 6).map(({ attempt }) => attempt),
    [1, 2, 3, 4, 5, 6]
  )
  assert.equal(retries[0]?.error, undefined, 'a connection was lost')
  assert.ok(retries[1]?.error instanceof RefusedError)
  assert.deepEqual([retries[before]?.attempt, retries[before]?.wait], [1, 1])
})

test('Retry-After is respected, and a very long one does not cause an immediate retry', async () => {
  for (const [asked, waits] of [
    ['2', 2000],
    ['99999999999', 2 ** 31 - 1],
    ['Wed, 21 Oct 2099 07:28:00 GMT', 1],
    ['-5', 1]
  ] as const) {
    const { url, sockets } = await startTcp(
      answerHttp(`HTTP/1.1 503 Busy\r\nRetry-After: ${asked}\r\nContent-Length: 0\r\n\r\n`)
    )
    const retry = deferred<RetryInfo>()
    const client = chargePoint(url, { ...V16, retryFirst: true, onRetry: (info) => retry.resolve(info) })
    const connecting = rejection(client.connect())
    assert.equal((await within('a retry', retry.promise)).wait, waits, asked)
    if (waits > 1) assert.equal(sockets.length, 1)
    await client.close()
    await connecting
  }
})

test('the first attempt is not repeated, unless that is asked for', async () => {
  let answers = 0
  const csms = await startCsms(undefined, { verifyClient: (_info, done) => done(++answers % 3 === 0, 503) })
  assert.ok((await rejection(chargePoint(csms.url, V16).connect())) instanceof RefusedError)
  assert.equal(answers, 1)
  const patient = chargePoint(csms.url, { ...V16, retryFirst: true })
  await within('the connection', patient.connect())
  assert.ok(patient.connected)
  assert.equal(answers, 3)
})

test('reconnect: false leaves a connection lost', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, { ...V16, reconnect: false, onRetry: () => assert.fail() })
  await client.connect()
  csms.open[0]?.ws.terminate()
  await until('it is lost', () => !client.connected)
  assert.equal((await rejection(client.call('Heartbeat', {}))).code, 'OCPP_ERR_NOT_CONNECTED')
  assert.throws(() => client.send('NoSuchSend' as never, {} as never), { code: 'OCPP_ERR_NOT_CONNECTED' })
  await client.connect()
  assert.equal(csms.connections.length, 2)
})

test('close() ends a wait for the next attempt, of connect() as of a lost connection', async () => {
  const gone = await startTcp((socket) => socket.destroy())
  const retrying = deferred()
  const options = { ...V16, reconnect: SLOW, onRetry: () => retrying.resolve() }
  const first = chargePoint(gone.url, { ...options, retryFirst: true })
  const connecting = rejection(first.connect())
  await within('the wait', retrying.promise)
  await within('the close', first.close())
  assert.equal((await connecting).code, 'OCPP_ERR_NOT_CONNECTED')

  const csms = await startCsms()
  const lost = deferred()
  const second = chargePoint(csms.url, { ...options, onRetry: () => lost.resolve() })
  await second.connect()
  csms.open[0]?.ws.terminate()
  await within('the wait', lost.promise)
  await within('the close', second.close())
})

test('connect() cuts the wait for the next attempt short, and there is one connection only', async () => {
  const csms = await startCsms()
  const lost = deferred()
  const client = chargePoint(csms.url, {
    ...V16,
    reconnect: { ...QUICK, waitMinimum: 50 },
    onRetry: () => lost.resolve()
  })
  await client.connect()
  csms.open[0]?.ws.terminate()
  await within('the wait', lost.promise)
  await client.connect()
  assert.equal(csms.connections.length, 2)
  // Were the other attempt still to come, it would come within its 50 ms.
  await assert.rejects(
    within(
      'another connection',
      until('it is there', () => csms.connections.length > 2, 120)
    )
  )
  assert.ok(client.connected)
})

test('connect() during a wait rejects if it fails, and the attempts go on', async () => {
  let status = 101
  const retries: RetryInfo[] = []
  const csms = await startCsms(undefined, { verifyClient: (_info, done) => done(status === 101, status) })
  const client = chargePoint(csms.url, {
    ...V16,
    reconnect: { ...QUICK, waitMinimum: 150 },
    onRetry: (retry) => retries.push(retry)
  })
  await client.connect()
  status = 503
  csms.open[0]?.ws.terminate()
  await until('it waits', () => client.state === 'waiting')
  const error = await rejection(client.connect())
  assert.ok(error instanceof RefusedError)
  assert.equal(client.state, 'waiting')
  assert.deepEqual([retries.length, retries[1]?.attempt, retries[1]?.error], [2, 2, error])
  status = 101
  await csms.connection(1)
  await until('it is connected', () => client.connected)
})

test('connect() during an attempt of its own accord shares that attempt', async () => {
  const csms = await startCsms()
  const hanging = deferred()
  const attempts: string[] = []
  const client = chargePoint(csms.url, { ...V16, onRetry: ({ attempt }) => void attempts.push(`retry ${attempt}`) })
  await client.connect()
  // The CSMS holds the upgrade back.
  csms.server.shouldHandle = () => true
  csms.server.options.verifyClient = (_info, done) => void hanging.promise.then(() => done(true))
  csms.open[0]?.ws.terminate()
  await until('it tries', () => client.state === 'opening')
  const connecting = client.connect()
  hanging.resolve()
  await within('the connection', connecting)
  assert.deepEqual([csms.connections.length, attempts], [2, ['retry 1']])
})

test('connect() during close() connects when the old socket is closed', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, V16)
  await client.connect()
  const closing = client.close(4001, 'bye')
  assert.equal(client.state, 'closing')
  const connecting = client.connect()
  await within('both', Promise.all([closing, connecting]))
  assert.deepEqual([client.state, csms.open.length, csms.connections.length], ['open', 1, 2])
  assert.deepEqual(await csms.connections[0]?.closed, { code: 4001, reason: 'bye' })
})

test('a CSMS that does not answer a close frame gets no second socket until the first is closed', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, V16)
  await client.connect()
  // A binary message: the client closes 1003, and the CSMS does not read that.
  const [first] = csms.open
  assert.ok(first)
  const over = new Promise((resolve) => client.events.once('disconnect', resolve))
  first.ws.send(Buffer.from([1]))
  first.ws.pause()
  await within('the end', over)
  assert.deepEqual([client.connected, client.state], [false, 'closing'])
  first.ws.resume()
  await csms.connection(1)
  assert.equal((await first.closed).code, 1003)
})

test('close() with an invalid code or reason is rejected, and changes nothing', async () => {
  const csms = await startCsms(() => NO_ANSWER)
  const client = chargePoint(csms.url, V16)
  await client.connect()
  const meterValue = [{ timestamp: '2026-01-01T00:00:00Z', sampledValue: [{ value: '1' }] }]
  client.deliver('MeterValues', { connectorId: 1, meterValue }).catch(() => undefined)
  for (const [code, reason] of [
    [1006, ''],
    [1005, ''],
    [999, ''],
    [2999, ''],
    [1000.5, ''],
    [1000, 'é'.repeat(62)]
  ] as const) {
    assert.equal((await rejection(client.close(code, reason))).code, 'OCPP_ERR_INVALID_CLOSE', `${code}`)
  }
  assert.deepEqual([client.state, client.undelivered, csms.open.length], ['open', 1, 1])
  csms.open[0]?.ws.terminate()
  await csms.connection(1)
  await until('it is connected again', () => client.connected)
})

test('an onRetry that rejects is logged like one that throws', async () => {
  const csms = await startCsms()
  const logged = deferred<unknown>()
  const log = { ...silentLogger, error: (fields: { err: unknown }) => logged.resolve(fields.err) }
  const client = chargePoint(csms.url, {
    ...V16,
    log: log as never,
    onRetry: async () => {
      throw new Error('of the listener')
    }
  })
  await client.connect()
  csms.open[0]?.ws.terminate()
  assert.equal(String(await within('a line', logged.promise)), 'Error: of the listener')
  await csms.connection(1)
})

test('cut() ends the connection without a close frame and reconnects', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, V16)
  await client.connect()
  await client.cut()
  assert.equal((await csms.connection(0).then(({ closed }) => closed)).code, 1006)
  await csms.connection(1)
  await until('it is connected', () => client.connected)
})

test('cut() without reconnect stays disconnected until connect()', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, { ...V16, onRetry: () => assert.fail('it tries again') })
  await client.connect()
  await client.cut({ reconnect: false })
  assert.equal(client.connected, false)
  await client.connect()
  assert.equal(csms.connections.length, 2)
})

test('close() sends the CSMS code and reason, and every caller waits for the end of the socket', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, V16)
  await client.connect()
  const closed = client.close(4001, 'bye')
  await client.close()
  assert.equal(csms.open.length, 0)
  await closed
  assert.deepEqual(await csms.connections[0]?.closed, { code: 4001, reason: 'bye' })
  await client.close()
})

test('a CSMS that does not answer the close frame is waited for no longer than 2 s', async () => {
  const csms = await startCsms()
  // Whatever opened the socket: one that is not ours waits 30 s.
  const foreign = new ChargePointClient({ identity: 'CP-2', protocols: ['ocpp1.6'] }, async (accept) => {
    const socket = new WebSocket(csms.url, 'ocpp1.6')
    await once(socket, 'open')
    return accept(socket, 'ocpp1.6')
  })
  const clients = [chargePoint(csms.url, V16), foreign]
  await Promise.all(clients.map((client) => client.connect()))
  for (const { ws } of csms.open) ws.pause()
  await within('the closes', Promise.all(clients.map((client) => client.close())))
})

test('closing in the listener of connect leaves nothing behind', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, V16)
  client.events.on('connect', () => void client.close())
  await client.connect()
  const delivery = rejection(client.deliver('MeterValues', { connectorId: 1, meterValue: [] }))
  assert.equal(client.undelivered, 1)
  // A queue that takes itself to be connected would try again in every turn.
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(!process.getActiveResourcesInfo().includes('Immediate'))
  await client.close()
  assert.equal((await delivery).code, 'OCPP_ERR_NOT_CONNECTED')
})

test('an onRetry that throws does not stop the attempts', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, {
    ...V16,
    onRetry: () => {
      throw new Error('of the listener')
    }
  })
  await client.connect()
  csms.open[0]?.ws.terminate()
  await csms.connection(1)
})

test('it reconnects to a CSMS that restarts, with its registration', async (t) => {
  const setup = (app: Awaited<ReturnType<typeof startServer>>['app']) => {
    app.ocpp.v16.on('BootNotification', () => ({
      status: 'Accepted',
      currentTime: '2026-01-01T00:00:00Z',
      interval: 9
    }))
  }
  const first = await startServer({}, setup)
  const client = await connect({ ...V16, url: `${first.url}/ocpp`, identity: 'CP-1', reconnect: QUICK })
  t.after(() => client.close())
  const reasons: number[] = []
  client.events.on('disconnect', ({ code }) => reasons.push(code))
  assert.equal(client.registration, undefined)
  await client.call('BootNotification', { chargePointVendor: 'Acme', chargePointModel: 'One' })
  assert.equal(client.registration, 'Accepted')
  await first.close()
  await until('it is told of the restart', () => reasons.length > 0)
  assert.deepEqual([reasons, client.registration], [[1012], 'Accepted'])
})
