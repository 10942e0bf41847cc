import type { X509Certificate } from 'node:crypto'
import type { Extension } from '@peculiar/asn1-x509'
import { asn1, asn1X509 } from './asn1.js'

/** [RFC 5280 §4.2.1.9] */
export const BASIC_CONSTRAINTS = '2.5.29.19'

/** Whether `issuer` signed the certificate. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
  } catch {
    // Node throws for kinds of keys that it does not know.
    return false
  }
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssuedBy(certificate, certificate)
}

/**
 * Whether `now` is within the validity period of a certificate.
 *
 * @param expiredMs how long the certificate may have been expired, in milliseconds
 */
export function isCurrent({ validFrom, validTo }: X509Certificate, now = Date.now(), expiredMs = 0): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo) + expiredMs
}

/** Whether the validity period of a certificate has ended. */
export function isExpired({ validTo }: X509Certificate, now = Date.now()): boolean {
  return Date.parse(validTo) < now
}

/** Whether `count` authorities may stand between this authority and a certificate of a client. [RFC 5280 §4.2.1.9] */
export function hasRoomBelow(authority: X509Certificate, count: number): boolean {
  const extension = extensionsOf(authority).find(({ extnID }) => extnID === BASIC_CONSTRAINTS)
  if (extension === undefined) return false
  const { pathLenConstraint } = asn1().AsnConvert.parse(extension.extnValue, asn1X509().BasicConstraints)
  return pathLenConstraint === undefined || count <= pathLenConstraint
}

export function extensionsOf(certificate: X509Certificate): readonly Extension[] {
  return parseCertificate(certificate).extensions ?? []
}

export function parseCertificate({ raw }: X509Certificate) {
  return asn1().AsnConvert.parse(raw, asn1X509().Certificate).tbsCertificate
}

/** The SHA-256 fingerprint of a certificate in lower-case hexadecimal, without colons. */
export function fingerprintOf({ fingerprint256 }: Pick<X509Certificate, 'fingerprint256'>): string {
  return fingerprint256.replaceAll(':', '').toLowerCase()
}

/** Bytes in lower-case hexadecimal. */
export function hex(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString('hex')
}
