import { X509Certificate } from 'node:crypto'

/**
 * The certificates of a text in PEM, in their order.
 *
 * @throws when one of them is none
 */
export function readCertificates(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block))
}

/** The same, where something else is as good as nothing. */
export function tryCertificates(pem: string): X509Certificate[] {
  try {
    return readCertificates(pem)
  } catch {
    return []
  }
}

export function writeCertificates(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join('')
}

/** Whether its issuer signed it. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
  } catch {
    // A key of a kind that nobody knows.
    return false
  }
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssuedBy(certificate, certificate)
}

/** Whether it is valid by its dates. */
export function isCurrent({ validFrom, validTo }: X509Certificate, now = Date.now()): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo)
}

/** SHA-256 of the certificate: hexadecimal, lower case. */
export function fingerprintOf({ fingerprint256 }: Pick<X509Certificate, 'fingerprint256'>): string {
  return fingerprint256.replaceAll(':', '').toLowerCase()
}
