import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import Fastify from 'fastify'
import fastifyOcpp, { type Handshake } from 'fastify-ocpp'
import type { ClientOptions } from 'ws'
import { CA, CLIENT, SERVER, STRANGER } from '../support/certificates.js'
import { connectCharger } from '../support/charger.js'

/** What authenticate sees of a charger that connects over TLS. */
async function handshakeOver(ws: ClientOptions): Promise<Handshake> {
  const app = Fastify({ https: { ...SERVER, ca: CA.cert, requestCert: true, rejectUnauthorized: false } })
  after(() => app.close())
  let seen: Handshake | undefined
  await app.register(fastifyOcpp, {
    drainTimeout: 200,
    authenticate: (handshake) => {
      seen = handshake
      return { accept: true, registration: 'Accepted' }
    }
  })
  app.ocpp.v201.on('Heartbeat', () => ({ currentTime: '2026-01-01T00:00:00Z' }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const charger = await connectCharger(`wss://127.0.0.1:${port}`, 'CP-1', {
    protocol: 'ocpp2.0.1',
    password: 'secret',
    ws: { ca: CA.cert, ...ws }
  })
  assert.equal((await charger.roundTrip()).type, 3)
  assert.ok(seen)
  return seen
}

test('without a client certificate a handshake is encrypted and has none', async () => {
  const { encrypted, certificate, tlsAuthorized } = await handshakeOver({})
  assert.deepEqual(
    { encrypted, certificate, tlsAuthorized },
    { encrypted: true, certificate: undefined, tlsAuthorized: false }
  )
})

test('a client certificate of our CA is authorized, and its subject can be read', async () => {
  const { certificate, tlsAuthorized } = await handshakeOver(CLIENT)
  assert.equal(tlsAuthorized, true)
  assert.deepEqual([certificate?.subject.O, certificate?.subject.CN], ['Test Operator', 'SERIAL-1'])
})

test('a certificate that nobody vouches for is shown, but not as authorized', async () => {
  const { certificate, tlsAuthorized } = await handshakeOver(STRANGER)
  assert.equal(tlsAuthorized, false)
  assert.equal(certificate?.subject.CN, 'SERIAL-1')
})
