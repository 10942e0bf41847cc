import { createHash, createPublicKey, type KeyObject, randomBytes, sign, verify, X509Certificate } from 'node:crypto'
import { AsnConvert, AsnProp, AsnPropTypes, OctetString } from '@peculiar/asn1-schema'
import {
  AccessDescription,
  AlgorithmIdentifier,
  Attribute,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  CRLDistributionPoints,
  DistributionPoint,
  DistributionPointName,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ad_ocsp,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_cRLDistributionPoints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
  id_pe_authorityInfoAccess,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity
} from '@peculiar/asn1-x509'

// Encoding and decoding of what Node can only read. Loaded when it is first needed: it costs a tenth of a second.

/** Types of a name that we read and write. [RFC 5280 appendix A.1] */
const NAME_TYPES = {
  CN: '2.5.4.3',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  C: '2.5.4.6',
  DC: '0.9.2342.19200300.100.1.25'
} as const

/** Parts of a distinguished name, in the order they are written. */
export type Subject = readonly (readonly [type: keyof typeof NAME_TYPES, value: string])[]

/** What a signature was made with, by object identifier; SHA-1 and older are not known. */
const SIGNATURES: Readonly<Record<string, { hash: 'sha256' | 'sha384' | 'sha512' | null; keys: readonly string[] }>> = {
  '1.2.840.10045.4.3.2': { hash: 'sha256', keys: ['ec'] },
  '1.2.840.10045.4.3.3': { hash: 'sha384', keys: ['ec'] },
  '1.2.840.10045.4.3.4': { hash: 'sha512', keys: ['ec'] },
  '1.2.840.113549.1.1.11': { hash: 'sha256', keys: ['rsa'] },
  '1.2.840.113549.1.1.12': { hash: 'sha384', keys: ['rsa'] },
  '1.2.840.113549.1.1.13': { hash: 'sha512', keys: ['rsa'] },
  '1.3.101.112': { hash: null, keys: ['ed25519'] },
  '1.3.101.113': { hash: null, keys: ['ed448'] }
}

/** Whether the key's owner signed these bytes. */
export function isSignedBy(
  key: KeyObject,
  { algorithm, bytes, signature }: { algorithm: string; bytes: ArrayBuffer; signature: ArrayBuffer }
): boolean {
  const known = SIGNATURES[algorithm]
  if (known === undefined || !known.keys.includes(key.asymmetricKeyType ?? '')) return false
  try {
    return verify(known.hash, Buffer.from(bytes), key, Buffer.from(signature))
  } catch {
    return false
  }
}

// --- certificate signing requests ----------------------------------------------------------------------------------

/** [RFC 2986 §4.1] */
class CertificationRequestInfo {
  version = 0
  subject = new Name()
  subjectPKInfo = new SubjectPublicKeyInfo()
  attributes?: Attribute[]
}
AsnProp({ type: AsnPropTypes.Integer })(CertificationRequestInfo.prototype, 'version')
AsnProp({ type: Name })(CertificationRequestInfo.prototype, 'subject')
AsnProp({ type: SubjectPublicKeyInfo })(CertificationRequestInfo.prototype, 'subjectPKInfo')
AsnProp({ type: Attribute, repeated: 'set', context: 0, implicit: true, optional: true })(
  CertificationRequestInfo.prototype,
  'attributes'
)

/** [RFC 2986 §4.2] */
class CertificationRequest {
  certificationRequestInfo = new CertificationRequestInfo()
  certificationRequestInfoRaw = new ArrayBuffer(0)
  signatureAlgorithm = new AlgorithmIdentifier()
  signature = new ArrayBuffer(0)
}
AsnProp({ type: CertificationRequestInfo, raw: true })(CertificationRequest.prototype, 'certificationRequestInfo')
AsnProp({ type: AlgorithmIdentifier })(CertificationRequest.prototype, 'signatureAlgorithm')
AsnProp({ type: AsnPropTypes.BitString })(CertificationRequest.prototype, 'signature')

/** What somebody asks to have certified. */
export interface SigningRequest {
  readonly subject: Subject
  readonly key: KeyObject
  /** Whether whoever asks has the private key. */
  readonly isGenuine: boolean
}

/** @throws when it is none */
export function readRequest(pem: string): SigningRequest {
  const body = /-----BEGIN (NEW )?CERTIFICATE REQUEST-----([\s\S]+?)-----END \1CERTIFICATE REQUEST-----/.exec(pem)?.[2]
  if (body === undefined) throw new Error('it is not in PEM')
  const request = AsnConvert.parse(Buffer.from(body, 'base64'), CertificationRequest)
  const { subject, subjectPKInfo } = request.certificationRequestInfo
  const der = Buffer.from(AsnConvert.serialize(subjectPKInfo))
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  const isGenuine = isSignedBy(key, {
    algorithm: request.signatureAlgorithm.algorithm,
    bytes: request.certificationRequestInfoRaw,
    signature: request.signature
  })
  return { subject: readName(subject), key, isGenuine }
}

// --- certificates ----------------------------------------------------------------------------------------------------

/** Who signs. */
export interface Issuer {
  readonly certificate: X509Certificate
  readonly key: KeyObject
}

/** What the key may be used for. */
export interface Usage {
  keyUsage: readonly (keyof typeof KeyUsageFlags)[]
  /** Object identifiers. */
  extendedKeyUsage?: readonly string[]
  isAuthority?: boolean
}

export interface Certified extends Usage {
  subject: Subject
  key: KeyObject
  notBefore: Date
  notAfter: Date
  /** Where to ask whether it is revoked. */
  ocspUrl?: string
  crlUrl?: string
}

/** A certificate as PEM, with a random serial number. */
export function issue(certified: Certified, { certificate, key }: Issuer): string {
  const { tbsCertificate } = parseCertificate(certificate)
  const above = { name: tbsCertificate.subject, keyId: keyIdOf(tbsCertificate), key }
  return signed(certified, above)
}

/** A certificate that is signed with its own key. */
export function issueRoot(certified: Omit<Certified, 'key'>, keys: { publicKey: KeyObject; privateKey: KeyObject }) {
  const keyId = keyIdentifier(publicKeyInfo(keys.publicKey))
  return signed(
    { ...certified, key: keys.publicKey },
    { name: writeName(certified.subject), keyId, key: keys.privateKey }
  )
}

interface Above {
  name: Name
  keyId: ArrayBuffer
  key: KeyObject
}

function signed(certified: Certified, { name, keyId, key }: Above): string {
  const { oid, hash, parameters } = signatureOf(key)
  const algorithm = new AlgorithmIdentifier({ algorithm: oid, ...(parameters === null && { parameters }) })
  const tbsCertificate = new TBSCertificate({
    version: 2,
    serialNumber: randomSerial(),
    signature: algorithm,
    issuer: name,
    validity: new Validity({ notBefore: certified.notBefore, notAfter: certified.notAfter }),
    subject: writeName(certified.subject),
    subjectPublicKeyInfo: publicKeyInfo(certified.key),
    extensions: new Extensions(extensionsOf(certified, keyId))
  })
  const bytes = Buffer.from(AsnConvert.serialize(tbsCertificate))
  const signatureValue = arrayBuffer(sign(hash, bytes, key))
  const der = AsnConvert.serialize(new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue }))
  return toPem(Buffer.from(der))
}

function extensionsOf(
  { key, keyUsage, extendedKeyUsage, isAuthority = false, ocspUrl, crlUrl }: Certified,
  above: ArrayBuffer
) {
  // No further authorities below ours.
  const basic = new BasicConstraints({ cA: isAuthority, ...(isAuthority && { pathLenConstraint: 0 }) })
  const flags = keyUsage.reduce((all, flag) => all | KeyUsageFlags[flag], 0)
  const own = new SubjectKeyIdentifier(keyIdentifier(publicKeyInfo(key)))
  const extensions = [
    extension(id_ce_basicConstraints, basic, true),
    extension(id_ce_keyUsage, new KeyUsage(flags), true),
    extension(id_ce_subjectKeyIdentifier, own),
    extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(above) }))
  ]
  if (extendedKeyUsage !== undefined)
    extensions.push(extension(id_ce_extKeyUsage, new ExtendedKeyUsage([...extendedKeyUsage])))
  if (ocspUrl !== undefined) {
    const accessLocation = new GeneralName({ uniformResourceIdentifier: ocspUrl })
    const access = new AccessDescription({ accessMethod: id_ad_ocsp, accessLocation })
    extensions.push(extension(id_pe_authorityInfoAccess, new AuthorityInfoAccessSyntax([access])))
  }
  if (crlUrl !== undefined) {
    const fullName = [new GeneralName({ uniformResourceIdentifier: crlUrl })]
    const point = new DistributionPoint({ distributionPoint: new DistributionPointName({ fullName }) })
    extensions.push(extension(id_ce_cRLDistributionPoints, new CRLDistributionPoints([point])))
  }
  return extensions
}

function extension(extnID: string, value: unknown, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })
}

/** How an authority with this key signs. */
export function signatureOf(key: KeyObject): { oid: string; hash: string | null; parameters: null | undefined } {
  const type = key.asymmetricKeyType ?? ''
  const { namedCurve } = key.asymmetricKeyDetails ?? {}
  const wanted =
    type === 'ec' && namedCurve === 'secp384r1' ? 'sha384' : namedCurve === 'secp521r1' ? 'sha512' : 'sha256'
  const found = Object.entries(SIGNATURES).find(
    ([, { hash, keys }]) => keys.includes(type) && (hash === wanted || hash === null)
  )
  if (found === undefined) throw new Error(`no signatures are made with a key of type ${type}`)
  // [RFC 5758 §3.2; RFC 4055 §5; RFC 8410 §3]
  return { oid: found[0], hash: found[1].hash, parameters: type === 'rsa' ? null : undefined }
}

/** 127 bits, positive, never short. [RFC 5280 §4.1.2.2] */
function randomSerial(): ArrayBuffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return arrayBuffer(bytes)
}

// --- parts of certificates -----------------------------------------------------------------------------------------

/** A certificate as the standard has it. */
export function parseCertificate({ raw }: Pick<X509Certificate, 'raw'>): Certificate {
  return AsnConvert.parse(raw, Certificate)
}

export function certificateOf(certificate: Certificate): X509Certificate {
  return new X509Certificate(Buffer.from(AsnConvert.serialize(certificate)))
}

function publicKeyInfo(key: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(key.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo)
}

function keyIdOf({ extensions = new Extensions(), subjectPublicKeyInfo }: TBSCertificate): ArrayBuffer {
  const given = extensions.find(({ extnID }) => extnID === id_ce_subjectKeyIdentifier)
  if (given === undefined) return keyIdentifier(subjectPublicKeyInfo)
  return AsnConvert.parse(given.extnValue, SubjectKeyIdentifier).buffer
}

/** [RFC 5280 §4.2.1.2] */
function keyIdentifier({ subjectPublicKey }: SubjectPublicKeyInfo): ArrayBuffer {
  return arrayBuffer(createHash('sha1').update(Buffer.from(subjectPublicKey)).digest())
}

function readName(name: Name): Subject {
  const types = Object.entries(NAME_TYPES) as [keyof typeof NAME_TYPES, string][]
  return [...name].flatMap((part) =>
    [...part].flatMap(({ type, value }) =>
      types.filter(([, oid]) => oid === type).map(([name]) => [name, value.toString()] as const)
    )
  )
}

function writeName(subject: Subject): Name {
  return new Name(
    subject.map(([type, text]) => {
      // [RFC 5280 appendix A.1; RFC 4519 §2.4]
      const value =
        type === 'C' ? { printableString: text } : type === 'DC' ? { ia5String: text } : { utf8String: text }
      return new RelativeDistinguishedName([
        new AttributeTypeAndValue({ type: NAME_TYPES[type], value: new AttributeValue(value) })
      ])
    })
  )
}

/** First of its type in a name. */
export function partOf(subject: Subject, wanted: keyof typeof NAME_TYPES): string | undefined {
  return subject.find(([type]) => type === wanted)?.[1]
}

/** Where to ask for the status of a certificate. [RFC 5280 §4.2.2.1] */
export function responderOf({ infoAccess }: X509Certificate): string | undefined {
  return /^OCSP - URI:(\S+)$/m.exec(infoAccess ?? '')?.[1]
}

export function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
