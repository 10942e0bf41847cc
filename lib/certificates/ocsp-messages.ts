import { type KeyObject, verify, X509Certificate } from 'node:crypto'
import {
  BasicOCSPResponse,
  CertID,
  id_kp_OCSPSigning,
  id_pkix_ocsp_basic,
  id_pkix_ocsp_nonce,
  Nonce,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  Request,
  type SingleResponse,
  TBSRequest
} from '@peculiar/asn1-ocsp'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import { AlgorithmIdentifier, Extension } from '@peculiar/asn1-x509'
import { hex, isCurrent, isIssuedBy } from '../certificate.js'
import { foldSerial } from '../serial-number.js'
import { type HashAlgorithm, type HashData, isIssuer, namesIssuer } from './hash-data.js'

// Requests to OCSP responders and their answers. [RFC 6960] Loaded when first needed.

const HASHES: Readonly<Record<HashAlgorithm, string>> = {
  SHA256: '2.16.840.1.101.3.4.2.1',
  SHA384: '2.16.840.1.101.3.4.2.2',
  SHA512: '2.16.840.1.101.3.4.2.3'
}

/** Accepted signature algorithms, by object identifier. [RFC 5758; RFC 4055; RFC 8410] */
const SIGNATURES: Readonly<Record<string, { hash: string | null; key: string }>> = {
  '1.2.840.10045.4.3.2': { hash: 'sha256', key: 'ec' },
  '1.2.840.10045.4.3.3': { hash: 'sha384', key: 'ec' },
  '1.2.840.10045.4.3.4': { hash: 'sha512', key: 'ec' },
  '1.2.840.113549.1.1.11': { hash: 'sha256', key: 'rsa' },
  '1.2.840.113549.1.1.12': { hash: 'sha384', key: 'rsa' },
  '1.2.840.113549.1.1.13': { hash: 'sha512', key: 'rsa' },
  '1.3.101.112': { hash: null, key: 'ed25519' },
  '1.3.101.113': { hash: null, key: 'ed448' }
}

/** Tolerated difference between the clocks, in milliseconds. */
const SKEW_MS = 300_000
/** Maximum age of an answer without `nextUpdate`, in milliseconds. */
const MAX_AGE_MS = 86_400_000
const MAX_CERTIFICATES = 10

/** An unusable OCSP answer. */
export class OcspError extends Error {
  override readonly name = 'OcspError'
}

/**
 * The result of checking a signature. `unverified`: the issuer of the certificate is unknown here, and nothing is wrong
 * with the signature. `forged`: neither the issuer nor a responder that it authorises has signed.
 */
export type Signer = 'verified' | 'unverified' | 'forged'

export interface OcspAnswer {
  status: 'good' | 'revoked' | 'unknown'
  /** Epoch milliseconds. `undefined`: newer information may be available at any time. */
  nextUpdate: number | undefined
  signer: Signer
}

/** A request for the status of one certificate. */
export function writeRequest(data: HashData, nonce: Uint8Array): Buffer {
  const reqCert = new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: HASHES[data.hashAlgorithm], parameters: null }),
    issuerNameHash: new OctetString(Buffer.from(data.issuerNameHash, 'hex')),
    issuerKeyHash: new OctetString(Buffer.from(data.issuerKeyHash, 'hex')),
    serialNumber: integer(data.serialNumber)
  })
  const requestExtensions = [new Extension({ extnID: id_pkix_ocsp_nonce, extnValue: nonceValue(nonce) })]
  const tbsRequest = new TBSRequest({ requestList: [new Request({ reqCert })], requestExtensions })
  return Buffer.from(AsnConvert.serialize(new OCSPRequest({ tbsRequest })))
}

export interface Expected {
  data: HashData
  nonce: Uint8Array
  /** Certificates that may include the issuer. */
  known: readonly X509Certificate[]
  now?: number
}

/**
 * Parses an OCSP answer. Its signer must be the issuer of the certificate or a responder that the issuer authorises.
 * [RFC 6960 §3.2, §4.2.2.2]
 *
 * @throws OcspError if it does not answer this request or is out of date
 */
export async function readResponse(
  der: Uint8Array,
  { data, nonce, known, now = Date.now() }: Expected
): Promise<OcspAnswer> {
  const basic = parse(der)
  const { responses, responseExtensions = [] } = basic.tbsResponseData
  const answered = responseExtensions.find(({ extnID }) => extnID === id_pkix_ocsp_nonce)
  // Responders with prepared answers do not repeat the nonce.
  if (answered !== undefined && !sameBytes(answered.extnValue, nonceValue(nonce))) {
    throw new OcspError('the answer belongs to another request')
  }
  const response = responses.find(({ certID }) => isAbout(certID, data))
  if (response === undefined) throw new OcspError('the answer is about another certificate')
  checkTime(response, now)
  const { certStatus, nextUpdate } = response
  const status = certStatus.revoked !== undefined ? 'revoked' : certStatus.good === null ? 'good' : 'unknown'
  return { status, nextUpdate: nextUpdate?.getTime(), signer: await signerOf(basic, data, { known, now }) }
}

function parse(der: Uint8Array): BasicOCSPResponse {
  try {
    const { responseStatus, responseBytes } = AsnConvert.parse(der, OCSPResponse)
    if (responseStatus !== OCSPResponseStatus.successful) {
      throw new OcspError(`the responder reports ${OCSPResponseStatus[responseStatus] ?? 'nothing'}`)
    }
    if (responseBytes?.responseType !== id_pkix_ocsp_basic) throw new OcspError('the answer has an unknown type')
    return AsnConvert.parse(responseBytes.response.buffer, BasicOCSPResponse)
  } catch (error) {
    if (error instanceof OcspError) throw error
    throw new OcspError('the answer is no OCSP response')
  }
}

async function signerOf(
  basic: BasicOCSPResponse,
  data: HashData,
  { known, now }: { known: Expected['known']; now: number }
): Promise<Signer> {
  const sent = (basic.certs ?? []).slice(0, MAX_CERTIFICATES).flatMap((certificate) => {
    try {
      return [new X509Certificate(Buffer.from(AsnConvert.serialize(certificate)))]
    } catch {
      return []
    }
  })
  const responders = sent.filter(
    (certificate) => certificate.keyUsage?.includes(id_kp_OCSPSigning) && isCurrent(certificate, now)
  )
  const issuer = await findIssuer([...known, ...sent], data)
  if (issuer !== undefined) {
    const delegates = responders.filter((certificate) => isIssuedBy(certificate, issuer))
    return isSignedByOne(basic, [issuer, ...delegates]) ? 'verified' : 'forged'
  }
  // Only the name of the issuer can be compared here. The charge point has the key of the issuer, and verifies the
  // rest.
  const named: X509Certificate[] = []
  for (const certificate of responders) if (await namesIssuer(certificate, data)) named.push(certificate)
  return named.length === 0 || isSignedByOne(basic, named) ? 'unverified' : 'forged'
}

function isSignedByOne(basic: BasicOCSPResponse, certificates: readonly X509Certificate[]): boolean {
  return certificates.some(({ publicKey }) => isSignedBy(basic, publicKey))
}

/** The hash data contains a hash of the issuer's key, so only the certificate of the issuer can match it. */
async function findIssuer(
  candidates: readonly X509Certificate[],
  data: HashData
): Promise<X509Certificate | undefined> {
  for (const candidate of candidates) if (await isIssuer(candidate, data)) return candidate
  return undefined
}

function isSignedBy({ tbsResponseDataRaw, signatureAlgorithm, signature }: BasicOCSPResponse, key: KeyObject): boolean {
  const known = SIGNATURES[signatureAlgorithm.algorithm]
  if (known === undefined || known.key !== key.asymmetricKeyType || tbsResponseDataRaw === undefined) return false
  try {
    return verify(known.hash, Buffer.from(tbsResponseDataRaw), key, Buffer.from(signature))
  } catch {
    return false
  }
}

function isAbout(certId: CertID, data: HashData): boolean {
  const isHash = (ours: string, theirs: OctetString) => ours.toLowerCase() === hex(theirs.buffer)
  return (
    certId.hashAlgorithm.algorithm === HASHES[data.hashAlgorithm] &&
    isHash(data.issuerNameHash, certId.issuerNameHash) &&
    isHash(data.issuerKeyHash, certId.issuerKeyHash) &&
    foldSerial(hex(certId.serialNumber)) === foldSerial(data.serialNumber)
  )
}

/** Checks that the answer is current. [RFC 6960 §4.2.2.1] */
function checkTime({ thisUpdate, nextUpdate }: SingleResponse, now: number): void {
  if (thisUpdate.getTime() > now + SKEW_MS) throw new OcspError('the answer is from the future')
  const until = nextUpdate?.getTime() ?? thisUpdate.getTime() + MAX_AGE_MS
  if (until < now - SKEW_MS) throw new OcspError('the answer is out of date')
}

function nonceValue(nonce: Uint8Array): OctetString {
  return new OctetString(AsnConvert.serialize(new Nonce(Buffer.from(nonce))))
}

function sameBytes(one: OctetString, other: OctetString): boolean {
  return hex(one.buffer) === hex(other.buffer)
}

/** A positive integer in DER, from hexadecimal. */
function integer(serialNumber: string): ArrayBuffer {
  const folded = foldSerial(serialNumber)
  const even = folded.length % 2 === 0 ? folded : `0${folded}`
  const positive = /^[89a-f]/.test(even) ? `00${even}` : even
  return new Uint8Array(Buffer.from(positive, 'hex')).buffer
}
