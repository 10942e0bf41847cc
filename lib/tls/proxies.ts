import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { matcherOf } from '../settings/networks.js'
import type { Config } from '../settings/settings.js'
import { readForwarded, readXForwarded } from './forwarded.js'

/** The trusted proxies, whose statements about their clients are believed. */
export class Proxies {
  /** Whether an address belongs to a trusted proxy. */
  readonly isTrusted: (address: string | undefined) => boolean
  readonly #header: Config['TRUSTED_PROXY_HEADER']

  constructor({ TRUSTED_PROXIES, TRUSTED_PROXY_HEADER }: Pick<Config, 'TRUSTED_PROXIES' | 'TRUSTED_PROXY_HEADER'>) {
    this.isTrusted = matcherOf(TRUSTED_PROXIES)
    this.#header = TRUSTED_PROXY_HEADER
  }

  /**
   * Writes the proxy's statements about its client into the headers that Fastify reads, and removes all others: a proxy
   * sets one of the headers, and may pass on the other one as its client wrote it. Headers of other clients are left
   * unchanged, because Fastify does not read them.
   */
  normalise({ headers, socket }: IncomingMessage): void {
    // An injected request has no socket.
    if (!this.isTrusted((socket as Socket | undefined)?.remoteAddress)) return
    const { for: addresses, proto } =
      this.#header === 'forwarded' ? readForwarded(headers.forwarded, this.isTrusted) : readXForwarded(headers)
    if (this.#header === 'forwarded') delete headers['x-forwarded-host']
    if (addresses.length > 0) headers['x-forwarded-for'] = addresses.join(', ')
    else delete headers['x-forwarded-for']
    if (proto === undefined) delete headers['x-forwarded-proto']
    // Some proxies write `wss`.
    else headers['x-forwarded-proto'] = proto === 'wss' ? 'https' : proto
  }
}
