import 'reflect-metadata'
import { createPublicKey, type KeyObject, randomBytes, webcrypto, type X509Certificate } from 'node:crypto'
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  Pkcs10CertificateRequest,
  PublicKey,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  X509Certificate as X509Structure
} from '@peculiar/x509'
import { hex } from '../certificate.js'
import { algorithmsOf } from './signing-key.js'

// Node reads certificates, but cannot write them or read certificate requests. Loaded when first needed, because it
// takes a tenth of a second.

/** The types of names that are read and written. [RFC 5280 appendix A.1] */
const NAME_TYPES = ['CN', 'O', 'OU', 'C', 'DC'] as const

/** The parts of a distinguished name, in the order in which they are written. */
export type Subject = readonly (readonly [type: (typeof NAME_TYPES)[number], value: string])[]

// --- certificate signing requests ----------------------------------------------------------------------------------

/** A certificate signing request. [RFC 2986] */
export interface SigningRequest {
  readonly subject: Subject
  readonly key: KeyObject
  /** Whether the sender has the private key. */
  isGenuine(): Promise<boolean>
}

/** @throws if the text is no certificate signing request */
export function readRequest(pem: string): SigningRequest {
  // Some devices use the header of Netscape.
  const request = new Pkcs10CertificateRequest(pem.replaceAll('NEW CERTIFICATE REQUEST', 'CERTIFICATE REQUEST'))
  return {
    subject: readName(request.subjectName),
    key: createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' }),
    isGenuine: () => request.verify().catch(() => false)
  }
}

// --- certificates ----------------------------------------------------------------------------------------------------

export interface Certified {
  subject: Subject
  key: KeyObject
  notBefore: Date
  notAfter: Date
  keyUsage: readonly (keyof typeof KeyUsageFlags)[]
  /** Object identifiers. */
  extendedKeyUsage?: readonly string[]
  isAuthority?: boolean
  /** Maximum number of authorities below this one. Default: no limit. */
  pathLength?: number
  /** Address of the OCSP responder. */
  ocspUrl?: string | undefined
  crlUrl?: string | undefined
}

/** Signs a certificate with a random serial number. Returns PEM. */
export async function issue(
  certified: Certified,
  { certificate, key }: { certificate: X509Certificate; key: KeyObject }
): Promise<string> {
  const { subjectName, publicKey, extensions } = structureOf(certificate)
  const own = extensions.find((extension) => extension instanceof SubjectKeyIdentifierExtension)
  const keyId = own?.keyId ?? (await SubjectKeyIdentifierExtension.create(publicKey)).keyId
  return sign(certified, { issuer: subjectName, keyId, key })
}

/** Creates a certificate that is signed with its own key. */
export async function issueRoot(certified: Certified, key: KeyObject): Promise<string> {
  const { keyId } = await SubjectKeyIdentifierExtension.create(publicKeyOf(certified.key))
  return sign(certified, { issuer: writeName(certified.subject), keyId, key })
}

async function sign(
  certified: Certified,
  { issuer, keyId, key }: { issuer: Name; keyId: string; key: KeyObject }
): Promise<string> {
  const publicKey = publicKeyOf(certified.key)
  const { importAs, signAs } = algorithmsOf(key)
  const der = key.export({ type: 'pkcs8', format: 'der' })
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: writeName(certified.subject),
    issuer,
    notBefore: certified.notBefore,
    notAfter: certified.notAfter,
    publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, importAs, false, ['sign']),
    signingAlgorithm: signAs,
    extensions: [
      ...extensionsOf(certified),
      await SubjectKeyIdentifierExtension.create(publicKey),
      new AuthorityKeyIdentifierExtension(keyId)
    ]
  })
  return `${certificate.toString('pem')}\n`
}

function extensionsOf({
  keyUsage,
  extendedKeyUsage,
  isAuthority = false,
  pathLength,
  ocspUrl,
  crlUrl
}: Certified): Extension[] {
  const flags = keyUsage.reduce((all, flag) => all | KeyUsageFlags[flag], 0)
  return [
    new BasicConstraintsExtension(isAuthority, pathLength, true),
    new KeyUsagesExtension(flags, true),
    ...(extendedKeyUsage === undefined ? [] : [new ExtendedKeyUsageExtension([...extendedKeyUsage])]),
    ...(ocspUrl === undefined ? [] : [new AuthorityInfoAccessExtension({ ocsp: ocspUrl })]),
    ...(crlUrl === undefined ? [] : [new CRLDistributionPointsExtension([crlUrl])])
  ]
}

/** 127 random bits, always positive and of full length. [RFC 5280 §4.1.2.2] */
function randomSerial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

// --- parts of certificates -----------------------------------------------------------------------------------------

function structureOf({ raw }: X509Certificate): X509Structure {
  return new X509Structure(raw)
}

function publicKeyOf(key: KeyObject): PublicKey {
  return new PublicKey(key.export({ type: 'spki', format: 'der' }))
}

function readName(name: Name): Subject {
  return NAME_TYPES.flatMap((type) => name.getField(type).map((value) => [type, value] as const))
}

/** Passes values with their type, because as text some characters would have a special meaning. */
function writeName(subject: Subject): Name {
  return new Name(
    subject.map(([type, text]) => {
      // [RFC 5280 appendix A.1; RFC 4519 §2.4]
      const value =
        type === 'C' ? { printableString: text } : type === 'DC' ? { ia5String: text } : { utf8String: text }
      return { [type]: [value] }
    })
  )
}

type Hash = 'SHA-256' | 'SHA-384' | 'SHA-512'

/** The hashes that identify the issuer of a certificate. [RFC 6960 §4.1.1] */
export async function issuerHashes(hash: Hash, certificate: X509Certificate, issuer: X509Certificate) {
  return {
    name: await issuerNameHash(hash, certificate),
    key: hex(await structureOf(issuer).publicKey.getKeyIdentifier(hash))
  }
}

export async function issuerNameHash(hash: Hash, certificate: X509Certificate): Promise<string> {
  return hex(await structureOf(certificate).issuerName.getThumbprint(hash))
}

/** The same hashes of a certificate that is the issuer of others. */
export async function subjectHashes(hash: Hash, certificate: X509Certificate) {
  const { subjectName, publicKey } = structureOf(certificate)
  return { name: hex(await subjectName.getThumbprint(hash)), key: hex(await publicKey.getKeyIdentifier(hash)) }
}

/** The address of the OCSP responder of a certificate. [RFC 5280 §4.2.2.1] */
export function responderOf(certificate: X509Certificate): string | undefined {
  return structureOf(certificate).getExtension(AuthorityInfoAccessExtension)?.ocsp[0]?.value
}
