import { createHash, type X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { isIssuedBy, tryCertificates } from './pem.js'
import { parseCertificate } from './x509.js'

export const HASH_ALGORITHMS = ['SHA256', 'SHA384', 'SHA512'] as const
export type HashAlgorithm = (typeof HASH_ALGORITHMS)[number]

/** What OCPP and OCSP call a certificate by. Everything is hexadecimal, in lower case. [RFC 6960 §4.1.1] */
export interface HashData {
  hashAlgorithm: HashAlgorithm
  issuerNameHash: string
  issuerKeyHash: string
  /** Without zeros in front. */
  serialNumber: string
}

/** Serial numbers are hexadecimal, with or without zeros in front, in either case. */
export function foldSerial(serialNumber: string): string {
  return serialNumber.toLowerCase().replace(/^0+(?=.)/, '')
}

export function hashDataOf(
  certificate: X509Certificate,
  issuer: X509Certificate,
  hashAlgorithm: HashAlgorithm = 'SHA256'
): HashData {
  const { tbsCertificate } = parseCertificate(certificate)
  const { subjectPublicKeyInfo } = parseCertificate(issuer).tbsCertificate
  return {
    hashAlgorithm,
    issuerNameHash: hash(hashAlgorithm, AsnConvert.serialize(tbsCertificate.issuer)),
    // Of the bits alone, without what says that they are bits.
    issuerKeyHash: hash(hashAlgorithm, subjectPublicKeyInfo.subjectPublicKey),
    serialNumber: foldSerial(certificate.serialNumber)
  }
}

/** Of the first certificate of a chain; undefined where its issuer is not there, or it is no certificate. */
export function hashDataOfChain(pem: string, hashAlgorithm?: HashAlgorithm): HashData | undefined {
  const [certificate, ...others] = tryCertificates(pem)
  if (certificate === undefined) return undefined
  const issuer = [certificate, ...others].find((candidate) => isIssuedBy(certificate, candidate))
  return issuer && hashDataOf(certificate, issuer, hashAlgorithm)
}

/** Whether hash data calls this the issuer. */
export function isIssuer(candidate: X509Certificate, data: HashData): boolean {
  const { subject, subjectPublicKeyInfo } = parseCertificate(candidate).tbsCertificate
  return (
    hash(data.hashAlgorithm, subjectPublicKeyInfo.subjectPublicKey) === data.issuerKeyHash.toLowerCase() &&
    hash(data.hashAlgorithm, AsnConvert.serialize(subject)) === data.issuerNameHash.toLowerCase()
  )
}

function hash(algorithm: HashAlgorithm, bytes: ArrayBuffer): string {
  return createHash(algorithm).update(Buffer.from(bytes)).digest('hex')
}
