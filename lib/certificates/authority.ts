import type { X509Certificate } from 'node:crypto'
import { isCurrent, isIssuedBy } from '../certificate.js'
import { readCertificates, writeCertificates } from '../pem.js'
import type { Material } from './material.js'
import { withoutRoot } from './material.js'
import { type CertificateUse, RequestRefusedError, subjectOf } from './policy.js'
import type { Certified } from './x509.js'

/** A certificate to be signed. The request was checked before. */
export interface SigningTask {
  /** The certificate signing request, in PEM. */
  csr: string
  /** Identity of the charge point. */
  chargePoint: string
  use: CertificateUse
  /** Whether one certificate serves both connections, to us and to cars. [2.x A02] */
  isCombined: boolean
}

/** Signs certificates of charge points. */
export interface Authority {
  /**
   * Returns the certificate in PEM, followed by the authorities above it without the root.
   *
   * @throws RequestRefusedError if it will never be signed; any other error means that a retry may succeed
   */
  sign(task: SigningTask, signal: AbortSignal): Promise<string>
}

export interface LocalAuthorityOptions {
  material: Material
  organization?: string | undefined
  validityDays: number
  ocspUrl?: string | undefined
  crlUrl?: string | undefined
}

const DAY_MS = 86_400_000
/** How far the clock of a charge point may be behind ours, in milliseconds. */
const CLOCK_DIFFERENCE_MS = 3_600_000
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

/** Signs with a key of this process. */
export class LocalAuthority implements Authority {
  readonly #options: LocalAuthorityOptions

  constructor(options: LocalAuthorityOptions) {
    this.#options = options
  }

  async sign({ csr, use, isCombined }: SigningTask): Promise<string> {
    const { issue, readRequest } = await import('./x509.js')
    const { material, organization, validityDays, ocspUrl, crlUrl } = this.#options
    const { chain, key: signingKey } = material
    const [certificate] = chain
    const request = readRequest(csr)
    const now = Date.now()
    // A certificate must not outlive its authority.
    const notAfter = new Date(Math.min(now + validityDays * DAY_MS, Date.parse(certificate.validTo)))
    const notBefore = new Date(Math.max(now - CLOCK_DIFFERENCE_MS, Date.parse(certificate.validFrom)))
    const leaf = await issue(
      {
        subject: subjectOf(request, organization),
        key: request.key,
        notBefore,
        notAfter,
        ...usageOf(use, isCombined, request.key.asymmetricKeyType),
        ocspUrl,
        crlUrl
      },
      { certificate, key: signingKey }
    )
    return leaf + writeCertificates(withoutRoot(chain))
  }
}

/** For us a charge point is a TLS client, for a car it is a TLS server. */
function usageOf(use: CertificateUse, isCombined: boolean, keyType: string | undefined) {
  const isClient = use === 'ChargingStationCertificate'
  const agreement = keyType === 'rsa' ? 'keyEncipherment' : 'keyAgreement'
  const keyUsage: Certified['keyUsage'] = ['digitalSignature', agreement]
  const extendedKeyUsage = [...(isClient ? [CLIENT_AUTH] : []), ...(!isClient || isCombined ? [SERVER_AUTH] : [])]
  return { keyUsage, extendedKeyUsage }
}

/** Maximum length of the chain in CertificateSigned. [1.6 whitepaper; 2.x CertificateSignedRequest] */
const MAX_CHAIN_LENGTH = 10_000

/**
 * Reads the answer of an authority and checks that it matches the request.
 *
 * @throws RequestRefusedError
 */
export async function readIssued(pem: string, csr: string): Promise<[X509Certificate, ...X509Certificate[]]> {
  const { readRequest } = await import('./x509.js')
  const [leaf, ...above] = readAnswer(pem)
  if (leaf === undefined) throw new RequestRefusedError('the authority returned no certificate')
  const { key } = readRequest(csr)
  if (!leaf.publicKey.equals(key))
    throw new RequestRefusedError('the authority returned a certificate with another key')
  if (leaf.ca) throw new RequestRefusedError('the authority returned the certificate of an authority')
  if (!isCurrent(leaf))
    throw new RequestRefusedError('the certificate that the authority returned is expired or not valid yet')
  const isChain = [leaf, ...above].every((one, index, all) => {
    const next = all[index + 1]
    return next === undefined || isIssuedBy(one, next)
  })
  if (!isChain) throw new RequestRefusedError('the authority returned no chain that starts with the certificate')
  const chain: [X509Certificate, ...X509Certificate[]] = [leaf, ...withoutRoot(above)]
  if (writeCertificates(chain).length > MAX_CHAIN_LENGTH)
    throw new RequestRefusedError('the chain that the authority returned is too long')
  return chain
}

function readAnswer(pem: string): X509Certificate[] {
  try {
    return readCertificates(pem)
  } catch {
    throw new RequestRefusedError('the authority returned no certificate')
  }
}
