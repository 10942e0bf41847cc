import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { hashDataOf } from '../../lib/certificates/hash-data.js'
import { operate, startBackend, temporaryDirectory } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { Holder } from './pki.js'
import { type Behaviour, Responder } from './responder.js'

const DAY_MS = 86_400_000
const CONTRACT = 'DE-ABC-C12345678-9'

/** A root, an authority below it, a car's contract, and a back-end that trusts the root. */
async function scene(behaviour: Partial<Behaviour> = {}) {
  const root = await Holder.root('MO Root')
  const between = await root.certify({ subject: [['CN', 'MO Sub']], isAuthority: true, pathLength: 0 })
  const responder = await Responder.start({ key: between.key, ...behaviour })
  const contract = await between.certify({ subject: [['CN', CONTRACT]], ocspUrl: responder.url })
  const CONTRACT_CA = join(await temporaryDirectory(), 'contract-ca.pem')
  await writeFile(CONTRACT_CA, root.pem)
  const server = await startBackend({ CONTRACT_CA, OCSP_RESPONDERS: responder.url, UNKNOWN_ID_TOKENS: 'reject' })
  await operate(server, 'PUT', `/id-tokens/${CONTRACT}`, { type: 'eMAID' })
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.1', boot: true })
  return { root, between, contract, responder, server, charger }
}

/** The same with another signature. */
function tampered({ certificate }: Holder): string {
  const der = Buffer.from(certificate.raw)
  const at = der.length - 10
  der[at] = (der[at] ?? 0) ^ 1
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
}

/** Certificate status and status of the id token. */
async function authorize(charger: Charger, more: object, idToken = CONTRACT): Promise<[unknown, unknown]> {
  const answer = await charger.call('Authorize', { idToken: { idToken, type: 'eMAID' }, ...more })
  assert.equal(answer.type, 3, JSON.stringify(answer))
  const { certificateStatus, idTokenInfo } = answer.type === 3 ? answer.payload : {}
  return [certificateStatus, (idTokenInfo as { status: string }).status]
}

describe('a contract certificate that the CSMS has to verify', () => {
  for (const [status, expected] of [
    ['good', ['Accepted', 'Accepted']],
    ['revoked', ['CertificateRevoked', 'Invalid']],
    ['unknown', ['NoCertificateAvailable', 'Invalid']]
  ] as const) {
    it(`is ${expected[0]} when its issuer says ${status}`, async () => {
      const { contract, between, charger, responder } = await scene({ status })
      assert.deepEqual(await authorize(charger, { certificate: contract.pem + between.pem }), expected)
      assert.equal(responder.requests, 1)
    })
  }

  it('is rejected when no responder answers', async () => {
    const { contract, between, charger } = await scene({ http: 503 })
    const refused = ['NoCertificateAvailable', 'Invalid']
    assert.deepEqual(await authorize(charger, { certificate: contract.pem + between.pem }), refused)
  })

  it('is rejected when its contract is unknown, or another one than that of the request', async () => {
    const { contract, between, charger, server } = await scene()
    const certificate = contract.pem + between.pem
    assert.deepEqual(await authorize(charger, { certificate }, 'DE-XYZ-C99999999-1'), ['CertChainError', 'Invalid'])
    await operate(server, 'PUT', `/id-tokens/${CONTRACT}`, { status: 'Blocked' })
    assert.deepEqual(await authorize(charger, { certificate }), ['Accepted', 'Blocked'])
    // A certificate that is refused as well does not hide that the id token is blocked.
    assert.deepEqual(await authorize(charger, { certificate: contract.pem }), ['CertChainError', 'Blocked'])
  })

  it('matches its contract with or without hyphens and check digit', async () => {
    const { contract, between, charger, server } = await scene()
    for (const spelling of ['DEABCC123456789', 'deabcC12345678']) {
      await operate(server, 'PUT', `/id-tokens/${spelling}`, { type: 'eMAID' })
      const certificate = contract.pem + between.pem
      assert.deepEqual(await authorize(charger, { certificate }, spelling), ['Accepted', 'Accepted'], spelling)
    }
  })

  it('is rejected when its chain is invalid', async () => {
    const { root, between, contract, charger, responder } = await scene()
    const stranger = await Holder.root('MO Root')
    const ofStranger = await stranger.certify({ subject: [['CN', CONTRACT]], ocspUrl: responder.url })
    const other = await root.certify({ subject: [['CN', 'MO Sub']], isAuthority: true })
    const notAuthority = await between.certify({ subject: [['CN', 'Not an authority']] })
    const below = await notAuthority.certify({ subject: [['CN', CONTRACT]], ocspUrl: responder.url })
    const tooDeep = await between.certify({ subject: [['CN', 'One too many']], isAuthority: true })
    const belowThat = await tooDeep.certify({ subject: [['CN', CONTRACT]], ocspUrl: responder.url })
    const expired = await between.certify({
      subject: [['CN', CONTRACT]],
      ocspUrl: responder.url,
      notAfter: new Date(Date.now() - DAY_MS)
    })
    for (const [certificate, expected] of [
      [contract.pem, 'CertChainError'],
      ['nonsense', 'CertChainError'],
      [`${ofStranger.pem}${stranger.pem}`, 'CertChainError'],
      [contract.pem + other.pem, 'CertChainError'],
      [tampered(contract) + between.pem, 'SignatureError'],
      [below.pem + notAuthority.pem + between.pem, 'CertChainError'],
      [belowThat.pem + tooDeep.pem + between.pem, 'CertChainError'],
      [expired.pem + between.pem, 'CertificateExpired']
    ] as const) {
      assert.deepEqual(await authorize(charger, { certificate }), [expected, 'Invalid'])
    }
    assert.equal(responder.requests, 0)
  })
})

describe('a contract certificate that the charge point has verified', () => {
  for (const [status, expected] of [
    ['good', ['Accepted', 'Accepted']],
    ['revoked', ['CertificateRevoked', 'Invalid']]
  ] as const) {
    it(`is ${expected[0]} when its issuer says ${status}`, async () => {
      const { contract, between, charger, responder } = await scene({ status })
      responder.behaviour = { ...responder.behaviour, certificate: between.certificate }
      const hash = { ...(await hashDataOf(contract.certificate, between.certificate)), responderURL: responder.url }
      assert.deepEqual(await authorize(charger, { iso15118CertificateHashData: [hash] }), expected)
    })
  }

  it('is rejected when one of the responders is not allowed', async () => {
    const { contract, between, charger, responder } = await scene()
    responder.behaviour = { ...responder.behaviour, certificate: between.certificate }
    const hash = { ...(await hashDataOf(contract.certificate, between.certificate)), responderURL: responder.url }
    const elsewhere = { ...hash, responderURL: responder.url.replace('/ocsp', '/elsewhere') }
    const refused = ['NoCertificateAvailable', 'Invalid']
    assert.deepEqual(await authorize(charger, { iso15118CertificateHashData: [hash, elsewhere] }), refused)
  })
})

describe('without a trusted authority', () => {
  it('no contract certificate is accepted', async () => {
    const { contract, between } = await scene()
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.0.1', boot: true })
    const certificate = contract.pem + between.pem
    assert.deepEqual(await authorize(charger, { certificate }), ['CertChainError', 'Invalid'])
  })
})
