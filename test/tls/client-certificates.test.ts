import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Authority, type Issued } from '../support/authority.js'
import { type ChargerOptions, connectCharger, refusedCharger } from '../support/charger.js'
import {
  authority,
  Files,
  issueClient,
  OPERATOR,
  PASSWORD,
  profileOf,
  provision,
  securityEventOf,
  startTls,
  withTls
} from './support.js'

const DAY_MS = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * DAY_MS)

const stranger = await Authority.create({ O: OPERATOR, CN: 'Test CA' })
const unknownRoot = await Authority.create({ O: 'Others', CN: 'Other CA' })
const server = await startTls()

async function refusal(identity: string, client: Issued, more: ChargerOptions = {}) {
  await provision(server, identity, { password: PASSWORD, serialNumber: 'SN-1' })
  const refused = await refusedCharger(server.secureUrl, identity, { ...withTls(client), ...more })
  const { type, techInfo } = await securityEventOf(server, identity)
  assert.equal(type, 'AuthenticationFailed')
  return { status: refused.status, body: refused.body, techInfo }
}

const bad: [what: string, client: Issued, reason: RegExp][] = [
  ['of an authority that is not trusted', await unknownRoot.issue({ O: OPERATOR, CN: 'SN-1' }), /UNABLE_TO/],
  ['of one that only has the name of ours', await stranger.issue({ O: OPERATOR, CN: 'SN-1' }), /not valid/],
  ['that vouches for itself', { ...stranger, chain: stranger.cert, serialNumber: '' }, /not valid/],
  ['that is expired', await issueClient('SN-1', { notBefore: ago(9), notAfter: ago(1) }), /CERT_HAS_EXPIRED/],
  ['that is not valid yet', await issueClient('SN-1', { notBefore: ago(-1) }), /CERT_NOT_YET_VALID/],
  ['of a server', await issueClient('SN-1', { usage: 'server' }), /INVALID_PURPOSE/],
  ['with a short RSA key', await issueClient('SN-1', { kind: 'weak-rsa' }), /1024 bits|KEY_TOO_SMALL/],
  ['of another organization', await issueClient('SN-1', { O: 'Others' }), /organization/],
  ['without an organization', await authority.issue({ CN: 'SN-1', usage: 'client' }), /organization/],
  ['without a CN', await authority.issue({ O: OPERATOR, usage: 'client' }), /CN/],
  ['with two CNs', await issueClient('SN-1', { otherCN: 'SN-2' }), /one CN/],
  ['of another serial number', await issueClient('SN-2'), /serial number/],
  ['of a serial number in another spelling', await issueClient('sn-1'), /serial number/]
]

describe('a client certificate', () => {
  for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`of the charge point lets it in without a password, in ${protocol}`, async () => {
      await provision(server, protocol, { serialNumber: 'SN-1' })
      const charger = await connectCharger(server.secureUrl, protocol, {
        protocol,
        ...withTls(await issueClient('SN-1'))
      })
      assert.equal(charger.protocol, protocol)
    })
  }

  it('may be of RSA, and come with the authorities between it and the root', async () => {
    const middle = await authority.intermediate({ O: OPERATOR, CN: 'Depot CA' })
    const client = await middle.issue({ O: OPERATOR, CN: 'SN-1', kind: 'rsa', usage: 'client' })
    await provision(server, 'RSA', { serialNumber: 'SN-1' })
    await connectCharger(server.secureUrl, 'RSA', withTls(client))
    assert.equal((await refusal('NO-CHAIN', { ...client, chain: client.cert })).status, 403)
  })

  for (const [index, [what, client, reason]] of bad.entries()) {
    it(`${what} is refused, and that is written down`, async () => {
      const { status, body, techInfo } = await refusal(`BAD-${index}`, client)
      assert.equal(status, 403)
      assert.match(String(techInfo), reason)
      assert.doesNotMatch(body, /certificate|SN-1/, 'nothing is told to who is refused')
      const wrong = await refusal(`BAD-${index}`, client, { password: `${PASSWORD}!` })
      assert.equal(wrong.status, 403)
    })

    it(`${what} does not count beside the right password, unless profile 3 is asked for`, async () => {
      const identity = `BESIDE-${index}`
      const options = { ...withTls(client), password: PASSWORD }
      await provision(server, identity, { password: PASSWORD, serialNumber: 'SN-1' })
      const charger = await connectCharger(server.secureUrl, identity, { ...options, boot: true })
      assert.equal(await profileOf(server, identity), 2)
      await charger.close()

      await provision(server, identity, { securityProfile: 3 })
      const refused = await refusedCharger(server.secureUrl, identity, options)
      assert.equal(refused.status, 403)
      assert.match(String((await securityEventOf(server, identity)).techInfo), reason)
    })
  }

  it('does not replace a right password', async () => {
    const refused = await refusal('WRONG', await issueClient('SN-1'), { password: `${PASSWORD}!` })
    assert.equal(refused.status, 401)
  })

  it('of another manufacturer does not keep out a charge point without a password under open registration', async () => {
    const open = await startTls({ OCPP_OPEN_REGISTRATION: 'true' })
    const client = await unknownRoot.issue({ O: 'Maker', CN: 'FACTORY-1' })
    for (const identity of ['UNKNOWN', 'KNOWN']) {
      if (identity === 'KNOWN') await provision(open, identity, {})
      const charger = await connectCharger(open.secureUrl, identity, { ...withTls(client), boot: true })
      assert.equal(charger.protocol, 'ocpp1.6')
      assert.equal(await profileOf(open, identity), 0)
    }
  })

  it('is requested again after a valid one was shown', async () => {
    await provision(server, 'BOTH', { password: PASSWORD, serialNumber: 'SN-1' })
    const options = { ...withTls(await issueClient('SN-1')), password: PASSWORD }
    await (await connectCharger(server.secureUrl, 'BOTH', options)).close()
    const other = { ...withTls(await issueClient('SN-2')), password: PASSWORD }
    assert.equal((await refusedCharger(server.secureUrl, 'BOTH', other)).status, 403)
  })

  it('belongs to no charge point as long as the serial number is unknown', async () => {
    await provision(server, 'NEW', { password: PASSWORD })
    const client = await issueClient('SN-NEW')
    assert.equal((await refusedCharger(server.secureUrl, 'NEW', withTls(client))).status, 403)
    assert.match(String((await securityEventOf(server, 'NEW')).techInfo), /unknown/)
  })

  it('of an unknown charge point is refused', async () => {
    assert.equal((await refusedCharger(server.secureUrl, 'STRANGER', withTls(await issueClient('SN-1')))).status, 404)
  })

  it('of a charge point that is disabled is of no use', async () => {
    await provision(server, 'DISABLED', { serialNumber: 'SN-1', enabled: false })
    assert.equal((await refusedCharger(server.secureUrl, 'DISABLED', withTls(await issueClient('SN-1')))).status, 403)
  })
})

it('the CN is the identity where the operator says so', async () => {
  const byIdentity = await startTls({ TLS_CLIENT_SUBJECT: 'identity' })
  await provision(byIdentity, 'CP-1', {})
  await connectCharger(byIdentity.secureUrl, 'CP-1', withTls(await issueClient('CP-1')))
  await connectCharger(byIdentity.secureUrl, 'cp-1', withTls(await issueClient('CP-1')))
  assert.equal((await refusedCharger(byIdentity.secureUrl, 'CP-1', withTls(await issueClient('CP-2')))).status, 403)
})

it('an organization may have any letters', async () => {
  const O = 'Stadtwerke Würzburg & Söhne, GmbH'
  const abroad = await startTls({ TLS_CLIENT_ORGANIZATION: O })
  await provision(abroad, 'CP-1', { serialNumber: 'SN-1' })
  await connectCharger(abroad.secureUrl, 'CP-1', withTls(await issueClient('SN-1', { O })))
  assert.equal((await refusedCharger(abroad.secureUrl, 'CP-1', withTls(await issueClient('SN-1')))).status, 403)
})

it('a certificate that was revoked is refused, the others are not', async () => {
  const [revoked, other] = [await issueClient('SN-1'), await issueClient('SN-2')]
  const files = await Files.create()
  const list = await files.write('crl.pem', await authority.revocationList([revoked.serialNumber]))
  const strict = await startTls({ TLS_CLIENT_CRL: list })
  await provision(strict, 'CP-1', { serialNumber: 'SN-1' })
  await provision(strict, 'CP-2', { serialNumber: 'SN-2' })
  assert.equal((await refusedCharger(strict.secureUrl, 'CP-1', withTls(revoked))).status, 403)
  assert.match(String((await securityEventOf(strict, 'CP-1')).techInfo), /CERT_REVOKED/)
  await connectCharger(strict.secureUrl, 'CP-2', withTls(other))
})

it('no client certificate is requested without TLS_CLIENT_CA', async () => {
  const plain = await startTls({ TLS_CLIENT_CA: '', TLS_CLIENT_ORGANIZATION: '' })
  await provision(plain, 'CP-1', { password: PASSWORD, serialNumber: 'SN-1' })
  const client = await issueClient('SN-1')
  assert.equal((await refusedCharger(plain.secureUrl, 'CP-1', withTls(client))).status, 401)
  await connectCharger(plain.secureUrl, 'CP-1', { ...withTls(client), password: PASSWORD })
})
