import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { hashDataOf } from '../../lib/certificates/hash-data.js'
import { openOwn } from '../../lib/certificates/material.js'
import { readConfig } from '../../lib/settings/settings.js'
import type {} from '../../plugins/csms/certificate-signing.js'
import { onBothBackends, operate, startBackend, stateOf, temporaryDirectory } from '../app/support.js'
import { ErrorAnswer } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { Applicant, certificatesOf, chainOf, forgedRequest, isFor, signingRequest } from './support.js'

const IDENTITY = { TLS_CLIENT_SUBJECT: 'identity' }

async function rootOf(server: TestServer): Promise<X509Certificate> {
  const response = await operate(server, 'GET', '/certificates/ca')
  assert.equal(response.statusCode, 200, response.body)
  assert.equal(response.headers['content-type'], 'application/pem-certificate-chain')
  return new X509Certificate(response.body)
}

/** The files of a directory that this process has open. */
async function openBelow(directory: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd')
  const files = await Promise.all(descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
  return files.filter((file) => file.startsWith(directory))
}

async function reasonsOf(server: TestServer, identity: string): Promise<string[]> {
  const { securityEvents } = await stateOf(server, identity)
  return securityEvents
    .filter(({ type, source }: Record<string, string>) => type === 'CertificateRequestRefused' && source === 'csms')
    .map(({ techInfo }: { techInfo: string }) => techInfo)
}

onBothBackends('a certificate', (start) => {
  it('is sent at once to a 1.6 charge point that asks for one', async () => {
    const server = await start(IDENTITY)
    const applicant = await Applicant.connect(server, 'SIGN-16')
    const { csr, key } = await signingRequest('CN=SIGN-16, O=Operator')
    const call = await applicant.obtains({ csr })
    assert.deepEqual(Object.keys(call), ['certificateChain'])
    const [leaf, ...above] = chainOf(call)
    assert.deepEqual(above, [], 'a root is not sent')
    assert.ok(isFor(leaf, key))
    assert.ok(leaf.verify((await rootOf(server)).publicKey))
    assert.deepEqual(leaf.subject.split('\n').toSorted(), ['CN=SIGN-16', 'O=Operator'])
    assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.2'], 'client authentication')
    assert.equal(leaf.ca, false)
    const days = (Date.parse(leaf.validTo) - Date.now()) / 86_400_000
    assert.ok(days > 364.9 && days < 365.1, `${days} days`)

    const [shown] = await certificatesOf(server, '?chargePoint=SIGN-16', ([one]) => one?.status === 'accepted')
    assert.equal(shown?.pem, call.certificateChain)
    assert.equal(shown?.serialNumber, leaf.serialNumber.toLowerCase())
    assert.equal(shown?.fingerprint, leaf.fingerprint256.replaceAll(':', '').toLowerCase())
    assert.equal(shown?.expiresAt, new Date(leaf.validTo).toISOString())
    // As a charge point names it when it lists or deletes it.
    const expected = await hashDataOf(leaf, await rootOf(server))
    const { hashAlgorithm, issuerNameHash, issuerKeyHash } = shown ?? {}
    assert.deepEqual({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber: shown?.serialNumber }, expected)
    assert.equal(JSON.stringify(shown).includes('REQUEST'), false)
  })

  it('is sent to a 2.x charge point with the type and request id of its request', async () => {
    const server = await start(IDENTITY)
    const in201 = await Applicant.connect(server, 'SIGN-201', { protocol: 'ocpp2.0.1' })
    const in21 = await Applicant.connect(server, 'SIGN-21', { protocol: 'ocpp2.1' })
    for (const [applicant, asked, usages] of [
      [in201, { certificateType: 'ChargingStationCertificate' }, ['1.3.6.1.5.5.7.3.2']],
      [in201, { certificateType: 'V2GCertificate' }, ['1.3.6.1.5.5.7.3.1']],
      [in201, {}, ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']],
      [in21, { certificateType: 'V2G20Certificate', requestId: 7 }, ['1.3.6.1.5.5.7.3.1']],
      [in21, { certificateType: 'ChargingStationCertificate', requestId: 8 }, ['1.3.6.1.5.5.7.3.2']]
    ] as const) {
      const { csr, key } = await signingRequest(`CN=${applicant.charger.identity}`)
      const { certificateChain, ...more } = await applicant.obtains({ csr }, asked)
      assert.deepEqual(more, asked)
      const [leaf] = chainOf({ certificateChain })
      assert.ok(isFor(leaf, key))
      assert.deepEqual(leaf.keyUsage, usages)
    }
  })

  for (const kind of ['ec-384', 'ec-521', 'rsa'] as const) {
    it(`is made for a key of the kind ${kind}`, async () => {
      const server = await start(IDENTITY)
      const applicant = await Applicant.connect(server, `KIND-${kind}`)
      const { csr, key } = await signingRequest(`CN=KIND-${kind}`, kind)
      assert.ok(isFor(chainOf(await applicant.obtains({ csr }))[0], key))
    })
  }

  it('names the serial number that the charge point booted with, and no other', async () => {
    const server = await start()
    const applicant = await Applicant.connect(server, 'SERIAL')
    const request = await signingRequest('CN=4711')
    assert.equal(await applicant.asks(request.csr), 'Rejected')
    assert.deepEqual(await reasonsOf(server, 'SERIAL'), ['the common name must be the serial number, which is unknown'])
    const boot = { chargePointVendor: 'Acme', chargePointModel: 'One', chargePointSerialNumber: '4711' }
    await applicant.charger.call('BootNotification', boot)
    await applicant.obtains(request)
    for (const name of ['CN=4712', 'CN=SERIAL', 'CN=4711 ']) {
      const { csr } = await signingRequest(name === 'CN=4711 ' ? 'CN="4711 "' : name)
      assert.equal(await applicant.asks(csr), 'Rejected', name)
    }
  })

  it('is not sent when the request is refused, and the charge point is told', async () => {
    const server = await start(IDENTITY)
    for (const [index, [csr, reason]] of [
      [(await signingRequest('CN=OTHER')).csr, /^the common name must be REFUSED-0$/],
      [(await signingRequest('O=Operator')).csr, /no common name/],
      [(await signingRequest('CN=REFUSED-2', 'weak-rsa')).csr, /RSA key of 1024 bits, and 2048 are needed$/],
      [await forgedRequest('CN=REFUSED-3'), /not signed with its own key/],
      ['nonsense', /cannot be read/],
      ['-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----', /cannot be read/]
    ].entries() as Iterable<[number, [string, RegExp]]>) {
      const identity = `REFUSED-${index}`
      const applicant = await Applicant.connect(server, identity)
      assert.equal(await applicant.asks(csr), 'Rejected', identity)
      const reasons = await reasonsOf(server, identity)
      assert.equal(reasons.length, 1)
      assert.match(reasons[0] ?? '', reason)
      assert.deepEqual(applicant.received, [])
    }
    assert.deepEqual(await certificatesOf(server, '?chargePoint=REFUSED-0', () => true), [])
  })

  it('is not sent without limit to a charge point that requests without end', async () => {
    const server = await start({ ...IDENTITY, CA_REQUESTS_PER_DAY: '3' })
    const applicant = await Applicant.connect(server, 'LOOP')
    for (let count = 0; count < 3; count++) await applicant.obtains(await signingRequest('CN=LOOP'))
    const before = Date.now()
    for (let count = 0; count < 2; count++) {
      assert.equal(await applicant.asks((await signingRequest('CN=LOOP')).csr), 'Rejected')
    }
    assert.deepEqual(await reasonsOf(server, 'LOOP'), ['the charge point had 3 certificates within 24 hours'])
    const [{ timestamp }] = (await stateOf(server, 'LOOP')).securityEvents
    assert.ok(Date.parse(timestamp) >= before, `${timestamp} is before ${new Date(before).toISOString()}`)
    const { body } = await server.app.inject({ url: '/metrics' })
    assert.match(body, /^ocpp_certificate_requests_total\{outcome="issued"\} 3$/m)
    assert.match(body, /^ocpp_certificate_requests_total\{outcome="limited"\} 2$/m)
    assert.match(body, /^ocpp_certificate_expiry_seconds\{type="ChargingStationCertificate"\} 3\d{7}/m)
  })

  it('is shown as rejected after the charge point rejected it, and can be requested again', async () => {
    const server = await start(IDENTITY)
    const applicant = await Applicant.connect(server, 'REJECTS', { protocol: 'ocpp2.0.1' })
    applicant.answer = 'Rejected'
    await applicant.obtains(await signingRequest('CN=REJECTS'))
    await certificatesOf(server, '?chargePoint=REJECTS', ([one]) => one?.status === 'rejected')
    applicant.answer = new ErrorAnswer('InternalError', 'out of memory')
    await applicant.obtains(await signingRequest('CN=REJECTS'))
    await certificatesOf(server, '?chargePoint=REJECTS', ([one, two]) => {
      return two?.status === 'rejected' && one?.status === 'rejected' && /InternalError/.test(String(one.error))
    })
    applicant.answer = 'Accepted'
    await applicant.obtains(await signingRequest('CN=REJECTS'))
    await certificatesOf(server, '?chargePoint=REJECTS', ([one]) => one?.status === 'accepted')
  })

  it('is sent again unchanged when the charge point did not receive it', async () => {
    const server = await start(IDENTITY)
    const first = await Applicant.connect(server, 'LOST', { protocol: 'ocpp2.1' })
    first.answer = 'gone'
    const call = await first.obtains(await signingRequest('CN=LOST'), { requestId: 1 })
    await first.charger.closed

    const second = await Applicant.connect(server, 'LOST', { protocol: 'ocpp2.1' })
    const again = second.next()
    await server.app.issuance.deliverWaiting(0)
    assert.deepEqual(await again, call)
    await certificatesOf(server, '?chargePoint=LOST', ([one]) => one?.status === 'accepted')
    await server.app.issuance.deliverWaiting(0)
    assert.equal(second.received.length, 1, 'and no more when it has arrived')
    assert.equal((await certificatesOf(server, '?chargePoint=LOST', () => true)).length, 1)
  })

  it('is the same for a repeated request, and sent with the id of the latest one', async () => {
    const server = await start(IDENTITY)
    const request = await signingRequest('CN=REPEATS')
    const first = await Applicant.connect(server, 'REPEATS', { protocol: 'ocpp2.1' })
    first.answer = 'gone'
    const call = await first.obtains(request, { requestId: 1 })
    await first.charger.closed

    const second = await Applicant.connect(server, 'REPEATS', { protocol: 'ocpp2.1' })
    assert.deepEqual(await second.obtains(request, { requestId: 2 }), { ...call, requestId: 2 })
    const shown = await certificatesOf(server, '?chargePoint=REPEATS', ([one]) => one?.status === 'accepted')
    assert.equal(shown.length, 1)
  })

  it('is asked for and sent after a restart of the back-end, too', async () => {
    const server = await start(IDENTITY)
    const first = await Applicant.connect(server, 'RESTART')
    const request = await signingRequest('CN=RESTART')
    first.answer = 'gone'
    await first.obtains(request)
    await first.charger.closed
    await server.close()

    const later = await start(IDENTITY)
    const second = await Applicant.connect(later, 'RESTART')
    const next = second.next()
    await later.app.issuance.deliverWaiting(0)
    assert.ok(isFor(chainOf(await next)[0], request.key))
    assert.ok(chainOf(await next)[0].verify((await rootOf(later)).publicKey), 'by the same authority')
  })
})

describe('the authority', () => {
  it('is created when it is first needed, with a key that only its owner can read', async () => {
    const DATA_DIR = await temporaryDirectory()
    const server = await startBackend({ DATA_DIR })
    await assert.rejects(stat(join(DATA_DIR, 'ca')), { code: 'ENOENT' })
    const root = await rootOf(server)
    assert.equal((await stat(join(DATA_DIR, 'ca'))).mode & 0o777, 0o700)
    assert.equal((await stat(join(DATA_DIR, 'ca', 'key.pem'))).mode & 0o777, 0o600)
    assert.ok(root.ca)
    assert.ok(root.verify(root.publicKey))
    assert.equal(root.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
    assert.equal((await rootOf(server)).fingerprint256, root.fingerprint256)
    assert.deepEqual(await readdir(DATA_DIR).then((names) => names.filter((name) => name.startsWith('ca'))), ['ca'])
  })

  it('is created once, even if several need it at the same time', async () => {
    const DATA_DIR = await temporaryDirectory()
    const config = readConfig({ DATA_DIR })
    const made = await Promise.all([openOwn(config), openOwn(config), openOwn(config)])
    const roots = new Set(made.map(({ chain }) => chain[0].fingerprint256))
    assert.equal(roots.size, 1)
    assert.deepEqual(await readdir(DATA_DIR), ['ca'])
    if (process.platform === 'linux') assert.deepEqual(await openBelow(DATA_DIR), [], 'it leaves no file open')
  })

  it('never shows its key', async () => {
    const DATA_DIR = await temporaryDirectory()
    const server = await startBackend({ DATA_DIR, ...IDENTITY })
    const applicant = await Applicant.connect(server, 'SECRET')
    await applicant.obtains(await signingRequest('CN=SECRET'))
    const key = await readFile(join(DATA_DIR, 'ca', 'key.pem'), 'utf8')
    const secret = key.split('\n')[1] ?? ''
    assert.ok(secret.length > 30)
    for (const path of ['/certificates', '/certificates/ca', '/charge-points/SECRET/state']) {
      assert.equal((await operate(server, 'GET', path)).body.includes(secret), false, path)
    }
  })
})
