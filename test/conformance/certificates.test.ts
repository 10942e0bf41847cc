import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type HashData, hashDataOf } from '../../lib/certificates/hash-data.js'
import { operate, startBackend, temporaryDirectory } from '../app/support.js'
import { Holder } from '../ca/pki.js'
import { type Behaviour, Responder } from '../ca/responder.js'
import { Applicant, certificatesOf, chainOf, isFor, type RequestKind, signingRequest } from '../ca/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

// The cases in which the central system signs certificates, or asks others about them. Those where it only passes on
// what an operator asks for are in the files of the versions.

interface Renewal {
  /** What an operator asks for. */
  wish: object
  /** What the charge point is asked. */
  asked: [action: string, payload: object]
  /** Beside the request, and beside the certificate. */
  more?: object
  kind?: RequestKind
}

const signing = await startBackend({ TLS_CLIENT_SUBJECT: 'identity' })

/** The charge point is asked to renew a certificate, asks for one, and is sent it. */
async function renews(applicant: Applicant, { wish, asked, more = {}, kind = 'ec' }: Renewal): Promise<void> {
  const { identity } = applicant.charger
  const response = await operate(signing, 'POST', `/charge-points/${identity}/certificates/renew`, wish)
  assert.deepEqual(response.json().result, { status: 'Accepted' }, response.body)
  assert.deepEqual(applicant.asked.at(-1), asked)
  const request = await signingRequest(`CN=${identity}, O=Operator`, kind)
  const { certificateChain, ...rest } = await applicant.obtains(request, more)
  assert.deepEqual(rest, more)
  const [leaf] = chainOf({ certificateChain })
  assert.ok(isFor(leaf, request.key))
  assert.ok(leaf.verify((await signing.app.ca.chain())?.[0]?.publicKey ?? assert.fail()))
}

async function isShown(identity: string, status: string): Promise<void> {
  await certificatesOf(signing, `?chargePoint=${identity}`, ([one]) => one?.status === status)
}

describe('1.6: certificates that are signed', () => {
  for (const kind of ['rsa', 'ec'] as const) {
    it(`TC_074_CSMS: a new certificate for a key of the kind ${kind}`, async () => {
      const identity = `TC_074_CSMS-${kind}`
      const applicant = await Applicant.connect(signing, identity)
      const asked: Renewal['asked'] = ['ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' }]
      await renews(applicant, { wish: {}, asked, kind })
      await isShown(identity, 'accepted')
    })
  }
})

describe('2.0.1: certificates that are signed', () => {
  for (const [id, name, renewal] of [
    [
      'TC_A_11_CSMS',
      'a Charging Station Certificate',
      {
        wish: {},
        asked: ['TriggerMessage', { requestedMessage: 'SignChargingStationCertificate' }],
        more: { certificateType: 'ChargingStationCertificate' }
      }
    ],
    [
      'TC_A_12_CSMS',
      'a V2G Certificate',
      {
        wish: { type: 'V2GCertificate' },
        asked: ['TriggerMessage', { requestedMessage: 'SignV2GCertificate' }],
        more: { certificateType: 'V2GCertificate' }
      }
    ],
    [
      'TC_A_13_CSMS',
      'a combined certificate',
      { wish: { combined: true }, asked: ['TriggerMessage', { requestedMessage: 'SignCombinedCertificate' }] }
    ]
  ] as [string, string, Renewal][]) {
    it(`${id}: ${name}`, async () => {
      const applicant = await Applicant.connect(signing, id, { protocol: 'ocpp2.0.1' })
      await renews(applicant, renewal)
      await isShown(id, 'accepted')
    })
  }

  it('TC_A_14_CSMS: a certificate that the station does not like', async () => {
    const applicant = await Applicant.connect(signing, 'TC_A_14_CSMS', { protocol: 'ocpp2.0.1' })
    applicant.answer = 'Rejected'
    await renews(applicant, {
      wish: {},
      asked: ['TriggerMessage', { requestedMessage: 'SignChargingStationCertificate' }],
      more: { certificateType: 'ChargingStationCertificate' }
    })
    const event = { type: 'InvalidChargingStationCertificate', timestamp: new Date().toISOString() }
    assert.equal((await applicant.charger.call('SecurityEventNotification', event)).type, 3)
    await isShown('TC_A_14_CSMS', 'rejected')
  })
})

// --- what is asked of others ----------------------------------------------------------------------------------------

interface Verifying {
  server: TestServer
  charger: Charger
  responder: Responder
  contract: Holder
  between: Holder
  hash: HashData & { responderURL: string }
}

const CONTRACT = 'DE-ABC-C12345678-9'

/** A back-end that trusts a root, a contract below it, and a responder that says this of it. */
async function verifying(identity: string, behaviour: Partial<Behaviour> = {}): Promise<Verifying> {
  const root = await Holder.root('MO Root')
  const between = await root.certify({ subject: [['CN', 'MO Sub']], isAuthority: true })
  const responder = await Responder.start({ key: between.key, certificate: between.certificate, ...behaviour })
  const contract = await between.certify({ subject: [['CN', CONTRACT]], ocspUrl: responder.url })
  const CONTRACT_CA = join(await temporaryDirectory(), 'roots.pem')
  await writeFile(CONTRACT_CA, root.pem)
  const server = await startBackend({ CONTRACT_CA, OCSP_RESPONDERS: responder.url, UNKNOWN_ID_TOKENS: 'reject' })
  await operate(server, 'PUT', `/id-tokens/${CONTRACT}`, { type: 'eMAID' })
  const charger = await connectCharger(server.url, identity, { protocol: 'ocpp2.0.1', boot: true })
  const hash = { ...(await hashDataOf(contract.certificate, between.certificate)), responderURL: responder.url }
  return { server, charger, responder, contract, between, hash }
}

async function says(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

const idToken = { idToken: CONTRACT, type: 'eMAID' }

describe('2.0.1: contract certificates', () => {
  it('TC_C_50_CSMS: one that the station has verified', async () => {
    const { charger, hash } = await verifying('TC_C_50_CSMS')
    const answer = await says(charger, 'Authorize', { idToken, iso15118CertificateHashData: [hash] })
    assert.deepEqual(answer, { idTokenInfo: { status: 'Accepted' }, certificateStatus: 'Accepted' })
    const { idTokenInfo } = await says(charger, 'TransactionEvent', {
      eventType: 'Started',
      timestamp: new Date().toISOString(),
      triggerReason: 'Authorized',
      seqNo: 0,
      transactionInfo: { transactionId: 'TC_C_50_CSMS' },
      evse: { id: 1, connectorId: 1 },
      idToken
    })
    assert.deepEqual(idTokenInfo, { status: 'Accepted' })
  })

  it('TC_C_51_CSMS: one that was revoked, and one of a contract that nobody knows', async () => {
    const { charger, hash, responder } = await verifying('TC_C_51_CSMS')
    const unknown = { idToken: { idToken: 'DE-XYZ-C99999999-0', type: 'eMAID' }, iso15118CertificateHashData: [hash] }
    assert.deepEqual((await says(charger, 'Authorize', unknown)).idTokenInfo, { status: 'Invalid' })
    assert.equal(responder.requests, 1)
    const revoked = await verifying('TC_C_51_CSMS', { status: 'revoked' })
    const request = { idToken, iso15118CertificateHashData: [revoked.hash] }
    const answer = await says(revoked.charger, 'Authorize', request)
    assert.deepEqual(answer, { idTokenInfo: { status: 'Invalid' }, certificateStatus: 'CertificateRevoked' })
  })

  it('TC_C_52_CSMS: one that the central system has to verify', async () => {
    const { charger, contract, between, responder } = await verifying('TC_C_52_CSMS')
    const answer = await says(charger, 'Authorize', { idToken, certificate: contract.pem + between.pem })
    assert.deepEqual(answer, { idTokenInfo: { status: 'Accepted' }, certificateStatus: 'Accepted' })
    assert.equal(responder.requests, 1)
  })
})

describe('2.0.1: the status of certificates', () => {
  it('TC_M_24_CSMS: what the responder has signed', async () => {
    const { charger, hash, responder } = await verifying('TC_M_24_CSMS')
    const { status, ocspResult } = await says(charger, 'GetCertificateStatus', { ocspRequestData: hash })
    assert.equal(status, 'Accepted')
    const der = Buffer.from(String(ocspResult), 'base64')
    // SEQUENCE { ENUMERATED successful …
    assert.deepEqual([der[0], der.subarray(4, 7).toString('hex')], [0x30, '0a0100'])
    responder.behaviour = { ...responder.behaviour, spoils: 'signature' }
    const other = { ...hash, serialNumber: '77' }
    assert.deepEqual(await says(charger, 'GetCertificateStatus', { ocspRequestData: other }), { status: 'Failed' })
  })

  it('2.1 M07: of a whole chain', async () => {
    const { server, hash, responder } = await verifying('M07', { status: 'revoked' })
    const charger = await connectCharger(server.url, 'M07-21', { protocol: 'ocpp2.1', boot: true })
    const { responderURL, ...certificateHashData } = hash
    const { certificateStatus } = await says(charger, 'GetCertificateChainStatus', {
      certificateStatusRequests: [
        { certificateHashData, source: 'OCSP', urls: ['https://elsewhere.example/ocsp', responderURL] },
        { certificateHashData, source: 'CRL', urls: [responderURL] }
      ]
    })
    const shown = (certificateStatus as Record<string, unknown>[]).map(({ source, status }) => [source, status])
    assert.deepEqual(shown, [
      ['OCSP', 'Revoked'],
      ['CRL', 'Failed']
    ])
    assert.equal(responder.requests, 1)
  })

  it('2.1 M07: not of more than an answer can have, although violations are tolerated', async () => {
    const server = await startBackend({ OCPP_VALIDATION: 'warn' })
    const charger = await connectCharger(server.url, 'M07-LONG', { protocol: 'ocpp2.1', boot: true })
    const certificateHashData = { hashAlgorithm: 'SHA256', issuerNameHash: 'a', issuerKeyHash: 'b', serialNumber: '1' }
    const one = { certificateHashData, source: 'CRL', urls: ['https://elsewhere.example/crl'] }
    const asked = async (length: number) => {
      const request = { certificateStatusRequests: Array.from({ length }, () => one) }
      const answer = await charger.call('GetCertificateChainStatus', request)
      return answer.type === 4
        ? answer.code
        : (answer.payload as { certificateStatus: unknown[] }).certificateStatus.length
    }
    assert.deepEqual([await asked(4), await asked(5)], [4, 'OccurrenceConstraintViolation'])
  })
})

describe('contract certificates for cars', () => {
  it('TC_M_26_CSMS, TC_M_28_CSMS, TC_M_100_CSMS: what the service answers goes back as it is', async () => {
    const asked: unknown[] = []
    const answers: string[] = []
    const service = createServer(async (request, reply) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      asked.push([request.headers.authorization, JSON.parse(Buffer.concat(chunks).toString())])
      reply.end(answers.shift())
    })
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    after(() => service.close())
    const server = await startBackend({
      CONTRACT_SERVICE_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}/`,
      CONTRACT_SERVICE_TOKEN: 'token-of-the-service'
    })
    const connect = (identity: string, protocol: string) =>
      connectCharger(server.url, identity, { protocol, boot: true })
    const in201 = await connect('M-201', 'ocpp2.0.1')
    const in21 = await connect('M-21', 'ocpp2.1')
    const request = { iso15118SchemaVersion: 'urn:iso:15118:2:2013:MsgDef', exiRequest: 'gJgC' }
    const accepted = { status: 'Accepted', exiResponse: 'gJgE' }
    const failed = { status: 'Failed', exiResponse: '' }
    for (const [charger, more, answer, expected] of [
      [in201, { action: 'Install' }, JSON.stringify(accepted), accepted],
      [in201, { action: 'Update' }, JSON.stringify(accepted), accepted],
      [
        in21,
        { action: 'Install', maximumContractCertificateChains: 2 },
        JSON.stringify({ ...accepted, remainingContracts: 1 }),
        { ...accepted, remainingContracts: 1 }
      ],
      [in201, { action: 'Install' }, JSON.stringify({ ...accepted, exiResponse: 'x'.repeat(6000) }), failed],
      [in21, { action: 'Install' }, '{ "status": "Maybe" }', failed],
      [in21, { action: 'Install' }, 'nonsense', failed]
    ] as const) {
      answers.push(answer)
      assert.deepEqual(await says(charger, 'Get15118EVCertificate', { ...request, ...more }), expected)
      const { identity: chargePoint } = charger
      assert.deepEqual(asked.at(-1), ['Bearer token-of-the-service', { chargePoint, ...request, ...more }])
    }
  })
})
