import 'reflect-metadata'
import { generateKeyPair, type KeyObject, randomBytes, webcrypto } from 'node:crypto'
import { promisify } from 'node:util'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator
} from '@peculiar/x509'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Kinds of keys: `ec` is P-256, `rsa` has 2048 bits; the `weak-…` keys are too short for OCPP. [A00.FR.502/503] */
export type KeyKind = 'ec' | 'ec-384' | 'rsa' | 'weak-ec' | 'weak-rsa'

/** Organization and common name of the subject; a name that is left out is not in the certificate. */
export interface Subject {
  O?: string
  CN?: string
}

export interface Validity {
  /** Default: an hour ago. */
  notBefore?: Date
  /** Default: in a year. */
  notAfter?: Date
}

export interface LeafOptions extends Subject, Validity {
  /** Default `ec`. */
  kind?: KeyKind
  /** Default: a server if there are alternative names, else a client. */
  usage?: 'client' | 'server'
  /** Subject alternative names. */
  dns?: readonly string[]
  ip?: readonly string[]
  /** SubjectPublicKeyInfo of a key that the test does not have; `key` of the result is then empty. */
  publicKey?: Uint8Array
  /** A second common name. */
  otherCN?: string
  /** With a critical extension that nobody knows. */
  unknownExtension?: boolean
}

/** A certificate as PEM. */
export interface Issued {
  readonly cert: string
  /** Private key as PKCS #8. */
  readonly key: string
  /** The certificate, followed by those of the intermediate authorities, without the root. */
  readonly chain: string
  /** Serial number in hexadecimal, for {@link Authority.revocationList}. */
  readonly serialNumber: string
}

/** A certificate authority that a test creates and that exists only during this test. */
export class Authority {
  /** PEM. */
  readonly cert: string
  /** PKCS #8. */
  readonly key: string
  readonly #certificate: X509Certificate
  readonly #signingKey: webcrypto.CryptoKey
  /** Certificates of the authorities above this one, without the root. */
  readonly #intermediates: string

  private constructor(
    certificate: X509Certificate,
    keys: Keys,
    signingKey: webcrypto.CryptoKey,
    intermediates: string
  ) {
    this.cert = certificate.toString('pem')
    this.key = keys.pem
    this.#certificate = certificate
    this.#signingKey = signingKey
    this.#intermediates = intermediates
  }

  /** Creates a root authority, whose certificate is self-signed. */
  static async create(subject: Subject = { O: 'Test Operator', CN: 'Test CA' }, options: AuthorityOptions = {}) {
    const keys = await createKeys(options.kind)
    const signingKey = await importKey(keys.privateKey)
    const certificate = await sign(
      { subject, issuer: subject, keys, signingKey, ...options },
      authorityExtensions(options.pathLength)
    )
    return new Authority(certificate, keys, signingKey, '')
  }

  /** Creates an intermediate authority below this one. It appears in the `chain` of the certificates that it issues. */
  async intermediate(subject: Subject, options: AuthorityOptions = {}): Promise<Authority> {
    const keys = await createKeys(options.kind)
    const certificate = await this.#sign(subject, keys, authorityExtensions(options.pathLength), options)
    const pem = certificate.toString('pem')
    const signingKey = await importKey(keys.privateKey)
    return new Authority(certificate, keys, signingKey, `${pem}\n${this.#intermediates}`)
  }

  /** The same authority with a second certificate, which it has issued for itself under another serial number. */
  async crossSigned(): Promise<string> {
    const { publicKey, subjectName } = this.#certificate
    const certificate = await this.#sign(
      subjectName.toJSON(),
      { spki: Buffer.from(publicKey.rawData) },
      authorityExtensions(),
      {}
    )
    return certificate.toString('pem')
  }

  /** Issues a certificate for a server or a charge point. */
  async issue(options: LeafOptions): Promise<Issued> {
    const { O, CN, kind, usage, dns = [], ip = [], publicKey, otherCN, unknownExtension = false, ...validity } = options
    const keys = publicKey === undefined ? await createKeys(kind) : { spki: publicKey, pem: '' }
    const names: JsonGeneralNames = [
      ...dns.map((value) => ({ type: 'dns' as const, value })),
      ...ip.map((value) => ({ type: 'ip' as const, value }))
    ]
    const isServer = usage === undefined ? names.length > 0 : usage === 'server'
    const named = { ...(O !== undefined && { O }), ...(CN !== undefined && { CN }) }
    const subject = otherCN === undefined ? named : [...distinguishedName(named), { CN: [otherCN] }]
    const extensions = [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      new ExtendedKeyUsageExtension([isServer ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth]),
      ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
      ...(unknownExtension ? [new Extension('1.3.6.1.4.1.99999.1', true, Buffer.from('0500', 'hex'))] : [])
    ]
    const certificate = await this.#sign(subject, keys, extensions, validity)
    const cert = certificate.toString('pem')
    return { cert, key: keys.pem, chain: `${cert}\n${this.#intermediates}`, serialNumber: certificate.serialNumber }
  }

  /** Issues a certificate for 127.0.0.1 and localhost. */
  issueServer(options: Omit<LeafOptions, 'usage'> = {}): Promise<Issued> {
    return this.issue({ CN: 'localhost', dns: ['localhost'], ip: ['127.0.0.1'], ...options, usage: 'server' })
  }

  /** The revocation list of this authority, as PEM. */
  async revocationList(serialNumbers: readonly string[]): Promise<string> {
    const list = await X509CrlGenerator.create({
      issuer: this.#certificate.subjectName.toJSON(),
      thisUpdate: new Date(Date.now() - HOUR_MS),
      nextUpdate: new Date(Date.now() + 365 * DAY_MS),
      entries: serialNumbers.map((serialNumber) => ({ serialNumber, revocationDate: new Date(Date.now() - HOUR_MS) })),
      signingKey: this.#signingKey,
      signingAlgorithm: signingAlgorithm(this.#signingKey)
    })
    // OpenSSL does not read the label "BEGIN CRL" that the package writes. [RFC 7468 §6]
    return list.toString('pem').replaceAll(' CRL-----', ' X509 CRL-----')
  }

  async #sign(subject: Name, keys: Pick<Keys, 'spki'>, extensions: Extension[], validity: Validity) {
    const issuer = this.#certificate.subjectName.toJSON()
    const above = await AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey)
    return sign({ subject, issuer, keys, signingKey: this.#signingKey, ...validity }, [...extensions, above])
  }
}

export interface AuthorityOptions extends Validity {
  /** Default `ec`. */
  kind?: 'ec' | 'ec-384' | 'rsa' | 'weak-rsa'
  /** Authorities that there may be between this one and a certificate. Default: any number. */
  pathLength?: number
}

interface Keys {
  readonly privateKey: KeyObject
  readonly pem: string
  readonly spki: Uint8Array
}

type Name = Subject | { [type: string]: string[] }[]

interface Signing extends Validity {
  subject: Name
  issuer: Name
  keys: Pick<Keys, 'spki'>
  signingKey: webcrypto.CryptoKey
}

async function sign({ subject, issuer, keys, signingKey, ...validity }: Signing, extensions: Extension[]) {
  const publicKey = new PublicKey(keys.spki)
  return X509CertificateGenerator.create({
    serialNumber: `4${randomBytes(15).toString('hex').slice(1)}`,
    subject: distinguishedName(subject),
    issuer: distinguishedName(issuer),
    notBefore: validity.notBefore ?? new Date(Date.now() - HOUR_MS),
    notAfter: validity.notAfter ?? new Date(Date.now() + 365 * DAY_MS),
    publicKey,
    signingKey,
    signingAlgorithm: signingAlgorithm(signingKey),
    extensions: [...extensions, await SubjectKeyIdentifierExtension.create(publicKey)]
  })
}

function distinguishedName(subject: Name): { [type: string]: string[] }[] {
  if (Array.isArray(subject)) return subject
  return Object.entries(subject).map(([type, value]) => ({ [type]: [value] }))
}

function authorityExtensions(pathLength?: number): Extension[] {
  return [
    new BasicConstraintsExtension(true, pathLength, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)
  ]
}

async function createKeys(kind: KeyKind = 'ec'): Promise<Keys> {
  const { privateKey, publicKey } = await generate(kind)
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { privateKey, pem, spki: publicKey.export({ type: 'spki', format: 'der' }) }
}

const generatePair = promisify(generateKeyPair)
const CURVES = { ec: 'P-256', 'ec-384': 'P-384', 'weak-ec': 'prime192v1' } as const

function generate(kind: KeyKind) {
  if (kind === 'rsa' || kind === 'weak-rsa') {
    return generatePair('rsa', { modulusLength: kind === 'rsa' ? 2048 : 1024 })
  }
  return generatePair('ec', { namedCurve: CURVES[kind] })
}

function importKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const { namedCurve } = key.asymmetricKeyDetails ?? {}
  const algorithm =
    key.asymmetricKeyType === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: namedCurve === 'secp384r1' ? 'P-384' : 'P-256' }
  const bytes = key.export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign'])
}

function signingAlgorithm({ algorithm: { name } }: webcrypto.CryptoKey) {
  return name === 'ECDSA' ? { name, hash: 'SHA-256' } : { name }
}
