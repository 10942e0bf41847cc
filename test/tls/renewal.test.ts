import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Authority } from '../support/authority.js'
import { type Charger, connectCharger, refusedCharger } from '../support/charger.js'
import { authority, Files, issueClient, OPERATOR, PASSWORD, provision, startTls, withTls } from './support.js'

const DAY_MS = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * DAY_MS)
const EXPIRED = { notBefore: ago(90), notAfter: ago(5) }

const server = await startTls({ TLS_CLIENT_EXPIRED_DAYS: '30' })
const expired = await issueClient('SN-1', EXPIRED)

const BOOTS = {
  'ocpp1.6': { chargePointVendor: 'Acme', chargePointModel: 'One', chargePointSerialNumber: 'SN-1' },
  'ocpp2.0.1': { reason: 'PowerUp', chargingStation: { vendorName: 'Acme', model: 'One', serialNumber: 'SN-1' } },
  'ocpp2.1': { reason: 'PowerUp', chargingStation: { vendorName: 'Acme', model: 'One', serialNumber: 'SN-1' } }
} as const

async function boot(charger: Charger): Promise<unknown> {
  const answer = await charger.call('BootNotification', BOOTS[charger.protocol as keyof typeof BOOTS])
  return answer.type === 3 && answer.payload.status
}

describe('a charge point whose certificate is expired', () => {
  for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`is let in to be given a new one, and for nothing else, in ${protocol}`, async () => {
      await provision(server, protocol, { serialNumber: 'SN-1' })
      const charger = await connectCharger(server.secureUrl, protocol, { protocol, ...withTls(expired) })
      const refused = await charger.roundTrip()
      assert.equal(refused.type === 4 && refused.code, 'SecurityError')
      assert.equal(await boot(charger), 'Pending')
      const [, id, action, request] = await charger.nextFrame()
      assert.deepEqual(
        [action, request],
        protocol === 'ocpp1.6'
          ? ['ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' }]
          : ['TriggerMessage', { requestedMessage: 'SignChargingStationCertificate' }]
      )
      charger.send(3, id, { status: 'Accepted' })

      const renewed = await connectCharger(server.secureUrl, protocol, {
        protocol,
        ...withTls(await issueClient('SN-1'))
      })
      assert.equal(await boot(renewed), 'Accepted')
      assert.equal((await renewed.roundTrip()).type, 3)
      assert.deepEqual(renewed.unread, [], 'it is asked for nothing any more')
    })
  }

  it('is asked for nothing when an operator has rejected it', async () => {
    await provision(server, 'REJECTED', { serialNumber: 'SN-1', registration: 'Rejected' })
    const charger = await connectCharger(server.secureUrl, 'REJECTED', withTls(expired))
    assert.equal(await boot(charger), 'Rejected')
    await charger.roundTrip()
    assert.deepEqual(charger.unread, [])
  })

  it('can still connect with its password', async () => {
    await provision(server, 'NOT-RAISED', { password: PASSWORD, serialNumber: 'SN-1' })
    const charger = await connectCharger(server.secureUrl, 'NOT-RAISED', withTls(expired))
    await charger.close()
    await connectCharger(server.secureUrl, 'NOT-RAISED', { ...withTls(), password: PASSWORD })
  })
})

const impostor = await Authority.create({ O: OPERATOR, CN: 'Test CA' })
const self = await Authority.create({ O: OPERATOR, CN: 'SN-1' }, EXPIRED)
const oldAuthority = await authority.intermediate({ O: OPERATOR, CN: 'Old CA' }, EXPIRED)
const bad = {
  'one that is expired for too long': await issueClient('SN-1', { notBefore: ago(90), notAfter: ago(31) }),
  'one of an authority that only has the name of ours': await impostor.issue({ O: OPERATOR, CN: 'SN-1', ...EXPIRED }),
  'one that vouches for itself': { ...self, chain: self.cert },
  'one whose authority is expired': await oldAuthority.issue({ O: OPERATOR, CN: 'SN-1', ...EXPIRED }),
  'one of a server': await issueClient('SN-1', { usage: 'server', ...EXPIRED }),
  'one of another serial number': await issueClient('SN-2', EXPIRED),
  'one of another organization': await issueClient('SN-1', { O: 'Others', ...EXPIRED })
}

describe('of expired certificates these are rejected:', () => {
  for (const [what, client] of Object.entries(bad)) {
    it(what, async () => {
      await provision(server, 'CP-1', { serialNumber: 'SN-1', password: PASSWORD })
      assert.equal((await refusedCharger(server.secureUrl, 'CP-1', withTls(client))).status, 403)
      // A password outweighs it only where no certificate is asked for.
      await provision(server, 'CP-3', { serialNumber: 'SN-1', password: PASSWORD, securityProfile: 3 })
      const options = { ...withTls(client), password: PASSWORD }
      assert.equal((await refusedCharger(server.secureUrl, 'CP-3', options)).status, 403)
    })
  }

  it('one that is revoked', async () => {
    const list = await (await Files.create()).write('crl.pem', await authority.revocationList([expired.serialNumber]))
    const strict = await startTls({ TLS_CLIENT_EXPIRED_DAYS: '30', TLS_CLIENT_CRL: list })
    await provision(strict, 'CP-1', { serialNumber: 'SN-1' })
    assert.equal((await refusedCharger(strict.secureUrl, 'CP-1', withTls(expired))).status, 403)
    await connectCharger(strict.secureUrl, 'CP-1', withTls(await issueClient('SN-1', EXPIRED)))
  })

  it('any one, unless a setting allows it', async () => {
    const strict = await startTls()
    await provision(strict, 'CP-1', { serialNumber: 'SN-1' })
    assert.equal((await refusedCharger(strict.secureUrl, 'CP-1', withTls(expired))).status, 403)
  })
})
