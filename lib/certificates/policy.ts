import type { KeyObject } from 'node:crypto'
import { fold } from '../events/scope.js'
import { keyFault } from '../key-strength.js'
import type { SigningRequest, Subject } from './x509.js'

export const CERTIFICATE_USES = ['ChargingStationCertificate', 'V2GCertificate', 'V2G20Certificate'] as const
/** The uses that a charge point may request a certificate for, in the words of OCPP 2.1. */
export type CertificateUse = (typeof CERTIFICATE_USES)[number]

/** A request that will not be signed. The message is for the log and the security event. */
export class RequestRefusedError extends Error {
  override readonly name = 'RequestRefusedError'
}

/** The stored values of the charge point that sends the request. */
export interface Requester {
  identity: string
  /** As reported in its BootNotification. */
  serialNumbers: readonly string[]
  /** The identifier of its ISO 15118 controller. [2.x ISO15118Ctrlr.SeccId] */
  seccIds: readonly string[]
}

export interface Rules {
  /** The required common name of a charge point's certificate. [A00.FR.405] */
  commonName: 'serial-number' | 'identity'
}

const MAX_RSA_BITS = 8192

/**
 * Checks a certificate request. [A00.FR.405, FR.501-503; 2.x A02.FR.05]
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
  if (!(await isGenuine())) throw new RequestRefusedError('the request is not signed with its own key')
  const name = subject.find(([type]) => type === 'CN')?.[1]
  if (name === undefined) throw new RequestRefusedError('the request has no common name')
  const names = namesOf(use, requester, rules)
  if (!names.some((candidate) => candidate === name || isSpelling(candidate, name, requester))) {
    throw new RequestRefusedError(
      `the common name must be ${names.join(' or ') || 'the serial number, which is unknown'}`
    )
  }
}

/** Accepts strong RSA and EC keys, but none so long that every handshake would be slow. */
function checkKey(key: KeyObject): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength = 0 } = {} } = key
  // A certificate for RSA-PSS only cannot be used with the older cipher suites.
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

/** Compares without regard to case, as OCPP does for identities. */
function isSpelling(candidate: string, name: string, { identity }: Requester): boolean {
  return candidate === identity && fold(name) === fold(identity)
}

/** The subject of the certificate: the requested one, but with the organization of this operator. [A00.FR.404] */
export function subjectOf({ subject }: SigningRequest, organization: string | undefined): Subject {
  if (organization === undefined) return subject
  return [['O', organization], ...subject.filter(([type]) => type !== 'O')]
}
