import type { X509Certificate } from 'node:crypto'
import { hasRoomBelow, isCurrent, isIssuedBy, isSelfSigned } from '../certificate.js'
import { tryCertificates } from '../pem.js'
import { type HashData, hashDataOf } from './hash-data.js'
import type { OcspClient } from './ocsp.js'

/** The status of a contract certificate in the answer to a charge point. [2.x AuthorizeCertificateStatusEnumType] */
export type ContractStatus =
  | 'Accepted'
  | 'SignatureError'
  | 'CertificateExpired'
  | 'CertificateRevoked'
  | 'NoCertificateAvailable'
  | 'CertChainError'

/** A certificate that the charge point has verified itself, except for its revocation. */
export interface ContractHash extends HashData {
  responderURL: string
}

export interface ContractsOptions {
  ocsp: Pick<OcspClient, 'status'>
  /** Roots and intermediate authorities. */
  authorities: readonly X509Certificate[]
}

/** Maximum length of a chain: the certificate, two authorities and the root of ISO 15118, and one more. */
const MAX_DEPTH = 5

/** Verifies contract certificates of cars. [2.x C07] */
export class Contracts {
  readonly #options: ContractsOptions

  constructor(options: ContractsOptions) {
    this.#options = options
  }

  /** Checks the revocation of a certificate that the charge point has verified, and of the authorities above it. */
  async checkHashes(hashes: readonly ContractHash[]): Promise<ContractStatus> {
    const { ocsp } = this.#options
    const results = await Promise.all(hashes.map(({ responderURL, ...data }) => ocsp.status(data, responderURL)))
    return worst(results.map(({ status }) => status))
  }

  /** Checks a chain in PEM, and that its certificate belongs to this contract. */
  async checkChain(pem: string, eMaid: string): Promise<ContractStatus> {
    const [leaf, ...sent] = tryCertificates(pem)
    if (leaf === undefined || !isOf(leaf, eMaid)) return 'CertChainError'
    const path = this.#pathOf(leaf, sent)
    if (typeof path === 'string') return path
    if (!path.every((certificate) => isCurrent(certificate))) return 'CertificateExpired'
    // No authority may stand below the first one, at most one below the second, and so on.
    if (!path.slice(1).every((authority, below) => hasRoomBelow(authority, below))) return 'CertChainError'
    const { responderOf } = await import('./x509.js')
    return this.#checkRevocation(path, responderOf)
  }

  /** The chain from the certificate to a trusted root, or the fault. */
  #pathOf(leaf: X509Certificate, sent: readonly X509Certificate[]): X509Certificate[] | ContractStatus {
    const { authorities } = this.#options
    const path = [leaf]
    for (let one = leaf; path.length <= MAX_DEPTH; ) {
      const named = [...authorities, ...sent].filter((candidate) => candidate.ca && one.checkIssued(candidate))
      const issuer = named.find((candidate) => isIssuedBy(one, candidate))
      if (issuer === undefined) return named.length > 0 ? 'SignatureError' : 'CertChainError'
      path.push(issuer)
      if (isSelfSigned(issuer)) {
        return authorities.some(({ fingerprint256 }) => fingerprint256 === issuer.fingerprint256)
          ? path
          : 'CertChainError'
      }
      one = issuer
    }
    return 'CertChainError'
  }

  /** Checks every certificate but the root. Authorities without a responder count as good. */
  async #checkRevocation(
    path: readonly X509Certificate[],
    responderOf: (certificate: X509Certificate) => string | undefined
  ): Promise<ContractStatus> {
    const { ocsp } = this.#options
    const results = path.slice(0, -1).map(async (certificate, index) => {
      const responder = responderOf(certificate)
      const issuer = path[index + 1]
      if (responder === undefined || issuer === undefined) return index === 0 ? 'failed' : 'good'
      const { status } = await ocsp.status(await hashDataOf(certificate, issuer), responder, path)
      return status
    })
    return worst(await Promise.all(results))
  }
}

function worst(statuses: readonly ('good' | 'revoked' | 'unknown' | 'failed')[]): ContractStatus {
  if (statuses.includes('revoked')) return 'CertificateRevoked'
  return statuses.every((status) => status === 'good') ? 'Accepted' : 'NoCertificateAvailable'
}

/** Whether the common name is the eMAID. Hyphens and the check digit may be left out. [ISO 15118-2 annex H] */
function isOf({ subject }: X509Certificate, eMaid: string): boolean {
  const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? ''
  const folded = (text: string) => text.replaceAll('-', '').toUpperCase()
  const [one, other] = [folded(name), folded(eMaid)]
  return one === other || (one.slice(0, 14) === other.slice(0, 14) && Math.min(one.length, other.length) === 14)
}
