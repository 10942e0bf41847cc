import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, it } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { REQUIRED_SUITES } from '../../lib/tls/suites.js'
import { connectCharger } from '../support/charger.js'
import { within } from '../support/wait.js'
import { authority, PASSWORD, provision, startTls, withTls } from './support.js'

const server = await startTls()
await provision(server, 'CP-1', { password: PASSWORD })

/** A TLS connection to the server. */
async function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ port: server.securePort, host: '127.0.0.1', ca: authority.cert, ...options })
  after(() => socket.destroy())
  await within('the TLS handshake', once(socket, 'secureConnect'))
  return socket
}

describe('the TLS listener', () => {
  for (const suite of REQUIRED_SUITES) {
    it(`speaks TLS 1.2 with ${suite}, to a charger over a WebSocket`, async () => {
      const charger = await connectCharger(server.secureUrl, 'CP-1', {
        password: PASSWORD,
        boot: true,
        ws: { ...withTls().ws, ciphers: suite, maxVersion: 'TLSv1.2' }
      })
      const socket = (charger.ws as unknown as { _socket: TLSSocket })._socket
      assert.deepEqual([socket.getProtocol(), socket.getCipher().name], ['TLSv1.2', suite])
      assert.equal(socket.authorized, true)
    })
  }

  it('shows the certificate that fits the suite: RSA and ECDSA stand side by side', async () => {
    const keyTypes = new Map<string, string>()
    for (const suite of REQUIRED_SUITES) {
      const socket = await handshake({ ciphers: suite, maxVersion: 'TLSv1.2' })
      keyTypes.set(suite, socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType ?? '')
    }
    assert.deepEqual(
      [...keyTypes.values()],
      REQUIRED_SUITES.map((suite) => (suite.startsWith('ECDHE-ECDSA') ? 'ec' : 'rsa'))
    )
  })

  it('uses TLS 1.3 with clients that support it', async () => {
    assert.equal((await handshake({})).getProtocol(), 'TLSv1.3')
  })

  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    it(`terminates a connection of ${version}`, async () => {
      // Level 0, or the client of this test would not even ask.
      const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' }
      await assert.rejects(handshake(old), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' })
    })
  }

  for (const suite of [
    'AES128-SHA',
    'ECDHE-RSA-AES128-SHA',
    'ECDHE-ECDSA-AES256-SHA384',
    'DHE-RSA-AES128-GCM-SHA256'
  ]) {
    it(`does not speak with ${suite}`, async () => {
      const error = await handshake({ ciphers: `${suite}:@SECLEVEL=0`, maxVersion: 'TLSv1.2' }).catch((error) => error)
      assert.match(
        String(error.code),
        /^(ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE|ERR_SSL_SSL\/TLS_ALERT_HANDSHAKE_FAILURE)$/
      )
    })
  }

  it('does not renegotiate', async () => {
    const socket = await handshake({ maxVersion: 'TLSv1.2' })
    const outcome = new Promise<Error | null>((resolve) => {
      socket.on('error', resolve)
      socket.renegotiate({}, resolve)
    })
    assert.ok((await within('the end of the renegotiation', outcome)) instanceof Error)
  })

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`resumes no session of ${version}: a certificate is looked at every time`, async () => {
      const first = await handshake({ maxVersion: version })
      let session: Buffer | undefined = first.getSession()
      first.on('session', (next: Buffer) => {
        session = next
      })
      first.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await within('an answer', once(first, 'data'))
      const second = await handshake({ maxVersion: version, ...(session !== undefined && { session }) })
      assert.equal(second.isSessionReused(), false)
    })
  }
})
