import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { LocalAuthority } from '../../lib/certificates/authority.js'
import { openOwn, readGiven } from '../../lib/certificates/material.js'
import { readConfig } from '../../lib/settings/settings.js'
import type {} from '../../plugins/ca.js'
import type {} from '../../plugins/csms/certificate-signing.js'
import { operate, startBackend, temporaryDirectory } from '../app/support.js'
import { Authority } from '../support/authority.js'
import { Applicant, certificatesOf, chainOf, isFor, signingRequest } from './support.js'

interface Asked {
  headers: IncomingHttpHeaders
  body: { chargePoint: string; certificateType: string; combined: boolean; csr: string }
}

type Signing = (asked: Asked) => Promise<{ status?: number; body: string }>

/** A service of the operator's that signs. */
async function signer(sign: Signing) {
  const asked: Asked[] = []
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const one = { headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) }
    asked.push(one)
    const { status = 200, body } = await sign(one)
    reply.writeHead(status, { 'content-type': 'application/pem-certificate-chain' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sign` }
}

const { readRequest } = await import('../../lib/certificates/x509.js')

/** Signs what it is asked to, as an authority below another one. */
async function authority() {
  const root = await Authority.create({ O: 'Operator', CN: 'Root' })
  const below = await root.intermediate({ O: 'Operator', CN: 'Below' })
  const sign = async (csr: string, CN: string) => {
    const publicKey = readRequest(csr).key.export({ type: 'spki', format: 'der' })
    return (await below.issue({ O: 'Operator', CN, publicKey })).chain
  }
  return { root, below, sign }
}

describe('an external authority', () => {
  it('gets the request and signs instead of ours', async () => {
    const { root, below, sign } = await authority()
    const service = await signer(async ({ body }) => ({ body: (await sign(body.csr, body.chargePoint)) + root.cert }))
    const settings = { CA_SIGN_URL: service.url, CA_SIGN_TOKEN: 'secret-of-the-signer', TLS_CLIENT_SUBJECT: 'identity' }
    const server = await startBackend(settings)
    const applicant = await Applicant.connect(server, 'REMOTE', { protocol: 'ocpp2.0.1' })
    const request = await signingRequest('CN=REMOTE')
    const call = await applicant.obtains(request, { certificateType: 'ChargingStationCertificate' })
    const [leaf, ...above] = chainOf(call)
    assert.ok(isFor(leaf, request.key))
    assert.deepEqual(
      above.map(({ subject }) => subject),
      [new X509Certificate(below.cert).subject],
      'without the root'
    )
    const [{ headers, body } = assert.fail()] = service.asked
    assert.equal(headers.authorization, 'Bearer secret-of-the-signer')
    assert.equal(headers['content-type'], 'application/json')
    const type = { certificateType: 'ChargingStationCertificate', combined: false }
    assert.deepEqual(body, { chargePoint: 'REMOTE', csr: request.csr, ...type })
    assert.equal((await operate(server, 'GET', '/certificates/ca')).statusCode, 404, 'it is not known here')
    const [shown] = await certificatesOf(server, '?chargePoint=REMOTE', ([one]) => one?.status === 'accepted')
    assert.match(String(shown?.issuerKeyHash), /^[0-9a-f]{64}$/)
  })

  it('is asked again when it did not answer, and not when it refused', async () => {
    const { sign } = await authority()
    const answers = [
      { status: 503, body: '' },
      { status: 401, body: '' }
    ]
    const service = await signer(async ({ body }) => answers.shift() ?? { body: await sign(body.csr, 'AGAIN') })
    const server = await startBackend({ CA_SIGN_URL: service.url, TLS_CLIENT_SUBJECT: 'identity' })
    const applicant = await Applicant.connect(server, 'AGAIN')
    assert.equal(await applicant.asks((await signingRequest('CN=AGAIN')).csr), 'Accepted')
    await certificatesOf(server, '?chargePoint=AGAIN', ([one]) => one?.error === 'the server answered 503')
    await server.app.issuance.deliverWaiting(0)
    await certificatesOf(server, '?chargePoint=AGAIN', ([one]) => one?.error === 'the server answered 401')
    const next = applicant.next()
    await server.app.issuance.deliverWaiting(0)
    await next
    await certificatesOf(server, '?chargePoint=AGAIN', ([one]) => one?.status === 'accepted')

    answers.push({ status: 422, body: '' })
    assert.equal(await applicant.asks((await signingRequest('CN=AGAIN')).csr), 'Accepted')
    await certificatesOf(server, '?chargePoint=AGAIN', ([one]) => one?.status === 'failed')
    await server.app.issuance.deliverWaiting(0)
    assert.equal(service.asked.length, 4)
  })

  it('is not accepted when its answer does not match the request', async () => {
    const { root, sign } = await authority()
    const another = await signingRequest('CN=WRONG')
    const expired = await root.issue({ CN: 'WRONG', notAfter: new Date(Date.now() - 1000) })
    const wrong: [body: string, error: RegExp][] = [
      ['nonsense', /no certificate/],
      ['x'.repeat(100_000), /longer than/],
      [await sign(another.csr, 'WRONG'), /another key/],
      [expired.cert, /another key/],
      [root.cert, /another key/]
    ]
    const service = await signer(async ({ body }) => {
      const next = wrong[0]?.[0]
      return { body: next ?? (await sign(body.csr, 'WRONG')).split('-----END CERTIFICATE-----')[0] ?? '' }
    })
    const server = await startBackend({ CA_SIGN_URL: service.url, TLS_CLIENT_SUBJECT: 'identity' })
    const applicant = await Applicant.connect(server, 'WRONG')
    for (; wrong.length > 0; wrong.shift()) {
      assert.equal(await applicant.asks((await signingRequest('CN=WRONG')).csr), 'Accepted')
      await certificatesOf(server, '?chargePoint=WRONG', ([one]) => wrong[0]?.[1].test(String(one?.error)) === true)
    }
    assert.deepEqual(applicant.received, [])
  })

  it('can be a function of the application', async () => {
    const material = await openOwn(readConfig({ DATA_DIR: await temporaryDirectory() }))
    const own = new LocalAuthority({ material, validityDays: 1 })
    const server = await startBackend({ TLS_CLIENT_SUBJECT: 'identity' })
    server.app.ca.use({ sign: (task) => own.sign(task) })
    const applicant = await Applicant.connect(server, 'HOST')
    const [leaf] = chainOf(await applicant.obtains(await signingRequest('CN=HOST')))
    assert.ok(leaf.verify(material.chain[0].publicKey))
  })
})

describe('an authority that the operator gives', () => {
  async function files(cert: string, key: string) {
    const directory = await temporaryDirectory()
    const [CA_CERT, CA_KEY] = [join(directory, 'ca.pem'), join(directory, 'ca.key')]
    await writeFile(CA_CERT, cert)
    await writeFile(CA_KEY, key, { mode: 0o600 })
    return { CA_CERT, CA_KEY, TLS_CLIENT_SUBJECT: 'identity' }
  }

  for (const kind of ['ec', 'ec-384', 'rsa'] as const) {
    it(`signs with its key of the kind ${kind}, and is sent along where others are above it`, async () => {
      const root = await Authority.create({ CN: 'Root' })
      const below = await root.intermediate({ O: 'Operator', CN: 'Below' }, { kind })
      const server = await startBackend(await files(`${below.cert}\n${root.cert}`, below.key))
      const applicant = await Applicant.connect(server, 'GIVEN')
      const [leaf, above, ...more] = chainOf(await applicant.obtains(await signingRequest('CN=GIVEN')))
      assert.ok(above)
      assert.equal(above.fingerprint256, new X509Certificate(below.cert).fingerprint256)
      assert.ok(leaf.verify(above.publicKey) && leaf.checkIssued(above))
      assert.deepEqual(more, [])
      const { body } = await operate(server, 'GET', '/certificates/ca')
      assert.equal(body.match(/BEGIN CERTIFICATE/g)?.length, 2)
      assert.equal(await server.app.ca.rootPem(), new X509Certificate(root.cert).toString())
    })
  }

  it('signs nothing that is valid longer than the authority itself, or before it', async () => {
    const [notBefore, notAfter] = [new Date(Date.now() - 60_000), new Date(Date.now() + 3 * 86_400_000)]
    const authority = await Authority.create({ O: 'Operator', CN: 'Short' }, { notBefore, notAfter })
    const server = await startBackend({ ...(await files(authority.cert, authority.key)), CA_VALIDITY_DAYS: '30' })
    const applicant = await Applicant.connect(server, 'SHORT')
    const [leaf] = chainOf(await applicant.obtains(await signingRequest('CN=SHORT')))
    const above = new X509Certificate(authority.cert)
    assert.deepEqual([leaf.validFrom, leaf.validTo], [above.validFrom, above.validTo])
  })

  it('must have a certificate of an authority and the key that belongs to it', async () => {
    const root = await Authority.create({ CN: 'Root' })
    const other = await Authority.create({ CN: 'Other' })
    const below = await root.intermediate({ CN: 'Below' })
    const leaf = await root.issue({ CN: 'Leaf' })
    const expired = await Authority.create({ CN: 'Old' }, { notAfter: new Date(Date.now() - 1000) })
    for (const [cert, key, message] of [
      [root.cert, other.key, /does not belong to the key/],
      [leaf.cert, leaf.key, /not the certificate of an authority/],
      [`${below.cert}\n${other.cert}`, below.key, /must be in order: certificate 2/],
      [expired.cert, expired.key, /has expired/],
      ['nonsense', root.key, /contains no certificate/],
      [root.cert, 'nonsense', /contains no private key/]
    ] as const) {
      const { CA_CERT, CA_KEY } = await files(cert, key)
      await assert.rejects(readGiven(CA_CERT, CA_KEY), { name: 'ConfigError', message })
    }
    await assert.rejects(readGiven('/nowhere/ca.pem', '/nowhere/ca.key'), /CA_CERT cannot be read/)
    await assert.rejects(startBackend({ CA_KEY: '/nowhere' }), /CA_KEY needs CA_CERT/)
  })
})
