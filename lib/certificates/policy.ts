import type { KeyObject } from 'node:crypto'
import { fold } from '../events/scope.js'
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

const MIN_RSA_BITS = 2048
const MAX_RSA_BITS = 8192
const MIN_EC_BITS = 224

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

/** [A00.FR.502/503] */
function checkKey({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject): void {
  const bits = type === 'rsa' ? (details.modulusLength ?? 0) : curveBits(details.namedCurve)
  if (type === 'rsa' && bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS) return
  if (type === 'ec' && bits >= MIN_EC_BITS) return
  throw new RequestRefusedError(`its key is too weak or of no use: ${type ?? 'unknown'}, ${bits} bits`)
}

/** Names of curves hold the size, e.g. secp224r1; curves without a name are not known. */
function curveBits(name = ''): number {
  return Number(/(\d{3})/.exec(name)?.[1] ?? 0)
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
