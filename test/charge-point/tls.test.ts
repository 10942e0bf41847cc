import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { TlsOptions as ServerTls } from 'node:tls'
import Fastify from 'fastify'
import fastifyOcpp, { type Handshake } from 'fastify-ocpp'
import { connect, RefusedError, UnreachableError } from 'fastify-ocpp/charge-point'
import { rejection, startTcp } from './csms.js'

// Made by fixtures/make.sh.
const file = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url))
const ca = file('ca.crt')
const own = { ca, cert: file('charge-point.crt'), key: file('charge-point.key') }
const stranger = { ca, cert: file('stranger.crt'), key: file('stranger.key') }

/** A CSMS with TLS that lets in whoever has the password or a certificate of the CA. */
async function startTls(tls: ServerTls = {}) {
  const seen: Handshake[] = []
  const app = Fastify({ https: { cert: file('server.crt'), key: file('server.key'), ...tls } })
  await app.register(fastifyOcpp, {
    drainSpread: 0,
    authenticate: (handshake) => {
      seen.push(handshake)
      return handshake.password?.toString() === 'secret' || handshake.tlsAuthorized
    }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  after(() => app.close())
  return { url: `wss://127.0.0.1:${(app.server.address() as AddressInfo).port}/ocpp`, seen }
}

test('profile 2: a CSMS whose CA is known, and a password', async (t) => {
  const { url, seen } = await startTls()
  const client = await connect({ url, identity: 'CP-1', password: 'secret', tls: { ca } })
  t.after(() => client.close())
  assert.ok(client.connected)
  assert.deepEqual([seen[0]?.encrypted, seen[0]?.certificate], [true, undefined])
})

test('profile 3: the charge point shows its certificate', async (t) => {
  const { url, seen } = await startTls({ ca, requestCert: true, rejectUnauthorized: true })
  const client = await connect({ url, identity: 'CP-1', tls: own })
  t.after(() => client.close())
  assert.deepEqual([seen[0]?.tlsAuthorized, seen[0]?.certificate?.subject.CN], [true, 'SN-1'])
})

test('a CSMS with an unknown CA gets no connection', async () => {
  const { url, seen } = await startTls()
  const error = await rejection(connect({ url, identity: 'CP-1', password: 'secret' }))
  assert.ok(error instanceof UnreachableError)
  assert.match(error.message, /certificate/)
  assert.deepEqual(seen, [], 'the password has not been sent')
})

test('a CSMS with another name is not connected to', async () => {
  const { url, seen } = await startTls()
  const tls = { ca, servername: 'other.test' }
  const error = await rejection(connect({ url, identity: 'CP-1', password: 'secret', tls }))
  assert.ok(error instanceof UnreachableError)
  assert.match(error.message, /altnames|other\.test/)
  assert.deepEqual(seen, [])
})

test('rejectUnauthorized: false takes any CSMS', async (t) => {
  const { url } = await startTls()
  const client = await connect({ url, identity: 'CP-1', password: 'secret', tls: { rejectUnauthorized: false } })
  t.after(() => client.close())
  assert.ok(client.connected)
})

test('a certificate that the CSMS does not accept is an error of the connection, or its refusal', async () => {
  const strict = await startTls({ ca, requestCert: true, rejectUnauthorized: true })
  assert.ok(
    (await rejection(connect({ url: strict.url, identity: 'CP-1', tls: stranger }))) instanceof UnreachableError
  )
  const open = await startTls({ ca, requestCert: true, rejectUnauthorized: false })
  const error = await rejection(connect({ url: open.url, identity: 'CP-1', tls: stranger }))
  assert.ok(error instanceof RefusedError)
  assert.equal(error.status, 401)
  assert.deepEqual([open.seen[0]?.tlsAuthorized, open.seen[0]?.certificate?.subject.CN], [false, 'SN-1'])
})

test('key and certificate that do not belong together are an error, not an exception', async () => {
  const { url } = await startTls()
  const error = await rejection(connect({ url, identity: 'CP-1', tls: { ...own, key: stranger.key } }))
  assert.ok(error instanceof UnreachableError)
  assert.match(error.message, /key/)
})

test('ws: at a port of TLS, and wss: at one without, are unreachable', async () => {
  const { url } = await startTls()
  const { port } = await startTcp((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
  for (const wrong of [url.replace('wss:', 'ws:'), `wss://127.0.0.1:${port}/ocpp`]) {
    const error = await rejection(connect({ url: wrong, identity: 'CP-1', tls: { ca } }))
    assert.equal(error.code, 'OCPP_ERR_UNREACHABLE')
  }
})
