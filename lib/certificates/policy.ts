import type { KeyObject } from 'node:crypto'
import { fold } from '../events/scope.js'
import { keyFault } from '../key-strength.js'
import type { SigningRequest, Subject } from './x509.js'

export const CERTIFICATE_USES = ['ChargingStationCertificate', 'V2GCertificate', 'V2G20Certificate'] as const
/** What a charge point asks a certificate for, in the words of 2.1. */
export type CertificateUse = (typeof CERTIFICATE_USES)[number]

/** What a request is not signed for. The message is for the log and the security event. */
export class RequestRefusedError extends Error {
  override readonly name = 'RequestRefusedError'
}

/** What is known of the charge point that asks. */
export interface Requester {
  identity: string
  /** As it told at its boots. */
  serialNumbers: readonly string[]
  /** Of its ISO 15118 controller. [2.x ISO15118Ctrlr.SeccId] */
  seccIds: readonly string[]
}

export interface Rules {
  /** What the common name of a charge point's certificate is. [A00.FR.405] */
  commonName: 'serial-number' | 'identity'
}

const MAX_RSA_BITS = 8192

/**
 * Checks what a charge point asks to have certified. [A00.FR.405, FR.501-503; 2.x A02.FR.05]
 *
 * @throws RequestRefusedError
 */
export async function checkRequest(
  { key, subject, isGenuine }: SigningRequest,
  use: CertificateUse,
  requester: Requester,
  rules: Rules
): Promise<void> {
  checkKey(key)
  if (!(await isGenuine())) throw new RequestRefusedError('it is not signed with its own key')
  const name = subject.find(([type]) => type === 'CN')?.[1]
  if (name === undefined) throw new RequestRefusedError('it has no common name')
  const names = namesOf(use, requester, rules)
  if (!names.some((candidate) => candidate === name || isSpelling(candidate, name, requester))) {
    throw new RequestRefusedError(`its common name is not ${names.join(' or ') || 'known: the serial number is not'}`)
  }
}

/** RSA or EC, strong enough, and not so long that every handshake would take our time. */
function checkKey(key: KeyObject): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength = 0 } = {} } = key
  // A certificate for RSA-PSS alone cannot be used with the older suites.
  const fault = type === 'rsa-pss' ? 'has a key of the type rsa-pss, and RSA or EC is needed' : keyFault(key)
  if (fault !== undefined) throw new RequestRefusedError(`the request ${fault}`)
  if (modulusLength <= MAX_RSA_BITS) return
  throw new RequestRefusedError(`the request has an RSA key of ${modulusLength} bits, more than ${MAX_RSA_BITS}`)
}

function namesOf(
  use: CertificateUse,
  { identity, serialNumbers, seccIds }: Requester,
  { commonName }: Rules
): string[] {
  const own = commonName === 'identity' ? [identity] : [...serialNumbers]
  return use === 'ChargingStationCertificate' ? own : [...new Set([...own, identity, ...serialNumbers, ...seccIds])]
}

/** Identities do not regard case. */
function isSpelling(candidate: string, name: string, { identity }: Requester): boolean {
  return candidate === identity && fold(name) === fold(identity)
}

/** Whom the certificate names: what was asked for, but of this operator. [A00.FR.404] */
export function subjectOf({ subject }: SigningRequest, organization: string | undefined): Subject {
  if (organization === undefined) return subject
  return [['O', organization], ...subject.filter(([type]) => type !== 'O')]
}
