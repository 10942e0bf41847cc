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
/** Maximum number of authorities that are read from those that a charge point sends. */
const MAX_SENT = 8

/** The connection of a charge point, as far as TLS is concerned. */
export interface Transport {
  /** Whether the connection to us, or to the proxy, uses TLS. */
  readonly encrypted: boolean
  /** The verified client certificate of this operator. */
  readonly certificate?: ClientCertificate
  /** Why the client certificate was rejected. */
  readonly fault?: string
}

export interface ClientCertificate {
  readonly commonName: string
  /** In the form of node:tls. */
  readonly fingerprint256: string
  /** Whether the certificate is expired, and the charge point may only renew it. [A00.FR.429] */
  readonly isExpired: boolean
}

/** The charge point that the certificate must belong to. */
export type CertificateOwner = Pick<ChargePointRow, 'identity' | 'expected_serial_number'>

/** A client certificate, verified by TLS or not. */
interface Shown {
  readonly certificate: X509Certificate
  readonly sent: readonly X509Certificate[]
  /** `ok`, or the code of the last error of TLS. `undefined`: the certificate came from a proxy. */
  readonly verdict?: string
}

type Settings = Pick<
  Config,
  'TLS_CLIENT_ORGANIZATION' | 'TLS_CLIENT_EXPIRED_DAYS' | 'TLS_CLIENT_SUBJECT' | 'TRUSTED_PROXY_CLIENT_CERT'
>

/** Checks the client certificates of charge points. [A00.FR.403-405] */
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
    // An injected request has no socket.
    const socket: Socket | undefined = raw.socket
    const { headers } = raw
    const proto = this.#proxies.isTrusted(socket?.remoteAddress) ? headers['x-forwarded-proto'] : undefined
    // Behind a proxy that passes TLS through there is no such header, and the socket is that of the charge point.
    if (proto === undefined) return isEncrypted(socket) ? this.#judge(shownBy(socket)) : { encrypted: false }
    if (proto !== 'https') return { encrypted: false }
    const { TRUSTED_PROXY_CLIENT_CERT: name } = this.#settings
    const value = name === undefined ? undefined : headers[name]
    return this.#judge(value === undefined || value === '' ? undefined : readShown(String(value)))
  }

  /** Why the certificate does not belong to the charge point, or `undefined` if it does. [A00.FR.405] */
  subjectFault({ commonName }: ClientCertificate, owner: CertificateOwner): string | undefined {
    if (this.#settings.TLS_CLIENT_SUBJECT === 'identity') {
      // Case makes no difference in an identifierString. [2.x Part 2]
      const isSame = commonName.toLowerCase() === owner.identity.toLowerCase()
      return isSame ? undefined : 'the CN of its certificate is not its identity'
    }
    const { expected_serial_number: serialNumber } = owner
    if (serialNumber === null) return 'its serial number is unknown: an operator has to set it'
    return commonName === serialNumber ? undefined : 'the CN of its certificate is not its serial number'
  }

  #judge(shown: Shown | 'unreadable' | undefined): Transport {
    if (shown === undefined) return { encrypted: true }
    if (shown === 'unreadable')
      return { encrypted: true, fault: 'the proxy passed on a certificate that cannot be read' }
    const { certificate } = shown
    const { fingerprint256, publicKey } = certificate
    const fault = this.#chainFault(shown) ?? keyFault(publicKey)
    const { O, CN } = certificate.toLegacyObject().subject as { O?: string | string[]; CN?: string | string[] }
    if (fault !== undefined) return refused(fault)
    if (O !== this.#settings.TLS_CLIENT_ORGANIZATION) return refused('belongs to another organization')
    if (typeof CN !== 'string' || CN === '') return refused('must have exactly one CN')
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
 * Parses a certificate in the header of a proxy: a byte sequence, DER in base64, or PEM with percent-encoding. In PEM
 * the chain may follow the certificate. [RFC 9440 §2.1; RFC 9651 §3.3.5]
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
