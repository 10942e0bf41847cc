import type { X509Certificate } from 'node:crypto'
import { asn1 } from '../asn1.js'
import { BASIC_CONSTRAINTS, extensionsOf, hasRoomBelow, hex, isCurrent, parseCertificate } from '../certificate.js'
import { keyFault } from '../key-strength.js'
import { foldSerial } from '../serial-number.js'
import type { RevocationList } from './revocation-lists.js'

export interface Trust {
  /** A chain must end at one of these that is self-signed. */
  readonly authorities: readonly X509Certificate[]
  readonly revocationLists: readonly RevocationList[]
  /** How long the client certificate, but no authority, may have been expired, in milliseconds. */
  readonly expiredMs: number
}

const MAX_DEPTH = 8
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const KEY_USAGE = '2.5.29.15'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'
/** Critical extensions that are checked here, or by OpenSSL when it looks for an issuer. [RFC 5280 §4.2] */
const UNDERSTOOD = new Set([BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, SUBJECT_ALTERNATIVE_NAME])

/**
 * Verifies a client certificate that TLS has not verified: it came from a proxy, or it is expired and may be renewed.
 * OpenSSL reports only its last error, so that an expired certificate could also be forged. [RFC 5280 §6]
 *
 * @param sent the authorities that came with the certificate, in any order
 * @returns the fault, or `undefined`
 */
export function chainFault(
  certificate: X509Certificate,
  sent: readonly X509Certificate[],
  trust: Trust,
  now = Date.now()
): string | undefined {
  if (certificate.keyUsage !== undefined && !certificate.keyUsage.includes(CLIENT_AUTH))
    return 'is not meant for TLS clients'
  if (!isCurrent(certificate, now, trust.expiredMs)) return 'is expired or not valid yet'
  const isTrusted = isVouchedFor(certificate, { sent, trust, now, depth: 0, tried: new Set() })
  return isTrusted ? undefined : 'has no chain to a trusted authority, or is revoked'
}

interface Search {
  readonly sent: readonly X509Certificate[]
  readonly trust: Trust
  readonly now: number
  /** Number of authorities between the client certificate and this one. */
  readonly depth: number
  /** Each authority is tried once, because those that were sent may have signed each other in a circle. */
  readonly tried: Set<string>
}

function isVouchedFor(certificate: X509Certificate, search: Search): boolean {
  const { sent, trust, now, depth, tried } = search
  if (depth > MAX_DEPTH || tried.has(certificate.fingerprint256)) return false
  tried.add(certificate.fingerprint256)
  if (isRevoked(certificate, trust.revocationLists) || !isUnderstood(certificate)) return false
  return [...trust.authorities, ...sent].some(
    (issuer) =>
      // This also checks that the key of the issuer may sign certificates.
      certificate.checkIssued(issuer) &&
      issuer.ca &&
      isCurrent(issuer, now) &&
      keyFault(issuer.publicKey) === undefined &&
      hasRoomBelow(issuer, depth) &&
      certificate.verify(issuer.publicKey) &&
      (isAnchor(issuer, trust) || isVouchedFor(issuer, { ...search, depth: depth + 1 }))
  )
}

function isAnchor(issuer: X509Certificate, { authorities, revocationLists }: Trust): boolean {
  return (
    issuer.checkIssued(issuer) &&
    authorities.some(({ fingerprint256 }) => fingerprint256 === issuer.fingerprint256) &&
    isUnderstood(issuer) &&
    !isRevoked(issuer, revocationLists)
  )
}

function isRevoked(certificate: X509Certificate, lists: readonly RevocationList[]): boolean {
  if (lists.length === 0) return false
  const name = hex(asn1().AsnConvert.serialize(parseCertificate(certificate).issuer))
  const serialNumber = foldSerial(certificate.serialNumber)
  return lists.some(({ issuer, serialNumbers }) => issuer === name && serialNumbers.has(serialNumber))
}

/** Whether every critical extension is checked. Name constraints, for example, are not. */
function isUnderstood(certificate: X509Certificate): boolean {
  return extensionsOf(certificate).every(({ critical, extnID }) => !critical || UNDERSTOOD.has(extnID))
}
