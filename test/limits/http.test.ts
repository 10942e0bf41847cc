import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import { startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { rawUpgrade, upgradeRequest } from '../support/raw.js'
import { deferred, until, within } from '../support/wait.js'

type Backend = Awaited<ReturnType<typeof startBackend>>

/** The answer to a connection that sends `text` and nothing more; the empty text when it is just closed. */
function answerTo({ port }: Backend, text: string, timeout = 20_000): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  after(() => socket.destroy())
  const over = deferred<string>()
  let answer = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => (answer += chunk))
  socket.on('close', () => over.resolve(answer))
  socket.write(text)
  return within('the end of the connection', over.promise, timeout)
}

async function metric({ app }: Backend, name: string): Promise<number> {
  const { body } = await app.inject({ url: '/metrics' })
  return Number(
    body
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length) ?? Number.NaN
  )
}

const limit = (rule: string) => `http_limits_total{rule="${rule}"}`

test('headers that never end and a body that never arrives are answered 408, and a charger is not affected', async () => {
  const backend = await startBackend({ HTTP_HEADERS_TIMEOUT: '1000', HTTP_REQUEST_TIMEOUT: '1500' })
  const charger = await connectCharger(backend.url, 'CP-1', { boot: true })
  const slow = [
    'GET /ocpp/CP-2 HTTP/1.1\r\nHost: a\r\n',
    'POST /api/v1/anything HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'
  ]
  for (const answer of await Promise.all(slow.map((text) => answerTo(backend, text)))) {
    assert.match(answer, /^HTTP\/1\.1 (?:408|40[14]) /)
  }
  assert.ok((await metric(backend, limit('timeout'))) >= 1)
  assert.equal((await charger.roundTrip()).type, 3)
})

test('headers that are too big are answered 431', async () => {
  const backend = await startBackend()
  for (const size of [17_000, 200_000]) {
    const headers = { 'X-Big': 'x'.repeat(size) }
    assert.equal((await rawUpgrade(backend.port, upgradeRequest({ target: '/ocpp/CP-1', headers }))).status, 431)
  }
  assert.equal(await metric(backend, limit('header-size')), 2)
  const headers = { 'X-Big': 'x'.repeat(15_000) }
  assert.equal((await rawUpgrade(backend.port, upgradeRequest({ target: '/ocpp/CP-1', headers }))).status, 101)
})

test('bytes that are not HTTP are answered 400', async () => {
  const backend = await startBackend()
  assert.match(await answerTo(backend, '\u0016\u0003\u0001\u0002 nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /)
  assert.equal(await metric(backend, limit('malformed')), 1)
})

test('requests that come in one piece are handled up to the limit, and a client that asks one by one never notices', async () => {
  const backend = await startBackend({ HTTP_MAX_REQUESTS_PER_CONNECTION: '10' })
  const request = 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n'
  const socket = connect(backend.port, '127.0.0.1')
  after(() => socket.destroy())
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk))
  socket.write(request.repeat(500))
  const count = (status: number) => answer.split(`HTTP/1.1 ${status} `).length - 1
  await until('all are answered', () => count(200) + count(503) === 500)
  assert.equal(count(200), 10)
  assert.equal(await metric(backend, limit('requests')), 490)
  for (let times = 0; times < 40; times++) {
    assert.equal((await fetch(`http://127.0.0.1:${backend.port}/health/live`)).status, 200)
  }
})

test('connections beyond the limit of the server are closed at once, and counted', async () => {
  const backend = await startBackend({ OCPP_MAX_CONNECTIONS: '1', HTTP_MAX_CONNECTIONS: '3' })
  const charger = await connectCharger(backend.url, 'CP-1', { boot: true })
  const silent = Array.from({ length: 3 }, () => connect(backend.port, '127.0.0.1').on('error', () => undefined))
  after(() => {
    for (const socket of silent) socket.destroy()
  })
  const { server } = backend.app
  await untilOpen(server, 4)
  assert.equal(await answerTo(backend, 'GET / HTTP/1.1\r\n'), '')
  assert.equal(await metric(backend, limit('connections')), 1)
  assert.equal((await charger.roundTrip()).type, 3)
  for (const socket of silent) socket.destroy()
  await untilOpen(server, 1)
  assert.equal((await fetch(`http://127.0.0.1:${backend.port}/health/live`)).status, 200)
})

async function untilOpen(server: Server, wanted: number): Promise<void> {
  const count = () => new Promise<number>((resolve) => server.getConnections((_error, open) => resolve(open)))
  const deadline = performance.now() + 10_000
  while ((await count()) !== wanted) {
    if (performance.now() > deadline) throw new Error(`${await count()} connections, not ${wanted}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('each limit of the library is a setting, and its metric says what was refused', async () => {
  const backend = await startBackend({
    OCPP_MAX_CONNECTIONS_PER_ADDRESS: '2',
    OCPP_LOGIN_FAILURES: '2',
    OCPP_MAX_MESSAGE_SIZE: '2048',
    // Slow enough that a busy machine is not slower.
    OCPP_MESSAGE_RATE: '10',
    OCPP_MESSAGE_BURST: '5'
  })
  const charger = await connectCharger(backend.url, 'CP-1', { boot: true })
  const greedy = await connectCharger(backend.url, 'CP-2', { boot: true })
  const { status } = await rawUpgrade(backend.port, upgradeRequest({ target: '/ocpp/CP-3' }))
  assert.equal(status, 429)
  greedy.sendText('x'.repeat(3000))
  assert.equal((await greedy.closed).code, 1009)
  for (let times = 0; times < 10; times++) charger.sendText('nonsense')
  await charger.roundTrip()
  assert.equal(await metric(backend, 'ocpp_upgrades_refused_total{rule="connections-per-address"}'), 1)
  assert.equal(await metric(backend, 'ocpp_limits_total{rule="payload"}'), 1)
  assert.ok((await metric(backend, 'ocpp_limits_total{rule="message-rate"}')) >= 1)
  assert.equal(await metric(backend, 'ocpp_malformed_total{rule="not valid JSON"}'), 10)
})

test('failed logins at the back-end are slowed down, and the charger itself gets in', async () => {
  const backend = await startBackend({ OCPP_OPEN_REGISTRATION: 'false', OCPP_LOGIN_FAILURES: '3' })
  const password = 'the-password-of-it-1'
  const provisioned = await backend.app.inject({
    method: 'PUT',
    url: '/api/v1/charge-points/CP-1',
    headers: { authorization: 'Bearer token-of-the-test-operator' },
    payload: { password }
  })
  assert.equal(provisioned.statusCode, 201)
  const live = await connectCharger(backend.url, 'CP-1', { password, boot: true })
  const guess = () =>
    connectCharger(backend.url, 'CP-1', { password: 'a-wrong-password-1' }).catch(({ status }) => status as number)
  const statuses = []
  for (let times = 0; times < 6; times++) statuses.push(await guess())
  assert.deepEqual(statuses, [401, 401, 401, 429, 429, 429])
  assert.equal((await live.roundTrip()).type, 3)
  await live.close()
  await connectCharger(backend.url, 'CP-1', { password, boot: true })
  assert.equal(await metric(backend, 'ocpp_upgrades_refused_total{rule="login-failures"}'), 3)
})
