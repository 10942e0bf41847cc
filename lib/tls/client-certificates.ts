import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { isExpired } from '../certificate.js'
import type { ChargePointRow } from '../charge-points/rows.js'
import { keyFault } from '../key-strength.js'
import { readCertificates } from '../pem.js'
import type { Config } from '../settings/settings.js'
import { chainFault } from './chain.js'
import type { Material } from './material.js'
import type { Proxies } from './proxies.js'

const DAY_MS = 86_400_000
/** Authorities that are looked at of those that a charge point sends. */
const MAX_SENT = 8

/** What the connection of a charge point is, as far as TLS tells. */
export interface Transport {
  /** From the charge point to us, or to the proxy. */
  readonly encrypted: boolean
  /** Good, and of this operator. */
  readonly certificate?: ClientCertificate
  /** Why the certificate that it showed is none of those. */
  readonly fault?: string
}

export interface ClientCertificate {
  readonly commonName: string
  /** As node:tls writes it. */
  readonly fingerprint256: string
  /** Still let in, to be renewed. [A00.FR.429] */
  readonly isExpired: boolean
}

/** The charge point that it should be of. */
export type CertificateOwner = Pick<ChargePointRow, 'identity' | 'expected_serial_number'>

/** A certificate that was shown, verified by TLS or not yet. */
interface Shown {
  readonly certificate: X509Certificate
  readonly sent: readonly X509Certificate[]
  /** `ok`, or the code of the last error; undefined when nobody has verified it. */
  readonly verdict?: string
}

type Settings = Pick<
  Config,
  'TLS_CLIENT_ORGANIZATION' | 'TLS_CLIENT_EXPIRED_DAYS' | 'TLS_CLIENT_SUBJECT' | 'TRUSTED_PROXY_CLIENT_CERT'
>

/** Looks at the certificates of charge points. [A00.FR.403-405] */
export class ClientCertificates {
  readonly #settings: Settings
  readonly #proxies: Proxies
  readonly #material: () => Pick<Material, 'authorities' | 'revocationLists'>

  constructor(settings: Settings, proxies: Proxies, material: () => Pick<Material, 'authorities' | 'revocationLists'>) {
    this.#settings = settings
    this.#proxies = proxies
    this.#material = material
  }

  transportOf({ raw }: { readonly raw: IncomingMessage }): Transport {
    // One that is injected has no socket.
    const socket: Socket | undefined = raw.socket
    const { headers } = raw
    const proto = this.#proxies.isTrusted(socket?.remoteAddress) ? headers['x-forwarded-proto'] : undefined
    // Behind a proxy that passes TLS on as it is there is no such header, and the socket is the charge point's.
    if (proto === undefined) return isEncrypted(socket) ? this.#judge(shownBy(socket)) : { encrypted: false }
    if (proto !== 'https') return { encrypted: false }
    const { TRUSTED_PROXY_CLIENT_CERT: name } = this.#settings
    const value = name === undefined ? undefined : headers[name]
    return this.#judge(value === undefined || value === '' ? undefined : readShown(String(value)))
  }

  /** Whether it is this charge point's, and if not why. [A00.FR.405] */
  subjectFault({ commonName }: ClientCertificate, owner: CertificateOwner): string | undefined {
    if (this.#settings.TLS_CLIENT_SUBJECT === 'identity') {
      // identifierString does not regard case. [2.x Part 2]
      const isSame = commonName.toLowerCase() === owner.identity.toLowerCase()
      return isSame ? undefined : 'its certificate has another CN than its identity'
    }
    const { expected_serial_number: serialNumber } = owner
    if (serialNumber === null) return 'its serial number is not known: an operator has to tell it'
    return commonName === serialNumber ? undefined : 'its certificate has another CN than its serial number'
  }

  #judge(shown: Shown | 'unreadable' | undefined): Transport {
    if (shown === undefined) return { encrypted: true }
    if (shown === 'unreadable') return { encrypted: true, fault: 'the certificate that the proxy tells is none' }
    const { certificate } = shown
    const { fingerprint256, publicKey } = certificate
    const fault = this.#chainFault(shown) ?? keyFault(publicKey)
    const { O, CN } = certificate.toLegacyObject().subject as { O?: string | string[]; CN?: string | string[] }
    if (fault !== undefined) return refused(fault)
    if (O !== this.#settings.TLS_CLIENT_ORGANIZATION) return refused('is of another organization')
    if (typeof CN !== 'string' || CN === '') return refused('has not one CN')
    return { encrypted: true, certificate: { commonName: CN, fingerprint256, isExpired: isExpired(certificate) } }
  }

  #chainFault({ certificate, sent, verdict }: Shown): string | undefined {
    if (verdict === 'ok') return undefined
    const expiredMs = this.#settings.TLS_CLIENT_EXPIRED_DAYS * DAY_MS
    const mayBeRenewed = verdict === 'CERT_HAS_EXPIRED' && expiredMs > 0
    if (verdict !== undefined && !mayBeRenewed) return `is not valid: ${verdict}`
    return chainFault(certificate, sent, { ...this.#material(), expiredMs })
  }
}

function refused(fault: string): Transport {
  return { encrypted: true, fault: `its certificate ${fault}` }
}

function isEncrypted(socket: Socket | undefined): socket is TLSSocket {
  return socket !== undefined && 'encrypted' in socket && socket.encrypted === true
}

function shownBy(socket: TLSSocket): Shown | undefined {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  const sent: X509Certificate[] = []
  let issuer = certificate.issuerCertificate
  while (issuer !== undefined && sent.length < MAX_SENT) {
    sent.push(issuer)
    issuer = issuer.issuerCertificate
  }
  return { certificate, sent, verdict: socket.authorized ? 'ok' : String(socket.authorizationError) }
}

/**
 * Reads what proxies write into a header: a byte sequence, DER in base64, or PEM with percent-encoding; the
 * certificate may have its chain behind it in PEM. [RFC 9440 §2.1; RFC 9651 §3.3.5]
 */
function readShown(value: string): Shown | 'unreadable' {
  try {
    const text = value.includes('%') ? decodeURIComponent(value) : value
    if (text.includes('-----BEGIN')) {
      const [certificate, ...sent] = readCertificates(text)
      return certificate === undefined ? 'unreadable' : { certificate, sent: sent.slice(0, MAX_SENT) }
    }
    const base64 = /^:?([A-Za-z0-9+/]+={0,2}):?$/.exec(text)?.[1]
    if (base64 === undefined) return 'unreadable'
    return { certificate: new X509Certificate(Buffer.from(base64, 'base64')), sent: [] }
  } catch {
    return 'unreadable'
  }
}
