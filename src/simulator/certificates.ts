import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto'

export interface CertificateHash {
  hashAlgorithm: 'SHA256'
  issuerNameHash: string
  issuerKeyHash: string
  serialNumber: string
}

/** An installed root certificate. */
export interface Certificate {
  readonly type: string
  readonly hash: CertificateHash
}

/** Hash data of a self-signed certificate in PEM, or `undefined` when it cannot be read. [RFC 6960 §4.1.1] */
export function certificateHash(pem: string): CertificateHash | undefined {
  try {
    const { raw, serialNumber } = new X509Certificate(pem)
    const [tbs] = children(raw.subarray(header(raw, 0).start))
    if (tbs === undefined) return undefined
    const fields = children(content(tbs))
    const offset = fields[0]?.[0] === 0xa0 ? 1 : 0
    const issuer = fields[offset + 2]
    const key = fields[offset + 5]
    const bits = key && children(content(key))[1]
    if (issuer === undefined || bits === undefined) return undefined
    return {
      hashAlgorithm: 'SHA256',
      issuerNameHash: sha256(issuer),
      issuerKeyHash: sha256(content(bits).subarray(1)),
      serialNumber: serialNumber.replace(/^0+(?=.)/, '').toLowerCase()
    }
  } catch {
    return undefined
  }
}

/** Deletes the certificate that has these hashes. */
export function deleteCertificate(
  certificates: Map<string, Certificate>,
  wanted: { [Name in keyof CertificateHash]: string }
): 'Accepted' | 'NotFound' {
  for (const [key, { hash }] of certificates) {
    if (sameHash(hash, wanted)) {
      certificates.delete(key)
      return 'Accepted'
    }
  }
  return 'NotFound'
}

function sameHash(a: CertificateHash, b: { [Name in keyof CertificateHash]: string }): boolean {
  const fold = (text: string) => text.toLowerCase().replace(/^0+(?=.)/, '')
  return (
    a.hashAlgorithm === b.hashAlgorithm &&
    fold(a.issuerNameHash) === fold(b.issuerNameHash) &&
    fold(a.issuerKeyHash) === fold(b.issuerKeyHash) &&
    fold(a.serialNumber) === fold(b.serialNumber)
  )
}

/** A new key pair and its certificate signing request. [RFC 2986] */
export function signingRequest(name: string): { csr: string; key: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const commonName = element(SET, element(SEQUENCE, COMMON_NAME, element(UTF8_STRING, Buffer.from(name))))
  const info = element(
    SEQUENCE,
    element(INTEGER, Buffer.from([0])),
    element(SEQUENCE, commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    element(NO_ATTRIBUTES)
  )
  const signature = element(BIT_STRING, Buffer.from([0]), sign('sha256', info, privateKey))
  const text = element(SEQUENCE, info, element(SEQUENCE, ECDSA_WITH_SHA256), signature).toString('base64')
  const lines = text.match(/.{1,64}/g) ?? []
  const csr = ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n')
  return { csr, key: privateKey }
}

/** The key of the first certificate in the chain, or `undefined` when it is not among `keys`. */
export function keyOf(certificateChain: string, keys: Iterable<KeyObject>): KeyObject | undefined {
  try {
    const { publicKey } = new X509Certificate(certificateChain)
    return [...keys].find((key) => createPublicKey(key).equals(publicKey))
  } catch {
    return undefined
  }
}

export function looksLikeCertificate(pem: string): boolean {
  return pem.includes('-----BEGIN CERTIFICATE-----')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

// --- a minimal reader and writer of DER ------------------------------------------------------------------------

function header(der: Uint8Array, at: number): { start: number; end: number } {
  const first = der[at + 1] ?? 0
  if (first < 0x80) return { start: at + 2, end: at + 2 + first }
  const count = first & 0x7f
  let length = 0
  for (let index = 0; index < count; index++) length = length * 256 + (der[at + 2 + index] ?? 0)
  return { start: at + 2 + count, end: at + 2 + count + length }
}

function content(element: Uint8Array): Uint8Array {
  const { start, end } = header(element, 0)
  return element.subarray(start, end)
}

function children(der: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = []
  for (let at = 0; at < der.length; ) {
    const { end } = header(der, at)
    found.push(der.subarray(at, end))
    at = end
  }
  return found
}

const INTEGER = 0x02
const BIT_STRING = 0x03
const UTF8_STRING = 0x0c
const SEQUENCE = 0x30
const SET = 0x31
const NO_ATTRIBUTES = 0xa0
/** 2.5.4.3 */
const COMMON_NAME = Buffer.from('0603550403', 'hex')
/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex')

function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  const { length } = body
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
