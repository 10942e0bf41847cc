import { createHash, X509Certificate } from 'node:crypto'

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

/** Hash data of a self-signed certificate in PEM; nothing when it is none. [RFC 6960 §4.1.1] */
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

/** Looks like a certificate signing request; nobody signed it. */
export function signingRequest(identity: string): string {
  const body = createHash('sha512').update(identity).digest()
  const text = Buffer.concat([Buffer.from([0x30, 0x82]), body, body]).toString('base64')
  const lines = text.match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n')
}

export function looksLikeCertificate(pem: string): boolean {
  return pem.includes('-----BEGIN CERTIFICATE-----')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

// --- the little of DER that is needed ------------------------------------------------------------------------

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
