import type { X509Certificate } from 'node:crypto'
import { isIssuedBy } from '../certificate.js'
import { tryCertificates } from '../pem.js'
import { foldSerial } from '../serial-number.js'

export const HASH_ALGORITHMS = ['SHA256', 'SHA384', 'SHA512'] as const
export type HashAlgorithm = (typeof HASH_ALGORITHMS)[number]

/** Identifies a certificate in OCPP and OCSP. All members are hexadecimal, in lower case. [RFC 6960 §4.1.1] */
export interface HashData {
  hashAlgorithm: HashAlgorithm
  issuerNameHash: string
  issuerKeyHash: string
  /** Without leading zeros. */
  serialNumber: string
}

const HASHES = { SHA256: 'SHA-256', SHA384: 'SHA-384', SHA512: 'SHA-512' } as const

export async function hashDataOf(
  certificate: X509Certificate,
  issuer: X509Certificate,
  hashAlgorithm: HashAlgorithm = 'SHA256'
): Promise<HashData> {
  const { issuerHashes } = await import('./x509.js')
  const { name, key } = await issuerHashes(HASHES[hashAlgorithm], certificate, issuer)
  const serialNumber = foldSerial(certificate.serialNumber)
  return { hashAlgorithm, issuerNameHash: name, issuerKeyHash: key, serialNumber }
}

/** The hash data of the first certificate of a chain; `undefined` if its issuer is missing or it is no certificate. */
export async function hashDataOfChain(pem: string, hashAlgorithm?: HashAlgorithm): Promise<HashData | undefined> {
  const [certificate, ...others] = tryCertificates(pem)
  if (certificate === undefined) return undefined
  const issuer = [certificate, ...others].find((candidate) => isIssuedBy(certificate, candidate))
  if (issuer === undefined) return undefined
  // The certificates are foreign: Node reads some that this code cannot read.
  return hashDataOf(certificate, issuer, hashAlgorithm).catch(() => undefined)
}

/**
 * Whether a certificate names the same issuer as hash data. That proves nothing, because the key of the issuer is
 * unknown.
 */
export async function namesIssuer(certificate: X509Certificate, data: HashData): Promise<boolean> {
  const { issuerNameHash } = await import('./x509.js')
  return (await issuerNameHash(HASHES[data.hashAlgorithm], certificate)) === data.issuerNameHash.toLowerCase()
}

/** Whether `issuer` is the issuer in the hash data. */
export async function isIssuer(candidate: X509Certificate, data: HashData): Promise<boolean> {
  const { subjectHashes } = await import('./x509.js')
  const { name, key } = await subjectHashes(HASHES[data.hashAlgorithm], candidate)
  return key === data.issuerKeyHash.toLowerCase() && name === data.issuerNameHash.toLowerCase()
}
