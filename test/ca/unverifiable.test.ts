import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hashDataOf } from '../../lib/certificates/hash-data.js'
import { OcspClient, type OcspOutcome } from '../../lib/certificates/ocsp.js'
import { operate, startBackend } from '../app/support.js'
import { metric } from '../operators/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { Holder } from './pki.js'
import { type Behaviour, Responder } from './responder.js'

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
const CONTRACT = 'DE-ABC-C12345678-9'
const SILENT = { warn: () => undefined }

/** A responder that a sub-CA lets answer, and a back-end that knows neither the sub-CA nor its root. */
async function scene(behaviour: Partial<Behaviour> = {}) {
  const root = await Holder.root('V2G Root')
  const issuer = await root.certify({ subject: [['CN', 'V2G Sub']], isAuthority: true })
  const leaf = await issuer.certify({ subject: [['CN', CONTRACT]] })
  const delegate = await issuer.certify({ subject: [['CN', 'Responder']], extendedKeyUsage: [OCSP_SIGNING] })
  const responder = await Responder.start({ key: delegate.key, certificate: delegate.certificate, ...behaviour })
  const data = await hashDataOf(leaf.certificate, issuer.certificate)
  return { root, issuer, leaf, delegate, responder, data }
}

async function backend(responder: Responder) {
  const server = await startBackend({ OCSP_RESPONDERS: responder.url, UNKNOWN_ID_TOKENS: 'accept' })
  await operate(server, 'PUT', `/id-tokens/${CONTRACT}`, { type: 'eMAID' })
  return server
}

async function says(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

/** SEQUENCE { ENUMERATED successful … */
function isSuccessful(ocspResult: unknown): boolean {
  const der = Buffer.from(String(ocspResult), 'base64')
  return der[0] === 0x30 && der.subarray(4, 7).toString('hex') === '0a0100'
}

describe('an OCSP response whose issuer the back-end does not know', () => {
  for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
    for (const status of ['good', 'revoked', 'unknown'] as const) {
      it(`is passed on to the charge point that asked, though it says ${status}, in ${protocol}`, async () => {
        const { responder, data } = await scene({ status })
        const server = await backend(responder)
        const charger = await connectCharger(server.url, 'CP-1', { protocol, boot: true })
        const ocspRequestData = { ...data, responderURL: responder.url }
        for (let times = 1; times <= 2; times++) {
          const answer = await says(charger, 'GetCertificateStatus', { ocspRequestData })
          assert.equal(answer.status, 'Accepted')
          assert.ok(isSuccessful(answer.ocspResult))
          assert.equal(responder.requests, times, 'what was not verified is not remembered')
        }
        const outcome = status === 'revoked' ? 'revoked' : 'unverified'
        assert.equal(await metric(server, `ocpp_ocsp_requests_total{outcome="${outcome}"}`), 2)
      })
    }
  }

  it('is passed on when the issuer itself has signed it', async () => {
    const { responder, data, issuer } = await scene()
    responder.behaviour = { key: issuer.key }
    const charger = await connectCharger((await backend(responder)).url, 'CP-1', { protocol: 'ocpp2.1', boot: true })
    const ocspRequestData = { ...data, responderURL: responder.url }
    const answer = await says(charger, 'GetCertificateStatus', { ocspRequestData })
    assert.equal(answer.status, 'Accepted')
  })

  for (const [what, behaviour] of Object.entries({
    'has a signature that is wrong': { spoils: 'signature' },
    'is about another certificate': { spoils: 'serial' },
    'is the answer to another request': { spoils: 'nonce' },
    'is cut off': { spoils: 'content' },
    'is out of date': { thisUpdate: -7_200_000, nextUpdate: -3_600_000 },
    'says no more than that it will not answer': { says: 'unauthorized' }
  } satisfies Record<string, Partial<Behaviour>>)) {
    it(`is not passed on when it ${what}`, async () => {
      const { responder, data } = await scene(behaviour)
      const charger = await connectCharger((await backend(responder)).url, 'CP-1', { protocol: 'ocpp2.1', boot: true })
      const ocspRequestData = { ...data, responderURL: responder.url }
      assert.deepEqual(await says(charger, 'GetCertificateStatus', { ocspRequestData }), { status: 'Failed' })
    })
  }

  for (const [status, certificateStatus, chainStatus] of [
    ['good', 'NoCertificateAvailable', 'Failed'],
    ['unknown', 'NoCertificateAvailable', 'Failed'],
    ['revoked', 'CertificateRevoked', 'Revoked']
  ] as const) {
    it(`authorises no charging; when it says ${status} the certificate is ${certificateStatus}`, async () => {
      const { responder, data } = await scene({ status })
      const charger = await connectCharger((await backend(responder)).url, 'CP-1', { protocol: 'ocpp2.1', boot: true })
      const answer = await says(charger, 'Authorize', {
        idToken: { idToken: CONTRACT, type: 'eMAID' },
        iso15118CertificateHashData: [{ ...data, responderURL: responder.url }]
      })
      assert.deepEqual(answer, { idTokenInfo: { status: 'Invalid' }, certificateStatus })
      const request = { certificateHashData: data, source: 'OCSP', urls: [responder.url] }
      const chain = await says(charger, 'GetCertificateChainStatus', { certificateStatusRequests: [request] })
      const [shown] = chain.certificateStatus as { status: string }[]
      assert.equal(shown?.status, chainStatus)
    })
  }
})

describe('a response that says revoked and is forged', () => {
  it('counts as revoked nevertheless, is not passed on and is not cached', async () => {
    const { issuer, responder, data } = await scene({ status: 'revoked' })
    const stranger = await Holder.root('V2G Sub')
    responder.behaviour = { key: stranger.key, status: 'revoked' }
    const outcomes: OcspOutcome[] = []
    const client = new OcspClient({
      responders: [responder.url],
      known: [issuer.certificate],
      log: SILENT,
      onOutcome: (outcome) => outcomes.push(outcome)
    })
    for (let times = 0; times < 2; times++) {
      assert.deepEqual(await client.status(data, responder.url), { status: 'revoked' })
    }
    assert.equal(responder.requests, 2)
    assert.deepEqual(outcomes, ['revoked', 'revoked'])
  })
})
