import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type HashData, hashDataOf } from '../../lib/certificates/hash-data.js'
import { OcspClient, type OcspOutcome } from '../../lib/certificates/ocsp.js'
import { isAllowed } from '../../lib/certificates/responders.js'
import { Holder } from './pki.js'
import { type Behaviour, Responder } from './responder.js'

const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
const HOUR_MS = 3_600_000
const log = { warn: () => undefined }

interface Scene {
  issuer: Holder
  data: HashData
  responder: Responder
  client: OcspClient
  outcomes: OcspOutcome[]
}

/** A certificate, its issuer, and a responder that the client may ask. */
async function scene(behaviour: Partial<Behaviour> = {}, timeout = 20_000): Promise<Scene> {
  const issuer = await Holder.root('Issuer')
  const leaf = await issuer.certify({ subject: [['CN', 'Leaf']] })
  const responder = await Responder.start({ key: issuer.key, ...behaviour })
  const outcomes: OcspOutcome[] = []
  const options = { responders: [responder.url], known: [issuer.certificate], log, timeout }
  const client = new OcspClient({ ...options, onOutcome: (outcome) => outcomes.push(outcome) })
  return { issuer, data: await hashDataOf(leaf.certificate, issuer.certificate), responder, client, outcomes }
}

describe('the status of a certificate', () => {
  for (const status of ['good', 'revoked', 'unknown'] as const) {
    it(`is ${status} when its issuer says so`, async () => {
      const { client, data, responder, outcomes } = await scene({ status })
      const result = await client.status(data, responder.url)
      assert.equal(result.status, status)
      assert.deepEqual(outcomes, [status])
    })
  }

  for (const hashAlgorithm of ['SHA256', 'SHA384', 'SHA512'] as const) {
    it(`is requested with hashes of ${hashAlgorithm}`, async () => {
      const { client, issuer, responder } = await scene()
      const leaf = await issuer.certify({ subject: [['CN', 'Other']] })
      const data = await hashDataOf(leaf.certificate, issuer.certificate, hashAlgorithm)
      assert.equal((await client.status(data, responder.url)).status, 'good')
    })
  }

  it('is accepted from a responder that the issuer authorised', async () => {
    const { client, data, responder, issuer } = await scene()
    const delegate = await issuer.certify({ subject: [['CN', 'Responder']], extendedKeyUsage: [OCSP_SIGNING] })
    responder.behaviour = { key: delegate.key, certificate: delegate.certificate, status: 'revoked' }
    assert.equal((await client.status(data, responder.url)).status, 'revoked')
  })

  it('is accepted when the answer contains the issuer: only the issuer has its key', async () => {
    const { data, responder, issuer } = await scene()
    responder.behaviour = { key: issuer.key, certificate: issuer.certificate }
    const client = new OcspClient({ responders: [responder.url], known: [], log })
    assert.equal((await client.status(data, responder.url)).status, 'good')
  })

  for (const [what, behaviour] of Object.entries({
    'a signature that is wrong': { spoils: 'signature' },
    'an answer about another certificate': { spoils: 'serial' },
    'the answer to another request': { spoils: 'nonce' },
    'half an answer': { spoils: 'content' },
    'an answer that is out of date': { thisUpdate: -3 * HOUR_MS, nextUpdate: -2 * HOUR_MS },
    'an old answer that does not say when it knows more': { thisUpdate: -48 * HOUR_MS, nextUpdate: null },
    'an answer of a time to come': { thisUpdate: 2 * HOUR_MS, nextUpdate: 3 * HOUR_MS },
    'that it should try later': { says: 'tryLater' },
    'that it may not ask': { says: 'unauthorized' },
    'an HTTP error': { http: 500 },
    'the address of another responder': { http: 302 },
    nothing: { size: 0 },
    'something else': { size: 100 },
    'more than an answer can be': { size: 10_000_000 }
  } satisfies Record<string, Partial<Behaviour>>)) {
    it(`is not known after ${what}`, async () => {
      const { client, data, responder, outcomes } = await scene(behaviour)
      assert.deepEqual(await client.status(data, responder.url), { status: 'failed' })
      assert.deepEqual(outcomes, ['failed'])
      assert.equal(responder.requests, 1)
    })
  }

  it('is not known when somebody else has signed the response', async () => {
    const { client, data, responder, issuer } = await scene()
    const stranger = await Holder.root('Issuer')
    const ofStranger = await stranger.certify({ subject: [['CN', 'Responder']], extendedKeyUsage: [OCSP_SIGNING] })
    const notForIt = await issuer.certify({ subject: [['CN', 'Server']], extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] })
    const expired = await issuer.certify({
      subject: [['CN', 'Responder']],
      extendedKeyUsage: [OCSP_SIGNING],
      notAfter: new Date(Date.now() - HOUR_MS)
    })
    const signers: Behaviour[] = [
      { key: stranger.key },
      { key: stranger.key, certificate: stranger.certificate },
      { key: stranger.key, certificate: issuer.certificate },
      { key: ofStranger.key, certificate: ofStranger.certificate },
      { key: notForIt.key, certificate: notForIt.certificate },
      { key: notForIt.key },
      { key: expired.key, certificate: expired.certificate }
    ]
    for (const behaviour of signers) {
      responder.behaviour = behaviour
      assert.equal((await client.status(data, responder.url)).status, 'failed')
    }
    assert.equal(responder.requests, signers.length)
  })

  it('is not known when no response arrives in time', async () => {
    const { client, data, responder } = await scene({ isSilent: true }, 100)
    assert.equal((await client.status(data, responder.url)).status, 'failed')
    assert.equal(responder.requests, 1)
  })

  it('is requested once while the response is valid', async () => {
    const { client, data, responder, outcomes } = await scene({ status: 'revoked' })
    const both = await Promise.all([client.status(data, responder.url), client.status(data, responder.url)])
    assert.deepEqual(
      both.map(({ status }) => status),
      ['revoked', 'revoked']
    )
    const spelt = { ...data, issuerKeyHash: data.issuerKeyHash.toUpperCase(), serialNumber: `00${data.serialNumber}` }
    assert.equal((await client.status(spelt, responder.url)).status, 'revoked')
    assert.equal(responder.requests, 1)
    assert.deepEqual(outcomes, ['revoked', 'cached'])
  })

  it('is requested again when the response has expired, or has no expiry', async () => {
    for (const nextUpdate of [-1000, null]) {
      const { client, data, responder } = await scene({ thisUpdate: -1000, nextUpdate })
      for (let count = 0; count < 2; count++) {
        assert.equal((await client.status(data, responder.url)).status, 'good', String(nextUpdate))
      }
      assert.equal(responder.requests, 2)
    }
  })

  it('is requested with limited concurrency, and given up when too many requests wait', async () => {
    const { client, data, responder } = await scene({ isSilent: true }, 3_000)
    const all = Array.from({ length: 40 }, (_, index) =>
      client.status({ ...data, serialNumber: index.toString(16) }, responder.url)
    )
    await Promise.race(all)
    assert.ok(responder.requests <= 8, `${responder.requests} at a time`)
    assert.deepEqual(new Set((await Promise.all(all)).map(({ status }) => status)), new Set(['failed']))
    assert.equal(responder.requests, 24, 'those that waited had their turn')
    responder.behaviour = { key: responder.behaviour.key }
    assert.equal((await client.status(data, responder.url)).status, 'good')
  })

  it('is not requested from responders that the operator does not allow', async () => {
    const { data, responder, client, outcomes } = await scene()
    const { origin } = new URL(responder.url)
    for (const url of [
      `${origin}/`,
      `${origin}/ocspx`,
      `${origin}/ocsp/../admin`,
      `${origin}/ocsp?x=1`,
      'file:///etc/passwd'
    ]) {
      assert.equal((await client.status(data, url)).status, 'failed', url)
    }
    assert.equal(responder.requests, 0)
    assert.deepEqual(new Set(outcomes), new Set(['denied']))
  })
})

describe('a list of responders', () => {
  const allowed = ['http://ocsp.example.com/v2g', 'https://pki.example.org']

  for (const url of [
    'http://ocsp.example.com/v2g',
    'http://OCSP.example.com:80/v2g/',
    'http://ocsp.example.com/v2g/sub/ca',
    'https://pki.example.org',
    'https://pki.example.org/any/thing'
  ]) {
    it(`allows ${url}`, () => assert.equal(isAllowed(url, allowed), true))
  }

  for (const url of [
    'http://ocsp.example.com',
    'http://ocsp.example.com/v2gx',
    'http://ocsp.example.com/v2g/../internal',
    'http://ocsp.example.com/v2g/%2e%2e/internal',
    'http://ocsp.example.com:8080/v2g',
    'https://ocsp.example.com/v2g',
    'http://pki.example.org',
    'https://pki.example.org.evil.com',
    'https://pki.example.org@evil.com',
    'https://user:pass@pki.example.org/',
    'https://pki.example.org/?to=http://evil.com',
    'https://pki.example.org/#x',
    'ftp://pki.example.org',
    ' https://pki.example.org',
    'pki.example.org',
    ''
  ]) {
    it(`does not allow ${url === '' ? 'nothing' : url}`, () => assert.equal(isAllowed(url, allowed), false))
  }
})
