import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:https'
import { createConnection } from 'node:net'
import { after, describe, it } from 'node:test'
import { connect } from 'node:tls'
import { BEARER, operate, startBackend } from '../app/support.js'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { until, within } from '../support/wait.js'
import { authority, PASSWORD, provision, startTls, type TlsBackend, withTls } from './support.js'

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** A request over TLS. */
async function get({ securePort }: TlsBackend, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const sent = request({ port: securePort, host: '127.0.0.1', path, headers, ca: authority.cert, agent: false }).end()
  const [response] = await within(`the answer to ${path}`, once(sent, 'response'))
  let body = ''
  for await (const chunk of response) body += chunk
  return { status: response.statusCode, headers: response.headers, body }
}

/** What comes back on a socket until it is closed. */
async function readAll(socket: NodeJS.ReadableStream & { destroy(): void }): Promise<string> {
  after(() => socket.destroy())
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => undefined)
  await within('the end of the connection', once(socket, 'close'), 30_000)
  return text
}

async function metric({ app }: TlsBackend, line: RegExp): Promise<string | undefined> {
  return line.exec((await app.inject({ url: '/metrics' })).body)?.[1]
}

const server = await startTls()
await provision(server, 'CP-1', { password: PASSWORD })

describe('one app with two listeners', () => {
  it('has chargers on both at the same time, each with its own profile', async () => {
    await provision(server, 'PLAIN', { password: PASSWORD })
    await connectCharger(server.url, 'PLAIN', { password: PASSWORD, boot: true })
    await connectCharger(server.secureUrl, 'CP-1', { ...withTls(), password: PASSWORD, boot: true })
    const { items } = (await operate(server, 'GET', '/charge-points?connected=true')).json()
    assert.deepEqual(
      items.map((item: Record<string, unknown>) => [item.identity, item.highestSecurityProfile]),
      [
        ['CP-1', 2],
        ['PLAIN', 1]
      ]
    )
  })

  it('calls a charger that came with TLS', async () => {
    const charger = await connectCharger(server.secureUrl, 'CP-1', { ...withTls(), password: PASSWORD, boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    const response = await operate(server, 'POST', '/charge-points/CP-1/calls/ClearCache', {})
    assert.deepEqual(response.json().result, { status: 'Accepted' })
  })

  it('has the operator API and the documentation on both', async () => {
    assert.equal((await get(server, '/api/v1/charge-points')).status, 401)
    assert.equal((await get(server, '/api/v1/charge-points', BEARER)).status, 200)
    assert.equal((await get(server, '/docs')).status, 200)
    assert.equal((await get(server, '/nowhere')).status, 404)
  })

  it('sends Strict-Transport-Security, over TLS only', async () => {
    assert.equal((await get(server, '/health/live')).headers['strict-transport-security'], 'max-age=31536000')
    const plain = await fetch(`${server.url.replace('ws', 'http')}/health/live`)
    assert.equal(plain.headers.get('strict-transport-security'), null)
  })

  it('refuses with the same answers on both', async () => {
    const refused = await refusedCharger(server.secureUrl, 'CP-1', { ...withTls(), password: 'wrong-horse-battery' })
    assert.equal(refused.status, 401)
    assert.equal(refused.headers['www-authenticate'], 'Basic realm="ocpp"')
    assert.equal((await refusedCharger(server.secureUrl, 'CP-9', withTls())).status, 404)
    const bad = await refusedCharger(server.secureUrl, 'CP-1', { ...withTls(), path: '/nowhere' })
    assert.equal(bad.status, 404)
    const version = { ...withTls(), password: PASSWORD, protocol: 'ocpp0.1' }
    assert.equal((await refusedCharger(server.secureUrl, 'CP-1', version)).status, 400)
  })

  it('bounds the headers on both', async () => {
    for (const socket of [
      createConnection({ port: server.port, host: '127.0.0.1' }),
      connect({ port: server.securePort, host: '127.0.0.1', ca: authority.cert })
    ]) {
      socket.write(`GET /health/live HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)
      assert.match(await readAll(socket), /^HTTP\/1\.1 431 /)
    }
  })

  it('answers data inside TLS that is not HTTP with 400', async () => {
    const socket = connect({ port: server.securePort, host: '127.0.0.1', ca: authority.cert })
    socket.write('nonsense\r\n\r\n')
    assert.match(await readAll(socket), /^HTTP\/1\.1 400 /)
  })
})

describe('a handshake that fails', () => {
  const failures = async () => {
    const { body } = await server.app.inject({ url: '/metrics' })
    return [...body.matchAll(/^tls_handshake_failures_total{code="ERR_SSL_\w+"} (\d+)$/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0
    )
  }

  for (const [what, text] of Object.entries({
    'because somebody speaks HTTP': 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    'because of nonsense': 'nonsense nonsense nonsense'
  })) {
    it(`${what} is cut without an answer in plain text, and counted`, async () => {
      const before = await failures()
      const socket = createConnection({ port: server.securePort, host: '127.0.0.1' })
      socket.write(text)
      assert.doesNotMatch(await readAll(socket), /HTTP/)
      assert.equal(await failures(), before + 1)
      assert.equal((await get(server, '/health/live')).status, 200)
    })
  }

  it('is in the metrics, with the remaining days of certificates', async () => {
    for (const key of ['ec', 'rsa']) {
      const days = Number(await metric(server, new RegExp(`tls_certificate_days_left{key="${key}"} (\\S+)`)))
      assert.ok(days > 360 && days < 366, `${key}: ${days}`)
    }
  })
})

describe('when the app shuts down', () => {
  it('chargers with TLS are asked to reconnect, and silent connections are not waited for', async () => {
    const leaving = await startTls()
    await provision(leaving, 'CP-1', { password: PASSWORD })
    const charger = await connectCharger(leaving.secureUrl, 'CP-1', { ...withTls(), password: PASSWORD, boot: true })
    const raw = createConnection({ port: leaving.securePort, host: '127.0.0.1' })
    const idle = connect({ port: leaving.securePort, host: '127.0.0.1', ca: authority.cert })
    const gone = [raw, idle].map((socket) => readAll(socket))
    await within('the handshake', once(idle, 'secureConnect'))
    await leaving.close()
    assert.equal((await charger.closed).code, 1012)
    assert.equal(leaving.app.tls.server?.listening, false)
    await Promise.all(gone)
  })

  it('a TLS request is answered 503 meanwhile', async () => {
    const leaving = await startTls()
    await provision(leaving, 'CP-1', { password: PASSWORD })
    const login = { ...withTls(), password: PASSWORD }
    const charger = await connectCharger(leaving.secureUrl, 'CP-1', { ...login, boot: true })
    const call = leaving.app.ocpp.v16.call('CP-1', 'ClearCache', {})
    const [, id] = await charger.nextFrame()
    const closing = leaving.close()
    await until('it drains', () => leaving.app.isDraining)
    assert.equal((await get(leaving, '/health/ready')).status, 503)
    assert.equal((await refusedCharger(leaving.secureUrl, 'CP-1', login)).status, 503)
    charger.send(3, id, { status: 'Accepted' })
    assert.deepEqual(await call, { status: 'Accepted' })
    await closing
  })
})

it('without TLS_PORT there is no other listener', async () => {
  const plain = await startBackend()
  await plain.app.tls.listen()
  assert.deepEqual([plain.app.tls.server, plain.app.tls.address], [undefined, undefined])
})

it('a TCP port that is in use makes the start fail', async () => {
  await assert.rejects(startTls({ TLS_PORT: String(server.port) }), { code: 'EADDRINUSE' })
})
