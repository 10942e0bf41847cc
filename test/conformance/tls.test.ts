import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, it } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { REQUIRED_SUITES } from '../../lib/tls/suites.js'
import { stateOf } from '../app/support.js'
import { bootRequest, type Charger, connectCharger, refusedCharger } from '../support/charger.js'
import { within } from '../support/wait.js'
import {
  authority,
  issueClient,
  OPERATOR,
  PASSWORD,
  provision,
  securityEventOf,
  startTls,
  withTls
} from '../tls/support.js'

// Of the certification test cases those that are about TLS, with the real handshakes that the others do without.

const server = await startTls()

/** With the serial number in it, as a charge point with a certificate tells it. */
function bootOf(protocol: string, serialNumber: string): object {
  const request = bootRequest(protocol)
  if (protocol === 'ocpp1.6') return { ...request, chargePointSerialNumber: serialNumber }
  return { ...request, chargingStation: { ...(request.chargingStation as object), serialNumber } }
}

async function boots(charger: Charger, serialNumber: string): Promise<void> {
  const answer = await charger.call('BootNotification', bootOf(charger.protocol, serialNumber))
  assert.equal(answer.type === 3 && answer.payload.status, 'Accepted')
}

async function hasValidServerCertificate(identity: string, protocol: string): Promise<void> {
  await provision(server, identity, { password: PASSWORD })
  for (const ciphers of REQUIRED_SUITES) {
    const charger = await connectCharger(server.secureUrl, identity, {
      protocol,
      password: PASSWORD,
      ws: { ...withTls().ws, ciphers, maxVersion: 'TLSv1.2', rejectUnauthorized: true }
    })
    await boots(charger, 'SN-1')
    await charger.close()
  }
  const { bootStatus, highestSecurityProfile } = await stateOf(server, identity)
  assert.deepEqual([bootStatus, highestSecurityProfile], ['Accepted', 2])
}

async function takesClientCertificate(identity: string, protocol: string): Promise<void> {
  await provision(server, identity, { serialNumber: 'SN-1' })
  const charger = await connectCharger(server.secureUrl, identity, { protocol, ...withTls(await issueClient('SN-1')) })
  await boots(charger, 'SN-1')
  const { bootStatus, highestSecurityProfile } = await stateOf(server, identity)
  assert.deepEqual([bootStatus, highestSecurityProfile], ['Accepted', 3])
}

describe('1.6', () => {
  it('TC_086_CSMS: TLS 1.2 or later, a valid server certificate and the four suites', async () => {
    await hasValidServerCertificate('TC_086_CSMS', 'ocpp1.6')
  })

  it('TC_087_CSMS: a valid client certificate', async () => {
    await takesClientCertificate('TC_087_CSMS', 'ocpp1.6')
  })
})

for (const protocol of ['ocpp2.0.1', 'ocpp2.1']) {
  const version = protocol.slice(4)
  describe(version, () => {
    it('TC_A_04_CSMS: a valid server certificate', async () => {
      await hasValidServerCertificate(`TC_A_04-${version}`, protocol)
    })

    it('TC_A_06_CSMS: a version of TLS that is too low', async () => {
      const identity = `TC_A_06-${version}`
      await provision(server, identity, { password: PASSWORD })
      const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const
      const socket = connect({ port: server.securePort, host: '127.0.0.1', ca: authority.cert, ...old })
      after(() => socket.destroy())
      const outcome = Promise.race([once(socket, 'secureConnect'), once(socket, 'close')])
      await assert.rejects(within('the end of the handshake', outcome), {
        code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'
      })
      // And then it comes with what is asked for.
      const charger = await connectCharger(server.secureUrl, identity, { protocol, ...withTls(), password: PASSWORD })
      const { _socket: tls } = charger.ws as unknown as { _socket: TLSSocket }
      assert.match(tls.getProtocol() ?? '', /^TLSv1\.[23]$/)
      await boots(charger, 'SN-1')
    })

    it('TC_A_07_CSMS: a valid client certificate', async () => {
      await takesClientCertificate(`TC_A_07-${version}`, protocol)
    })

    it('TC_A_08_CSMS: an invalid client certificate', async () => {
      const identity = `TC_A_08-${version}`
      await provision(server, identity, { serialNumber: 'SN-1' })
      for (const invalid of [
        await issueClient('SN-1', { notBefore: new Date(2020, 0), notAfter: new Date(2021, 0) }),
        await issueClient('SN-2'),
        await issueClient('SN-1', { O: `not ${OPERATOR}` })
      ]) {
        assert.equal((await refusedCharger(server.secureUrl, identity, { protocol, ...withTls(invalid) })).status, 403)
      }
      assert.equal((await securityEventOf(server, identity)).type, 'AuthenticationFailed')
      await takesClientCertificate(identity, protocol)
    })

    it('TC_A_19_CSMS: a higher security profile, and no way back', async () => {
      const identity = `TC_A_19-${version}`
      await provision(server, identity, { password: PASSWORD })
      const login = { protocol, password: PASSWORD }
      const before = await connectCharger(server.url, identity, login)
      await boots(before, 'SN-1')
      await before.close()
      const secure = await connectCharger(server.secureUrl, identity, { ...login, ...withTls() })
      await boots(secure, 'SN-1')
      assert.equal((await refusedCharger(server.url, identity, login)).status, 403)
      await takesClientCertificate(identity, protocol)
      assert.equal((await refusedCharger(server.secureUrl, identity, { ...login, ...withTls() })).status, 403)
    })
  })
}
