import 'reflect-metadata'
import assert from 'node:assert/strict'
import { generateKeyPairSync, webcrypto } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { X509CertificateGenerator } from '@peculiar/x509'
import { ConfigError } from '../../lib/settings/settings.js'
import { expiryNotices } from '../../lib/tls/expiry.js'
import { readMaterial } from '../../lib/tls/material.js'
import { Authority } from '../support/authority.js'
import { authority, Files, issueClient, serverEc, serverRsa } from './support.js'

const DAY_MS = 86_400_000
const NONE = { TLS_CERT: [], TLS_KEY: [], TLS_CLIENT_CA: [], TLS_CLIENT_CRL: [] }
const files = await Files.create()

/** The files of a server, as settings. */
async function given(cert: string, key: string) {
  return { ...NONE, TLS_CERT: [await files.write('a.pem', cert)], TLS_KEY: [await files.write('a.key', key)] }
}

/** A server certificate as old authorities issued them. */
async function signedWithSha1() {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-1',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1])
  }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=server',
    issuer: 'CN=old authority',
    serialNumber: '01',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 365 * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return { cert: certificate.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` }
}

async function refusal(settings: Parameters<typeof readMaterial>[0]): Promise<string> {
  const error = await readMaterial(settings).then(
    () => undefined,
    (error: unknown) => error
  )
  assert.ok(error instanceof ConfigError, String(error))
  return error.message
}

const encrypted = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' }
}).privateKey
const ed25519 = generateKeyPairSync('ed25519')
const weakRsa = await authority.issueServer({ kind: 'weak-rsa' })
const weakEc = await authority.issueServer({ kind: 'weak-ec' })
const edwards = await authority.issueServer({ publicKey: ed25519.publicKey.export({ type: 'spki', format: 'der' }) })

describe('the start fails, with the setting, the file and the reason,', () => {
  for (const [what, cert, key, reason] of [
    [
      'when a key belongs to another certificate',
      serverEc.cert,
      serverRsa.key,
      /^TLS_KEY: .*a\.key does not belong to .*a\.pem$/
    ],
    [
      'when the files are the wrong way round',
      serverEc.key,
      serverEc.cert,
      /^TLS_CERT: .*a\.pem contains no certificates/
    ],
    ['when a key is none', serverEc.cert, 'nonsense', /^TLS_KEY: .*a\.key contains no private key in PEM$/],
    ['when a key is encrypted', serverEc.cert, encrypted, /^TLS_KEY: .*a\.key is encrypted/],
    ['when a certificate is cut off', serverEc.cert.slice(0, 200), serverEc.key, /^TLS_CERT: .*a\.pem contains no/],
    ['when an RSA key is short', weakRsa.cert, weakRsa.key, /^TLS_CERT: .*a\.pem has an RSA key of 1024 bits/],
    ['when an EC key is short', weakEc.cert, weakEc.key, /^TLS_CERT: .*a\.pem has a key of the curve prime192v1/],
    ['when a key is of another type', edwards.cert, serverEc.key, /^TLS_CERT: .*a\.pem has a key of the type ed25519/]
  ] as const) {
    it(what, async () => {
      const message = await refusal(await given(cert, key))
      assert.match(message, reason)
      assert.ok(!message.includes('BEGIN'), 'it shows no key')
    })
  }

  it('when a file is not there', async () => {
    const missing = `${files.directory}/missing.pem`
    assert.match(await refusal({ ...NONE, TLS_CLIENT_CA: [missing] }), /^TLS_CLIENT_CA must be .*ENOENT.*missing\.pem/)
  })

  it('when only OpenSSL rejects a file, for example for a signature with SHA-1', async () => {
    const { cert, key } = await signedWithSha1()
    const reason = /^TLS_CERT, TLS_KEY, TLS_CLIENT_CA and TLS_CLIENT_CRL: .*md too weak/
    assert.match(await refusal(await given(cert, key)), reason)
  })

  it('when a list of authorities or of revocations is none', async () => {
    const empty = await files.write('empty.pem', '# nothing\n')
    const settings = await given(serverEc.cert, serverEc.key)
    assert.match(await refusal({ ...settings, TLS_CLIENT_CA: [empty] }), /^TLS_CLIENT_CA: .*empty\.pem contains no/)
    assert.match(await refusal({ ...settings, TLS_CLIENT_CRL: [empty] }), /^TLS_CLIENT_CRL: .*empty\.pem contains no/)
  })
})

describe('the content of the TLS files', () => {
  it('is all used: several pairs, bundles of authorities, lists', async () => {
    const second = await Authority.create({ O: 'Others', CN: 'Other CA' }, { kind: 'rsa' })
    const bundle = await files.write('bundle.pem', `# ours\n${authority.cert}\r\n${second.cert}`)
    const list = await files.write('crl.pem', await second.revocationList([(await issueClient('SN-1')).serialNumber]))
    const { TLS_CERT, TLS_KEY } = await files.writeServer(serverEc, serverRsa)
    const material = await readMaterial({
      TLS_CERT: TLS_CERT.split(','),
      TLS_KEY: TLS_KEY.split(','),
      TLS_CLIENT_CA: [bundle],
      TLS_CLIENT_CRL: [list]
    })
    assert.deepEqual(
      material.certificates.map(({ keyType }) => keyType),
      ['ec', 'rsa']
    )
    assert.deepEqual([material.authorities.length, material.revocationLists[0]?.serialNumbers.size], [2, 1])
    assert.deepEqual(material.exposedKeys, [])
  })

  it('is reported when others can read a key', async () => {
    const settings = await given(serverEc.cert, serverEc.key)
    await chmod(settings.TLS_KEY[0] ?? '', 0o640)
    assert.deepEqual((await readMaterial(settings)).exposedKeys, [], 'a group is in order')
    await chmod(settings.TLS_KEY[0] ?? '', 0o644)
    assert.deepEqual((await readMaterial(settings)).exposedKeys, settings.TLS_KEY)
  })
})

describe('a certificate that expires', () => {
  const noticesAt = async (days: number) => {
    const notAfter = new Date(Date.now() + 60 * DAY_MS)
    const { cert, key } = await authority.issueServer({ notAfter })
    const material = await readMaterial(await given(cert, key))
    return expiryNotices(material, notAfter.getTime() - days * DAY_MS).map(({ level, message }) => [level, message])
  }

  it('is not reported more than 30 days before', async () => {
    assert.deepEqual(await noticesAt(31), [])
  })

  it('is a warning in its last 30 days, and an error in its last 7', async () => {
    assert.deepEqual(await noticesAt(29.5), [['warn', 'a server certificate expires in 30 days']])
    assert.deepEqual(await noticesAt(6.5), [['error', 'a server certificate expires in 7 days']])
  })

  it('is an error when it has expired, or is not valid yet, but no end of the start', async () => {
    assert.deepEqual(await noticesAt(-1), [['error', 'a server certificate is expired']])
    assert.deepEqual(await noticesAt(61), [['error', 'a server certificate is not valid yet']])
  })

  it('is reported for authorities and revocation lists, too', async () => {
    const { TLS_CERT, TLS_KEY } = await given(serverEc.cert, serverEc.key)
    const material = await readMaterial({
      TLS_CERT,
      TLS_KEY,
      TLS_CLIENT_CA: [await files.write('ca.pem', authority.cert)],
      TLS_CLIENT_CRL: [await files.write('crl.pem', await authority.revocationList([]))]
    })
    const notices = expiryNotices(material, Date.now() + 10 * 365 * DAY_MS)
    assert.deepEqual(
      notices.map(({ message }) => message),
      ['a server certificate is expired', 'an authority is expired', 'a revocation list is expired']
    )
  })
})
