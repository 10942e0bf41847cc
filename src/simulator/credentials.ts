import type { KeyObject } from 'node:crypto'
import { PROTOCOLS } from '../protocol.js'
import type { Protocol } from '../types/protocol.js'
import { keyOf, signingRequest } from './certificates.js'

/** The password of 1.6: a hexadecimal key whose octets are sent. [1.6 whitepaper A00.FR.205] */
const HEXADECIMAL_KEY = /^(?:[0-9A-Fa-f]{2}){16,20}$/

/** The password or certificate of a charger, and the keys of the certificates that it has requested. */
export class Credentials {
  /** The certificate that the CSMS has signed for this charger; it takes precedence over the one it started with. */
  certificate: { cert: string; key: string } | undefined
  #password: string | undefined
  /** The map lives in the memory of the charger. Key: the use of the certificate. */
  readonly #requestedKeys: () => Map<string, KeyObject>

  constructor(password: string | undefined, requestedKeys: () => Map<string, KeyObject>) {
    this.#password = password
    this.#requestedKeys = requestedKeys
  }

  changePassword(password: string): void {
    this.#password = password
  }

  /** The password as the Authorization header carries it when these versions are on offer. */
  passwordFor(protocols: readonly Protocol[]): string | Buffer | undefined {
    const isKey = protocols.every((protocol) => PROTOCOLS[protocol].hasHexadecimalKey)
    if (this.#password === undefined || !isKey || !HEXADECIMAL_KEY.test(this.#password)) return this.#password
    return Buffer.from(this.#password, 'hex')
  }

  /** A signing request in PEM with `name` as common name; the new private key is remembered under `use`. */
  request(use: string, name: string): string {
    const { csr, key } = signingRequest(name)
    this.#requestedKeys().set(use, key)
    return csr
  }

  /** The use of a certificate that was requested before, or `undefined` if this charger does not have its key. */
  take(certificateChain: string): string | undefined {
    const requestedKeys = this.#requestedKeys()
    const key = keyOf(certificateChain, requestedKeys.values())
    const [use] = [...requestedKeys].find(([, candidate]) => candidate === key) ?? []
    if (key === undefined || use === undefined) return undefined
    requestedKeys.delete(use)
    if (isOwn(use)) {
      this.certificate = { cert: certificateChain, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
    }
    return use
  }
}

/** Whether a certificate of this use identifies the charger itself, and not its ISO 15118 side. */
export function isOwn(use: string): boolean {
  return !use.startsWith('V2G')
}
